//! A reader that goes away: `landfall plan | head -1`.

use std::{
    io::{BufRead, BufReader, Read},
    process::Stdio,
};

use landfall_bench_cluster::Cluster;

use super::{live, workspace};
use crate::runner::Workspace;

/// Runs a command whose standard output is closed after its first line, and tells its exit status and errors.
fn head(work: &Workspace, args: &[&str]) -> (Option<i32>, String) {
    let mut child = work.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::with_capacity(16, child.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    drop(stdout);
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    (child.wait().unwrap().code(), stderr)
}

#[test]
fn a_closed_pipe_is_no_error() {
    let cluster = Cluster::shared();
    let (work, namespace) = workspace(cluster, 300);
    let manifests = ["-f", "base", "-l", "deploy=shop", "-n", &namespace];
    for command in [&["plan"][..], &["plan", "-o", "json"], &["deploy"], &["apply"]] {
        let (status, stderr) = head(&work, &[command, &manifests].concat());
        assert_eq!(status, Some(0), "{command:?}: {stderr}");
        assert!(!stderr.contains("panic") && !stderr.contains("Broken pipe"), "{command:?}: {stderr}");
    }
    assert_eq!(live(cluster, &namespace, "info"), 300, "a deploy goes on without its reader");
}

#[test]
fn help_and_completions() {
    for args in [&["completions", "bash"][..], &["completions", "zsh"], &["--help"], &["deploy", "--help"]] {
        let (status, stderr) = head(&Workspace::new(), args);
        assert_eq!((status, stderr.as_str()), (Some(0), ""), "{args:?}");
    }
}
