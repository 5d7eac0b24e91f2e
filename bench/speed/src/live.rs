//! From the first write until the tool says that everything is live: `landfall deploy` against `kubectl apply` and then
//! `kubectl rollout status` of all workloads, on simulated nodes.

use std::fmt::Write;
use std::fs;
use std::io::BufRead;
use std::path::Path;
use std::process::Command;

use jiff::Timestamp;
use landfall_bench_cluster::{Cluster, program};
use tempfile::TempDir;

use crate::audit::{self, Audit, Line};
use crate::bench::Options;
use crate::measure::median;
use crate::tools::{Tool, beside};

/// How long so many Deployments took to be told live.
#[derive(Debug)]
pub struct Point {
    deployments: usize,
    landfall: f64,
    kubectl: f64,
}

/// Measures all points on one cluster, the tools in turn.
pub fn run(options: &Options) -> Vec<Point> {
    if options.only.as_ref().is_some_and(|only| !"live".contains(only.as_str())) {
        return Vec::new();
    }
    eprintln!("bench: starts a cluster with simulated nodes");
    let cluster = Cluster::builder().kwok_nodes(2).start();
    let (counts, rounds): (&[usize], usize) = if options.quick { (&[1, 20], 1) } else { (&[1, 20, 200], 3) };
    counts.iter().map(|&count| point(&cluster, count, rounds)).collect()
}

fn point(cluster: &Cluster, deployments: usize, rounds: usize) -> Point {
    let (mut landfall, mut kubectl) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        landfall.push(update(cluster, Tool::Landfall, deployments));
        kubectl.push(update(cluster, Tool::Kubectl, deployments));
    }
    let middle = |seconds| median(seconds).unwrap_or_default();
    Point { deployments, landfall: middle(landfall), kubectl: middle(kubectl) }
}

/// Gives all Deployments of a new namespace another image, and tells the seconds from the first write until the tool
/// ends because all are live.
fn update(cluster: &Cluster, tool: Tool, deployments: usize) -> f64 {
    let namespace = cluster.namespace();
    let folder = tempfile::tempdir().expect("the folder for temporary files is writable");
    write(folder.path(), deployments, "example.com/web:1");
    deploy(cluster, tool, &namespace, &folder);
    write(folder.path(), deployments, "example.com/web:2");
    let audit = Audit::begin(cluster);
    deploy(cluster, tool, &namespace, &folder);
    let ended = Timestamp::now();
    std::thread::sleep(std::time::Duration::from_millis(300));
    let seconds = (ended - first_write(audit.grown(), tool)).as_secs_f64();
    eprintln!("bench: live, {deployments} Deployments: {tool} {seconds:.2} s");
    cluster.kubectl(&["delete", "namespace", &namespace, "--wait=true"]).ok();
    seconds
}

fn deploy(cluster: &Cluster, tool: Tool, namespace: &str, folder: &TempDir) {
    let files = folder.path().join("base");
    let run = |program: &Path, args: &[&str]| {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", folder.path()).env("KUBECONFIG", cluster.kubeconfig());
        let output = command.args(args).args(["-n", namespace]).output().expect("the program can be started");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let files = files.to_string_lossy();
    match tool {
        Tool::Landfall => run(&beside("landfall"), &["deploy", "-R", "-l", "deploy=load", "-f", &files]),
        _ => {
            let kubectl = program("kubectl");
            run(&kubectl, &["apply", "--prune", "-l", "deploy=load", "-R", "-f", &files]);
            run(&kubectl, &["rollout", "status", "deployment", "-l", "deploy=load"]);
        }
    }
}

/// When the first change of an object came. The lock is none.
fn first_write(audit: impl BufRead, tool: Tool) -> Timestamp {
    let agent = if tool == Tool::Landfall { "landfall/" } else { "kubectl/" };
    let is_write = |line: &Line| {
        matches!(line.verb.as_str(), "create" | "patch" | "update")
            && !line.request_uri.contains("dryRun")
            && !line.request_uri.contains("/leases")
    };
    let times = audit::lines(audit, agent).filter(is_write).filter_map(|line| line.request_received_timestamp);
    times.min().expect("the server saw a write")
}

fn write(folder: &Path, deployments: usize, image: &str) {
    let base = folder.join("base");
    fs::create_dir_all(&base).expect("the folder is writable");
    for number in 0..deployments {
        let name = format!("web-{number:03}");
        let text = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, labels: {{deploy: load}}}}\nspec:\n  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec: {{containers: [{{name: web, image: '{image}', readinessProbe: {{tcpSocket: {{port: 80}}}}}}]}}\n"
        );
        fs::write(base.join(format!("{name}.yaml")), text).expect("the folder is writable");
    }
}

/// The points as a table in Markdown.
pub fn table(points: &[Point]) -> String {
    let mut table = "| Deployments | Landfall | kubectl |\n|---:|---:|---:|\n".to_owned();
    for Point { deployments, landfall, kubectl } in points {
        let ratio = kubectl / landfall;
        let _ = writeln!(table, "| {deployments} | {landfall:.2} s | {kubectl:.2} s ({ratio:.2}x) |");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_write_is_that_of_an_object() {
        let line = |verb: &str, uri: &str, agent: &str, second: u8| {
            format!(
                r#"{{"verb": "{verb}", "requestURI": "{uri}", "userAgent": "{agent}", "requestReceivedTimestamp": "2026-01-02T03:04:{second:02}.000000Z"}}"#
            )
        };
        let log = [
            line("list", "/apis/apps/v1/deployments", "landfall/0.1", 1),
            line("create", "/apis/coordination.k8s.io/v1/namespaces/a/leases", "landfall/0.1", 2),
            line("patch", "/apis/apps/v1/deployments/web?dryRun=All", "landfall/0.1", 3),
            line("patch", "/apis/apps/v1/deployments/web", "kubectl/v1", 4),
            line("patch", "/apis/apps/v1/deployments/web", "landfall/0.1", 6),
            line("update", "/api/v1/configmaps/record", "landfall/0.1", 5),
        ];
        let first = first_write(log.join("\n").as_bytes(), Tool::Landfall);
        assert_eq!(first.to_string(), "2026-01-02T03:04:05Z");
    }
}
