//! From a name to a commit.

use landfall_git::{Error, Repository};

use crate::support::{Repo, Sandbox};

struct Story {
    _sandbox: Sandbox,
    repo: Repo,
    ids: Vec<String>,
}

fn story() -> Story {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("clone");
    let ids = (0..4).map(|i| repo.write("a", &i.to_string()).commit(&format!("Commit {i}\n\nWhy."))).collect();
    repo.git(["tag", "light", "HEAD~1"]);
    repo.git(["tag", "--annotate", "--message", "Release", "v1", "HEAD~2"]);
    repo.git(["tag", "--annotate", "--message", "Tag of a tag", "v1-chain", "v1"]);
    repo.git(["tag", "--annotate", "--message", "Tag of a tag of a tag", "v1-chain-2", "v1-chain"]);
    repo.git(["tag", "file", "HEAD:a"]);
    repo.git(["branch", "release/2018", "HEAD~3"]);
    repo.git(["update-ref", "refs/remotes/origin/feature", "HEAD~1"]);
    Story { _sandbox: sandbox, repo, ids }
}

#[test]
fn everything_that_names_a_commit_does() {
    let story = story();
    let local = Repository::local(&story.repo.path).unwrap();
    let short = |i: usize| &story.ids[i][..8];
    for (name, i) in [
        ("main", 3),
        ("HEAD", 3),
        ("@", 3),
        ("HEAD~2", 1),
        ("main^", 2),
        ("light", 2),
        ("v1", 1),
        ("v1^{}", 1),
        ("v1^{commit}", 1),
        ("v1~1", 0),
        ("v1-chain", 1),
        ("v1-chain-2", 1),
        ("release/2018", 0),
        ("heads/release/2018", 0),
        ("refs/heads/release/2018", 0),
        ("origin/feature", 2),
        ("tags/v1", 1),
        (story.ids[0].as_str(), 0),
        (short(2), 2),
        (&short(1).to_uppercase(), 1),
    ] {
        let commit = local.resolve(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(commit.id.as_str(), story.ids[i], "{name}");
        assert_eq!(commit.id.as_str(), story.repo.git(["rev-parse", &format!("{name}^{{commit}}")]), "{name}");
    }
}

#[test]
fn a_commit_tells_who_and_when() {
    let story = story();
    let commit = Repository::local(&story.repo.path).unwrap().resolve("HEAD").unwrap();
    assert_eq!(commit.subject, "Commit 3");
    assert_eq!(commit.message, "Commit 3\n\nWhy.\n");
    assert_eq!((commit.author.name.as_str(), commit.author.email.as_str()), ("Ada", "ada@example.com"));
    assert_eq!(commit.author.time.offset, 7200);
    assert_eq!(commit.author.time.seconds.to_string(), story.repo.git(["log", "-1", "--format=%at"]));
    assert_eq!(commit.parents.iter().map(ToString::to_string).collect::<Vec<_>>(), story.ids[2..3]);
}

#[test]
fn what_is_no_commit_is_refused() {
    let story = story();
    let local = Repository::local(&story.repo.path).unwrap();
    let place = story.repo.url();
    for (name, expected) in [
        ("mian", format!("`mian` is no branch, tag or commit of {place}; did you mean `main`?")),
        ("feature", format!("`feature` is no branch, tag or commit of {place}; did you mean `origin/feature`?")),
        ("v1-chian", format!("`v1-chian` is no branch, tag or commit of {place}; did you mean `v1-chain`?")),
        ("zebra", format!("`zebra` is no branch, tag or commit of {place}")),
        ("0000000", format!("`0000000` is no branch, tag or commit of {place}")),
        ("HEAD~9", "`HEAD~9` does not name a commit: `HEAD` does not lead that far".to_owned()),
        ("main..v1", "`main..v1` does not name a commit: it is a range of commits".to_owned()),
        ("HEAD:a", "`HEAD:a` does not name a commit: it is a path or a search in a revision".to_owned()),
        ("file", "`file` does not name a commit: it is a file".to_owned()),
        ("-x", "`-x` does not name a commit: it is not a name that a branch or tag can have".to_owned()),
        ("", "`` does not name a commit: it is not a name that a branch or tag can have".to_owned()),
    ] {
        assert_eq!(local.resolve(name).unwrap_err().to_string(), expected);
    }
    let hint = local.resolve("zebra").unwrap_err().hint().unwrap();
    assert_eq!(hint, "If it exists on the remote, run `git fetch` first");
    for odd in [
        "a b",
        "x~",
        "@{u}",
        "^",
        "~",
        "a^{",
        "é",
        "main@{1",
        "HEAD@{99}",
        "a\\b",
        "x.lock",
        "~1",
        "^{/x}",
        "v1^{tree}",
    ] {
        assert!(local.resolve(odd).is_err(), "{odd}");
    }
}

#[test]
fn a_branch_and_a_tag_of_one_name_are_ambiguous() {
    let story = story();
    story.repo.git(["tag", "main", "HEAD~1"]);
    let local = Repository::local(&story.repo.path).unwrap();
    let error = local.resolve("main").unwrap_err();
    let expected = format!(
        "`main` is ambiguous in {}: branch refs/heads/main at {}; tag refs/tags/main at {}",
        story.repo.url(),
        &story.ids[3][..7],
        &story.ids[2][..7]
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(local.branch("main").unwrap().id.as_str(), story.ids[3]);
    assert_eq!(local.resolve("refs/tags/main").unwrap().id.as_str(), story.ids[2]);
    assert!(matches!(local.branch("light").unwrap_err(), Error::Unknown { .. }));
}

#[test]
fn a_shortened_id_that_fits_two_commits_names_both() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("clone");
    // Of fixed texts, so that the ids are fixed too and the same two meet in every run.
    let tree = repo.git(["hash-object", "-t", "tree", "-w", "/dev/null"]);
    let person = "Ada <ada@example.com> 1530000000 +0000";
    let commits: Vec<String> = (0..1000)
        .map(|i| {
            let path = format!(".git/commit-{i}");
            let text = format!("tree {tree}\nauthor {person}\ncommitter {person}\n\nCommit {i}\n");
            repo.write(&path, &text);
            path
        })
        .collect();
    let written = repo.git(["hash-object", "-t", "commit", "-w"].into_iter().chain(commits.iter().map(String::as_str)));
    let mut seen = std::collections::HashMap::new();
    let (one, other) = written
        .lines()
        .find_map(|id| seen.insert(&id[..4], id).map(|earlier| (earlier, id)))
        .expect("two of these ids share four digits");
    let local = Repository::local(&repo.path).unwrap();
    let Err(Error::Ambiguous { candidates, .. }) = local.resolve(&one[..4]) else {
        panic!("{} is not ambiguous", &one[..4])
    };
    for id in [one, other] {
        assert!(
            candidates.iter().any(|candidate| candidate.starts_with(&id[..7]) && candidate.contains("\"Commit ")),
            "{candidates:?}"
        );
    }
}

#[test]
fn an_empty_repository_says_so() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("clone");
    let error = Repository::local(&repo.path).unwrap().resolve("HEAD").unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("The Git repository {} has no commits yet, so `HEAD` names nothing", repo.url())
    );
}
