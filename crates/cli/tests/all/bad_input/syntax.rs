//! Files that are no YAML, or no manifests. No cluster is asked.

use super::config_map;
use crate::runner::Workspace;

fn plan(files: &[(&str, &str)]) -> String {
    let work = Workspace::new();
    for (path, text) in files {
        work.write(path, text);
    }
    work.landfall(&["plan", "-f", "base", "-R", "-l", "deploy=shop"]).snapshot()
}

#[test]
fn not_yaml() {
    insta::assert_snapshot!(plan(&[("base/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\n")]), @"
    --- stderr ---
    error: The bracket is not closed
     --> base/a.yaml:3:11
      |
    3 | metadata: {name: a
      |           ^
      |
      = help: Add the missing `]` or `}`, or quote the value if the bracket is part of a text

    error: The manifests have 1 fault; nothing was applied
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(plan(&[("base/a.yaml", "this is a note, and no manifest\n")]), @"
    --- stderr ---
    error: A manifest must be a map of fields, but this is a string
     --> base/a.yaml:1:1
      |
    1 | this is a note, and no manifest
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: Separate documents by a line `---`, and give each `apiVersion`, `kind` and `metadata`

    error: The manifests have 1 fault; nothing was applied
    --- exit status 1 ---
    ");
}

#[test]
fn tabs() {
    insta::assert_snapshot!(plan(&[("base/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: a\n")]), @"
    --- stderr ---
    error: A tab is used for indentation
     --> base/a.yaml:4:1
      |
    4 |     name: a
      | ^^^^
      |
      = help: Indent with spaces

    error: The manifests have 1 fault; nothing was applied
    --- exit status 1 ---
    ");
}

#[test]
fn duplicate_key() {
    let text = config_map("a") + "data: {level: debug}\n";
    insta::assert_snapshot!(plan(&[("base/a.yaml", &text)]), @"
    --- stderr ---
    error: The key `data` is set twice
     --> base/a.yaml:5:1
      |
    5 | data: {level: debug}
      | ^^^^
      |
      = help: Remove one of the two; the first is on line 4

    error: The manifests have 1 fault; nothing was applied
    --- exit status 1 ---
    ");
}

#[test]
fn unrendered_template_and_merge_conflict() {
    insta::assert_snapshot!(plan(&[
        ("base/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Values.name }}\n"),
        ("base/b.yaml", "apiVersion: v1\nkind: ConfigMap\n<<<<<<< HEAD\nmetadata: {name: a}\n=======\nmetadata: {name: b}\n>>>>>>> other\n"),
    ]), @"
    --- stderr ---
    error: This is an unrendered template, not YAML
     --> base/a.yaml:4:9
      |
    4 |   name: {{ .Values.name }}
      |         ^^^^^^^^^^^^^^^^^^
      |
      = help: Render it, for example with `helm template`, and commit the result; or quote the value if the braces are meant

    error: A Git merge conflict is not resolved
     --> base/b.yaml:3:1
      |
    3 | <<<<<<< HEAD
      | ^^^^^^^^^^^^
      |
      = help: Choose one of the two versions and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`

    error: The manifests have 2 faults; nothing was applied
    --- exit status 1 ---
    ");
}

#[test]
fn misspelt_and_wrong_types() {
    insta::assert_snapshot!(plan(&[
        ("base/a.yaml", "apiversion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"),
        ("base/b.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 5, labels: {deploy: on}}\n"),
        ("base/c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: [a]\n"),
    ]), @r#"
    --- stderr ---
    error: The key `apiversion` is unknown; did you mean `apiVersion`?
     --> base/a.yaml:1:1
      |
    1 | apiversion: v1
      | ^^^^^^^^^^

    error: `metadata.name` must be a string, but it is a number
     --> base/b.yaml:3:18
      |
    3 | metadata: {name: 5, labels: {deploy: on}}
      |                  ^
      |
      = help: Quote it: `"5"`

    error: `metadata.labels.deploy` must be a string, but it is a boolean
     --> base/b.yaml:3:38
      |
    3 | metadata: {name: 5, labels: {deploy: on}}
      |                                      ^^
      |
      = help: Quote it: `"on"`

    error: `metadata` must be a map, but it is a list
     --> base/c.yaml:3:1
      |
    3 | metadata: [a]
      | ^^^^^^^^
      |
      = help: Indent its fields below it

    error: The manifests have 4 faults; nothing was applied
    --- exit status 1 ---
    "#);
}

#[test]
fn several_faults_in_several_files_are_told_at_once() {
    insta::assert_snapshot!(plan(&[
        ("base/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: a\n---\nkind: ConfigMap\nmetadata: {}\n"),
        ("base/deep/b.json", "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\",}"),
        ("base/good.yaml", &config_map("good")),
        ("base/z.yml", "- apiVersion: v1\n"),
    ]), @r#"
    --- stderr ---
    error: A tab is used for indentation
     --> base/a.yaml:4:1
      |
    4 |     name: a
      | ^^^^
      |
      = help: Indent with spaces

    error: `apiVersion` is missing
     --> base/a.yaml:6:1
      |
    6 | kind: ConfigMap
      | ^^^^
      |
      = help: Every document under the deployed paths must be a Kubernetes object; keep other files elsewhere

    error: `metadata.name` is missing
     --> base/a.yaml:7:1
      |
    7 | metadata: {}
      | ^^^^^^^^

    error: `metadata` is missing
     --> base/deep/b.json:1:2
      |
    1 | {"apiVersion": "v1", "kind": "ConfigMap",}
      |  ^^^^^^^^^^^^
      |
      = help: Add `metadata` with at least a `name`

    error: A manifest must be a map of fields, but this is a list
     --> base/z.yml:1:1
      |
    1 | - apiVersion: v1
      | ^^^^^^^^^^^^^^^^
      |
      = help: Separate documents by a line `---`, and give each `apiVersion`, `kind` and `metadata`

    error: The manifests have 5 faults; nothing was applied
    --- exit status 1 ---
    "#);
}

#[test]
fn not_text() {
    let work = Workspace::new();
    work.write("base/a.yaml", "");
    std::fs::write(work.dir().join("base/a.yaml"), b"apiVersion: v1\nkind: \xff\xfe\n").unwrap();
    std::fs::write(work.dir().join("base/b.yaml"), b"\x7fELF\x00\x01\x02").unwrap();
    insta::assert_snapshot!(work.landfall(&["plan", "-f", "base"]).snapshot(), @r"
    --- stderr ---
    error: The file is not UTF-8: byte 21, on line 2, is part of no character
     --> base/a.yaml
      = help: Save the file as UTF-8; kubectl would put U+FFFD in the place of each such byte

    error: The character U+007F is not allowed in YAML
     --> base/b.yaml:1:1
      |
    1 | ␡ELF␀␁␂
      | ^
      |
      = help: Remove it, or write it as `\u007f` in double quotes

    error: The manifests have 2 faults; nothing was applied
    --- exit status 1 ---
    ");
}

#[test]
fn no_such_path_and_no_manifests() {
    let work = Workspace::new();
    work.write("base/deep/a.yaml", &config_map("a")).write("empty/readme.md", "nothing here");
    insta::assert_snapshot!(work.landfall(&["plan", "-f", "bsae", "-f", "other"]).snapshot(), @"
    --- stderr ---
    error: There is no such file or folder
     --> bsae
      = help: Correct the path

    error: There is no such file or folder
     --> other
      = help: Correct the path

    error: 2 paths in bsae, other cannot be read
    hint: correct the files, and try again; nothing was read in part
    --- exit status 1 ---
    ");
}

#[test]
fn standard_input() {
    let work = Workspace::new();
    insta::assert_snapshot!(work.landfall_with_input(&["apply", "-f", "-"], "kind: ConfigMap\n").snapshot(), @"
    --- stderr ---
    error: `apiVersion` and `metadata` are missing
     --> STDIN:1:1
      |
    1 | kind: ConfigMap
      | ^^^^
      |
      = help: Every document under the deployed paths must be a Kubernetes object; keep other files elsewhere

    error: The manifests have 1 fault; nothing was applied
    --- exit status 1 ---
    ");
}
