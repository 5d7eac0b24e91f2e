//! Custom kinds: their definitions, and fields of which only the definition knows that they cannot change.

use super::change;
use crate::shop::Shop;

const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.$NS.example.com
  labels: {deploy: $NS}
spec:
  group: $NS.example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets, singular: widget, listKind: WidgetList}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          size:
            type: integer
            x-kubernetes-validations: [{rule: self == oldSelf, message: size is immutable}]
";

#[test]
fn the_scope_of_a_definition() {
    let shop = Shop::open();
    let object = shop.fill("customresourcedefinition/widgets.$NS.example.com");
    let told = change(&shop, &object, DEFINITION, "Namespaced", "Cluster", &["--replace", &object]);
    insta::assert_snapshot!(told.refused, @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:8:10: customresourcedefinition/widgets.$NS.example.com has changes in fields that cannot be changed
          spec.scope: "Namespaced" -> "Cluster"
          if it is replaced: it is deleted with the data in it, and created empty
        to go on: undo the change, or replace it: --replace customresourcedefinition/widgets.$NS.example.com
    --- exit status 4 ---
    "#);
    insta::assert_snapshot!(told.replaced, @r#"
    ! replace  customresourcedefinition/widgets.$NS.example.com  base/object.yaml:1:1
    ~ update   configmap/a                                            base/a.yaml:1:1

    1 to update, 1 to replace

    customresourcedefinition/widgets.$NS.example.com
        spec.scope
          - "Namespaced"
          + "Cluster"
        replaced, since spec.scope cannot be changed: it is deleted with the data in it, and created empty

    configmap/a
        data[level]
          - "info"
          + "debug"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 updated, 1 replaced
    --- exit status 0 ---
    "#);
}

#[test]
fn a_field_that_only_the_definition_knows_to_be_immutable() {
    let shop = Shop::open();
    shop.write("base/crd.yaml", DEFINITION);
    let widget = "apiVersion: $NS.example.com/v1
kind: Widget
metadata:
  name: one
  labels: {deploy: $NS}
size: 1
";
    let object = shop.fill("widgets.$NS.example.com/one");
    let told = change(&shop, &object, widget, "size: 1", "size: 2", &["--replace", "widget/one"]);
    insta::assert_snapshot!(told.refused, @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/object.yaml:6:7: The cluster would refuse widget/one in namespace $NS: Widget.$NS.example.com "one" is invalid: size: Invalid value: 2: size is immutable
          base/object.yaml:6:7: size: Invalid value: 2: size is immutable
        to go on: undo the change, or deploy with --replace widget/one: it is deleted and created again at once, and is missing in between
    --- exit status 4 ---
    "#);
    insta::assert_snapshot!(told.replaced, @r#"
    ~ update   configmap/a  base/a.yaml:1:1
    ! replace  widget/one   base/object.yaml:1:1

    1 to update, 1 to replace, 1 unchanged

    configmap/a
        data[level]
          - "info"
          + "debug"

    widget/one
        metadata.annotations[kubectl.kubernetes.io/last-applied-configuration]
          ~ (hidden)
        size
          - 1
          + 2
        replaced, since the cluster does not let it be changed: it is deleted and created again at once, and is missing in between
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 updated, 1 replaced, 1 unchanged
    --- exit status 0 ---
    "#);
    assert_eq!(shop.field(&object, ".size"), "2");
}

#[test]
fn a_definition_that_holds_objects_is_not_replaced() {
    let shop = Shop::open();
    shop.write("base/crd.yaml", DEFINITION);
    shop.deploy_with(&[]).success();
    let widget = "apiVersion: $NS.example.com/v1\nkind: Widget\nmetadata: {name: of-somebody}\nsize: 1\n";
    shop.kubectl_stdin(&["create", "-f", "-"], widget).ok();
    shop.write("base/crd.yaml", &DEFINITION.replace("Namespaced", "Cluster"));
    let approval = "customresourcedefinition/widgets.$NS.example.com";
    insta::assert_snapshot!(shop.deploy_with(&["--replace", approval]).snapshot(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/crd.yaml:1:1: customresourcedefinition/widgets.$NS.example.com cannot be replaced: it holds objects, which would be deleted with it, such as widget/of-somebody in namespace $NS
        to go on: undo the change, or delete those first
    --- exit status 4 ---
    ");
    assert_eq!(shop.field("widgets.$NS.example.com/of-somebody", ".size"), "1");
}
