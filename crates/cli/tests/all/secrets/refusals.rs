//! Refusals of the API server, which like to quote what they refuse.

use std::time::{Duration, Instant};

use landfall_bench_cluster::Cluster;

use super::{ENCODED, MARKER, run};
use crate::runner::Workspace;

/// What a deploy of a Secret with these fields says: of a new one and, after a sound one, of a changed one.
fn refused(fields: &str) -> String {
    let cluster = Cluster::shared();
    let namespace = cluster.namespace();
    let work = Workspace::on(cluster).replace(&namespace, "$NS");
    let secret = |fields: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: login, labels: {{deploy: shop}}}}\n{fields}\n")
    };
    let arguments = ["deploy", "-f", "base", "-l", "deploy=shop", "-n", &namespace];
    work.write("base/a.yaml", &secret(fields));
    let new = run(&work, &arguments);
    assert_ne!(new.status, 0, "{}", new.snapshot());
    work.write("base/a.yaml", &secret(&format!("data: {{old: {ENCODED}}}")));
    run(&work, &arguments).success();
    work.write("base/a.yaml", &secret(fields));
    run(&work, &["plan", "-o", "json", "-f", "base", "-l", "deploy=shop", "-n", &namespace]);
    let changed = run(&work, &arguments);
    format!("{}\n{}", new.snapshot(), changed.snapshot())
}

