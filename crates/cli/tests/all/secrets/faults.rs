//! Faults in files with Secrets: told is the place, not the line.

use super::{MARKER, run};
use crate::{bad_input::environment, runner::Workspace};

const HEAD: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: login}\n";

fn plan(text: &str) -> String {
    let work = Workspace::new();
    work.write("base/a.yaml", text);
    let ran = run(&work, &["plan", "-f", "base"]);
    assert_eq!(ran.status, 1, "{}", ran.snapshot());
    ran.stderr
}

#[test]
fn every_fault_of_yaml_near_a_value() {
    for broken in [
        "stringData: {password: MARKER",
        "stringData: {password: \"MARKER}",
        "stringData:\n\tpassword: MARKER",
        "stringData: {password: MARKER}\nstringData: {password: MARKER}",
        "stringData: {MARKER: a, MARKER: b}",
        "stringData: {password: @MARKER}",
        "stringData: {password: *MARKER}",
        "stringData: {password: !MARKER x}",
        "stringData: {password: !!int MARKER}",
        "stringData: {password: !!binary MARKER}",
        "stringData: {password: 'MARKER' MARKER}",
        "stringData:\n  password: MARKER: MARKER",
        "stringData:\n  password: |\n    a\n  MARKER\n",
        "stringData:\n  password: |\n-----BEGIN MARKER-----\nMARKER\n",
        "stringData: {password: \"\\MARKER\"}",
        "stringData: {password: \"\\uMARKER\"}",
        "stringData: {password: %MARKER}",
        "stringData: {? [MARKER] : x}",
        "stringData: {password: {{ MARKER }}}",
        "stringData: {password: MARKER\u{1}}",
        "<<: MARKER",
        "<<: [MARKER]",
        "MARKER",
        "- MARKER",
        "items: MARKER",
        "<<<<<<< MARKER",
        "--- MARKER",
        "%MARKER",
        "metadata: MARKER",
        "data: &MARKER {a: *MARKERMARKER}",
    ] {
        let broken = broken.replace("MARKER", MARKER);
        plan(&format!("{HEAD}{broken}\n"));
        plan(&format!("{broken}\n{HEAD}"));
    }
}

#[test]
fn faults_of_the_object_itself() {
    for text in [
        "apiVersion: v1\nkind: Secret\nmetadata: {name: 5, annotations: {password: 5}}\nstringData: {password: MARKER}\n",
        "apiVersion: v1\nkind: Secret\nmetdata: {name: a}\nstringData: {password: MARKER}\n",
        "kind: Secret\nstringData: {password: MARKER}\n",
        "kind: Secret\nstringData: {password: MARKER}\nMARKER: x\n",
        "apiVersion: v1\nkind: SecretList\nitems: {password: MARKER}\n",
        "apiVersion: v1\nkind: List\nitems: [{kind: Secret, stringData: {password: MARKER}}, MARKER]\n",
        "{\"kind\": \"Secret\", \"stringData\": {\"password\": \"MARKER}}",
        "{\"kind\": \"Secret\", \"stringData\": {\"password\": MARKER}}",
        "{\"kind\": \"Secret\", \"stringData\": {\"MARKER\": 1, \"MARKER\": 2}}",
        "[{\"kind\": \"Secret\", \"stringData\": \"MARKER\"}]",
    ] {
        plan(&text.replace("MARKER", MARKER));
    }
}

#[test]
fn another_document_of_the_file_is_shown() {
    let secret = format!("{HEAD}stringData: {{password: {MARKER}\n");
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {on: 5}}\n";
    insta::assert_snapshot!(plan(&format!("{map}---\n{secret}---\n{map}")), @r#"
    error: `metadata.labels.true` must be a string, but it is a number
     --> base/a.yaml:3:34
      |
    3 | metadata: {name: a, labels: {on: 5}}
      |                                  ^
      |
      = help: Quote it: `"5"`

    error: The bracket is not closed
     --> base/a.yaml:8:13
      = help: Add the missing `]` or `}`, or quote the value if the bracket is part of a text

    error: `metadata.labels.true` must be a string, but it is a number
      --> base/a.yaml:12:34
       |
    12 | metadata: {name: a, labels: {on: 5}}
       |                                  ^
       |
       = help: Quote it: `"5"`

    error: The manifests have 3 faults; nothing was applied
    "#);
}

#[test]
fn a_credential_in_the_configuration() {
    let work = Workspace::new();
    let broken = "notifications:
  team: {slack: {tokn: MARKER}}
  chat: {discord: {webhook: 'https://discord.com/MARKER'}}
  mail: {email: {server: 'MARKER', from: a@example.com, to: MARKER}}
";
    work.write("landfall.yaml", &(environment("shop") + &broken.replace("MARKER", MARKER))).commit("Begin");
    let ran = run(&work, &["deploy", "prod"]);
    insta::assert_snapshot!(ran.snapshot(), @r"
    --- stderr ---
    error: The field `tokn` is unknown; did you mean `token`?
     --> landfall.yaml:8:18
      = help: The fields of `slack` are: api, channel, token, webhook

    error: `webhook` must be `{env: ENV}` or `{file: FILE}`
     --> landfall.yaml:9:20
      = help: What is secret or differs from place to place is not in the repository but in a variable or a file

    error: `to` must be a list, but it is a string
     --> landfall.yaml:10:75
      = help: Write it as `...`

    error: landfall.yaml of revision c8fa95f cannot be used; nothing was applied
    --- exit status 1 ---
    ");
    for broken in
        ["  team: {slack: {token: MARKER", "  team: {slack: {token: *MARKER}}", "MARKER", "  team: MARKER: MARKER"]
    {
        let broken = format!("{}notifications:\n{broken}\n", environment("shop")).replace("MARKER", MARKER);
        work.write("landfall.yaml", &broken).commit("Break it");
        assert_eq!(run(&work, &["deploy", "prod"]).status, 1, "{broken}");
    }
}
