//! Fields that the API server does not accept: its dry run tells all of them, and Landfall where they stand.

use super::{apply, assert_empty, config_map, workspace};

fn deployment(name: &str, extra: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  labels: {{deploy: shop}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
      - name: web
        image: web:1
{extra}"
    )
}

#[test]
fn unknown_field() {
    let (work, namespace) = workspace();
    work.write("base/web.yaml", &deployment("web", "        imagePullpolicy: Always\n  replica: 2\n"));
    insta::assert_snapshot!(apply(&work, &namespace).snapshot(), @"
    --- stderr ---
    error: This revision is not deployed; nothing was written
      - base/web.yaml:15:12: The cluster would refuse deployment/web in namespace $NS: 2 fields are wrong
          base/web.yaml:15:12: spec.replica: unknown field; did you mean `replicas`?
          base/web.yaml:14:26: spec.template.spec.containers[0].imagePullpolicy: unknown field; did you mean `imagePullPolicy`?
        to go on: correct the manifest
    --- exit status 1 ---
    ");
    assert_empty(&namespace);
}

#[test]
fn unknown_field_of_a_change() {
    let (work, namespace) = workspace();
    work.write("base/web.yaml", &deployment("web", ""));
    apply(&work, &namespace).success();
    work.write("base/web.yaml", &deployment("web", "  paused: true\n  replica: 2\n"));
    insta::assert_snapshot!(apply(&work, &namespace).snapshot(), @"
    --- stderr ---
    error: This revision is not deployed; nothing was written
      - base/web.yaml:15:12: The cluster would refuse deployment/web in namespace $NS: 1 field is wrong
          base/web.yaml:15:12: spec.replica: unknown field; did you mean `replicas`?
        to go on: correct the manifest
    --- exit status 1 ---
    ");
}

#[test]
fn wrong_type() {
    let (work, namespace) = workspace();
    work.write("base/web.yaml", &deployment("web", "  replicas: two\n"));
    insta::assert_snapshot!(apply(&work, &namespace).snapshot(), @"
    --- stderr ---
    error: This revision is not deployed; nothing was written
      - base/web.yaml:14:13: The cluster would refuse deployment/web in namespace $NS: 1 field is wrong
          base/web.yaml:14:13: spec.replicas: must be an integer, but it is a string
        to go on: correct the manifest
    --- exit status 1 ---
    ");
    assert_empty(&namespace);
}

#[test]
fn wrong_type_of_a_change() {
    let (work, namespace) = workspace();
    work.write("base/web.yaml", &deployment("web", ""));
    apply(&work, &namespace).success();
    work.write("base/web.yaml", &deployment("web", "  replicas: two\n"));
    insta::assert_snapshot!(apply(&work, &namespace).snapshot(), @"
    --- stderr ---
    error: This revision is not deployed; nothing was written
      - base/web.yaml:14:13: The cluster would refuse deployment/web in namespace $NS: 1 field is wrong
          base/web.yaml:14:13: spec.replicas: must be an integer, but it is a string
        to go on: correct the manifest
    --- exit status 1 ---
    ");
}

#[test]
fn several_refusals_are_told_at_once() {
    let (work, namespace) = workspace();
    work.write("base/a.yaml", &deployment("a", "        ports: [{containerPort: 99999}]\n  replicas: -1\n"));
    work.write("base/b.yaml", &deployment("b", "        ports: [{containerPort: 80, protocl: TCP}]\n"));
    work.write("base/c.yaml", &deployment("Not_A_Name", ""));
    work.write("base/d.yaml", &config_map("d"));
    insta::assert_snapshot!(apply(&work, &namespace).snapshot(), @r#"
    --- stderr ---
    error: This revision is not deployed; nothing was written
      - base/a.yaml:15:13: The cluster would refuse deployment/a in namespace $NS: 2 fields are wrong
          base/a.yaml:15:13: spec.replicas: Invalid value: -1: must be greater than or equal to 0
          base/a.yaml:14:33: spec.template.spec.containers[0].ports[0].containerPort: Invalid value: 99999: must be between 1 and 65535, inclusive
        to go on: correct the manifest
      - base/b.yaml:14:46: The cluster would refuse deployment/b in namespace $NS: 1 field is wrong
          base/b.yaml:14:46: spec.template.spec.containers[0].ports[0].protocl: unknown field; did you mean `protocol`?
        to go on: correct the manifest
      - base/c.yaml:4:9: The cluster would refuse deployment/Not_A_Name in namespace $NS: 1 field is wrong
          base/c.yaml:4:9: metadata.name: Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
        to go on: correct the manifest
    --- exit status 1 ---
    "#);
    assert_empty(&namespace);
}

#[test]
fn a_plan_tells_them_too_and_so_does_its_json() {
    let (work, namespace) = workspace();
    work.write("base/web.yaml", &deployment("web", "  replica: 2\n"));
    let arguments = ["plan", "-f", "base", "-R", "-l", "deploy=shop", "-n", &namespace];
    insta::assert_snapshot!(work.landfall(&arguments).snapshot(), @"
    + create  deployment/web  base/web.yaml:1:1

    1 to create
    --- stderr ---
    Plan for base
    on context admin ($SERVER), namespace $NS

    error: This revision would not be deployed
      - base/web.yaml:14:12: The cluster would refuse deployment/web in namespace $NS: 1 field is wrong
          base/web.yaml:14:12: spec.replica: unknown field; did you mean `replicas`?
        to go on: correct the manifest
    --- exit status 1 ---
    ");
    let ran = work.landfall(&[&arguments[..], &["-o", "json"]].concat());
    assert_eq!(ran.status, 1);
    let plan: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    insta::assert_snapshot!(plan["refusals"], @r#"[{"by":"target","details":["base/web.yaml:14:12: spec.replica: unknown field; did you mean `replicas`?"],"message":"The cluster would refuse deployment/web in namespace $NS: 1 field is wrong","place":"base/web.yaml:14:12","remedy":"correct the manifest"}]"#);
}

#[test]
fn immutable_field() {
    let (work, namespace) = workspace();
    work.write("base/web.yaml", &deployment("web", ""));
    apply(&work, &namespace).success();
    work.write("base/web.yaml", &deployment("web", "").replace("app: web}", "app: shop}"));
    insta::assert_snapshot!(apply(&work, &namespace).snapshot(), @r#"
    --- stderr ---
    error: This revision is not deployed; nothing was written
      - base/web.yaml:7:33: deployment/web in namespace $NS has changes in fields that cannot be changed
          spec.selector.matchLabels[app]: "web" -> "shop"
          if it is replaced: its pods are stopped, since the new selector does not select them, and new ones started
        to go on: undo the change, or replace it: --replace deployment/web, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
}
