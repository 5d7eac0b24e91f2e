//! Answers that get lost, races inside of the server, and a Landfall that is killed.

use std::{os::unix::fs::PermissionsExt, path::PathBuf, time::Duration};

use landfall_git::{
    CommitAs, Error, Mirror, Published, Push, PushFault, RemoteFault, RepoUrl, RevertRefusal, Reverted, Undo,
};

use crate::{
    revert::{ada, id},
    support::{Repo, Sandbox, git, other_process, wait_until},
};

/// A bare repository with two commits on `main`, and a clone of it to push from.
struct Server {
    sandbox: Sandbox,
    clone: Repo,
    bare: PathBuf,
    ids: Vec<String>,
}

impl Server {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let clone = sandbox.repo("clone");
        let ids =
            vec![clone.write("a.yaml", "a: 1\n").commit("Start"), clone.write("a.yaml", "a: 2\n").commit("Change")];
        git(&sandbox.path(""), ["clone", "--quiet", "--bare", &clone.url(), "bare"]);
        let bare = sandbox.path("bare");
        Self { sandbox, clone, bare, ids }
    }

    fn url(&self) -> String {
        format!("file://{}", self.bare.display())
    }

    fn hook(&self, name: &str, script: &str) {
        let hook = self.bare.join("hooks").join(name);
        std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
        std::fs::write(&hook, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn mirror(&self) -> Mirror {
        Mirror::open(&self.sandbox.cache(), &RepoUrl::parse(&self.url()).unwrap(), ada()).unwrap()
    }

    fn revert(&self, mirror: &Mirror) -> Reverted {
        mirror.revert("main", &Undo::Commit(id(&self.ids[1])), &CommitAs::default()).unwrap()
    }

    fn tip(&self) -> String {
        git(&self.bare, ["rev-parse", "main"])
    }
}

#[test]
fn an_answer_that_is_lost_is_asked_for_again() {
    let server = Server::new();
    let mirror = server.mirror();
    let made = server.revert(&mirror);
    server.hook("pre-receive", "kill -9 $PPID");
    let error = mirror.push(&made).unwrap_err();
    assert!(matches!(error, Error::Remote { fault: RemoteFault::Interrupted, .. }), "{error:?}");
    assert_eq!(server.tip(), server.ids[1]);
    std::fs::remove_file(server.bare.join("hooks/pre-receive")).unwrap();
    // This one is killed after the branch has moved.
    server.hook("post-receive", "kill -9 $PPID");
    assert_eq!(mirror.push(&made).unwrap(), Push::Done);
    assert_eq!(server.tip(), made.commit.id.as_str());
}

#[test]
fn a_race_inside_of_the_server_is_lost_like_any_other() {
    let server = Server::new();
    let mirror = server.mirror();
    let made = server.revert(&mirror);
    // Somebody else's push ends while ours is being checked.
    let theirs = server.clone.write("b.yaml", "b: 1\n").commit("Theirs");
    server.clone.git(["push", "--quiet", &server.url(), "main:refs/heads/waiting"]);
    server.hook("pre-receive", &format!("unset GIT_QUARANTINE_PATH\ngit update-ref refs/heads/main {theirs}"));
    assert_eq!(mirror.push(&made).unwrap(), Push::Moved { tip: id(&theirs) });
    std::fs::remove_file(server.bare.join("hooks/pre-receive")).unwrap();
    let published = mirror.publish::<Error>(made, &CommitAs::default(), 2, |_, _| Ok(true)).unwrap();
    let Published::Done(done) = published else { panic!() };
    assert_eq!(git(&server.bare, ["log", "--format=%s", "main"]), "Revert \"Change\"\nTheirs\nChange\nStart");
    assert_eq!(server.tip(), done.commit.id.as_str());
}

#[test]
fn a_remote_with_a_work_tree_is_not_pushed_under() {
    let server = Server::new();
    let url = RepoUrl::parse(&server.clone.url()).unwrap();
    let mirror = Mirror::open(&server.sandbox.cache(), &url, ada()).unwrap();
    let error = mirror.push(&server.revert(&mirror)).unwrap_err();
    assert!(matches!(error, Error::Push { fault: PushFault::CheckedOut, .. }), "{error:?}");
    assert_eq!(server.clone.git(["rev-parse", "main"]), server.ids[1]);
}

#[test]
fn a_push_that_takes_too_long_is_stopped() {
    let server = Server::new();
    server.hook("pre-receive", "sleep 60");
    let mut options = ada();
    options.time_limit = Duration::from_secs(1);
    let mirror = Mirror::open(&server.sandbox.cache(), &RepoUrl::parse(&server.url()).unwrap(), options).unwrap();
    let error = mirror.push(&server.revert(&mirror)).unwrap_err();
    assert_eq!(error.to_string(), format!("Pushing to {} took longer than 1 seconds and was stopped", server.url()));
    assert_eq!(server.tip(), server.ids[1]);
}

#[test]
fn what_the_user_has_set_for_pushing_does_not_matter() {
    let server = Server::new();
    let global = server.sandbox.path("gitconfig");
    let config = "[push]\n\tfollowTags = true\n\tdefault = nothing\n\trecurseSubmodules = on-demand\n[remote]\n\tpushDefault = nowhere\n";
    std::fs::write(&global, config).unwrap();
    let mut options = ada();
    options.extra_env.push(("GIT_CONFIG_GLOBAL".into(), global.display().to_string()));
    let mirror = Mirror::open(&server.sandbox.cache(), &RepoUrl::parse(&server.url()).unwrap(), options).unwrap();
    git(mirror.path(), ["tag", "--annotate", "--message", "Mine", "mine", "main"]);
    let made = server.revert(&mirror);
    assert_eq!(mirror.push(&made).unwrap(), Push::Done);
    assert_eq!(git(&server.bare, ["for-each-ref", "--format=%(refname)"]), "refs/heads/main");
}

#[test]
fn killed_between_the_commit_and_the_push() {
    let server = Server::new();
    let cache = server.sandbox.cache().display().to_string();
    let told = server.sandbox.path("told");
    let (url, change) = (server.url(), server.ids[1].clone());
    let env = [("CACHE", cache.as_str()), ("URL", &url), ("CHANGE", &change), ("TOLD", told.to_str().unwrap())];
    let mut process = other_process("push_faults::makes_a_commit_and_waits", &env).spawn().unwrap();
    let commit = || std::fs::read_to_string(&told).unwrap_or_default();
    wait_until("the commit", Duration::from_secs(20), || commit().len() == 40);
    process.kill().unwrap();
    process.wait().unwrap();

    let mirror = server.mirror();
    assert_eq!(server.tip(), server.ids[1], "nobody saw it");
    let lost = mirror.resolve(&commit()).unwrap();
    assert_eq!(lost.subject, "Revert \"Change\"", "and nothing is lost");
    git(mirror.path(), ["fsck", "--strict"]);
    mirror.fetch().unwrap();
    let made = server.revert(&mirror);
    assert_eq!(mirror.push(&made).unwrap(), Push::Done);
    assert_eq!(server.tip(), made.commit.id.as_str());
    // Whoever runs it once more, not knowing whether it had arrived, is told so.
    let again = mirror.revert("main", &Undo::Commit(id(&change)), &CommitAs::default()).unwrap_err();
    assert!(matches!(again, Error::Revert { refusal } if matches!(*refusal, RevertRefusal::NoChange { .. })));
}

#[test]
#[ignore = "run by killed_between_the_commit_and_the_push"]
fn makes_a_commit_and_waits() {
    let var = |name: &str| std::env::var(name).unwrap();
    let mirror = Mirror::open(var("CACHE").as_ref(), &RepoUrl::parse(&var("URL")).unwrap(), ada()).unwrap();
    let made = mirror.revert("main", &Undo::Commit(id(&var("CHANGE"))), &CommitAs::default()).unwrap();
    std::fs::write(var("TOLD"), made.commit.id.as_str()).unwrap();
    std::thread::sleep(Duration::from_secs(60));
}
