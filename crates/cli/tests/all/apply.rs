//! `landfall apply`, `plan` and `deploy` on a few objects.

use landfall_bench_cluster::Cluster;

use crate::runner::Workspace;

const SETTINGS: &str = "apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  labels: {deploy: shop}
data:
  level: info
";

#[test]
fn creates_changes_and_prunes() {
    let cluster = Cluster::shared();
    let namespace = cluster.namespace();
    let work = Workspace::on(cluster).replace(&namespace, "$NS");
    let apply =
        || work.landfall(&["apply", "-f", "base", "-R", "-l", "deploy=shop", "--prune", "-n", &namespace]).snapshot();
    work.write("base/settings.yaml", SETTINGS).write("base/more.yaml", &SETTINGS.replace("settings", "more"));
    insta::assert_snapshot!(apply(), @"
    configmap/more created
    configmap/settings created
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(apply(), @"
    configmap/more unchanged
    configmap/settings unchanged
    --- exit status 0 ---
    ");
    work.write("base/settings.yaml", &SETTINGS.replace("info", "debug")).remove("base/more.yaml");
    insta::assert_snapshot!(apply(), @"
    configmap/more pruned
    configmap/settings configured
    --- exit status 0 ---
    ");
}

#[test]
fn deploys_a_commit() {
    let cluster = Cluster::shared();
    let namespace = cluster.namespace();
    let work = Workspace::on(cluster).replace(&namespace, "$NS");
    let config = format!(
        "name: shop\nenvironments:\n  prod: {{branch: main, paths: [base], target: {{kubernetes: {{namespace: {namespace}}}}}}}\n"
    );
    work.write("landfall.yaml", &config).write("base/settings.yaml", SETTINGS).commit("Begin");
    work.landfall(&["deploy"]).success();
    work.write("base/settings.yaml", &SETTINGS.replace("info", "debug")).commit("Tell more");
    insta::assert_snapshot!(work.landfall(&["plan", "prod"]).stdout, @r#"
    ~ update  configmap/settings  base/settings.yaml:1:1

    1 to update

    configmap/settings
        data[level]
          - "info"
          + "debug"
    "#);
    insta::assert_snapshot!(work.landfall(&["deploy", "prod"]).stdout, @r#"
    ~ update  configmap/settings  base/settings.yaml:1:1

    1 to update

    configmap/settings
        data[level]
          - "info"
          + "debug"
    "#);
    assert!(
        cluster.kubectl(&["get", "configmap", "settings", "-n", &namespace, "-o", "yaml"]).stdout.contains("debug")
    );
    work.landfall(&["deploy", "prod", "HEAD~1"]).success();
    assert!(cluster.kubectl(&["get", "configmap", "settings", "-n", &namespace, "-o", "yaml"]).stdout.contains("info"));
}
