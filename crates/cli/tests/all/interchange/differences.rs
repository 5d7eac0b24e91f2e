//! Where the two tools differ on purpose: both results side by side.

use landfall_bench_cluster::Cluster;

use crate::runner::Workspace;

/// Applies files by each tool in a namespace of its own, first these and then those, and shows what is live after it.
fn side_by_side(steps: &[&str], show: &[&str]) -> String {
    let cluster = Cluster::shared();
    let mut text = String::new();
    for tool in ["kubectl", "landfall"] {
        let namespace = cluster.namespace();
        let work = Workspace::on(cluster);
        let selector = format!("deploy={namespace}");
        for step in steps {
            work.write("base/all.yaml", &step.replace("$NS", &namespace));
            let folder = work.dir().join("base");
            let args = ["apply", "--prune", "-l", &selector, "-n", &namespace, "-f", &folder.to_string_lossy(), "-R"];
            match tool {
                "kubectl" => _ = cluster.kubectl(&args).ok(),
                _ => _ = work.landfall(&args).success(),
            }
        }
        let show: Vec<String> = show.iter().map(|arg| arg.replace("$NS", &namespace)).collect();
        let mut args = vec!["get", "-n", &namespace];
        args.extend(show.iter().map(String::as_str));
        let live = cluster.kubectl(&args).ok().replace(&namespace, "$NS");
        text.push_str(&format!("{tool}:\n{}\n", live.trim_end()));
    }
    text
}

const STAYS: &str = "apiVersion: v1
kind: ConfigMap
metadata: {name: stays, labels: {deploy: $NS}}
---
";

/// Ports of a Service are merged by their number, so that kubectl takes DNS over UDP and over TCP for one.
#[test]
fn entries_that_share_a_merge_key() {
    let service = |port: &str| {
        format!(
            "apiVersion: v1
kind: Service
metadata: {{name: dns, labels: {{deploy: $NS}}}}
spec:
  clusterIP: None
  ports:
  - {{name: udp, port: 53, protocol: UDP, targetPort: {port}}}
  - {{name: tcp, port: 53, protocol: TCP, targetPort: {port}}}
"
        )
    };
    let ports = "jsonpath={range .spec.ports[*]}{.name} {.port}/{.protocol} to {.targetPort}{'\\n'}{end}";
    insta::assert_snapshot!(side_by_side(&[&service("53"), &service("5353")], &["service", "dns", "-o", ports]), @"
    kubectl:
    udp 53/UDP to 5353
    tcp 53/TCP to 53
    landfall:
    udp 53/UDP to 5353
    tcp 53/TCP to 5353
    ");
}

/// Without `--prune-allowlist`, kubectl prunes no accounts, rights and policies, while it does prune a Secret; Landfall prunes
/// all that was applied.
#[test]
fn kinds_that_kubectl_does_not_prune() {
    let more = format!(
        "{STAYS}apiVersion: v1
kind: ServiceAccount
metadata: {{name: goes, labels: {{deploy: $NS}}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: goes, labels: {{deploy: $NS}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: goes, labels: {{deploy: $NS}}}}
spec: {{podSelector: {{}}}}
---
apiVersion: v1
kind: Secret
metadata: {{name: goes, labels: {{deploy: $NS}}}}
"
    );
    let all = ["configmap,serviceaccount,role,networkpolicy,secret", "-l", "deploy=$NS", "-o", "name"];
    insta::assert_snapshot!(side_by_side(&[&more, STAYS], &all), @"
    kubectl:
    configmap/stays
    serviceaccount/goes
    role.rbac.authorization.k8s.io/goes
    networkpolicy.networking.k8s.io/goes
    landfall:
    configmap/stays
    ");
}

/// kubectl deletes data that left the manifests; Landfall keeps it until it is named.
#[test]
fn claims_are_kept() {
    let more = format!(
        "{STAYS}apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: data, labels: {{deploy: $NS}}}}
spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Gi}}}}}}
"
    );
    let deleted = "jsonpath={range .items[*]}{.metadata.name}, deleted: {.metadata.deletionTimestamp}{'\\n'}{end}";
    let text = side_by_side(&[&more, STAYS], &["persistentvolumeclaims", "-o", deleted]);
    insta::assert_snapshot!(without_times(&text), @"
    kubectl:
    data, deleted: yes
    landfall:
    data, deleted: no
    ");
}

/// The same with a namespace and everything in it.
#[test]
fn namespaces_are_kept() {
    let more =
        format!("{STAYS}apiVersion: v1\nkind: Namespace\nmetadata: {{name: more-$NS, labels: {{deploy: $NS}}}}\n");
    let deleted = "jsonpath={range .items[*]}{.metadata.name}, deleted: {.metadata.deletionTimestamp}{'\\n'}{end}";
    let text = side_by_side(&[&more, STAYS], &["namespaces", "-l", "deploy=$NS", "-o", deleted]);
    insta::assert_snapshot!(without_times(&text), @"
    kubectl:
    more-$NS, deleted: yes
    landfall:
    more-$NS, deleted: no
    ");
}

fn without_times(text: &str) -> String {
    let line = |line: &str| match line.split_once("deleted:") {
        Some((start, "")) => format!("{start}deleted: no\n"),
        Some((start, _)) => format!("{start}deleted: yes\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}
