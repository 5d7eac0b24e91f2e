//! What is only written down elsewhere is not deleted; what is written down differently is.

use crate::shop::{Shop, config_map};

#[test]
fn a_moved_and_a_renamed_file_change_nothing() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a")).write("base/b.yaml", &config_map("b"));
    shop.deploy_with(&[]).success();
    let before = shop.field("configmap/a", ".metadata.resourceVersion");
    shop.remove("base/a.yaml").write("base/deeper/folder/a.yaml", &config_map("a"));
    shop.remove("base/b.yaml").write("base/bb.yml", &config_map("b"));
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 2 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/a configmap/b");
    assert_eq!(shop.field("configmap/a", ".metadata.resourceVersion"), before);
}

#[test]
fn a_renamed_object_is_created_before_the_old_one_is_pruned() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("old"));
    shop.deploy_with(&[]).success();
    shop.write("base/a.yaml", &config_map("new"));
    insta::assert_snapshot!(shop.deploy(), @"
    + create  configmap/new  base/a.yaml:1:1
    - prune   configmap/old

    1 to create, 1 to prune
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 created, 1 pruned
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/new");
}

#[test]
fn an_object_that_changes_its_namespace_is_pruned_from_the_old_one() {
    let shop = Shop::open();
    let other = Shop::open();
    let elsewhere = config_map("a").replace("  name: a\n", &format!("  name: a\n  namespace: {}\n", other.namespace));
    shop.write("base/a.yaml", &elsewhere).write("base/b.yaml", &config_map("b"));
    shop.deploy_with(&[]).success();
    assert_eq!(other.kubectl(&["get", "configmap", "a", "-o", "name"]).ok(), "configmap/a\n");
    shop.write("base/a.yaml", &config_map("a"));
    let printed = shop.deploy().replace(&other.namespace, "$OTHER");
    insta::assert_snapshot!(printed, @"
    + create  configmap/a              base/a.yaml:1:1
    - prune   configmap/a -n $OTHER

    1 to create, 1 to prune, 1 unchanged
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 created, 1 pruned, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/a configmap/b");
    assert_eq!(shop.field("configmap/a", ".metadata.namespace"), "$NS");
}

#[test]
fn a_namespace_in_a_cluster_scoped_manifest_means_nothing() {
    let shop = Shop::open();
    let role = "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: $NS-reader, namespace: somewhere, labels: {deploy: $NS}}
rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]
";
    shop.write("base/role.yaml", role).write("base/a.yaml", &config_map("a"));
    shop.deploy_with(&[]).success();
    let before = shop.field("clusterrole/$NS-reader", ".metadata.resourceVersion");
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 2 unchanged
    --- exit status 0 ---
    ");
    // As before a new revision, which makes the same decisions from another record.
    shop.write("base/b.yaml", &config_map("b"));
    insta::assert_snapshot!(shop.deploy(), @"
    + create  configmap/b  base/b.yaml:1:1

    1 to create, 2 unchanged
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 created, 2 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.field("clusterrole/$NS-reader", ".metadata.resourceVersion"), before);
    shop.remove("base/role.yaml");
    insta::assert_snapshot!(shop.deploy(), @"
    - prune  clusterrole/$NS-reader

    1 to prune, 2 unchanged
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 pruned, 2 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("clusterroles"), "");
}
