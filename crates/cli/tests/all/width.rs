//! What is told to people fits the terminal; data and what goes to a file stays as it is.

use std::process::Command;

use crate::runner::{Ran, Workspace};

const FAULTY: &str = "apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Values.name }}}
";

fn narrow(work: &Workspace, args: &[&str]) -> Ran {
    work.ran(&work.command(args).env("COLUMNS", "60").output().unwrap())
}

#[test]
fn errors_and_hints() {
    let work = Workspace::new();
    insta::assert_snapshot!(narrow(&work, &["plan", "-f", "a.yaml", "--prune"]).snapshot(), @"
    --- stderr ---
    error: --prune needs a selector that tells what belongs to
           this deploy
    hint: add -l deploy=NAME
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(narrow(&work, &["apply", "-f", "a.yaml", "--server-side"]).snapshot(), @"
    --- stderr ---
    error: landfall apply does not take kubectl's --server-side
    hint: leave it out: client-side apply is what kubectl's
          --prune works with; objects that were applied with
          --server-side, and those too large for client-side
          apply, are still applied so
    --- exit status 1 ---
    ");
    work.write("a.yaml", FAULTY)
        .write("b.yaml", "")
        .write("c.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: *a}\n");
    insta::assert_snapshot!(narrow(&work, &["plan", "-f", "."]).snapshot(), @"
    --- stderr ---
    error: This is an unrendered template, not YAML
     --> a.yaml:3:18
      |
    3 | metadata: {name: {{ .Values.name }}}
      |                  ^^^^^^^^^^^^^^^^^^
      |
      = help: Render it, for example with `helm template`,
              and commit the result; or quote the value if
              the braces are meant

    error: The anchor `...` is not defined
     --> c.yaml:3:18
      = help: Define it above with `...`, or quote the value
              if it is a text

    error: The manifests have 2 faults; nothing was applied
    --- exit status 1 ---
    ");
    work.write("landfall.yaml", "name: shop\n").commit("Begin");
    insta::assert_snapshot!(narrow(&work, &["plan"]).snapshot(), @"
    --- stderr ---
    error: `environments` is missing in landfall.yaml
     --> landfall.yaml:1:1
      |
    1 | name: shop
      | ^^^^
      |
      = help: `environments`: The places to deploy to, by
              their names

    error: landfall.yaml of revision 6083bf5 cannot be used;
           nothing was applied
    --- exit status 1 ---
    ");
}

#[test]
fn a_file_gets_whole_lines() {
    let work = Workspace::new();
    insta::assert_snapshot!(work.landfall(&["apply", "-f", "a.yaml", "--server-side"]).snapshot(), @"
    --- stderr ---
    error: landfall apply does not take kubectl's --server-side
    hint: leave it out: client-side apply is what kubectl's --prune works with; objects that were applied with --server-side, and those too large for client-side apply, are still applied so
    --- exit status 1 ---
    ");
}

#[test]
fn a_terminal_tells_its_width() {
    let work = Workspace::new();
    let script = format!("stty rows 24 cols 50; exec {} apply -f a.yaml --force", env!("CARGO_BIN_EXE_landfall"));
    let mut command = Command::new("script");
    command.args(["--quiet", "--return", "--command", &script, "/dev/null"]).current_dir(work.dir());
    command.env_remove("COLUMNS").env("NO_COLOR", "1").env("TERM", "dumb");
    let ran = work.ran(&command.output().unwrap());
    insta::assert_snapshot!(ran.snapshot().replace('\r', ""), @"
    error: landfall apply does not take kubectl's
           --force
    hint: name what may be deleted and created again:
          --replace KIND/NAME
    --- exit status 1 ---
    ");
}
