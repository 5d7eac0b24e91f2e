//! Commits that change one file.

use landfall_git::{CommitAs, Edit, Error, NewCommit, Push, Repository};

use crate::{
    revert::{ada, id},
    support::{Sandbox, git},
};

#[test]
fn a_commit_changes_the_file_alone_and_is_pushed() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    let first = repo.write("landfall.yaml", "a: 1\n").write("base/web.yaml", "a: 1\n").commit("Start");
    for (name, value) in [("user.name", "Ada"), ("user.email", "ada@example.com")] {
        git(&sandbox.path("repo"), ["config", name, value]);
    }
    git(sandbox.path("repo").parent().unwrap(), ["clone", "--quiet", "--bare", "repo", "bare.git"]);
    let mirror = sandbox.mirror(&format!("file://{}", sandbox.path("bare.git").display())).unwrap();
    let onto = mirror.branch("main").unwrap().id;
    let edit =
        Edit { branch: "main", onto: &onto, file: "landfall.yaml", content: b"a: 2\n", message: "Change it\n\nWhy.\n" };
    let by = CommitAs { clone: Some(&Repository::local(&repo.path).unwrap()), trailers: Vec::new() };
    let made = mirror.edit(&edit, &by).unwrap();
    let bare = |args: &[&str]| git(&sandbox.path("bare.git"), args);
    assert_eq!(bare(&["rev-parse", "main"]), first, "nobody sees it yet");
    assert_eq!(mirror.push(&made).unwrap(), Push::Done);
    assert_eq!(bare(&["rev-parse", "main"]), made.commit().id.as_str());
    assert_eq!(bare(&["diff", "--name-status", &first, "main"]), "M\tlandfall.yaml");
    assert_eq!(bare(&["show", "main:landfall.yaml"]), "a: 2");
    assert_eq!(bare(&["log", "-1", "--format=%B", "main"]).trim(), "Change it\n\nWhy.");
    // Somebody who made theirs on the same tip is told that it moved.
    let late = mirror.edit(&Edit { content: b"a: 3\n", ..edit }, &by).unwrap();
    assert_eq!(mirror.push(&late).unwrap(), Push::Moved { tip: made.commit().id.clone() });
    mirror.forget(&late).unwrap();
}

#[test]
fn a_link_and_a_file_that_is_not_there_are_refused() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("repo");
    repo.write("config/landfall.yaml", "a: 1\n");
    std::os::unix::fs::symlink("config/landfall.yaml", repo.path.join("landfall.yaml")).unwrap();
    let onto = id(&repo.commit("Start"));
    let local = Repository::local(&repo.path).unwrap();
    for file in ["landfall.yaml", "other.yaml", "config"] {
        let edit = Edit { branch: "main", onto: &onto, file, content: b"", message: "Change it\n" };
        let error = local.edit(&ada(), &edit, &CommitAs::default()).unwrap_err();
        assert!(matches!(error, Error::Files { .. }), "{error}");
        assert!(error.to_string().contains("no plain file"), "{error}");
    }
    assert_eq!(repo.git(["for-each-ref", "refs/landfall"]), "");
}
