//! A mirror follows its remote, whatever that does.

use std::fs;

use landfall_git::{Error, Mirror, RepoUrl, Revision};

use crate::support::{Repo, Sandbox, git, options, other_process, paths, yaml};

fn remote(sandbox: &Sandbox) -> Repo {
    let repo = sandbox.repo("remote");
    repo.write("base/web.yaml", "kind: Service\n").commit("First");
    repo
}

#[test]
fn a_path_and_a_file_url_are_mirrored() {
    let sandbox = Sandbox::new();
    let repo = remote(&sandbox);
    for url in [repo.url(), format!("file://{}", repo.url())] {
        let mirror = sandbox.mirror(&url).unwrap();
        let tip = mirror.resolve("main").unwrap();
        assert_eq!(mirror.resolve("HEAD").unwrap(), tip);
        assert_eq!(paths(&mirror.read_tree(&tip.id, &["base".to_owned()], yaml).unwrap()), ["base/web.yaml"]);
        assert!(mirror.path().starts_with(sandbox.cache()));
    }
}

#[test]
fn a_fetch_follows_new_moved_forced_and_deleted_branches_and_tags() {
    let sandbox = Sandbox::new();
    let repo = remote(&sandbox);
    repo.git(["branch", "old"]);
    repo.git(["tag", "v1"]);
    let first = repo.git(["rev-parse", "HEAD"]);
    let mirror = sandbox.mirror(&repo.url()).unwrap();
    assert_eq!(mirror.fetch().unwrap().changes, []);

    repo.git(["branch", "--delete", "--force", "old"]);
    // A folder of branches where a branch was.
    repo.git(["branch", "old/one"]);
    let second = repo.write("base/web.yaml", "kind: ConfigMap\n").commit("Second");
    repo.git(["tag", "--force", "v1"]);
    let told: Vec<String> = mirror
        .fetch()
        .unwrap()
        .changes
        .into_iter()
        .map(|change| {
            let name = |id: Option<Revision>| match id {
                None => "none",
                Some(id) if id.as_str() == first => "first",
                Some(id) if id.as_str() == second => "second",
                Some(_) => "other",
            };
            format!("{}: {} -> {}", change.name, name(change.old), name(change.new))
        })
        .collect();
    assert_eq!(
        told,
        [
            "refs/heads/main: first -> second",
            "refs/heads/old: first -> none",
            "refs/heads/old/one: none -> first",
            "refs/tags/v1: first -> second"
        ]
    );

    repo.git(["reset", "--quiet", "--hard", &first]);
    let forced = repo.write("base/web.yaml", "kind: Secret\n").commit("Other second");
    mirror.fetch().unwrap();
    assert_eq!(mirror.branch("main").unwrap().id.as_str(), forced);
    // What was live must stay readable, also after git has packed the mirror.
    git(mirror.path(), ["-c", "gc.pruneExpire=never", "-c", "gc.cruftPacks=true", "gc", "--quiet"]);
    assert_eq!(fs::read_dir(mirror.path().join("objects")).unwrap().count(), 2, "everything is packed");
    assert_eq!(mirror.resolve(&second).unwrap().subject, "Second");
    assert!(matches!(mirror.resolve("old").unwrap_err(), Error::Unknown { .. }));
}

#[test]
fn the_default_branch_is_followed() {
    let sandbox = Sandbox::new();
    let repo = remote(&sandbox);
    let mirror = sandbox.mirror(&repo.url()).unwrap();
    repo.git(["checkout", "--quiet", "-b", "trunk"]);
    let tip = repo.commit("On trunk");
    mirror.fetch().unwrap();
    assert_eq!(mirror.resolve("HEAD").unwrap().id.as_str(), tip);
    let listed = mirror.ls_remote().unwrap();
    assert_eq!(listed.head.as_deref(), Some("refs/heads/trunk"));
    assert_eq!(listed.branch("trunk").unwrap().as_str(), tip);
}

#[test]
fn a_commit_that_no_branch_holds_is_fetched_by_its_id() {
    let sandbox = Sandbox::new();
    let repo = remote(&sandbox);
    let lost = repo.write("base/lost.yaml", "a: 1\n").commit("Lost");
    repo.git(["reset", "--quiet", "--hard", "HEAD~1"]);
    let mirror = sandbox.mirror(&format!("file://{}", repo.url())).unwrap();
    let commit = mirror.resolve(&lost).unwrap();
    assert_eq!(
        paths(&mirror.read_tree(&commit.id, &["base".to_owned()], yaml).unwrap()),
        ["base/lost.yaml", "base/web.yaml"]
    );
    let nowhere = "1234567890123456789012345678901234567890";
    let error = mirror.resolve(nowhere).unwrap_err();
    assert_eq!(error.to_string(), format!("`{nowhere}` is no branch, tag or commit of file://{}", repo.url()));
}

#[test]
fn an_empty_remote_has_no_commits_yet() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("remote");
    let mirror = sandbox.mirror(&repo.url()).unwrap();
    let error = mirror.resolve("main").unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("The Git repository {} has no commits yet, so `main` names nothing", repo.url())
    );
    let tip = repo.commit("First");
    mirror.fetch().unwrap();
    assert_eq!(mirror.resolve("main").unwrap().id.as_str(), tip);
}

