//! A namespace takes everything in it with it.

use crate::shop::{Shop, config_map};

const NAMESPACE: &str = "apiVersion: v1
kind: Namespace
metadata: {name: $NS-extra, labels: {deploy: $NS}}
";

/// An environment whose extra namespace, with a ConfigMap in it, has left the manifests.
fn shop_without_namespace() -> Shop<'static> {
    let shop = Shop::open();
    let inside = config_map("inside").replace("  name: inside\n", "  name: inside\n  namespace: $NS-extra\n");
    shop.write("base/a.yaml", &config_map("a"))
        .write("base/extra/ns.yaml", NAMESPACE)
        .write("base/extra/inside.yaml", &inside);
    shop.deploy_with(&[]).success();
    shop.remove("base/extra");
    shop
}

#[test]
fn a_namespace_that_holds_objects_of_others_is_never_pruned() {
    let shop = shop_without_namespace();
    shop.kubectl(&["create", "secret", "generic", "of-somebody", "-n", "$NS-extra"]).ok();
    insta::assert_snapshot!(shop.deploy_with(&["--allow-prune", "namespace/$NS-extra"]).snapshot(), @"
    = keep   namespace/$NS-extra
    - prune  configmap/inside -n $NS-extra

    1 to prune, 1 kept, 1 unchanged

    namespace/$NS-extra
        it still holds objects, such as secret/of-somebody in namespace $NS-extra
        to delete it: delete those first; it is never deleted while it holds any
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 pruned, 1 kept, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.field("namespace/$NS-extra", ".status.phase"), "Active");
    assert_eq!(shop.live("configmaps"), "configmap/a");
    // The same in the next run, and without approval.
    insta::assert_snapshot!(shop.deploy(), @"
    = keep  namespace/$NS-extra

    1 kept, 1 unchanged

    namespace/$NS-extra
        a Namespace is never deleted without approval: everything in it is deleted with it
        to delete it: deploy with --allow-prune namespace/$NS-extra, or delete it by hand
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 kept, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.field("namespace/$NS-extra", ".status.phase"), "Active");
}

#[test]
fn an_empty_namespace_is_pruned_with_an_approval() {
    let shop = shop_without_namespace();
    insta::assert_snapshot!(shop.deploy(), @"
    = keep   namespace/$NS-extra
    - prune  configmap/inside -n $NS-extra

    1 to prune, 1 kept, 1 unchanged

    namespace/$NS-extra
        a Namespace is never deleted without approval: everything in it is deleted with it
        to delete it: deploy with --allow-prune namespace/$NS-extra, or delete it by hand
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 pruned, 1 kept, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.field("namespace/$NS-extra", ".status.phase"), "Active");
    insta::assert_snapshot!(shop.deploy_with(&["--allow-prune", "namespace/$NS-extra"]).snapshot(), @"
    - prune  namespace/$NS-extra

    1 to prune, 1 unchanged
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 pruned, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.field("namespace/$NS-extra", ".status.phase"), "Terminating");
}

#[test]
fn the_namespace_of_the_environment_itself_is_never_pruned() {
    let shop = Shop::open();
    let elsewhere = config_map("a").replace("  name: a\n", "  name: a\n  namespace: $NS-extra\n");
    shop.write("base/extra.yaml", NAMESPACE).write("base/a.yaml", &elsewhere);
    shop.write("base/own.yaml", &NAMESPACE.replace("-extra", ""));
    shop.deploy_with(&[]).success();
    shop.remove("base/own.yaml");
    insta::assert_snapshot!(shop.deploy_with(&["--allow-prune", "namespace/$NS"]).snapshot(), @"
    = keep  namespace/$NS

    1 kept, 2 unchanged

    namespace/$NS
        it holds the record of what this environment applied
        to delete it: delete it by hand, when the environment is to end
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 kept, 2 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.field("namespace/$NS", ".status.phase"), "Active");
}
