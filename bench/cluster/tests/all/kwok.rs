//! Clusters with simulated nodes.

use landfall_bench_cluster::Cluster;

use crate::eventually;

fn deployment(name: &str, fate: &str, replicas: u32) -> String {
    format!(
        "---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}, bench.landfall.dev/fate: '{fate}'}}}}
    spec: {{containers: [{{name: main, image: 'example/{name}:1'}}]}}
"
    )
}

#[test]
fn pods_on_simulated_nodes_become_ready_or_fail_as_told() {
    let cluster = Cluster::builder().kwok_nodes(3).start();
    let namespace = cluster.namespace();
    let mut manifests = deployment("good", "", 30);
    for fate in ["unready", "crash-loop", "pull-error"] {
        manifests.push_str(&deployment(fate, fate, 1));
    }
    manifests.push_str(
        "---\n{apiVersion: batch/v1, kind: Job, metadata: {name: job}, spec: {template: {spec: \
         {restartPolicy: Never, containers: [{name: main, image: x}]}}}}\n",
    );
    cluster.kubectl_stdin(&["apply", "-n", &namespace, "-f", "-"], &manifests).ok();
    cluster.kubectl(&["rollout", "status", "deployment/good", "-n", &namespace, "--timeout=60s"]).ok();
    cluster.kubectl(&["wait", "--for=condition=Complete", "job/job", "-n", &namespace, "--timeout=60s"]).ok();
    eventually("the pods fail as told", || {
        let pods = cluster.kubectl(&["get", "pods", "-n", &namespace]).ok();
        let says = |name: &str, words: &str| {
            pods.lines().any(|line| {
                line.starts_with(name) && line.split_whitespace().collect::<Vec<_>>().join(" ").contains(words)
            })
        };
        (says("unready", "0/1 Running")
            && says("crash-loop", "CrashLoopBackOff")
            && says("pull-error", "ImagePullBackOff"))
        .then_some(())
        .ok_or(pods)
    });
    cluster.kubectl(&["delete", "deployment", "good", "-n", &namespace, "--cascade=foreground", "--timeout=60s"]).ok();
}
