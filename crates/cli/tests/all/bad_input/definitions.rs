//! A definition and an object of its kind in one revision.

use std::sync::OnceLock;

use landfall_bench_cluster::Cluster;

use super::environment;
use crate::runner::Workspace;

/// A cluster for these tests alone: a definition changes what every other test sees.
fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start)
}

fn workspace_in(namespace: &str) -> Workspace {
    cluster().kubectl(&["create", "namespace", namespace]).ok();
    Workspace::on(cluster())
}

fn definition(group: &str, label: &str) -> String {
    format!(
        "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: widgets.{group}, labels: {{deploy: {label}}}}}
spec:
  group: {group}
  scope: Namespaced
  names: {{plural: widgets, singular: widget, kind: Widget}}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {{type: object, properties: {{size: {{type: integer, minimum: 1}}}}}}
"
    )
}

fn widget(group: &str, label: &str, size: &str) -> String {
    format!(
        "apiVersion: {group}/v1\nkind: Widget\nmetadata: {{name: w, labels: {{deploy: {label}}}}}\nspec: {{size: {size}}}\n"
    )
}

#[test]
fn definition_and_its_object_in_one_revision() {
    let namespace = "definitions";
    let work = workspace_in(namespace);
    let group = "one.example.com";
    work.write("landfall.yaml", &environment(namespace).replace("name: shop", &format!("name: {namespace}")));
    work.write("base/a-widget.yaml", &widget(group, namespace, "3"))
        .write("base/definition.yaml", &definition(group, namespace));
    work.commit("Begin");
    insta::assert_snapshot!(work.landfall(&["deploy", "--no-wait"]).snapshot(), @"
    + create  customresourcedefinition/widgets.one.example.com  base/definition.yaml:1:1
    + create  widget/w                                          base/a-widget.yaml:1:1

    2 to create
    --- stderr ---
    Deploying prod at fb9cfff (Begin)
    to context admin ($SERVER), namespace definitions

    Done in [N] s: 2 created
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(work.landfall(&["deploy", "--no-wait"]).snapshot(), @"
    --- stderr ---
    Deploying prod at fb9cfff (Begin)
    to context admin ($SERVER), namespace definitions

    Done in [N] s: 2 unchanged
    --- exit status 0 ---
    ");
    // What the schema forbids is seen by the check from now on.
    work.write("base/a-widget.yaml", &widget(group, namespace, "many")).commit("Break it");
    insta::assert_snapshot!(work.landfall(&["deploy"]).snapshot(), @r#"
    --- stderr ---
    Deploying prod at 96089cd (Break it)
    to context admin ($SERVER), namespace definitions

    error: This revision is not deployed; nothing was written
      - base/a-widget.yaml:4:14: The cluster would refuse widget/w in namespace definitions: 1 field is wrong
          base/a-widget.yaml:4:14: spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"
        to go on: correct the manifest
    --- exit status 1 ---
    "#);
}

#[test]
fn an_object_that_its_new_definition_forbids() {
    let namespace = "new-definition";
    let work = workspace_in(namespace);
    let group = "two.example.com";
    work.write("landfall.yaml", &environment(namespace).replace("name: shop", &format!("name: {namespace}")));
    work.write("base/a-widget.yaml", &widget(group, namespace, "0"))
        .write("base/definition.yaml", &definition(group, namespace));
    work.commit("Begin");
    // Nobody can check it before the definition is there: the definition is applied, the object refused.
    insta::assert_snapshot!(work.landfall(&["deploy"]).snapshot(), @"
    + create  customresourcedefinition/widgets.two.example.com  base/definition.yaml:1:1
    + create  widget/w                                          base/a-widget.yaml:1:1

    2 to create
    --- stderr ---
    Deploying prod at 9f4c642 (Begin)
    to context admin ($SERVER), namespace new-definition

    error: 1 of 2 changes failed, 1 done, nothing was pruned
      - base/a-widget.yaml:1:1: widget/w in namespace new-definition: 1 field is wrong
          spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1
    hint: correct the cause and deploy again: it goes on where this one ended
    --- exit status 1 ---
    ");
    work.write("base/a-widget.yaml", &widget(group, namespace, "1")).commit("Correct it");
    work.landfall(&["deploy"]).success();
    let sizes =
        cluster().kubectl(&["get", "widgets.two.example.com", "-n", namespace, "-o", "jsonpath={.items[*].spec.size}"]);
    assert_eq!(sizes.ok(), "1");
}
