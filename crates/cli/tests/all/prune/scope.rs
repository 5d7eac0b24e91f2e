//! With `-n` a deploy deletes in that namespace only.

use crate::shop::{Shop, config_map};

const ROLE: &str = "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: $NS-reader, labels: {deploy: $NS}}
rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]
";

#[test]
fn with_a_namespace_nothing_outside_of_it_is_deleted() {
    let shop = Shop::open();
    let other = Shop::open();
    let elsewhere = config_map("c").replace("  name: c\n", &format!("  name: c\n  namespace: {}\n", other.namespace));
    shop.write("base/a.yaml", &config_map("a")).write("base/b.yaml", &config_map("b"));
    shop.write("base/c.yaml", &elsewhere).write("base/role.yaml", ROLE);
    shop.deploy_with(&[]).success();
    shop.remove("base/b.yaml").remove("base/c.yaml").remove("base/role.yaml");
    let printed = shop.deploy_with(&["-n", "$NS"]).snapshot().replace(&other.namespace, "$OTHER");
    insta::assert_snapshot!(printed, @"
    - prune  configmap/b
    = keep   configmap/c -n $OTHER
    = keep   clusterrole/$NS-reader

    1 to prune, 2 kept, 1 unchanged

    configmap/c -n $OTHER
        it is outside of the namespace that was given with -n
        to delete it: deploy without -n

    clusterrole/$NS-reader
        it is outside of the namespace that was given with -n
        to delete it: deploy without -n
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 pruned, 2 kept, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(
        shop.live("configmaps,clusterroles"),
        "clusterrole.rbac.authorization.k8s.io/$NS-reader configmap/a configmap/c"
    );
    // Not forgotten: without -n they go.
    let printed = shop.deploy().replace(&other.namespace, "$OTHER");
    insta::assert_snapshot!(printed, @"
    - prune  configmap/c -n $OTHER
    - prune  clusterrole/$NS-reader

    2 to prune, 1 unchanged
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 2 pruned, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("configmaps,clusterroles"), "configmap/a");
}

#[test]
fn without_prune_nothing_is_deleted_and_nothing_forgotten() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a")).write("base/b.yaml", &config_map("b"));
    shop.deploy_with(&[]).success();
    shop.remove("base/b.yaml");
    insta::assert_snapshot!(shop.deploy_with(&["--prune=false"]).snapshot(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/a configmap/b");
    insta::assert_snapshot!(shop.deploy(), @"
    - prune  configmap/b

    1 to prune, 1 unchanged
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 pruned, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/a");
}
