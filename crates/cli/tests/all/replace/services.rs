//! Services: their address cannot change.

use super::change;
use crate::shop::Shop;

const SERVICE: &str = "apiVersion: v1
kind: Service
metadata:
  name: web
  labels: {deploy: $NS}
spec:
  selector: {app: web}
  ports: [{port: 80}]
";

#[test]
fn the_address_of_a_service() {
    let shop = Shop::open();
    let told =
        change(&shop, "service/web", SERVICE, "spec:\n", "spec:\n  clusterIP: None\n", &["--replace", "service/web"]);
    let address = |text: &str| text.split_whitespace().find(|word| word.starts_with("\"10.96.")).unwrap().to_owned();
    insta::assert_snapshot!(told.refused.replace(&address(&told.refused), "\"10.96.[N]\""), @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:7:14: service/web in namespace $NS has changes in fields that cannot be changed
          spec.clusterIP: "10.96.[N]" -> "None"
          if it is replaced: it is deleted and created again at once, and is missing in between
        to go on: undo the change, or replace it: --replace service/web, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
    insta::assert_snapshot!(told.replaced.replace(&address(&told.replaced), "\"10.96.[N]\""), @r#"
    ~ update   configmap/a  base/a.yaml:1:1
    ! replace  service/web  base/object.yaml:1:1

    1 to update, 1 to replace

    configmap/a
        data[level]
          - "info"
          + "debug"

    service/web
        spec.clusterIP
          - "10.96.[N]"
          + "None"
        replaced, since spec.clusterIP cannot be changed: it is deleted and created again at once, and is missing in between
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 updated, 1 replaced
    --- exit status 0 ---
    "#);
    assert_eq!(shop.field("service/web", ".spec.clusterIP"), "None");
}

#[test]
fn a_node_port_is_free_again_for_the_new_service() {
    let shop = Shop::open();
    let fixed = SERVICE
        .replace("[{port: 80}]", "[{port: 80, nodePort: 30123}]")
        .replace("spec:\n", "spec:\n  type: NodePort\n  clusterIP: 10.96.123.1\n");
    let told = change(&shop, "service/web", &fixed, "10.96.123.1", "10.96.123.2", &["--replace", "Service/web"]);
    insta::assert_snapshot!(told.refused, @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:8:14: service/web in namespace $NS has changes in fields that cannot be changed
          spec.clusterIP: "10.96.123.1" -> "10.96.123.2"
          if it is replaced: it is deleted and created again at once, and is missing in between
        to go on: undo the change, or replace it: --replace service/web, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
    assert_eq!(shop.field("service/web", ".spec.clusterIP"), "10.96.123.2");
}
