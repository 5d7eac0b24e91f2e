//! The files of a revision.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

use landfall_git::{Error, Repository, Symlink, TreeRead};

use crate::support::{Repo, Sandbox, git, paths, yaml};

fn read(repo: &Repo, wanted: &[&str]) -> Result<TreeRead, Error> {
    let local = Repository::local(&repo.path).unwrap();
    let tip = local.resolve("HEAD").unwrap();
    let wanted: Vec<String> = wanted.iter().map(|path| (*path).to_owned()).collect();
    local.read_tree(&tip.id, &wanted, yaml)
}

/// The lines of an error, with the revision and the place taken out.
fn faults(repo: &Repo, wanted: &[&str]) -> String {
    match read(repo, wanted) {
        Err(Error::Files { faults, .. }) => faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn files_come_as_a_walk_over_a_checkout_meets_them() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("clone");
    for path in [
        "base/a/z.yaml",
        "base/a.yaml",
        "base/a-b.yml",
        "base/b.json",
        "base/README.md",
        "base/a/b/c.yaml",
        "other/x.yaml",
        "top.yaml",
        "base/script",
    ] {
        repo.write(path, path);
    }
    repo.git(["add", "."]);
    repo.git(["update-index", "--chmod=+x", "base/a.yaml"]);
    repo.git(["commit", "--quiet", "-m", "First"]);
    let all = ["base/a/b/c.yaml", "base/a/z.yaml", "base/a-b.yml", "base/a.yaml", "base/b.json"];
    assert_eq!(paths(&read(&repo, &["base"]).unwrap()), all);
    assert_eq!(paths(&read(&repo, &["./base//"]).unwrap()), all);
    let walked = landfall_git::read_directory(&[repo.path.join("base")], true, yaml).unwrap();
    let relative: Vec<_> =
        paths(&walked).into_iter().map(|path| path.strip_prefix(&format!("{}/", repo.url())).unwrap()).collect();
    assert_eq!(relative, all, "a checkout reads in the same order");
    assert_eq!(
        paths(&read(&repo, &["top.yaml", "base/a", "base/a/z.yaml"]).unwrap()),
        ["top.yaml", "base/a/b/c.yaml", "base/a/z.yaml"]
    );
    assert_eq!(paths(&read(&repo, &["."]).unwrap()).len(), 7);
    assert_eq!(
        paths(&read(&repo, &["base/README.md"]).unwrap()),
        ["base/README.md"],
        "a file that is named is read whatever its name"
    );
    assert_eq!(read(&repo, &["base/b.json"]).unwrap().files[0].bytes, b"base/b.json");
}

#[test]
fn a_path_that_is_not_there_is_told_with_what_is() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("clone");
    repo.write("base/web.yaml", "").write("base/api.yaml", "").write("README.md", "").commit("First");
    assert_eq!(
        faults(&repo, &["bsae", "base/wbe.yaml", "README.md/x", "../x", "/etc", "base"]),
        "bsae: there is no such path; its root has README.md, base\n\
         base/wbe.yaml: there is no such path; `base` has api.yaml, web.yaml\n\
         README.md/x: `README.md` is a file, not a folder\n\
         ../x: it is not a path inside the repository\n\
         /etc: it is not a path inside the repository"
    );
    let tip = Repository::local(&repo.path).unwrap().resolve("HEAD").unwrap();
    let error = read(&repo, &["bsae"]).unwrap_err().to_string();
    let expected = format!(
        "One path in revision {} of {} cannot be read:\n  bsae: there is no such path; its root has README.md, base",
        tip.id.short(),
        repo.url()
    );
    assert_eq!(error, expected);
}

#[test]
fn links_to_files_are_read_and_links_to_folders_are_reported() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("clone");
    repo.write("common/x.yaml", "x: 1\n").write("base/real.yaml", "r: 1\n").write("base/notes.txt", "");
    repo.symlink("base/linked.yaml", "../common/x.yaml").symlink("base/twice.yaml", "linked.yaml");
    repo.symlink("base/common", "../common")
        .symlink("base/through.yaml", "common/x.yaml")
        .symlink("base/ignored", "/etc/passwd");
    repo.symlink("alias", "base").commit("First");
    let found = read(&repo, &["base"]).unwrap();
    assert_eq!(paths(&found), ["base/linked.yaml", "base/real.yaml", "base/through.yaml", "base/twice.yaml"]);
    for (i, bytes) in ["x: 1\n", "r: 1\n", "x: 1\n", "x: 1\n"].iter().enumerate() {
        assert_eq!(found.files[i].bytes, bytes.as_bytes());
    }
    assert_eq!(found.symlinks, [Symlink { path: "base/common".to_owned(), target: "../common".to_owned() }]);
    assert_eq!(
        paths(&read(&repo, &["base/common/x.yaml", "base/linked.yaml"]).unwrap()),
        ["base/common/x.yaml", "base/linked.yaml"]
    );
    assert_eq!(faults(&repo, &["alias"]), "alias: it is a symbolic link to the folder `base`");
    let walked = landfall_git::read_directory(&[repo.path.join("base")], true, yaml).unwrap();
    assert_eq!(
        walked.files.iter().map(|file| &file.bytes).collect::<Vec<_>>(),
        found.files.iter().map(|file| &file.bytes).collect::<Vec<_>>()
    );
    assert_eq!(walked.symlinks.len(), 1);
}

