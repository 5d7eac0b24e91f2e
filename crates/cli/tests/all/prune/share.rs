//! Very many deletions at once are more often a wrong path than a wish.

use crate::shop::{Shop, config_map};

fn write(shop: &Shop<'_>, count: u32) {
    for number in 1..=count {
        shop.write(&format!("base/{number}.yaml"), &config_map(&format!("settings-{number}")));
    }
}

fn remove(shop: &Shop<'_>, count: u32) {
    for number in 1..=count {
        shop.remove(&format!("base/{number}.yaml"));
    }
}

fn shop_with_eight() -> Shop<'static> {
    let shop = Shop::open();
    write(&shop, 8);
    shop
}

#[test]
fn most_of_an_environment_is_pruned_only_if_each_object_is_named() {
    let shop = shop_with_eight();
    shop.deploy_with(&[]).success();
    remove(&shop, 6);
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - The revision would prune 6 of the 8 live objects of this environment (75 %, allowed are 50 %)
          configmap/settings-1 in namespace $NS
          configmap/settings-2 in namespace $NS
          configmap/settings-3 in namespace $NS
          configmap/settings-4 in namespace $NS
          configmap/settings-5 in namespace $NS
          configmap/settings-6 in namespace $NS
        to go on: check that the revision and the paths are the right ones; then prune in several commits, name the objects with --allow-prune, or raise maxPruneShare of the environment in landfall.yaml
    --- exit status 4 ---
    ");
    insta::assert_snapshot!(shop.deploy_with(&["--allow-prune", "configmap/settings-1"]).snapshot(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - The revision would prune 5 of the 8 live objects of this environment (62 %, allowed are 50 %)
          configmap/settings-2 in namespace $NS
          configmap/settings-3 in namespace $NS
          configmap/settings-4 in namespace $NS
          configmap/settings-5 in namespace $NS
          configmap/settings-6 in namespace $NS
        to go on: check that the revision and the paths are the right ones; then prune in several commits, name the objects with --allow-prune, or raise maxPruneShare of the environment in landfall.yaml
    --- exit status 4 ---
    ");
    assert_eq!(shop.live("configmaps").split(' ').count(), 8);
    let names: Vec<String> = (1..=6).map(|number| format!("ConfigMap/settings-{number}")).collect();
    insta::assert_snapshot!(shop.deploy_with(&["--allow-prune", &names.join(",")]).snapshot(), @"
    - prune  configmap/settings-1
    - prune  configmap/settings-2
    - prune  configmap/settings-3
    - prune  configmap/settings-4
    - prune  configmap/settings-5
    - prune  configmap/settings-6

    6 to prune, 2 unchanged
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 6 pruned, 2 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/settings-7 configmap/settings-8");
}

#[test]
fn landfall_yaml_sets_the_share() {
    let shop = shop_with_eight();
    let config = "name: $NS\nenvironments:\n  prod:\n    branch: main\n    paths: [base]\n    maxPruneShare: 50\n    target: {kubernetes: {namespace: $NS}}\n";
    shop.write("landfall.yaml", config);
    shop.work.commit("Begin");
    shop.work.landfall(&["deploy"]).success();
    remove(&shop, 6);
    shop.work.commit("Remove most");
    assert_eq!(shop.work.landfall(&["deploy"]).status, 4);
    shop.write("landfall.yaml", &config.replace("50", "80"));
    shop.work.commit("Allow it");
    insta::assert_snapshot!(shop.work.landfall(&["deploy"]).success().stdout, @"
    - prune  configmap/settings-1
    - prune  configmap/settings-2
    - prune  configmap/settings-3
    - prune  configmap/settings-4
    - prune  configmap/settings-5
    - prune  configmap/settings-6

    6 to prune, 2 unchanged
    ");
    assert_eq!(shop.live("configmaps"), "configmap/settings-7 configmap/settings-8");
}

#[test]
fn a_small_environment_may_lose_most_of_its_objects() {
    let shop = Shop::open();
    write(&shop, 4);
    shop.deploy_with(&[]).success();
    remove(&shop, 3);
    shop.deploy_with(&[]).success();
    assert_eq!(shop.live("configmaps"), "configmap/settings-4");
}
