//! Changes of the work tree that no commit has.

use landfall_git::Repository;

use crate::support::{Sandbox, options, yaml};

#[test]
fn changes_under_the_paths_are_found() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("clone");
    repo.write("base/a.yaml", "a: 1\n").write("base/b.yaml", "a: 1\n").write("base/c.yaml", "a: 1\n");
    repo.write("base/readme.md", "text")
        .write("other/a.yaml", "a: 1\n")
        .write(".gitignore", "*.local.yaml\n")
        .commit("First");
    let open = Repository::local(&repo.path.join("base")).unwrap();
    let uncommitted = |paths: &[&str]| {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        open.uncommitted(&options(), &paths, yaml).unwrap()
    };
    assert_eq!(uncommitted(&["base"]), [""; 0]);
    repo.write("base/a.yaml", "a: 2\n").write("base/new \u{e4}.yaml", "a: 1\n").write("base/x.local.yaml", "a: 1\n");
    repo.write("base/readme.md", "other").write("other/a.yaml", "a: 2\n");
    repo.git(["rm", "--quiet", "base/b.yaml"]);
    repo.git(["mv", "base/c.yaml", "base/d.yaml"]);
    assert_eq!(
        uncommitted(&["base"]),
        ["base/a.yaml", "base/b.yaml", "base/c.yaml", "base/d.yaml", "base/new \u{e4}.yaml"]
    );
    assert_eq!(uncommitted(&["other", "nowhere", "*.yaml"]), ["other/a.yaml"]);
    assert_eq!(uncommitted(&["."]).len(), 6);
}

#[test]
fn a_bare_repository_has_none() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("clone");
    repo.write("base/a.yaml", "a: 1\n").commit("First");
    repo.git(["clone", "--quiet", "--bare", ".", "../bare.git"]);
    let bare = Repository::local(&sandbox.path("bare.git")).unwrap();
    assert_eq!(bare.uncommitted(&options(), &["base".to_owned()], yaml).unwrap(), [""; 0]);
}
