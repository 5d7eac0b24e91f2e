//! Two environments on one cluster keep off each other's objects.

use crate::shop::{Shop, config_map};

/// A ConfigMap that the selectors of two environments select.
fn of_both(name: &str) -> String {
    config_map(name).replace("{deploy: $NS}", "{deploy: $NS, team: $NS}")
}

#[test]
fn an_object_of_two_environments_is_refused_to_the_second() {
    let shop = Shop::open();
    let team = || shop.landfall(&["deploy", "--no-wait", "-f", "team", "-l", "team=$NS"]).snapshot();
    shop.write("base/a.yaml", &of_both("a")).write("base/b.yaml", &of_both("b"));
    shop.deploy_with(&[]).success();
    shop.write("team/a.yaml", &of_both("a").replace("info", "debug")).write("team/c.yaml", &of_both("c"));
    insta::assert_snapshot!(team(), @"
    --- stderr ---
    Deploying team
    to context admin ($SERVER), namespace $NS

    warning: configmap/b in namespace $NS carries the label, but is left: it belongs to the environment 'deploy=$NS' (its record: ConfigMap landfall-$NS-[HASH] in namespace $NS)
    error: This revision is not deployed; nothing was written
      - team/a.yaml:1:1: configmap/a in namespace $NS belongs to the environment 'deploy=$NS' (its record: ConfigMap landfall-$NS-[HASH] in namespace $NS)
        to go on: remove it from one of the two, or give the two different names or namespaces; if that environment is no more, delete its record
    --- exit status 4 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/a configmap/b");
    // Neither prunes what the other one has.
    shop.remove("team/a.yaml");
    insta::assert_snapshot!(team(), @"
    + create  configmap/c  team/c.yaml:1:1

    1 to create
    --- stderr ---
    Deploying team
    to context admin ($SERVER), namespace $NS

    warning: configmap/a in namespace $NS carries the label, but is left: it belongs to the environment 'deploy=$NS' (its record: ConfigMap landfall-$NS-[HASH] in namespace $NS)
    warning: configmap/b in namespace $NS carries the label, but is left: it belongs to the environment 'deploy=$NS' (its record: ConfigMap landfall-$NS-[HASH] in namespace $NS)
    Done in [N] s: 1 created
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    warning: configmap/c in namespace $NS carries the label, but is left: it belongs to the environment 'team=$NS' (its record: ConfigMap landfall-$NS-[HASH] in namespace $NS)
    Done in [N] s: 2 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/a configmap/b configmap/c");
    // What one gives away the other one may take.
    shop.remove("base/a.yaml");
    shop.deploy_with(&[]).success();
    shop.write("team/a.yaml", &of_both("a"));
    insta::assert_snapshot!(team(), @"
    + create  configmap/a  team/a.yaml:1:1

    1 to create, 1 unchanged
    --- stderr ---
    Deploying team
    to context admin ($SERVER), namespace $NS

    warning: configmap/b in namespace $NS carries the label, but is left: it belongs to the environment 'deploy=$NS' (its record: ConfigMap landfall-$NS-[HASH] in namespace $NS)
    Done in [N] s: 1 created, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/a configmap/b configmap/c");
}

#[test]
fn one_selector_in_two_namespaces_is_two_environments() {
    let shop = Shop::open();
    let other = Shop::open();
    shop.write("base/a.yaml", &config_map("a"));
    shop.deploy_with(&[]).success();
    shop.deploy_with(&["-n", &other.namespace]).success();
    shop.write("base/b.yaml", &config_map("b")).remove("base/a.yaml");
    shop.deploy_with(&[]).success();
    assert_eq!(shop.live("configmaps"), "configmap/a configmap/b");
    assert_eq!(other.kubectl(&["get", "configmap", "a", "-o", "name"]).ok(), "configmap/a\n");
}
