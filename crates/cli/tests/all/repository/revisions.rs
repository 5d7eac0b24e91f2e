//! Names of revisions, and places to stand in.

use super::{live, recorded, settings, workspace};

#[test]
fn branches_tags_commits_and_ancestors() {
    let namespace = "revisions";
    let work = workspace(namespace);
    let first = settings(&work, "first").commit("First");
    work.git(&["tag", "-a", "v1", "-m", "Version 1"]);
    settings(&work, "second").commit("Second");
    settings(&work, "third").commit("Third");
    work.git(&["checkout", "--quiet", "-b", "side"]);
    settings(&work, "side").commit("Aside");
    work.git(&["checkout", "--quiet", "--detach", "main~1"]);
    for (name, level) in [
        (None, "third"),
        (Some("v1"), "first"),
        (Some("main~1"), "second"),
        (Some("side"), "side"),
        (Some(&first[..9]), "first"),
        (Some("HEAD"), "second"),
        (Some("refs/heads/main"), "third"),
        (Some("HEAD~1"), "first"),
    ] {
        let ran = work.landfall(&[&["deploy", "prod"], name.as_slice()].concat()).success();
        assert_eq!(live(namespace), level, "{name:?}: {}", ran.stderr);
    }
    assert_eq!(recorded(namespace, "revision"), first);
    insta::assert_snapshot!(work.landfall(&["plan", "prod", "v1"]).snapshot(), @"
    1 unchanged
    --- stderr ---
    Plan for prod at 8fc7cfd (First)
    on context admin ($SERVER), namespace revisions
    --- exit status 0 ---
    ");
}

#[test]
fn a_subfolder_and_a_work_tree_of_the_clone() {
    let namespace = "work-trees";
    let work = workspace(namespace);
    settings(&work, "first").write("base/deep/readme.md", "text").commit("First");
    let mut below = work.command(&["deploy", "prod"]);
    below.current_dir(work.dir().join("base/deep"));
    insta::assert_snapshot!(work.ran(&below.output().unwrap()).snapshot(), @"
    + create  configmap/settings  base/settings.yaml:1:1

    1 to create
    --- stderr ---
    Deploying prod at 024e7ec (First)
    to context admin ($SERVER), namespace work-trees

    Live since [TIME] ([N] s): 1 created
    --- exit status 0 ---
    ");
    work.git(&["branch", "other"]);
    work.git(&["worktree", "add", "--quiet", "../tree", "other"]);
    settings(&work, "second").commit("Second");
    let mut beside = work.command(&["deploy", "prod"]);
    beside.current_dir(work.dir().join("../tree/base"));
    work.ran(&beside.output().unwrap()).success();
    assert_eq!(live(namespace), "second", "the branch counts, not what is checked out");
}

#[test]
fn a_path_to_the_clone() {
    let namespace = "path-to-clone";
    let work = workspace(namespace);
    settings(&work, "first").commit("First");
    let path = work.dir().display().to_string();
    for repo in [path.as_str(), "../work", "../work/base"] {
        let mut elsewhere = work.command(&["plan", "prod", "--repo", repo]);
        elsewhere.current_dir(work.dir().join("../home"));
        let ran = work.ran(&elsewhere.output().unwrap()).success();
        assert!(ran.stdout.contains("configmap/settings"), "{repo}: {}", ran.snapshot());
    }
    insta::assert_snapshot!(work.landfall(&["plan", "prod", "--repo", "../nowhere"]).snapshot(), @"
    --- stderr ---
    error: There is no folder '../nowhere'
    hint: give the path of a clone, or the address of a repository, with --repo
    --- exit status 1 ---
    ");
}

#[test]
fn a_revision_from_before_the_configuration() {
    let namespace = "older";
    let work = workspace(namespace);
    let config = std::fs::read_to_string(work.dir().join("landfall.yaml")).unwrap();
    work.remove("landfall.yaml");
    settings(&work, "first").commit("First");
    work.write("landfall.yaml", &config).commit("Configure");
    insta::assert_snapshot!(work.landfall(&["deploy", "prod", "HEAD~1"]).snapshot(), @"
    + create  configmap/settings  base/settings.yaml:1:1

    1 to create
    --- stderr ---
    Revision fe83edf has no landfall.yaml: that of 60aff26 is used
    Deploying prod at fe83edf (First)
    to context admin ($SERVER), namespace older

    Live since [TIME] ([N] s): 1 created
    --- exit status 0 ---
    ");
    assert_eq!(live(namespace), "first");
}
