//! A definition takes all objects of its kind with it.

use landfall_bench_cluster::Cluster;

use crate::shop::{Shop, WIDGET, WIDGETS, config_map};

#[test]
fn a_definition_is_pruned_only_if_approved_and_without_objects() {
    let cluster = Cluster::start();
    let shop = Shop::on(&cluster);
    let definition = WIDGETS.replace("widgets.example.com}", "widgets.example.com, labels: {deploy: $NS}}");
    shop.write("base/a.yaml", &config_map("a")).write("base/crd.yaml", &definition).write("base/widget.yaml", WIDGET);
    shop.deploy_with(&[]).success();
    shop.kubectl_stdin(
        &["create", "-f", "-"],
        &WIDGET.replace("name: one", "name: of-somebody").replace("$NS", "other"),
    )
    .ok();
    shop.remove("base/crd.yaml").remove("base/widget.yaml");
    insta::assert_snapshot!(shop.deploy(), @"
    = keep   customresourcedefinition/widgets.example.com
    - prune  widget/one

    1 to prune, 1 kept, 1 unchanged

    customresourcedefinition/widgets.example.com
        a CustomResourceDefinition is never deleted without approval: every object of its kind is deleted with it
        to delete it: deploy with --allow-prune customresourcedefinition/widgets.example.com, or delete it by hand
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 pruned, 1 kept, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("crd,widgets"), "customresourcedefinition.apiextensions.k8s.io/widgets.example.com");
    insta::assert_snapshot!(shop.deploy_with(&["--allow-prune", "customresourcedefinition/widgets.example.com"]).snapshot(), @"
    = keep  customresourcedefinition/widgets.example.com

    1 kept, 1 unchanged

    customresourcedefinition/widgets.example.com
        it still holds objects, such as widget/of-somebody in namespace $NS
        to delete it: delete those first; it is never deleted while it holds any
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 kept, 1 unchanged
    --- exit status 0 ---
    ");
    shop.kubectl(&["delete", "widget", "of-somebody"]).ok();
    insta::assert_snapshot!(shop.deploy_with(&["--allow-prune", "customresourcedefinition/widgets.example.com"]).snapshot(), @"
    - prune  customresourcedefinition/widgets.example.com

    1 to prune, 1 unchanged
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 pruned, 1 unchanged
    --- exit status 0 ---
    ");
    shop.kubectl(&["wait", "--for=delete", "crd/widgets.example.com", "--timeout=60s"]).ok();
    assert_eq!(shop.live("crd"), "");
}
