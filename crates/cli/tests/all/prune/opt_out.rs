//! Objects that say themselves that they stay.

use crate::shop::{Shop, config_map};

#[test]
fn each_annotation_that_users_know_is_honoured() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a"));
    for (name, annotation) in [
        ("argo", "{argocd.argoproj.io/sync-options: 'Validate=false, Prune=false'}"),
        ("cli-utils", "{cli-utils.sigs.k8s.io/on-remove: keep}"),
        ("config-sync", "{client.lifecycle.config.k8s.io/deletion: detach}"),
        ("flux", "{kustomize.toolkit.fluxcd.io/prune: disabled}"),
        ("landfall", "{landfall.dev/prune: disabled}"),
        ("not-really", "{argocd.argoproj.io/sync-options: 'Prune=true', landfall.dev/prune: enabled}"),
    ] {
        let annotated = config_map(name).replace("  labels:", &format!("  annotations: {annotation}\n  labels:"));
        shop.write(&format!("base/kept/{name}.yaml"), &annotated);
    }
    shop.deploy_with(&[]).success();
    shop.remove("base/kept");
    insta::assert_snapshot!(shop.deploy(), @"
    = keep   configmap/argo
    = keep   configmap/cli-utils
    = keep   configmap/config-sync
    = keep   configmap/flux
    = keep   configmap/landfall
    - prune  configmap/not-really

    1 to prune, 5 kept, 1 unchanged

    configmap/argo
        its annotation argocd.argoproj.io/sync-options: Validate=false, Prune=false says so

    configmap/cli-utils
        its annotation cli-utils.sigs.k8s.io/on-remove: keep says so

    configmap/config-sync
        its annotation client.lifecycle.config.k8s.io/deletion: detach says so

    configmap/flux
        its annotation kustomize.toolkit.fluxcd.io/prune: disabled says so

    configmap/landfall
        its annotation landfall.dev/prune: disabled says so
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 pruned, 5 kept, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(
        shop.live("configmaps"),
        "configmap/a configmap/argo configmap/cli-utils configmap/config-sync configmap/flux configmap/landfall"
    );
}

#[test]
fn an_annotation_that_a_person_set_on_the_live_object_counts() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a")).write("base/b.yaml", &config_map("b"));
    shop.deploy_with(&[]).success();
    shop.kubectl(&["annotate", "configmap", "b", "landfall.dev/prune=disabled"]).ok();
    shop.remove("base/b.yaml");
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 kept, 1 unchanged
    --- exit status 0 ---
    ");
    shop.kubectl(&["annotate", "configmap", "b", "landfall.dev/prune-"]).ok();
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
fn an_object_with_an_owner_is_left_to_its_owner() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a")).write("base/b.yaml", &config_map("b"));
    shop.deploy_with(&[]).success();
    let uid = shop.field("configmap/a", ".metadata.uid");
    let owner = format!(
        r#"{{"metadata":{{"ownerReferences":[{{"apiVersion":"v1","kind":"ConfigMap","name":"a","uid":"{uid}"}}]}}}}"#
    );
    shop.kubectl(&["patch", "configmap", "b", "--type=merge", "-p", &owner]).ok();
    shop.remove("base/b.yaml");
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/a configmap/b");
}
