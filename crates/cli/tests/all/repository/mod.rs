//! Where revisions come from: clones, work trees, remote repositories, and what is in them.

mod files;
#[path = "../../../../git/tests/all/support/http.rs"]
mod http;
mod remotes;
mod revisions;
#[allow(dead_code, reason = "the servers of another crate's tests, of which these need some")]
#[path = "../../../../git/tests/all/support/silent.rs"]
mod silent;
#[allow(dead_code, reason = "the servers of another crate's tests, of which these need some")]
#[path = "../../../../git/tests/all/support/ssh.rs"]
mod ssh;
mod uncommitted;

use std::time::{Duration, Instant};

use landfall_bench_cluster::Cluster;

use crate::runner::Workspace;

/// A workspace on the shared cluster with a namespace of this name, in which `landfall.yaml` puts all objects.
fn workspace(namespace: &str) -> Workspace {
    let cluster = Cluster::shared();
    cluster.kubectl(&["create", "namespace", namespace]).ok();
    let work = Workspace::on(cluster);
    let config = format!(
        "name: shop\nenvironments:\n  prod: {{branch: main, paths: [base], target: {{kubernetes: {{namespace: {namespace}}}}}}}\n"
    );
    work.write("landfall.yaml", &config);
    work
}

/// Writes the settings with a level.
fn settings<'a>(work: &'a Workspace, level: &str) -> &'a Workspace {
    let text = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings, labels: {{deploy: shop}}}}\ndata: {{level: {level}}}\n"
    );
    work.write("base/settings.yaml", &text)
}

/// The level that is live.
fn live(namespace: &str) -> String {
    let level = "jsonpath={.data.level}";
    Cluster::shared().kubectl(&["get", "configmap", "settings", "-n", namespace, "-o", level]).ok()
}

/// A field of the environment's record.
fn recorded(namespace: &str, field: &str) -> String {
    let template = format!("jsonpath={{.items[0].data.{field}}}");
    let selector = ["-l", "landfall.dev/inventory"];
    Cluster::shared()
        .kubectl(&[&["get", "configmaps", "-n", namespace], &selector[..], &["-o", &template]].concat())
        .ok()
}

fn wait_until(what: &str, limit: Duration, mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < limit, "{what} did not happen within {limit:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
