//! `docs/json.md`: its example is what the program prints.

use landfall_bench_cluster::Cluster;

use super::blocks;
use crate::runner::Workspace;

fn config_map(name: &str, level: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  labels: {{deploy: shop}}\ndata:\n  level: {level}\n"
    )
}

#[test]
fn the_example_is_what_is_printed() {
    let cluster = Cluster::shared();
    cluster.kubectl(&["create", "namespace", "plan-json"]).ok();
    let work = Workspace::on(cluster);
    let environment = "{branch: main, paths: [base], target: {kubernetes: {namespace: plan-json}}}";
    work.write("landfall.yaml", &format!("name: shop\nenvironments:\n  production: {environment}\n"));
    let claim = "apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, labels: {deploy: shop}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
";
    work.write("base/settings.yaml", &config_map("settings", "info"))
        .write("base/old.yaml", &config_map("old", "info"));
    work.write("base/same.yaml", &config_map("same", "info")).write("base/data.yaml", claim).commit("Begin");
    work.landfall(&["deploy", "--no-wait"]).success();
    // Somebody changes a field by hand, which the revision changes too.
    let set = r#"{"data": {"level": "warn"}}"#;
    cluster.kubectl(&["patch", "configmap", "settings", "-n", "plan-json", "--field-manager=bob", "-p", set]).ok();
    work.write("base/settings.yaml", &config_map("settings", "debug")).remove("base/old.yaml").remove("base/data.yaml");
    work.write("base/new.yaml", &config_map("Not_A_Name", "info")).commit("Tell more");
    let ran = work.landfall(&["plan", "-o", "json"]);
    assert_eq!(ran.status, 1);
    let printed = without_times(&ran.stdout.replace("$SERVER", "https://127.0.0.1:6443"));
    if std::env::var_os("LANDFALL_BLESS").is_some() {
        super::write_block("json.md", "json", 0, &printed);
    }
    let documented = without_times(&blocks("json.md", "json").remove(0));
    assert_eq!(printed.trim(), documented.trim(), "run the test with LANDFALL_BLESS=1 to write docs/json.md anew");
}

/// Times differ from run to run.
fn without_times(text: &str) -> String {
    let line = |line: &str| match line.split_once("\"time\": \"") {
        Some((before, _)) => format!("{before}\"time\": \"2026-01-02T03:04:05Z\"\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}
