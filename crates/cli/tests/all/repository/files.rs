//! What a revision may hold besides files.

use std::os::unix::fs::symlink;

use super::{settings, workspace};

#[test]
fn submodules_are_told() {
    let work = workspace("submodules");
    settings(&work, "first").commit("First");
    work.git(&["clone", "--quiet", ".", "../other"]);
    work.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../other", "base/other"]);
    work.commit("Add a submodule");
    let ran = work.landfall(&["deploy", "prod"]).success();
    let warnings: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("warning")).collect();
    insta::assert_snapshot!(warnings.join("\n"), @"warning: base/other is a submodule: its files are in another repository and are not deployed");
}

#[test]
fn an_lfs_pointer_is_refused() {
    let work = workspace("lfs");
    work.write("base/big.yaml", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n")
        .commit("First");
    insta::assert_snapshot!(work.landfall(&["deploy", "prod"]).snapshot(), @"
    --- stderr ---
    error: This is a Git LFS pointer, not the file itself
     --> base/big.yaml
      = help: Keep manifests out of Git LFS; for a folder on disk, run `git lfs pull`

    error: The manifests have 1 fault; nothing was applied
    --- exit status 1 ---
    ");
}

#[test]
fn links() {
    let work = workspace("links");
    settings(&work, "first")
        .write("shared/more.txt", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more, labels: {deploy: shop}}\n");
    symlink("../shared/more.txt", work.dir().join("base/more.yaml")).unwrap();
    symlink("../shared", work.dir().join("base/folder")).unwrap();
    work.commit("Link");
    insta::assert_snapshot!(work.landfall(&["deploy", "prod"]).snapshot(), @"
    + create  configmap/more      base/more.yaml:1:1
    + create  configmap/settings  base/settings.yaml:1:1

    2 to create
    --- stderr ---
    warning: base/folder is a link to the folder ../shared, and is not followed
    Deploying prod at 4eeea54 (Link)
    to context admin ($SERVER), namespace links

    Live since [TIME] ([N] s): 2 created
    --- exit status 0 ---
    ");
    symlink("/etc/passwd", work.dir().join("base/out.yaml")).unwrap();
    symlink("nowhere.yaml", work.dir().join("base/lost.yaml")).unwrap();
    symlink("circle.yaml", work.dir().join("base/circle.yaml")).unwrap();
    work.commit("Link badly");
    insta::assert_snapshot!(work.landfall(&["deploy", "prod"]).snapshot(), @"
    --- stderr ---
    error: A symbolic link that cannot be followed: it points to `circle.yaml`, and from there back to itself
     --> base/circle.yaml
      = help: Put the file itself there

    error: A symbolic link that cannot be followed: it points to `nowhere.yaml`, which does not exist
     --> base/lost.yaml
      = help: Put the file itself there

    error: A symbolic link that cannot be followed: it points to `/etc/passwd`, outside of the repository
     --> base/out.yaml
      = help: Put the file itself there

    error: 3 paths in revision ed80c33 of $ROOT/work cannot be read
    hint: correct the files, and try again; nothing was read in part
    --- exit status 1 ---
    ");
    // The same from the work tree.
    insta::assert_snapshot!(work.landfall(&["plan", "-f", "base", "-l", "deploy=shop"]).snapshot(), @"
    --- stderr ---
    error: A symbolic link that cannot be followed: it points to `circle.yaml`, and from there back to itself
     --> base/circle.yaml
      = help: Put the file itself there

    error: A symbolic link that cannot be followed: it points to `nowhere.yaml`, which does not exist
     --> base/lost.yaml
      = help: Put the file itself there

    error: A symbolic link that cannot be followed: it points to `/etc/passwd`, outside of $ROOT/work
     --> base/out.yaml
      = help: Put the file itself there

    error: 3 paths in base cannot be read
    hint: correct the files, and try again; nothing was read in part
    --- exit status 1 ---
    ");
}
