//! Which environment, which revision: names that lead nowhere.

use std::process::Command;

use super::{assert_empty, config_map, environment, workspace_in};
use crate::runner::Workspace;

/// A repository with the environments `prod` and `test`.
fn two() -> Workspace {
    let work = Workspace::new();
    let config = environment("shop") + "  test: {branch: main, paths: [base], target: {kubernetes: {}}}\n";
    work.write("landfall.yaml", &config).write("base/a.yaml", &config_map("a")).commit("Begin");
    work
}

#[test]
fn no_repository() {
    insta::assert_snapshot!(Workspace::new().landfall(&["deploy", "prod"]).snapshot(), @"
    --- stderr ---
    error: $ROOT/work is not inside a Git repository
    hint: go into a clone of the deployment repository, or give a repository's address or a folder
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(Workspace::new().landfall(&["deploy", "prod", "--repo", "$nowhere"]).snapshot(), @"
    --- stderr ---
    error: There is no folder '$nowhere'
    hint: give the path of a clone, or the address of a repository, with --repo
    --- exit status 1 ---
    ");
}

#[test]
fn empty_repository() {
    let work = Workspace::new();
    work.git(&["init", "--quiet"]);
    insta::assert_snapshot!(work.landfall(&["deploy", "prod"]).snapshot(), @"
    --- stderr ---
    error: The Git repository $ROOT/work has no commits yet, so `HEAD` names nothing
    hint: commit the manifests, and push them if this is a remote
    --- exit status 1 ---
    ");
}

#[test]
fn no_configuration() {
    let work = Workspace::new();
    work.write("base/a.yaml", &config_map("a")).commit("Begin");
    insta::assert_snapshot!(work.landfall(&["deploy", "prod"]).snapshot(), @"
    --- stderr ---
    error: The repository has no landfall.yaml in its root
    hint: write one (docs/configuration.md), or name files and a selector: -f base -R -l deploy=NAME
    --- exit status 1 ---
    ");
}

#[test]
fn unknown_environment() {
    insta::assert_snapshot!(two().landfall(&["deploy", "production"]).snapshot(), @"
    --- stderr ---
    error: landfall.yaml has no environment 'production'
    hint: it has: prod, test
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(two().landfall(&["plan", "HEAD"]).snapshot(), @"
    --- stderr ---
    error: 'HEAD' is a revision, and landfall.yaml has no environment of this name
    hint: name the environment first: ENVIRONMENT HEAD, where ENVIRONMENT is one of prod, test
    --- exit status 1 ---
    ");
}

#[test]
fn several_environments_and_none_named() {
    insta::assert_snapshot!(two().landfall(&["deploy"]).snapshot(), @"
    --- stderr ---
    error: landfall.yaml has several environments: prod, test
    hint: name one
    --- exit status 1 ---
    ");
}

#[test]
fn no_such_revision() {
    let work = two();
    insta::assert_snapshot!(work.landfall(&["deploy", "prod", "v1.0"]).snapshot(), @"
    --- stderr ---
    error: `v1.0` is no branch, tag or commit of $ROOT/work
    hint: if it exists on the remote, run `git fetch` first
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(work.landfall(&["deploy", "prod", "HEAD~5"]).snapshot(), @"
    --- stderr ---
    error: `HEAD~5` does not name a commit: `HEAD` does not lead that far
    hint: give a branch, a tag or a commit id
    --- exit status 1 ---
    ");
}

#[test]
fn no_such_branch() {
    let work = Workspace::new();
    work.write("landfall.yaml", &environment("shop").replace("branch: main", "branch: release"));
    work.write("base/a.yaml", &config_map("a")).commit("Begin");
    insta::assert_snapshot!(work.landfall(&["deploy", "prod"]).snapshot(), @"
    --- stderr ---
    error: `release` is no branch, tag or commit of $ROOT/work
    hint: if it exists on the remote, run `git fetch` first
    --- exit status 1 ---
    ");
}

#[test]
fn ambiguous_abbreviation() {
    let work = two();
    // So many that the ids of two begin with the same four digits.
    let commits: String = (0..600)
        .map(|index| format!("commit refs/heads/many\ncommitter Ada <ada@example.com> {index} +0000\ndata 4\nMany\n\n"))
        .collect();
    std::fs::write(work.dir().join("commits"), commits).unwrap();
    let stdin = std::fs::File::open(work.dir().join("commits")).unwrap();
    let import =
        Command::new("git").args(["fast-import", "--quiet"]).current_dir(work.dir()).stdin(stdin).status().unwrap();
    assert!(import.success());
    let listed = work.git(&["rev-list", "many"]);
    let mut ids: Vec<&str> = listed.lines().collect();
    ids.sort_unstable();
    let pair = ids.windows(2).find(|pair| pair[0][..4] == pair[1][..4]).unwrap();
    insta::assert_snapshot!(work.landfall(&["deploy", "prod", &pair[0][..4]]).snapshot(), @r#"
    --- stderr ---
    error: `a4c5` is ambiguous in $ROOT/work: a4c5676 commit 1970-01-01 "Many"; a4c5b6d commit 1970-01-01 "Many"
    hint: give more characters of the commit id, or the full name such as `refs/heads/main`
    --- exit status 1 ---
    "#);
}

#[test]
fn path_that_the_revision_does_not_have() {
    let work = Workspace::new();
    work.write("landfall.yaml", &environment("shop").replace("[base]", "[base, overlays/prod]"));
    work.write("base/a.yaml", &config_map("a")).commit("Begin");
    insta::assert_snapshot!(work.landfall(&["deploy", "prod"]).snapshot(), @"
    --- stderr ---
    error: There is no such path; its root has base, landfall.yaml
     --> overlays/prod
      = help: Correct the path, or choose a revision that has it

    error: One path in revision 5789326 of $ROOT/work cannot be read
    hint: correct the files, and try again; nothing was read in part
    --- exit status 1 ---
    ");
}

#[test]
fn environment_without_manifests() {
    let namespace = "no-manifests";
    let work = workspace_in(namespace);
    work.write("landfall.yaml", &environment(namespace)).write("base/readme.md", "no manifests").commit("Begin");
    insta::assert_snapshot!(work.landfall(&["deploy", "prod"]).snapshot(), @"
    --- stderr ---
    Deploying prod at 8ae6d44 (Begin)
    to context admin ($SERVER), namespace no-manifests

    error: This revision is not deployed; nothing was written
      - The revision has no objects for this environment
        to go on: check the paths, the branch and the selector; to end an environment, delete its objects with kubectl delete -l SELECTOR, or on one host as docs/docker.md says
    --- exit status 4 ---
    ");
    work.write("base/a.yaml", &config_map("a").replace("deploy: shop", "deploy: shopp")).commit("Forget the label");
    insta::assert_snapshot!(work.landfall(&["deploy", "prod"]).snapshot(), @"
    --- stderr ---
    Deploying prod at fa4e4b3 (Forget the label)
    to context admin ($SERVER), namespace no-manifests

    warning: 1 of 1 manifests do not carry the label of the selector and are left out, such as configmap/a at base/a.yaml:1:1
    error: This revision is not deployed; nothing was written
      - The revision has no objects for this environment
          the selector leaves out its only object
        to go on: check the paths, the branch and the selector; to end an environment, delete its objects with kubectl delete -l SELECTOR, or on one host as docs/docker.md says
    --- exit status 4 ---
    ");
    assert_empty(namespace);
}

#[test]
fn files_and_an_environment() {
    insta::assert_snapshot!(two().landfall(&["plan", "prod", "-f", "base", "-l", "deploy=shop"]).snapshot(), @"
    --- stderr ---
    error: Both -f and the environment 'prod' are given
    hint: give either files, or an environment of landfall.yaml
    --- exit status 1 ---
    ");
}
