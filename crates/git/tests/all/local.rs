//! The clone that one stands in.

use std::path::Path;

use landfall_git::{Error, Repository};

use crate::support::{Sandbox, git, other_process};

#[test]
fn a_clone_is_found_from_below_from_a_linked_work_tree_and_bare() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("clone");
    let tip = repo.write("base/sub/a.yaml", "a: 1\n").commit("First");
    repo.git(["worktree", "add", "--quiet", "../linked", "-b", "topic"]);
    git(&sandbox.path(""), ["clone", "--quiet", "--bare", "clone", "bare.git"]);
    for (start, root) in [
        ("clone", Some("clone")),
        ("clone/base/sub", Some("clone")),
        ("clone/base/sub/a.yaml", Some("clone")),
        ("linked/base", Some("linked")),
        ("bare.git", None),
        ("clone/.git", Some("clone")),
    ] {
        let local = Repository::local(&sandbox.path(start)).unwrap_or_else(|error| panic!("{start}: {error}"));
        assert_eq!(
            local.root(),
            root.map(|root| sandbox.path(root)).filter(|_| start != "clone/.git" || local.root().is_some()),
            "{start}"
        );
        assert_eq!(local.resolve("HEAD").unwrap().id.as_str(), tip, "{start}");
    }
}

#[test]
fn new_commits_are_seen_without_opening_again() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("clone");
    repo.commit("First");
    let local = Repository::local(&repo.path).unwrap();
    local.resolve("main").unwrap();
    let second = repo.commit("Second");
    repo.git(["gc", "--quiet", "--prune=now"]);
    assert_eq!(local.resolve("main").unwrap().id.as_str(), second);
}

#[test]
fn the_remote_of_the_current_branch_is_known() {
    let sandbox = Sandbox::new();
    let origin = sandbox.repo("origin");
    origin.commit("First");
    let clone = sandbox.path("clone");
    git(&sandbox.path(""), ["clone", "--quiet", "origin", "clone"]);
    let upstream = |path: &Path| Repository::local(path).unwrap().upstream().unwrap();
    let found = upstream(&clone).unwrap();
    assert_eq!(
        (found.remote.as_str(), found.url.to_string(), found.branch.as_deref()),
        ("origin", origin.url(), Some("main"))
    );

    git(&clone, ["remote", "add", "fork", "https://bob:s3cret@host/fork.git"]);
    git(&clone, ["checkout", "--quiet", "-b", "topic"]);
    git(&clone, ["config", "branch.topic.remote", "fork"]);
    git(&clone, ["config", "branch.topic.merge", "refs/heads/theirs"]);
    let found = upstream(&clone).unwrap();
    assert_eq!(
        (found.url.to_string().as_str(), found.branch.as_deref()),
        ("https://***@host/fork.git", Some("theirs"))
    );

    git(&clone, ["remote", "set-url", "fork", "../origin"]);
    assert_eq!(upstream(&clone).unwrap().url.to_string(), origin.url());
    git(&clone, ["checkout", "--quiet", "--detach"]);
    let found = upstream(&clone).unwrap();
    assert_eq!((found.remote.as_str(), found.branch), ("origin", None));
    assert_eq!(upstream(&origin.path), None);
}

#[test]
fn what_is_no_repository_or_a_broken_one_is_told() {
    let sandbox = Sandbox::new();
    let plain = sandbox.path("plain");
    std::fs::create_dir_all(&plain).unwrap();
    let error = Repository::local(&plain).unwrap_err();
    assert_eq!(error.to_string(), format!("{} is not inside a Git repository", plain.display()));
    let error = Repository::local(&sandbox.path("nowhere")).unwrap_err();
    assert!(matches!(error, Error::NotARepository { .. }), "{error}");
    let repo = sandbox.repo("broken");
    std::fs::remove_file(repo.path.join(".git/HEAD")).unwrap();
    let error = Repository::local(&repo.path).unwrap_err();
    assert!(matches!(error, Error::Unusable { .. }), "{error}");
}

#[test]
fn somebody_elses_clone_is_not_trusted() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("clone");
    repo.write("base/a.yaml", "a: 1\n").commit("First");
    let nobody = Some(65534);
    if std::os::unix::fs::chown(repo.path.join(".git"), nobody, nobody)
        .and_then(|()| std::os::unix::fs::chown(&repo.path, nobody, nobody))
        .is_err()
    {
        println!("skipped: only root can give a folder away");
        return;
    }
    let error = Repository::local(&repo.path.join("base")).unwrap_err();
    let expected = format!(
        "The Git repository at {} belongs to another user, and git's `safe.directory` setting does not list it",
        repo.url()
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(
        error.hint().unwrap(),
        format!("If you trust it, run `git config --global --add safe.directory {}`", repo.url())
    );
    let config = sandbox.path("gitconfig");
    std::fs::write(&config, format!("[safe]\n\tdirectory = {}\n", repo.url())).unwrap();
    let env = [("GIT_CONFIG_GLOBAL", config.to_str().unwrap()), ("CLONE", &repo.url())];
    assert!(other_process("local::opens_a_clone", &env).status().unwrap().success(), "safe.directory is honoured");
}

#[test]
#[ignore = "run by somebody_elses_clone_is_not_trusted"]
fn opens_a_clone() {
    let local = Repository::local(std::env::var("CLONE").unwrap().as_ref()).unwrap();
    local.resolve("HEAD").unwrap();
}

#[test]
fn a_repository_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Repository>();
    shared::<landfall_git::Mirror>();
    shared::<Error>();
}
