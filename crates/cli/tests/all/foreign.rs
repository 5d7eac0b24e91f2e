//! Fields that others wrote: named where a deploy overwrites them, left alone where it does not set them.

use crate::shop::{Shop, config_map};

const WEB: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {deploy: $NS}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: web:1
";

fn deployed(manifest: &str) -> Shop<'static> {
    let shop = Shop::open();
    shop.write("base/web.yaml", manifest);
    shop.deploy_with(&[]).success();
    shop
}

/// A plan with each time of it replaced.
fn plan(shop: &Shop<'_>) -> String {
    let printed = shop.work.landfall(&["plan", "-f", "base", "-l", &shop.fill("deploy=$NS")]).stdout;
    let timeless = |line: &str| match line.split_once(" at 20") {
        Some((before, _)) => format!("{before} at [TIME]"),
        None => line.to_owned(),
    };
    printed.lines().map(|line| timeless(line) + "\n").collect()
}

#[test]
fn a_number_of_pods_that_somebody_scaled_to() {
    let shop = deployed(WEB);
    shop.kubectl(&["scale", "deployment/web", "--replicas=5"]).ok();
    insta::assert_snapshot!(plan(&shop), @"
    ~ update  deployment/web  base/web.yaml:1:1

    1 to update

    deployment/web
        spec.replicas
          - 5
          + 2
        overwrites spec.replicas, last written by kubectl
    ");
    shop.deploy_with(&[]).success();
    assert_eq!(shop.field("deployment/web", ".spec.replicas"), "2");
    insta::assert_snapshot!(plan(&shop), @"1 unchanged");
}

#[test]
fn an_image_that_somebody_set() {
    let shop = deployed(WEB);
    shop.kubectl(&["set", "image", "deployment/web", "web=web:hotfix"]).ok();
    insta::assert_snapshot!(plan(&shop), @r#"
    ~ update  deployment/web  base/web.yaml:1:1

    1 to update

    deployment/web
        spec.template.spec.containers[name=web].image
          - "web:hotfix"
          + "web:1"
        overwrites spec.template.spec.containers[name=web].image, last written by kubectl-set at [TIME]
    "#);
    shop.deploy_with(&[]).success();
    assert_eq!(shop.field("deployment/web", ".spec.template.spec.containers[0].image"), "web:1");
}

#[test]
fn what_an_autoscaler_or_another_tool_wrote() {
    let shop = deployed(WEB);
    let patch = r#"{"spec":{"replicas":7,"template":{"spec":{"containers":[{"name":"web","image":"web:2"}]}}}}"#;
    let args = ["patch", "deployment", "web", "--field-manager=autoscaler", "-p", patch];
    shop.kubectl(&args).ok();
    insta::assert_snapshot!(plan(&shop), @r#"
    ~ update  deployment/web  base/web.yaml:1:1

    1 to update

    deployment/web
        spec.replicas
          - 7
          + 2
        spec.template.spec.containers[name=web].image
          - "web:2"
          + "web:1"
        overwrites spec.replicas, last written by autoscaler at [TIME]
        overwrites spec.template.spec.containers[name=web].image, last written by autoscaler at [TIME]
    "#);
}

#[test]
fn fields_that_the_manifest_does_not_set_stay() {
    let shop = deployed(&WEB.replace("  replicas: 2\n", ""));
    shop.kubectl(&["scale", "deployment/web", "--replicas=5"]).ok();
    shop.kubectl(&["annotate", "deployment/web", "note=by hand"]).ok();
    shop.kubectl(&["set", "env", "deployment/web", "LEVEL=debug"]).ok();
    insta::assert_snapshot!(plan(&shop), @"1 unchanged");
    // Nor does another change touch them.
    shop.write("base/web.yaml", &WEB.replace("  replicas: 2\n", "").replace("web:1", "web:2"));
    insta::assert_snapshot!(plan(&shop), @r#"
    ~ update  deployment/web  base/web.yaml:1:1

    1 to update

    deployment/web
        spec.template.spec.containers[name=web].image
          - "web:1"
          + "web:2"
    "#);
    shop.deploy_with(&[]).success();
    assert_eq!(shop.field("deployment/web", ".spec.replicas"), "5");
    assert_eq!(shop.field("deployment/web", ".metadata.annotations.note"), "by hand");
    assert_eq!(shop.field("deployment/web", ".spec.template.spec.containers[0].env[0].value"), "debug");
}

#[test]
fn a_setting_that_somebody_edited() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a"));
    shop.deploy_with(&[]).success();
    shop.kubectl(&["patch", "configmap", "a", "--type=merge", "-p", r#"{"data":{"level":"trace","mine":"yes"}}"#]).ok();
    insta::assert_snapshot!(plan(&shop), @r#"
    ~ update  configmap/a  base/a.yaml:1:1

    1 to update

    configmap/a
        data[level]
          - "trace"
          + "info"
        overwrites data[level], last written by kubectl-patch at [TIME]
    "#);
    shop.deploy_with(&[]).success();
    assert_eq!(shop.field("configmap/a", ".data"), r#"{"level":"info","mine":"yes"}"#);
}
