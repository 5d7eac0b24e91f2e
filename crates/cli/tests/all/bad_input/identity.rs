//! Two manifests of one object.

use super::{apply, assert_empty, config_map, workspace};
use crate::runner::Workspace;

#[test]
fn two_manifests_of_one_object() {
    let work = Workspace::new();
    work.write("base/a.yaml", &config_map("settings")).write("base/b.yaml", &config_map("settings"));
    insta::assert_snapshot!(work.landfall(&["plan", "-f", "base", "-l", "deploy=shop"]).snapshot(), @"
    --- stderr ---
    error: configmap/settings is described twice
     --> base/b.yaml:3:18
      |
    3 | metadata: {name: settings, labels: {deploy: shop}}
      |                  ^^^^^^^^
      |
      = help: Remove one of the two; the first is at base/a.yaml:3

    error: The manifests have 1 fault; nothing was applied
    --- exit status 1 ---
    ");
}

#[test]
fn the_same_only_after_the_default_namespace_is_known() {
    let (work, namespace) = workspace();
    let named = config_map("settings").replace("{name:", &format!("{{namespace: {namespace}, name:"));
    work.write("base/a.yaml", &config_map("settings")).write("base/b.yaml", &named);
    insta::assert_snapshot!(apply(&work, &namespace).snapshot(), @"
    --- stderr ---
    error: configmap/settings in namespace $NS is described twice
     --> base/b.yaml:3:38
      |
    3 | metadata: {namespace: $NS, name: settings, labels: {deploy: shop}}
      |                                      ^^^^^^^^
      |
      = help: Remove one of the two; the first is at base/a.yaml:3

    error: The manifests have 1 fault; nothing was applied
    --- exit status 1 ---
    ");
    assert_empty(&namespace);
}

#[test]
fn another_environment_has_the_object() {
    let (work, namespace) = workspace();
    work.write("base/a.yaml", &config_map("settings"));
    apply(&work, &namespace).success();
    work.write("base/a.yaml", &config_map("settings").replace("deploy: shop", "deploy: other"));
    let ran = work.landfall(&["apply", "-f", "base", "-l", "deploy=other", "--prune", "-n", &namespace]);
    insta::assert_snapshot!(ran.snapshot(), @"
    --- stderr ---
    error: This revision is not deployed; nothing was written
      - base/a.yaml:1:1: configmap/settings in namespace $NS belongs to the environment 'deploy=shop' (its record: ConfigMap landfall-shop-3005fe85 in namespace $NS)
        to go on: remove it from one of the two, or give the two different names or namespaces; if that environment is no more, delete its record
    --- exit status 4 ---
    ");
}
