//! Repositories without a remote, and which remote a clone has.

use landfall_git::{CommitAs, Error, Push, Repository, Reverted, Undo};

use crate::{
    revert::{ada, id},
    support::{Repo, Sandbox, git, options},
};

fn repo(sandbox: &Sandbox) -> (Repo, Vec<String>) {
    let repo = sandbox.repo("repo");
    let ids = vec![
        repo.write("base/web.yaml", "a: 1\n").write("base/api.yaml", "a: 1\n").commit("Start"),
        repo.write("base/web.yaml", "a: 2\n").commit("Change web"),
    ];
    (repo, ids)
}

fn revert(local: &Repository, commit: &str) -> Reverted {
    local.revert(&ada(), "main", &Undo::Commit(id(commit)), &CommitAs::default()).unwrap()
}

#[test]
fn a_branch_that_is_checked_out_moves_with_its_files() {
    let sandbox = Sandbox::new();
    let (repo, ids) = repo(&sandbox);
    let local = Repository::local(&repo.path).unwrap();
    let made = revert(&local, &ids[1]);
    // What is not in the way stays: changed, staged and new files.
    repo.write("base/api.yaml", "a: mine\n").write("notes", "mine");
    assert_eq!(local.advance(&options(), &made).unwrap(), Push::Done);
    assert_eq!(repo.git(["symbolic-ref", "HEAD"]), "refs/heads/main");
    assert_eq!(repo.git(["rev-parse", "HEAD"]), made.commit.id.as_str());
    assert_eq!(std::fs::read_to_string(repo.path.join("base/web.yaml")).unwrap(), "a: 1\n");
    assert_eq!(repo.git(["status", "--porcelain"]), "M base/api.yaml\n?? notes");
    assert_eq!(repo.git(["for-each-ref", "refs/landfall"]), "");
    assert_eq!(local.advance(&options(), &made).unwrap(), Push::Done, "twice is no fault");
}

#[test]
fn files_in_the_way_stop_it_all() {
    let sandbox = Sandbox::new();
    let (repo, ids) = repo(&sandbox);
    let local = Repository::local(&repo.path).unwrap();
    let made = revert(&local, &ids[1]);
    repo.write("base/web.yaml", "a: mine\n");
    let error = local.advance(&options(), &made).unwrap_err();
    let expected = format!("Branch `main` is checked out in {} and could not be moved there (git said: ", repo.url());
    assert!(error.to_string().starts_with(&expected), "{error}");
    assert!(error.to_string().contains("base/web.yaml"), "{error}");
    assert_eq!(error.hint().unwrap(), "Commit or stash what is not committed there, and try again");
    assert_eq!(repo.git(["rev-parse", "main"]), ids[1]);
    assert_eq!(std::fs::read_to_string(repo.path.join("base/web.yaml")).unwrap(), "a: mine\n");
    repo.git(["checkout", "--quiet", "base/web.yaml"]);
    assert_eq!(local.advance(&options(), &made).unwrap(), Push::Done, "the commit has waited");
}

#[test]
fn a_branch_that_nobody_has_checked_out_just_moves() {
    let sandbox = Sandbox::new();
    let (repo, ids) = repo(&sandbox);
    repo.git(["checkout", "--quiet", "-b", "topic"]);
    let local = Repository::local(&repo.path).unwrap();
    let made = revert(&local, &ids[1]);
    assert_eq!(local.advance(&options(), &made).unwrap(), Push::Done);
    assert_eq!(
        (repo.git(["rev-parse", "main"]), repo.git(["rev-parse", "HEAD"])),
        (made.commit.id.to_string(), ids[1].clone())
    );
    assert_eq!(repo.git(["reflog", "-1", "--format=%gs", "main"]), "landfall: Revert \"Change web\"");

    let again = revert(&local, made.commit.id.as_str());
    repo.git(["branch", "--force", "main", &ids[0]]);
    assert_eq!(local.advance(&options(), &again).unwrap(), Push::Moved { tip: id(&ids[0]) });
    let error = local.revert_again(&ada(), &again, &CommitAs::default()).unwrap_err();
    assert!(matches!(error, Error::Revert { .. }), "{error}");

    git(&sandbox.path(""), ["clone", "--quiet", "--bare", &repo.url(), "bare"]);
    git(&sandbox.path("bare"), ["remote", "remove", "origin"]);
    git(&sandbox.path("bare"), ["update-ref", "refs/heads/main", &ids[1]]);
    let bare = Repository::local(&sandbox.path("bare")).unwrap();
    let made = revert(&bare, &ids[1]);
    assert_eq!(bare.advance(&options(), &made).unwrap(), Push::Done);
    assert_eq!(git(&sandbox.path("bare"), ["rev-parse", "main"]), made.commit.id.as_str());
}

#[test]
fn a_linked_work_tree_has_the_branch() {
    let sandbox = Sandbox::new();
    let (repo, ids) = repo(&sandbox);
    repo.git(["checkout", "--quiet", "-b", "topic"]);
    repo.git(["worktree", "add", "--quiet", "../linked", "main"]);
    let linked = sandbox.path("linked");
    assert_eq!(git(&linked, ["rev-parse", "HEAD"]), ids[1]);
    for from in [&repo.path, &linked] {
        let local = Repository::local(from).unwrap();
        let made = revert(&local, local.branch("main").unwrap().id.as_str());
        assert_eq!(local.advance(&options(), &made).unwrap(), Push::Done);
        assert_eq!(git(&linked, ["rev-parse", "HEAD"]), made.commit.id.as_str());
        assert_eq!(git(&linked, ["status", "--porcelain"]), "");
        assert_eq!(repo.git(["status", "--porcelain"]), "");
    }
}

#[test]
fn the_remote_is_that_of_the_branch() {
    let sandbox = Sandbox::new();
    let (repo, _) = repo(&sandbox);
    let local = || Repository::local(&repo.path).unwrap();
    assert_eq!(local().upstream_of_branch("main").unwrap(), None);
    assert!(local().upstream_of_branch("a..b").is_err());
    repo.git(["remote", "add", "origin", "https://host/ours.git"]);
    repo.git(["remote", "add", "fork", "https://host/fork.git"]);
    repo.git(["config", "branch.main.remote", "fork"]);
    repo.git(["config", "branch.main.merge", "refs/heads/release"]);
    repo.git(["config", "remote.fork.pushurl", "git@host:fork.git"]);
    let main = local().upstream_of_branch("main").unwrap().unwrap();
    assert_eq!((main.remote.as_str(), main.branch.as_deref()), ("fork", Some("release")));
    assert_eq!(main.url.to_string(), "https://host/fork.git");
    assert_eq!(main.push_url.unwrap().to_string(), "git@host:fork.git");
    // A branch that is not here may well be there.
    let other = local().upstream_of_branch("production").unwrap().unwrap();
    assert_eq!((other.remote.as_str(), other.branch, other.push_url), ("origin", None, None));
}