#[test]
fn links_that_lead_nowhere_are_errors_all_at_once() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("clone");
    repo.write("base/ok.yaml", "");
    repo.symlink("base/absolute.yaml", "/etc/passwd")
        .symlink("base/dangling.yaml", "gone.yaml")
        .symlink("base/outside.yaml", "../../x.yaml");
    repo.symlink("base/one.yaml", "two.yaml")
        .symlink("base/two.yaml", "one.yaml")
        .symlink("base/self.yaml", "self.yaml/x")
        .commit("First");
    assert_eq!(
        faults(&repo, &["base"]),
        "base/absolute.yaml: a symbolic link that cannot be followed: it points to `/etc/passwd`, outside of the repository\n\
         base/dangling.yaml: a symbolic link that cannot be followed: it points to `gone.yaml`, which does not exist\n\
         base/one.yaml: a symbolic link that cannot be followed: it points to `two.yaml`, and from there back to itself\n\
         base/outside.yaml: a symbolic link that cannot be followed: it points to `../../x.yaml`, outside of the repository\n\
         base/self.yaml: a symbolic link that cannot be followed: it points to `self.yaml/x`, and from there back to itself\n\
         base/two.yaml: a symbolic link that cannot be followed: it points to `one.yaml`, and from there back to itself"
    );
}

#[test]
fn submodules_are_reported_and_not_entered() {
    let sandbox = Sandbox::new();
    let other = sandbox.repo("other");
    other.write("x.yaml", "").commit("Other");
    let repo = sandbox.repo("clone");
    repo.write("base/web.yaml", "");
    repo.git(["submodule", "--quiet", "add", "../other", "base/sub"]);
    repo.symlink("base/into.yaml", "sub/x.yaml").commit("First");
    assert_eq!(
        faults(&repo, &["base", "base/sub/x.yaml"]),
        "base/into.yaml: a symbolic link that cannot be followed: it points to `sub/x.yaml`, which lies in a submodule\n\
         base/sub/x.yaml: `base/sub` is a submodule, whose files are in another repository"
    );
    std::fs::remove_file(repo.path.join("base/into.yaml")).unwrap();
    repo.commit("Second");
    let found = read(&repo, &["base", "base/sub"]).unwrap();
    assert_eq!((paths(&found), &found.submodules[..]), (vec!["base/web.yaml"], &["base/sub".to_owned()][..]));
}

#[test]
fn names_that_are_not_utf8_are_told_only_where_they_matter() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("clone");
    repo.write("base/web.yaml", "");
    std::fs::write(repo.path.join("base").join(OsStr::from_bytes(b"caf\xe9.png")), "").unwrap();
    repo.commit("First");
    assert_eq!(paths(&read(&repo, &["base"]).unwrap()), ["base/web.yaml"]);
    std::fs::write(repo.path.join("base").join(OsStr::from_bytes(b"caf\xe9.yaml")), "").unwrap();
    let folder = repo.path.join("base").join(OsStr::from_bytes(b"d\xff"));
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("x.yaml"), "").unwrap();
    repo.commit("Second");
    let expected = "base/caf\u{fffd}.yaml: the name is not UTF-8\nbase/d\u{fffd}/x.yaml: the name is not UTF-8";
    assert_eq!(faults(&repo, &["base"]), expected);
    let Err(Error::Files { faults, .. }) = landfall_git::read_directory(&[repo.path.join("base")], true, yaml) else {
        panic!()
    };
    assert_eq!(faults.len(), 2);
}

#[test]
fn one_file_is_read_or_absent() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("clone");
    repo.write("landfall.yaml", "name: x\n")
        .write("base/a", "")
        .symlink("link.yaml", "landfall.yaml")
        .symlink("out", "../x")
        .commit("First");
    let local = Repository::local(&repo.path).unwrap();
    let tip = local.resolve("HEAD").unwrap().id;
    assert_eq!(local.read_file(&tip, "landfall.yaml").unwrap().unwrap(), b"name: x\n");
    assert_eq!(local.read_file(&tip, "link.yaml").unwrap().unwrap(), b"name: x\n");
    assert_eq!(local.read_file(&tip, "gone.yaml").unwrap(), None);
    assert_eq!(local.read_file(&tip, "landfall.yaml/x").unwrap(), None);
    for bad in ["base", "out", "../x"] {
        assert!(matches!(local.read_file(&tip, bad).unwrap_err(), Error::Files { .. }), "{bad}");
    }
}

#[test]
fn a_clone_that_lacks_a_file_is_never_read_in_part() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("clone");
    repo.write("base/a.yaml", "a: 1\n").write("base/b.yaml", "b: 1\n").commit("First");
    let blob = git(&repo.path, ["rev-parse", "HEAD:base/b.yaml"]);
    std::fs::remove_file(repo.path.join(".git/objects").join(&blob[..2]).join(&blob[2..])).unwrap();
    let error = read(&repo, &["base"]).unwrap_err();
    assert_eq!(error.to_string(), format!("The file {blob} of base/b.yaml is missing in {}", repo.url()));
}