#[test]
fn a_damaged_mirror_is_cloned_again() {
    type Damage = fn(&std::path::Path);
    let damages: &[(&str, Damage)] = &[
        ("no HEAD", |mirror| fs::remove_file(mirror.join("HEAD")).unwrap()),
        ("no objects", |mirror| fs::remove_dir_all(mirror.join("objects")).unwrap()),
        ("cut packed-refs", |mirror| fs::write(mirror.join("refs/heads/main"), "garbage").unwrap()),
        ("empty objects", |mirror| each_object(mirror, &|path| fs::write(path, "").unwrap())),
        ("missing objects", |mirror| each_object(mirror, &|path| fs::remove_file(path).unwrap())),
    ];
    for (name, damage) in damages {
        let sandbox = Sandbox::new();
        let repo = remote(&sandbox);
        let path = sandbox.mirror(&repo.url()).unwrap().path().to_owned();
        damage(&path);
        let mirror = sandbox.mirror(&repo.url()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let tip = mirror.resolve("main").unwrap();
        assert_eq!(paths(&mirror.read_tree(&tip.id, &[".".to_owned()], yaml).unwrap()), ["base/web.yaml"], "{name}");
        assert_eq!(fs::read_dir(sandbox.cache()).unwrap().count(), 2, "{name}: only the mirror and its lock are left");
    }
}

#[test]
fn damage_that_shows_late_is_healed_too() {
    let sandbox = Sandbox::new();
    let repo = remote(&sandbox);
    let mirror = sandbox.mirror(&repo.url()).unwrap();
    let tip = mirror.resolve("main").unwrap();
    let blob = repo.git(["rev-parse", "main:base/web.yaml"]);
    let object = mirror.path().join("objects").join(&blob[..2]).join(&blob[2..]);
    fs::remove_file(&object).unwrap();
    assert_eq!(mirror.read_tree(&tip.id, &["base".to_owned()], yaml).unwrap().files[0].bytes, b"kind: Service\n");

    // A git that was killed while it moved a branch.
    fs::write(mirror.path().join("refs/heads/main.lock"), "").unwrap();
    let moved = repo.commit("Second");
    mirror.fetch().unwrap();
    assert_eq!(mirror.resolve("main").unwrap().id.as_str(), moved);
}

#[test]
fn an_object_with_other_content_than_its_name_says_is_not_believed() {
    let sandbox = Sandbox::new();
    let repo = remote(&sandbox);
    let wrong = repo.git(["hash-object", "-w", "--stdin-paths"].iter().copied().take(2).chain(["base/web.yaml"]));
    repo.write("other", "kind: Evil\n");
    let evil = repo.git(["hash-object", "-w", "other"]);
    let at = |id: &str| repo.path.join(".git/objects").join(&id[..2]).join(&id[2..]);
    let content = fs::read(at(&evil)).unwrap();
    fs::remove_file(at(&wrong)).unwrap();
    fs::write(at(&wrong), content).unwrap();
    let local = landfall_git::Repository::local(&repo.path).unwrap();
    let tip = local.resolve("main").unwrap();
    let error = local.read_tree(&tip.id, &["base".to_owned()], yaml).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("The object {wrong} of base/web.yaml is damaged in {}: its content has the hash {evil}", repo.url())
    );
}

#[test]
fn two_processes_may_open_and_fetch_at_once() {
    let sandbox = Sandbox::new();
    let repo = remote(&sandbox);
    let cache = sandbox.cache().display().to_string();
    let env = [("MIRROR_CACHE", cache.as_str()), ("MIRROR_URL", &repo.url())];
    let mut processes: Vec<_> = (0..4).map(|_| other_process("mirror::fetches_often", &env).spawn().unwrap()).collect();
    for i in 0..10 {
        repo.git(["checkout", "--quiet", "-B", &format!("topic-{}", i % 3)]);
        repo.commit(&format!("Commit {i}"));
    }
    for process in &mut processes {
        assert!(process.wait().unwrap().success());
    }
    let mirror = sandbox.mirror(&repo.url()).unwrap();
    mirror.fetch().unwrap();
    git(mirror.path(), ["fsck", "--strict"]);
}

#[test]
#[ignore = "run by two_processes_may_open_and_fetch_at_once"]
fn fetches_often() {
    let url = RepoUrl::parse(&std::env::var("MIRROR_URL").unwrap()).unwrap();
    for _ in 0..10 {
        let mirror = Mirror::open(std::env::var("MIRROR_CACHE").unwrap().as_ref(), &url, options()).unwrap();
        mirror.fetch().unwrap();
        let tip = mirror.resolve("main").unwrap();
        assert_eq!(mirror.read_tree(&tip.id, &["base".to_owned()], yaml).unwrap().files.len(), 1);
    }
}

fn each_object(mirror: &std::path::Path, change: &dyn Fn(&std::path::Path)) {
    for folder in fs::read_dir(mirror.join("objects")).unwrap().flatten() {
        for file in fs::read_dir(folder.path()).unwrap().flatten() {
            let mut permissions = file.metadata().unwrap().permissions();
            #[expect(clippy::permissions_set_readonly_false, reason = "the file is about to be destroyed")]
            permissions.set_readonly(false);
            fs::set_permissions(file.path(), permissions).unwrap();
            change(&file.path());
        }
    }
}
