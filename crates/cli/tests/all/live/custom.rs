//! Custom kinds: live by the condition that somebody names.

use super::{running::Running, stage::Stage};

const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.$NS.example.com}
spec:
  group: $NS.example.com
  scope: Namespaced
  names: {kind: Gadget, plural: gadgets, singular: gadget, listKind: GadgetList}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
";

const GADGET: &str = "apiVersion: $NS.example.com/v1
kind: Gadget
metadata: {name: one, labels: {deploy: $NS}}
size: 1
";

#[test]
fn an_annotation_names_the_condition() {
    let Some(stage) = Stage::open() else { return };
    define(&stage);
    let annotated = GADGET.replace("labels:", "annotations: {landfall.dev/ready-condition: Established}, labels:");
    stage.write("base/one.yaml", &annotated);
    let mut running = stage.start(&[]);
    running.told(&["gadget/one: its controller has not set the condition Established yet"]);
    set(
        &stage,
        r#"{"type": "Ready", "status": "True"}, {"type": "Established", "status": "False", "message": "no parts"}"#,
    );
    running.told(&["gadget/one: not Established: no parts"]);
    set(&stage, r#"{"type": "Ready", "status": "False"}, {"type": "Established", "status": "True"}"#);
    running.told(&["gadget/one: live, Established"]);
    assert_eq!(running.end(&stage).ran.status, 0);
}

#[test]
fn the_configuration_names_the_condition_of_a_kind() {
    let Some(stage) = Stage::open() else { return };
    define(&stage);
    let configuration = "name: $NS
environments:
  production: {branch: main, paths: [base], target: {kubernetes: {}}}
readyConditions: {Gadget.$NS.example.com: Established}
";
    stage.write("landfall.yaml", configuration).write("base/one.yaml", GADGET);
    stage.work.commit("A gadget");
    let mut running = Running::start(&stage, &["deploy", "production"]);
    running.told(&["gadget/one: its controller has not set the condition Established yet"]);
    set(&stage, r#"{"type": "Ready", "status": "True"}, {"type": "Established", "status": "False"}"#);
    running.told(&["gadget/one: not Established"]);
    // Whoever asks what is live hears the same.
    let status = stage.landfall(&["status", "--exit-code"]);
    assert!(status.stdout.contains("not Established") && status.status == 3, "{}", status.snapshot());
    set(&stage, r#"{"type": "Ready", "status": "False"}, {"type": "Established", "status": "True"}"#);
    running.told(&["gadget/one: live, Established"]);
    assert_eq!(running.end(&stage).ran.status, 0);
    // And a deploy that finds nothing to write does not wait for the usual condition.
    let again = stage.landfall(&["deploy", "production", "--timeout", "5s"]);
    assert_eq!(again.status, 0, "{}", again.snapshot());
}

fn define(stage: &Stage) {
    stage.kubectl_stdin(&["create", "-f", "-"], DEFINITION).ok();
    let name = "crd/gadgets.$NS.example.com";
    stage.kubectl(&["wait", "--for=condition=Established", name, "--timeout=30s"]).ok();
}

fn set(stage: &Stage, conditions: &str) {
    let patch = format!(r#"{{"status": {{"conditions": [{conditions}]}}}}"#);
    stage.kubectl(&["patch", "gadgets.$NS.example.com", "one", "--type=merge", "-p", &patch]).ok();
}
