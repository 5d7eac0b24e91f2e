//! Secrets that are deployed, changed and removed.

use landfall_bench_cluster::Cluster;

use super::{ENCODED, MARKER, run};
use crate::runner::{Ran, Workspace};

fn secret(name: &str, fields: &str) -> String {
    format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, labels: {{deploy: shop}}}}\n{fields}\n")
}

/// Runs every command that tells of a change, the one that makes it last; gives what the plan said.
#[track_caller]
fn everything(work: &Workspace, namespace: &str, more: &[&str]) -> Ran {
    let manifests = [&["-f", "base", "-l", "deploy=shop", "-n", namespace], more].concat();
    let with = |command: &[&'static str]| [command, &manifests].concat();
    let plan = run(work, &with(&["plan"]));
    run(work, &with(&["plan", "-o", "json"]));
    run(work, &with(&["plan", "--no-check"]));
    run(work, &with(&["deploy", "--dry-run=server"]));
    run(work, &with(&["apply", "--dry-run=server"]));
    run(work, &with(&["deploy"]));
    run(work, &with(&["apply", "--prune"]));
    run(work, &with(&["plan", "-o", "json"]));
    plan
}

#[test]
fn every_way_of_a_secret() {
    let cluster = Cluster::shared();
    let namespace = cluster.namespace();
    let work = Workspace::on(cluster).replace(&namespace, "$NS");
    let all = |more: &[&str]| everything(&work, &namespace, more).snapshot();
    let text = format!("stringData:\n  password: {MARKER}\n  file: |\n    first line\n    {MARKER}\n");
    work.write("base/a.yaml", &secret("encoded", &format!("data: {{password: {ENCODED}}}")));
    work.write("base/b.yaml", &secret("text", &text));
    work.write("base/z.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: z, labels: {deploy: shop}}\n");
    insta::assert_snapshot!(all(&[]), @"
    + create  configmap/z     base/z.yaml:1:1
    + create  secret/encoded  base/a.yaml:1:1
    + create  secret/text     base/b.yaml:1:1

    3 to create
    --- stderr ---
    Plan for base
    on context admin ($SERVER), namespace $NS
    --- exit status 0 ---
    ");
    // A value changes.
    work.write("base/a.yaml", &secret("encoded", &format!("data: {{password: '{ENCODED}', more: {ENCODED}}}")));
    work.write("base/b.yaml", &secret("text", &text.replace("first line", "another line")));
    insta::assert_snapshot!(all(&[]), @r#"
    ~ update  secret/encoded  base/a.yaml:1:1
    ~ update  secret/text     base/b.yaml:1:1

    2 to update, 1 unchanged

    secret/encoded
        data[more]
          + "(hidden)"

    secret/text
        data[file]
          ~ (hidden)
    --- stderr ---
    Plan for base
    on context admin ($SERVER), namespace $NS
    --- exit status 0 ---
    "#);
    // Only a label and an annotation do.
    let labelled = |text: String| text.replace("deploy: shop}", "deploy: shop, tier: web}, annotations: {note: new}");
    work.write("base/a.yaml", &labelled(secret("encoded", &format!("data: {{password: {ENCODED}}}"))));
    insta::assert_snapshot!(all(&[]), @r#"
    ~ update  secret/encoded  base/a.yaml:1:1

    1 to update, 2 unchanged

    secret/encoded
        data[more]
          - "(hidden)"
        metadata.annotations[note]
          + "new"
        metadata.labels[tier]
          + "web"
    --- stderr ---
    Plan for base
    on context admin ($SERVER), namespace $NS
    --- exit status 0 ---
    "#);
    // A key goes, and what was text is encoded now.
    work.write("base/b.yaml", &secret("text", &format!("data: {{password: {ENCODED}}}")));
    insta::assert_snapshot!(all(&[]), @"
    ~ update  secret/text  base/b.yaml:1:1

    1 to update, 2 unchanged

    secret/text
        only the record of what was applied (last-applied annotation)
    --- stderr ---
    Plan for base
    on context admin ($SERVER), namespace $NS
    --- exit status 0 ---
    ");
    // The type, which cannot be changed.
    work.write("base/b.yaml", &secret("text", &format!("type: example.com/login\ndata: {{password: {ENCODED}}}")));
    insta::assert_snapshot!(all(&[]), @r#"
    ! replace  secret/text  base/b.yaml:1:1

    1 to replace, 2 unchanged

    secret/text
        type
          - "Opaque"
          + "example.com/login"
        replaced, since type cannot be changed: it is deleted and created again at once, and is missing in between
    --- stderr ---
    Plan for base
    on context admin ($SERVER), namespace $NS

    error: This revision would not be deployed
      - base/b.yaml:4:7: secret/text in namespace $NS has changes in fields that cannot be changed
          type: "Opaque" -> "example.com/login"
          if it is replaced: it is deleted and created again at once, and is missing in between
        to go on: undo the change, or replace it: --replace secret/text, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
    insta::assert_snapshot!(all(&["--replace", "secret/text"]), @r#"
    ! replace  secret/text  base/b.yaml:1:1

    1 to replace, 2 unchanged

    secret/text
        type
          - "Opaque"
          + "example.com/login"
        replaced, since type cannot be changed: it is deleted and created again at once, and is missing in between
    --- stderr ---
    Plan for base
    on context admin ($SERVER), namespace $NS
    --- exit status 0 ---
    "#);
    // Gone.
    work.remove("base/b.yaml");
    insta::assert_snapshot!(all(&[]), @"
    - prune  secret/text

    1 to prune, 2 unchanged
    --- stderr ---
    Plan for base
    on context admin ($SERVER), namespace $NS
    --- exit status 0 ---
    ");
}

#[test]
fn a_secret_that_somebody_changed_on_the_cluster() {
    let cluster = Cluster::shared();
    let namespace = cluster.namespace();
    let work = Workspace::on(cluster).replace(&namespace, "$NS");
    work.write("base/a.yaml", &secret("encoded", "data: {password: b3RoZXI=}"));
    everything(&work, &namespace, &[]);
    let patch = format!(r#"{{"data": {{"password": "{ENCODED}", "new": "{ENCODED}"}}, "immutable": true}}"#);
    cluster.kubectl(&["patch", "secret", "encoded", "-n", &namespace, "--type=merge", "-p", &patch]).ok();
    insta::assert_snapshot!(everything(&work, &namespace, &[]).snapshot(), @r#"
    ! replace  secret/encoded  base/a.yaml:1:1

    1 to replace

    secret/encoded
        data[password]
          ~ (hidden)
        replaced, since data[password] cannot be changed: it is deleted and created again at once, and is missing in between
    --- stderr ---
    Plan for base
    on context admin ($SERVER), namespace $NS

    error: This revision would not be deployed
      - base/a.yaml:4:18: secret/encoded in namespace $NS has changes in fields that cannot be changed
          data[password]: "(hidden)" -> "(hidden)"
          if it is replaced: it is deleted and created again at once, and is missing in between
        to go on: undo the change, or replace it: --replace secret/encoded, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
}
