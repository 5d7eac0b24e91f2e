//! Arguments that make no sense: exit status 1, since 2 means pending changes.

use super::config_map;
use crate::runner::Workspace;

fn run(args: &[&str]) -> String {
    let work = Workspace::new();
    work.write("base/a.yaml", &config_map("a"));
    work.landfall(args).snapshot()
}

#[test]
fn usage_errors() {
    insta::assert_snapshot!(run(&["aply", "-f", "base"]), @"
    --- stderr ---
    error: unrecognized subcommand 'aply'

      tip: some similar subcommands exist: 'deploy', 'apply'

    Usage: landfall [OPTIONS] <COMMAND>

    For more information, try '--help'.
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(run(&["apply", "-f", "base", "--purge"]), @"
    --- stderr ---
    error: unexpected argument '--purge' found

      tip: a similar argument exists: '--prune'

    Usage: landfall apply --filename <PATH> --prune[=<BOOL>]

    For more information, try '--help'.
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(run(&["plan", "-f", "base", "-o", "yaml"]), @"
    --- stderr ---
    error: invalid value 'yaml' for '--output <OUTPUT>'
      [possible values: text, json]

    For more information, try '--help'.
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(run(&["plan", "-f", "base", "--repo", "x"]), @"
    --- stderr ---
    error: Both -f and --repo x are given
    hint: give either files, or the repository and an environment of its landfall.yaml
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(run(&["apply"]), @"
    --- stderr ---
    error: No manifests are named
    hint: name files or folders with -f, as with kubectl apply
    --- exit status 1 ---
    ");
    assert_eq!(Workspace::new().landfall(&[]).status, 1);
    assert_eq!(Workspace::new().landfall(&["--help"]).status, 0);
    assert_eq!(Workspace::new().landfall(&["--version"]).status, 0);
}

#[test]
fn prune_without_a_selector() {
    insta::assert_snapshot!(run(&["apply", "-f", "base", "--prune"]), @"
    --- stderr ---
    error: --prune needs a selector that tells what belongs to this deploy
    hint: add -l deploy=NAME
    --- exit status 1 ---
    ");
}

#[test]
fn selector_that_is_none() {
    insta::assert_snapshot!(run(&["apply", "-f", "base", "--prune", "-l", "deploy in shop"]), @"
    --- stderr ---
    error: The selector 'deploy in shop' cannot be read: 'deploy in shop' is not a label key. Write it as kubectl's -l: 'deploy=NAME', 'tier in (web,api)', '!legacy'.
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(run(&["apply", "-f", "base", "--prune", "-l", "=shop"]), @"
    --- stderr ---
    error: The selector '=shop' cannot be read: '' is not a label key. Write it as kubectl's -l: 'deploy=NAME', 'tier in (web,api)', '!legacy'.
    --- exit status 1 ---
    ");
}

#[test]
fn flags_of_kubectl_that_would_do_harm() {
    for flag in ["--server-side", "--force", "--all", "--kustomize=base", "--prune-allowlist=v1/ConfigMap"] {
        let ran = Workspace::new().landfall(&["apply", "-f", "base", flag]);
        assert_eq!(ran.status, 1, "{flag}");
        assert!(ran.stderr.contains("does not take kubectl's") && ran.stderr.contains("hint: "), "{}", ran.stderr);
    }
}

#[test]
fn addresses_are_not_downloaded() {
    insta::assert_snapshot!(run(&["apply", "-f", "https://example.com/a.yaml"]), @"
    --- stderr ---
    error: https://example.com/a.yaml is an address; Landfall reads files
    hint: download it first, look at it, and commit it: what is not in the repository has no history
    --- exit status 1 ---
    ");
}

#[test]
fn no_kubeconfig() {
    insta::assert_snapshot!(run(&["apply", "-f", "base"]), @"
    --- stderr ---
    error: There is no kubeconfig at $ROOT/home/.kube/config
    hint: name one with --kubeconfig or KUBECONFIG
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(run(&["apply", "-f", "base", "--kubeconfig", "nowhere"]), @"
    --- stderr ---
    error: There is no kubeconfig at nowhere
    hint: name one with --kubeconfig or KUBECONFIG
    --- exit status 1 ---
    ");
}
