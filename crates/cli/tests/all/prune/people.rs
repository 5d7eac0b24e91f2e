//! What people do by hand on the cluster: theirs stays theirs.

use crate::shop::{Shop, config_map};

/// An environment with `a` and `b`, whose `b` has left the manifests.
fn shop_without_b() -> Shop<'static> {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a")).write("base/b.yaml", &config_map("b"));
    shop.deploy_with(&[]).success();
    shop.remove("base/b.yaml");
    shop
}

#[test]
fn an_object_that_was_created_and_not_applied_stays() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a"));
    shop.deploy_with(&[]).success();
    shop.kubectl_stdin(&["create", "-f", "-"], &config_map("by-hand")).ok();
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    warning: configmap/by-hand in namespace $NS carries the label, but is left: nobody applied it with kubectl or Landfall: it was created in another way
    Done in [N] s: 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/a configmap/by-hand");
}

#[test]
fn an_object_that_a_person_created_again_stays() {
    let shop = shop_without_b();
    shop.kubectl(&["delete", "configmap", "b"]).ok();
    shop.kubectl_stdin(&["create", "-f", "-"], &config_map("b")).ok();
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    warning: configmap/b in namespace $NS carries the label, but is left: nobody applied it with kubectl or Landfall: it was created in another way
    Done in [N] s: 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/a configmap/b");
}

#[test]
fn an_object_that_a_person_restored_from_a_copy_stays() {
    let shop = shop_without_b();
    let copy = shop.kubectl(&["get", "configmap", "b", "-o", "yaml"]).ok();
    shop.kubectl(&["delete", "configmap", "b"]).ok();
    shop.kubectl_stdin(&["create", "-f", "-"], &copy).ok();
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    warning: configmap/b in namespace $NS carries the label, but is left: somebody deleted and created it again in another way
    Done in [N] s: 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/a configmap/b");
    // Nor in a later run, when the inventory has forgotten it.
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    warning: configmap/b in namespace $NS carries the label, but is left: it carries the mark of kubectl apply, but was created in another way, such as from a copy
    Done in [N] s: 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/a configmap/b");
    // Applied again it is the environment's again.
    shop.kubectl_stdin(&["apply", "-f", "-"], &config_map("b")).ok();
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

#[test]
fn a_copy_of_an_object_under_another_name_stays() {
    let shop = shop_without_b();
    let copy =
        shop.kubectl(&["get", "configmap", "b", "-o", "yaml"]).ok().replace("  name: b\n", "  name: copy-of-b\n");
    shop.kubectl_stdin(&["create", "-f", "-"], &copy).ok();
    insta::assert_snapshot!(shop.deploy(), @"
    - prune  configmap/b

    1 to prune, 1 unchanged
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    warning: configmap/copy-of-b in namespace $NS carries the label, but is left: it carries the mark of kubectl apply, but was created in another way, such as from a copy
    Done in [N] s: 1 pruned, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/a configmap/copy-of-b");
    // kubectl deletes it.
    insta::assert_snapshot!(shop.kubectl(&["apply", "-f", &shop.work.dir().join("base").display().to_string(), "-l", "deploy=$NS", "--prune"]).ok(), @"
    configmap/a unchanged
    configmap/copy-of-b pruned
    ");
}

#[test]
fn an_object_whose_label_a_person_removed_stays_and_is_told() {
    let shop = shop_without_b();
    shop.kubectl(&["label", "configmap", "b", "deploy-"]).ok();
    insta::assert_snapshot!(shop.deploy(), @"
    = keep  configmap/b

    1 kept, 1 unchanged

    configmap/b
        it does not carry the environment's label any more
        to delete it: label it again and deploy, or delete it by hand
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 kept, 1 unchanged
    --- exit status 0 ---
    ");
    // Every time, until somebody decides.
    insta::assert_snapshot!(shop.deploy(), @"
    = keep  configmap/b

    1 kept, 1 unchanged

    configmap/b
        it does not carry the environment's label any more
        to delete it: label it again and deploy, or delete it by hand
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 kept, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.field("configmap/b", ".data.level"), "info");
    shop.kubectl(&["label", "configmap", "b", "deploy=$NS"]).ok();
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

#[test]
fn a_label_that_a_person_removed_comes_back_while_the_object_is_desired() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a"));
    shop.deploy_with(&[]).success();
    shop.kubectl(&["label", "configmap", "a", "deploy-"]).ok();
    insta::assert_snapshot!(shop.deploy(), @r#"
    ~ update  configmap/a  base/a.yaml:1:1

    1 to update

    configmap/a
        metadata.labels
          + {"deploy":"$NS"}
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 updated
    --- exit status 0 ---
    "#);
    assert_eq!(shop.live("configmaps"), "configmap/a");
}
