//! Input that cannot be deployed: what is said, where it points, the exit status, and that nothing was written.

mod admission;
mod command_line;
mod configuration;
mod definitions;
mod environments;
mod fields;
mod identity;
mod kinds;
mod namespaces;
mod syntax;

use landfall_bench_cluster::Cluster;

use crate::runner::{Ran, Workspace};

/// A ConfigMap of the environment `deploy=shop`.
fn config_map(name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, labels: {{deploy: shop}}}}\ndata: {{level: info}}\n"
    )
}

/// A workspace on the shared cluster with a namespace of its own.
fn workspace() -> (Workspace, String) {
    let cluster = Cluster::shared();
    let namespace = cluster.namespace();
    (Workspace::on(cluster).replace(&namespace, "$NS"), namespace)
}

/// The same with a namespace whose name a revision may hold: the revision's id depends on it.
fn workspace_in(namespace: &str) -> Workspace {
    let cluster = Cluster::shared();
    cluster.kubectl(&["create", "namespace", namespace]).ok();
    Workspace::on(cluster)
}

/// What `kubectl apply --prune` would be called with.
fn apply(work: &Workspace, namespace: &str) -> Ran {
    work.landfall(&["apply", "-f", "base", "-R", "-l", "deploy=shop", "--prune", "-n", namespace])
}

/// A `landfall.yaml` with one environment of this namespace.
pub(crate) fn environment(namespace: &str) -> String {
    format!(
        "name: shop\nenvironments:\n  prod:\n    branch: main\n    paths: [base]\n    target: {{kubernetes: {{namespace: {namespace}}}}}\n"
    )
}

/// All that a deploy may have left in a namespace: its objects, its record and its lock.
#[track_caller]
fn assert_empty(namespace: &str) {
    let kinds = "configmaps,secrets,services,deployments,statefulsets,leases";
    let found = Cluster::shared().kubectl(&["get", kinds, "-n", namespace, "-o", "name"]).ok();
    assert_eq!(found, "", "nothing was to be written");
}