#[test]
fn not_base64() {
    insta::assert_snapshot!(refused(&format!("data: {{password: '{MARKER}!'}}")), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/a.yaml:4:18: The cluster would refuse secret/login in namespace $NS: 1 field is wrong
          base/a.yaml:4:18: data[password]: it is not base64; encode it, or write it under `stringData`
        to go on: correct the manifest
    --- exit status 1 ---
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/a.yaml:1:1: The cluster would refuse secret/login in namespace $NS: error decoding from json: illegal base64 data at input byte 20
        to go on: correct the manifest
    --- exit status 1 ---
    ");
}

#[test]
fn unknown_fields() {
    insta::assert_snapshot!(refused(&format!("dataa: {{password: {ENCODED}}}\npassword: {MARKER}")), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/a.yaml:4:1: The cluster would refuse secret/login in namespace $NS: 2 fields are wrong
          base/a.yaml:4:1: dataa: unknown field; did you mean `data`?
          base/a.yaml:5:11: password: unknown field
        to go on: correct the manifest
    --- exit status 1 ---
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/a.yaml:4:1: The cluster would refuse secret/login in namespace $NS: 2 fields are wrong
          base/a.yaml:4:1: dataa: unknown field; did you mean `data`?
          base/a.yaml:5:11: password: unknown field
        to go on: correct the manifest
    --- exit status 1 ---
    ");
}

#[test]
fn wrong_types() {
    insta::assert_snapshot!(refused(&format!("data: [{MARKER}]")), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/a.yaml:4:1: The cluster would refuse secret/login in namespace $NS: 1 field is wrong
          base/a.yaml:4:1: data: must be a map, but it is a list
        to go on: correct the manifest
    --- exit status 1 ---
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/a.yaml:4:1: The cluster would refuse secret/login in namespace $NS: 1 field is wrong
          base/a.yaml:4:1: data: must be a map, but it is a list
        to go on: correct the manifest
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(refused(&format!("data: {MARKER}")), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/a.yaml:4:7: The cluster would refuse secret/login in namespace $NS: 1 field is wrong
          base/a.yaml:4:7: data: must be a map, but it is a string
        to go on: correct the manifest
    --- exit status 1 ---
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/a.yaml:4:7: The cluster would refuse secret/login in namespace $NS: 1 field is wrong
          base/a.yaml:4:7: data: must be a map, but it is a string
        to go on: correct the manifest
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(refused(&format!("stringData: {{password: {{text: {MARKER}}}}}")), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/a.yaml:4:1: The cluster would refuse secret/login in namespace $NS: 1 field is wrong
          base/a.yaml:4:1: stringData: must be a string, but it is a map
        to go on: correct the manifest
    --- exit status 1 ---
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/a.yaml:4:14: The cluster would refuse secret/login in namespace $NS: 1 field is wrong
          base/a.yaml:4:14: stringData[password]: must be a string, but it is a map
        to go on: correct the manifest
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(refused("stringData: {password: 4711}"), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/a.yaml:4:1: The cluster would refuse secret/login in namespace $NS: 1 field is wrong
          base/a.yaml:4:1: stringData: must be a string, but it is a number
        to go on: correct the manifest
    --- exit status 1 ---
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/a.yaml:4:24: The cluster would refuse secret/login in namespace $NS: 1 field is wrong
          base/a.yaml:4:24: stringData[password]: must be a string, but it is a number
        to go on: correct the manifest
    --- exit status 1 ---
    ");
}

#[test]
fn invalid_content() {
    insta::assert_snapshot!(refused(&format!("type: kubernetes.io/dockerconfigjson\nstringData: {{.dockerconfigjson: '{{{MARKER}'}}")), @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/a.yaml:5:33: The cluster would refuse secret/login in namespace $NS: 1 field is wrong
          base/a.yaml:5:33: data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character 'h' looking for beginning of object key string
        to go on: correct the manifest
    --- exit status 1 ---
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/a.yaml:4:7: secret/login in namespace $NS has changes in fields that cannot be changed
          type: "Opaque" -> "kubernetes.io/dockerconfigjson"
          if it is replaced: it is deleted and created again at once, and is missing in between
        to go on: undo the change, or replace it: --replace secret/login, or the annotation landfall.dev/replace: allowed
      - base/a.yaml:5:33: The cluster would refuse secret/login in namespace $NS: 1 field is wrong
          base/a.yaml:5:33: data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character 'h' looking for beginning of object key string
        to go on: correct the manifest
    --- exit status 1 ---
    "#);
    insta::assert_snapshot!(refused(&format!("stringData: {{'not a key!': {MARKER}}}")), @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/a.yaml:4:28: The cluster would refuse secret/login in namespace $NS: 1 field is wrong
          base/a.yaml:4:28: data[not a key!]: Invalid value: "not a key!": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')
        to go on: correct the manifest
    --- exit status 1 ---
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/a.yaml:4:28: The cluster would refuse secret/login in namespace $NS: 1 field is wrong
          base/a.yaml:4:28: data[not a key!]: Invalid value: "not a key!": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')
        to go on: correct the manifest
    --- exit status 1 ---
    "#);
    let long = format!("stringData: {{password: {}}}", MARKER.repeat(60_000));
    insta::assert_snapshot!(refused(&long), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/a.yaml:1:1: The cluster would refuse secret/login in namespace $NS: 1 field is wrong
          base/a.yaml:1:1: data: Too long: may not be more than 1048576 bytes
        to go on: correct the manifest
    --- exit status 1 ---
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/a.yaml:1:1: The cluster would refuse secret/login in namespace $NS: 1 field is wrong
          base/a.yaml:1:1: data: Too long: may not be more than 1048576 bytes
        to go on: correct the manifest
    --- exit status 1 ---
    ");
}

#[test]
fn a_policy_that_quotes_them() {
    let cluster = Cluster::shared();
    let namespace = cluster.namespace();
    let work = Workspace::on(cluster).replace(&namespace, "$NS");
    let policy = format!(
        "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: quotes-{namespace}}}
spec:
  matchConstraints:
    namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {namespace}}}}}
    resourceRules: [{{apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [secrets]}}]
  validations:
  - expression: \"false\"
    messageExpression: \"'weak password ' + object.data.password\"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {{name: quotes-{namespace}}}
spec: {{policyName: quotes-{namespace}, validationActions: [Deny]}}
"
    );
    cluster.kubectl_stdin(&["create", "-f", "-"], &policy).ok();
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: login, labels: {{deploy: shop}}}}\nstringData: {{password: {MARKER}}}\n"
    );
    let started = Instant::now();
    while cluster.kubectl_stdin(&["create", "--dry-run=server", "-n", &namespace, "-f", "-"], &secret).status.success()
    {
        assert!(started.elapsed() < Duration::from_secs(60), "the policy does not come into force");
        std::thread::sleep(Duration::from_millis(100));
    }
    work.write("base/a.yaml", &secret);
    insta::assert_snapshot!(run(&work, &["deploy", "-f", "base", "-l", "deploy=shop", "-n", &namespace]).snapshot(), @r#"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/a.yaml:1:1: The cluster would refuse secret/login in namespace $NS: secrets "login" is forbidden: ValidatingAdmissionPolicy 'quotes-$NS' with binding 'quotes-$NS' denied request: weak password (hidden)
        to go on: correct the manifest
    --- exit status 1 ---
    "#);
}
