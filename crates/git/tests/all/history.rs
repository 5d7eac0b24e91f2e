//! The order of commits, also in a shallow clone.

use landfall_git::{Error, Repository, Revision};

use crate::support::{Sandbox, git, yaml};

fn subjects(local: &Repository, from: &str, limit: usize) -> Vec<String> {
    let tip = local.resolve(from).unwrap();
    local.history(&tip.id, limit).unwrap().into_iter().map(|commit| commit.subject).collect()
}

#[test]
fn history_follows_first_parents() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("clone");
    let first = repo.commit("First");
    repo.git(["checkout", "--quiet", "-b", "topic"]);
    let topic = repo.commit("On topic");
    repo.git(["checkout", "--quiet", "main"]);
    let second = repo.commit("Second");
    repo.git(["merge", "--quiet", "--no-ff", "--message", "Merge topic", "topic"]);
    repo.git(["checkout", "--quiet", "--orphan", "other"]);
    let other = repo.commit("Other root");
    let local = Repository::local(&repo.path).unwrap();
    assert_eq!(subjects(&local, "main", 10), ["Merge topic", "Second", "First"]);
    assert_eq!(subjects(&local, "main", 2), ["Merge topic", "Second"]);

    let id = |text: &str| Revision::parse(text).unwrap();
    let main = local.resolve("main").unwrap();
    assert_eq!(main.parents, [id(&second), id(&topic)]);
    assert_eq!(local.merge_base(&id(&topic), &id(&second)).unwrap(), Some(id(&first)));
    assert_eq!(local.merge_base(&id(&topic), &id(&other)).unwrap(), None);
    assert!(local.is_ancestor(&id(&topic), &main.id).unwrap());
    assert!(local.is_ancestor(&main.id, &main.id).unwrap());
    assert!(!local.is_ancestor(&main.id, &id(&topic)).unwrap());
    let nowhere = id(&"1".repeat(40));
    assert!(matches!(local.is_ancestor(&nowhere, &main.id).unwrap_err(), Error::MissingObject { .. }));
}

#[test]
fn a_shallow_clone_reads_what_it_has_and_guesses_nothing() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("origin");
    let ids: Vec<String> =
        (0..4).map(|i| repo.write("base/a.yaml", &format!("a: {i}\n")).commit(&format!("Commit {i}"))).collect();
    git(&sandbox.path(""), ["clone", "--quiet", "--depth=2", &format!("file://{}", repo.url()), "shallow"]);
    let local = Repository::local(&sandbox.path("shallow")).unwrap();
    assert_eq!(subjects(&local, "HEAD", 10), ["Commit 3", "Commit 2"]);
    let at = |i: usize| Revision::parse(&ids[i]).unwrap();
    assert_eq!(local.read_tree(&at(2), &["base".to_owned()], yaml).unwrap().files[0].bytes, b"a: 2\n");
    assert!(local.is_ancestor(&at(2), &at(3)).unwrap());
    let error = local.is_ancestor(&at(3), &at(2)).unwrap_err();
    assert!(matches!(error, Error::Shallow { .. }), "{error}");
    let error = local.read_tree(&at(0), &["base".to_owned()], yaml).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("The commit {} is missing in {}, a shallow clone", ids[0], sandbox.path("shallow").display())
    );
    assert_eq!(error.hint().unwrap(), "Run `git fetch --unshallow` in the clone");
}

#[test]
fn a_partial_clone_is_never_read_in_part() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("origin");
    repo.git(["config", "uploadpack.allowFilter", "true"]);
    repo.write("base/a.yaml", "a: 1\n").commit("First");
    git(
        &sandbox.path(""),
        ["clone", "--quiet", "--no-checkout", "--filter=blob:none", &format!("file://{}", repo.url()), "partial"],
    );
    let local = Repository::local(&sandbox.path("partial")).unwrap();
    let tip = local.resolve("HEAD").unwrap();
    let error = local.read_tree(&tip.id, &["base".to_owned()], yaml).unwrap_err();
    assert!(
        error.to_string().starts_with("The file ") && error.to_string().contains(" of base/a.yaml is missing in "),
        "{error}"
    );
    assert!(error.to_string().ends_with(", a partial clone"), "{error}");
}
