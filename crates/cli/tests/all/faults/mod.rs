//! What goes wrong on the way to the cluster and in it, and what comes of a deploy then.

mod answers;
mod connection;
mod faulty;
mod interrupt;
mod kubeconfig;
mod lock;
mod restart;
mod rights;
mod stdout;
mod throttling;

use landfall_bench_cluster::Cluster;

use crate::runner::Workspace;

/// A workspace with a namespace of its own and so many ConfigMaps, all in one environment.
fn workspace(cluster: &Cluster, count: usize) -> (Workspace, String) {
    let namespace = cluster.namespace();
    let work = Workspace::on(cluster).replace(&namespace, "$NS");
    write(&work, count, "info");
    (work, namespace)
}

/// Writes so many ConfigMaps.
fn write(work: &Workspace, count: usize, level: &str) {
    for index in 0..count {
        let text = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings-{index:03}, labels: {{deploy: shop}}}}\ndata: {{level: {level}}}\n"
        );
        work.write(&format!("base/{index:03}.yaml"), &text);
    }
}

/// The arguments of a deploy of all that, with others at the end. These tests are of what is written.
fn deploy<'a>(namespace: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["deploy", "--no-wait", "-f", "base", "-l", "deploy=shop", "-n", namespace], more].concat()
}

/// How many ConfigMaps of the environment have this level.
fn live(cluster: &Cluster, namespace: &str, level: &str) -> usize {
    let template = "jsonpath={.items[*].data.level}";
    let listed = cluster.kubectl(&["get", "configmaps", "-n", namespace, "-l", "deploy=shop", "-o", template]).ok();
    listed.split(' ').filter(|found| *found == level).count()
}

/// The name of the environment's lock.
fn lock_name(cluster: &Cluster, namespace: &str) -> String {
    cluster.kubectl(&["get", "leases", "-n", namespace, "-o", "jsonpath={.items[0].metadata.name}"]).ok()
}
