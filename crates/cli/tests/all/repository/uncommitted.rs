//! A deploy is of a commit: what is only in the work tree is told, once, and stays out.

use super::{live, settings, workspace};

#[test]
fn changes_that_are_not_committed() {
    let namespace = "uncommitted";
    let work = workspace(namespace);
    settings(&work, "first").commit("First");
    settings(&work, "second");
    insta::assert_snapshot!(work.landfall(&["deploy", "prod"]).snapshot(), @"
    + create  configmap/settings  base/settings.yaml:1:1

    1 to create
    --- stderr ---
    Not deployed, since they are not committed: changes of base/settings.yaml
    Deploying prod at 7cf3850 (First)
    to context admin ($SERVER), namespace uncommitted

    Live since [TIME] ([N] s): 1 created
    --- exit status 0 ---
    ");
    assert_eq!(live(namespace), "first");
    work.write("base/new.yaml", "not even YAML: [")
        .write("readme.md", "not a manifest")
        .write("base/notes.txt", "nor this");
    insta::assert_snapshot!(work.landfall(&["plan", "prod"]).snapshot(), @"
    1 unchanged
    --- stderr ---
    Not deployed, since they are not committed: changes of base/new.yaml and 1 more file
    Plan for prod at 7cf3850 (First)
    on context admin ($SERVER), namespace uncommitted
    --- exit status 0 ---
    ");
    work.git(&["add", "--all"]);
    insta::assert_snapshot!(work.landfall(&["plan", "prod"]).snapshot(), @"
    1 unchanged
    --- stderr ---
    Not deployed, since they are not committed: changes of base/new.yaml and 1 more file
    Plan for prod at 7cf3850 (First)
    on context admin ($SERVER), namespace uncommitted
    --- exit status 0 ---
    ");
    work.git(&["reset", "--quiet", "--hard"]);
    insta::assert_snapshot!(work.landfall(&["plan", "prod"]).snapshot(), @"
    1 unchanged
    --- stderr ---
    Plan for prod at 7cf3850 (First)
    on context admin ($SERVER), namespace uncommitted
    --- exit status 0 ---
    ");
}
