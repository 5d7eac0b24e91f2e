//! Revert commits: what they hold, what they say, and why there is none.

use std::os::unix::fs::PermissionsExt;

use landfall_git::{CommitAs, Error, GitOptions, Mirror, RepoUrl, Repository, Reverted, Revision, Undo};

use crate::support::{Repo, Sandbox, git, options, options_with};

/// Options with a name and an address.
pub fn ada() -> GitOptions {
    let pairs = ["AUTHOR", "COMMITTER"].map(|role| {
        [(format!("GIT_{role}_NAME"), "Ada".to_owned()), (format!("GIT_{role}_EMAIL"), "ada@example.com".to_owned())]
    });
    let mut options = options();
    options.extra_env.extend(pairs.into_iter().flatten());
    options
}

pub fn id(text: &str) -> Revision {
    Revision::parse(text).unwrap()
}

fn revert(repo: &Repo, undo: &Undo) -> Result<Reverted, Error> {
    Repository::local(&repo.path).unwrap().revert(&ada(), "main", undo, &CommitAs::default())
}

/// What `git revert` makes of the same: the id of the tree and the message.
fn real_revert(repo: &Repo, args: &[&str]) -> (String, String) {
    let tip = repo.git(["rev-parse", "HEAD"]);
    repo.git(["revert", "--no-edit"].iter().chain(args));
    let made = (repo.git(["rev-parse", "HEAD^{tree}"]), repo.git(["log", "-1", "--format=%B"]));
    repo.git(["reset", "--quiet", "--hard", &tip]);
    made
}

fn tree_of(repo: &Repo, reverted: &Reverted) -> String {
    repo.git(["rev-parse", &format!("{}^{{tree}}", reverted.commit.id)])
}

/// Three commits on three files, all but the first revertible at any time.
fn story(sandbox: &Sandbox) -> (Repo, Vec<String>) {
    let repo = sandbox.repo("clone");
    let lines = |changed: usize| (0..20).map(|i| format!("a{i}: {}\n", usize::from(i == changed))).collect::<String>();
    let ids = vec![
        repo.write("base/web.yaml", &lines(99)).write("base/api.yaml", &lines(99)).commit("Start"),
        repo.write("base/web.yaml", &lines(3)).commit("Change web\n\nBecause of that."),
        repo.write("base/api.yaml", &lines(3)).commit("Change api"),
        repo.write("base/db.yaml", &lines(3)).commit("Add db"),
    ];
    (repo, ids)
}

#[test]
fn one_commit_is_reverted_as_git_does() {
    let sandbox = Sandbox::new();
    let (repo, ids) = story(&sandbox);
    for commit in &ids[1..] {
        let reverted = revert(&repo, &Undo::Commit(id(commit))).unwrap();
        let (tree, message) = real_revert(&repo, &[commit]);
        assert_eq!((tree_of(&repo, &reverted), reverted.commit.message.trim()), (tree, message.as_str()));
        assert_eq!(reverted.commit.parents, [id(&ids[3])]);
        assert_eq!((reverted.onto.as_str(), reverted.branch.as_str()), (ids[3].as_str(), "main"));
        assert_eq!(reverted.undone.iter().map(|commit| commit.id.as_str()).collect::<Vec<_>>(), [commit]);
    }
    assert_eq!(repo.git(["rev-parse", "HEAD"]), ids[3], "the branch stays");
    assert_eq!(repo.git(["status", "--porcelain"]), "", "the work tree and the index stay");
}

#[test]
fn everything_after_a_revision_is_reverted_in_one_commit() {
    let sandbox = Sandbox::new();
    let (repo, ids) = story(&sandbox);
    let by = CommitAs { trailers: vec![("Landfall-Environment".into(), "production".into())], ..CommitAs::default() };
    let local = Repository::local(&repo.path).unwrap();
    let reverted = local.revert(&ada(), "main", &Undo::After(id(&ids[0])), &by).unwrap();
    assert_eq!(tree_of(&repo, &reverted), repo.git(["rev-parse", &format!("{}^{{tree}}", ids[0])]));
    assert_eq!(
        reverted.commit.message,
        format!(
            "Revert \"Add db\" and 2 more commits\n\n- Add db\n- Change api\n- Change web\n\nThis reverts commit {}.\n\
             This reverts commit {}.\nThis reverts commit {}.\n\nLandfall-Environment: production\n",
            ids[3], ids[2], ids[1]
        )
    );
    assert_eq!(
        repo.git(["log", "-1", "--format=%(trailers:only)", reverted.commit.id.as_str()]),
        "Landfall-Environment: production"
    );
}

#[test]
fn a_rollback_of_a_rollback_brings_the_change_back() {
    let sandbox = Sandbox::new();
    let (repo, ids) = story(&sandbox);
    let local = Repository::local(&repo.path).unwrap();
    let before = repo.git(["rev-parse", "HEAD^{tree}"]);
    let mut subjects = Vec::new();
    let mut next = id(&ids[1]);
    for _ in 0..4 {
        let reverted = revert(&repo, &Undo::Commit(next)).unwrap();
        local.advance(&options(), &reverted).unwrap();
        next = reverted.commit.id;
        subjects.push(reverted.commit.subject);
    }
    assert_eq!(
        subjects,
        [
            "Revert \"Change web\"",
            "Reapply \"Change web\"",
            "Revert \"Reapply \"Change web\"\"",
            "Reapply \"Reapply \"Change web\"\"",
        ]
    );
    assert_eq!(repo.git(["rev-parse", "HEAD^{tree}"]), before);
}

#[test]
fn merges_after_a_revision_are_undone_with_it() {
    let sandbox = Sandbox::new();
    let (repo, ids) = story(&sandbox);
    repo.git(["checkout", "--quiet", "-b", "topic"]);
    let topic = repo.write("base/topic.yaml", "a: 1\n").commit("On topic");
    repo.git(["checkout", "--quiet", "main"]);
    repo.write("base/other.yaml", "a: 1\n").commit("On main");
    repo.git(["merge", "--quiet", "--no-ff", "--message", "Merge topic", "topic"]);
    let reverted = revert(&repo, &Undo::After(id(&ids[3]))).unwrap();
    assert_eq!(tree_of(&repo, &reverted), repo.git(["rev-parse", &format!("{}^{{tree}}", ids[3])]));
    let merge = repo.git(["rev-parse", "HEAD"]);
    let expected =
        format!("This reverts commit {merge}, reversing\nchanges made to {}.\n", repo.git(["rev-parse", "HEAD^"]));
    assert!(reverted.commit.message.contains(&expected), "{}", reverted.commit.message);
    // The merge alone is what `git revert -m 1` makes of it.
    let reverted = revert(&repo, &Undo::After(id(&repo.git(["rev-parse", "HEAD^"])))).unwrap();
    let (tree, message) = real_revert(&repo, &["-m", "1", &merge]);
    assert_eq!((tree_of(&repo, &reverted), reverted.commit.message.trim()), (tree, message.as_str()));
    // One commit of the topic alone can be reverted, as with git.
    let reverted = revert(&repo, &Undo::Commit(id(&topic))).unwrap();
    assert_eq!(tree_of(&repo, &reverted), real_revert(&repo, &[&topic]).0);
    let error = revert(&repo, &Undo::After(id(&topic))).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "Commit {} \"On topic\" came to branch `main` by a merge, so the branch never stood there by itself",
            &topic[..7]
        )
    );
}

#[test]
fn what_cannot_be_reverted_is_refused_with_the_way_out() {
    let sandbox = Sandbox::new();
    let (repo, ids) = story(&sandbox);
    let start = id(&ids[0]);
    repo.git(["checkout", "--quiet", "-b", "topic"]);
    let topic = repo.write("base/topic.yaml", "a: 1\n").commit("On topic");
    repo.git(["checkout", "--quiet", "main"]);
    let refused = |undo: Undo| {
        let error = revert(&repo, &undo).unwrap_err();
        assert!(matches!(error, Error::Revert { .. }), "{error:?}");
        let text = format!("{error}\n{}", error.hint().unwrap());
        // Ids are replaced by names, since they differ from run to run.
        let named = [("START", &ids[0]), ("WEB", &ids[1]), ("API", &ids[2]), ("DB", &ids[3]), ("TOPIC", &topic)];
        named
            .iter()
            .fold(text, |text, (name, id)| text.replace(id.as_str(), &format!("<{name}>")).replace(&id[..7], name))
    };
    assert_eq!(
        refused(Undo::Commit(start)),
        "Commit START \"Start\" is the first of its history, so there is nothing to go back to\n\
         Name a later commit, or remove the files in a commit of your own"
    );
    for undo in [Undo::Commit(id(&topic)), Undo::After(id(&topic))] {
        assert_eq!(
            refused(undo),
            "Commit TOPIC \"On topic\" is not on branch `main`\n\
             See `git log main` for what it has; a commit that was there before is gone if somebody has rewritten the branch"
        );
    }
    assert_eq!(
        refused(Undo::After(id(&ids[3]))),
        "Commit DB \"Add db\" is the tip of branch `main`, so there is nothing to revert\nName an earlier commit to go back to"
    );
    repo.git(["revert", "--no-edit", &ids[1]]);
    assert_eq!(
        refused(Undo::Commit(id(&ids[1]))),
        "Reverting commit WEB \"Change web\" would change nothing: the files on branch `main` are already as they were before\n\
         See `git log main` for a commit that has reverted it already"
    );
    repo.write("base/db.yaml", "a: 2\n").write("base/api.yaml", "a: 2\n").commit("Later");
    assert_eq!(
        refused(Undo::Commit(id(&ids[2]))),
        "Reverting commit API \"Change api\" conflicts with later commits on branch `main` in base/api.yaml\n\
         Do it by hand in a clone: `git switch main`, `git pull`, `git revert <API>`, correct the files and `git add` them, `git revert --continue`, `git push`"
    );
    // A file that was added and then changed cannot simply go.
    assert!(refused(Undo::Commit(id(&ids[3]))).contains(" in base/db.yaml\n"));
    repo.git(["merge", "--quiet", "--no-ff", "--message", "Merge topic", "topic"]);
    let (merge, before) = (repo.git(["rev-parse", "HEAD"]), repo.git(["rev-parse", "HEAD^"]));
    assert_eq!(
        refused(Undo::Commit(id(&merge)))
            .replace(&merge, "<MERGE>")
            .replace(&merge[..7], "MERGE")
            .replace(&before[..7], "BEFORE"),
        "Commit MERGE \"Merge topic\" is a merge, and Git cannot know which of its sides is to stay\n\
         Name BEFORE to go back to where the branch stood before the merge, or revert by hand in a clone: `git revert -m 1 <MERGE>` and `git push`"
    );
    let nowhere = revert(&repo, &Undo::Commit(id(&"1".repeat(40)))).unwrap_err();
    assert!(matches!(nowhere, Error::MissingObject { kind: "commit", .. }));
    assert_eq!(repo.git(["for-each-ref", "refs/landfall"]), "", "nothing was written");
}

#[test]
fn modes_links_bytes_and_renames_are_kept() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("clone");
    let lines: String = (0..30).map(|i| format!("line: {i}\r\n")).collect();
    let binary: Vec<u8> = (0..3000_u32).map(|i| (i * 7 % 256) as u8).collect();
    let write = |path: &str, bytes: &[u8]| std::fs::write(repo.path.join(path), bytes).unwrap();
    let mode = |path: &str, mode: u32| {
        std::fs::set_permissions(repo.path.join(path), std::fs::Permissions::from_mode(mode)).unwrap()
    };
    repo.write("crlf.yaml", &lines)
        .write("run.sh", "#!/bin/sh\n")
        .write("old/name.yaml", &lines)
        .write("no-newline", "a");
    repo.write("link-target", "x").symlink("link", "link-target").write("umlaut-ä.yaml", "a: 1\n");
    write("logo.png", &binary);
    mode("run.sh", 0o755);
    repo.commit("Start");

    let mut changes = vec![repo.write("crlf.yaml", &lines.replace("line: 3\r\n", "line: three\r\n")).commit("Line")];
    mode("run.sh", 0o644);
    changes.push(repo.commit("Mode"));
    std::fs::remove_file(repo.path.join("link")).unwrap();
    changes.push(repo.symlink("link", "crlf.yaml").commit("Link"));
    write("logo.png", &binary.iter().rev().copied().collect::<Vec<_>>());
    changes.push(repo.commit("Binary"));
    changes.push(repo.write("no-newline", "b\n").commit("Newline"));
    repo.git(["mv", "old", "new"]);
    changes.push(repo.commit("Rename"));
    changes
        .push(repo.write("new/name.yaml", &lines.replace("line: 20\r\n", "line: twenty\r\n")).commit("After rename"));
    repo.write("crlf.yaml", &lines.replace("line: 3\r\n", "line: three\r\n").replace("line: 29\r\n", ""))
        .commit("Other end");
    for change in &changes {
        let subject = repo.git(["log", "-1", "--format=%s", change]);
        let reverted = revert(&repo, &Undo::Commit(id(change))).unwrap_or_else(|error| panic!("{subject}: {error}"));
        assert_eq!(tree_of(&repo, &reverted), real_revert(&repo, &[change]).0, "{subject}");
    }
}

#[test]
fn an_identity_comes_from_the_clone_the_environment_or_not_at_all() {
    let sandbox = Sandbox::new();
    let (remote, ids) = story(&sandbox);
    let undo = Undo::Commit(id(&ids[1]));
    let clone = sandbox.repo("standing-here");
    let standing = Repository::local(&clone.path).unwrap();
    let make = |options: GitOptions, clone: Option<&Repository>| {
        let mirror = Mirror::open(&sandbox.cache(), &RepoUrl::parse(&remote.url()).unwrap(), options);
        mirror.unwrap().revert("main", &undo, &CommitAs { clone, ..CommitAs::default() }).map(|made| {
            let who = |who: &landfall_git::Signature| format!("{} <{}>", who.name, who.email);
            format!("{}, {}", who(&made.commit.author), who(&made.commit.committer))
        })
    };
    for clone in [None, Some(&standing)] {
        let error = make(options(), clone).unwrap_err();
        assert!(matches!(error, Error::NoIdentity { .. }), "{error:?}");
        assert!(error.to_string().starts_with("Git does not know in whose name to commit (git said: "), "{error}");
        assert!(error.hint().unwrap().starts_with("Run `git config --global user.name \"Your Name\"` and "));
    }
    let error = make(options_with(&[("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@x")]), None).unwrap_err();
    assert!(matches!(error, Error::NoIdentity { .. }), "a committer is needed as well: {error:?}");

    let global = sandbox.path("gitconfig");
    std::fs::write(&global, "[user]\n\tname = Global\n\temail = global@example.com\n").unwrap();
    let global = options_with(&[("GIT_CONFIG_GLOBAL", global.to_str().unwrap())]);
    assert_eq!(make(global.clone(), None).unwrap(), "Global <global@example.com>, Global <global@example.com>");
    clone.git(["config", "user.email", "me@example.com"]);
    assert_eq!(make(global.clone(), Some(&standing)).unwrap(), "Global <me@example.com>, Global <me@example.com>");
    let mut bot = global;
    bot.extra_env.push(("GIT_COMMITTER_NAME".into(), "Bot".into()));
    assert_eq!(make(bot, Some(&standing)).unwrap(), "Global <me@example.com>, Bot <me@example.com>");
    assert_eq!(clone.git(["count-objects"]), "0 objects, 0 kilobytes", "nothing is written to the clone");
}

#[test]
fn a_commit_is_signed_if_the_user_signs() {
    let sandbox = Sandbox::new();
    let (remote, ids) = story(&sandbox);
    let undo = Undo::Commit(id(&ids[1]));
    let make_key = |name: &str, passphrase: &str| {
        let key = sandbox.path(name);
        let arguments = ["-q", "-t", "ed25519", "-N", passphrase, "-C", "ada@example.com", "-f"];
        assert!(std::process::Command::new("ssh-keygen").args(arguments).arg(&key).status().unwrap().success());
        key
    };
    let key = make_key("key", "");
    let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    let allowed = sandbox.path("allowed");
    std::fs::write(&allowed, format!("ada@example.com {public}")).unwrap();
    let clone = sandbox.repo("standing-here");
    let standing = Repository::local(&clone.path).unwrap();
    let by = CommitAs { clone: Some(&standing), ..CommitAs::default() };
    let url = RepoUrl::parse(&remote.url()).unwrap();
    let mirror = Mirror::open(&sandbox.cache(), &url, ada()).unwrap();

    clone.git(["config", "gpg.format", "ssh"]);
    clone.git(["config", "user.signingKey", key.with_extension("pub").to_str().unwrap()]);
    let verify = |id: &Revision| {
        let setting = format!("gpg.ssh.allowedSignersFile={}", allowed.display());
        let command = ["-c", &setting, "verify-commit", id.as_str()];
        std::process::Command::new("git")
            .arg("--git-dir")
            .arg(mirror.path())
            .args(command)
            .output()
            .unwrap()
            .status
            .success()
    };
    let unsigned = mirror.revert("main", &undo, &by).unwrap();
    assert!(!verify(&unsigned.commit.id), "a key alone does not make git sign");
    clone.git(["config", "commit.gpgSign", "true"]);
    let signed = mirror.revert("main", &undo, &by).unwrap();
    assert!(verify(&signed.commit.id));
    assert_eq!(signed.commit.message, unsigned.commit.message);

    // A key that must be unlocked is not asked for, whatever terminal there is.
    clone.git(["config", "user.signingKey", make_key("locked", "s3cret").to_str().unwrap()]);
    let started = std::time::Instant::now();
    let error = mirror.revert("main", &undo, &by).unwrap_err();
    assert!(matches!(error, Error::Signing { .. }) && started.elapsed().as_secs() < 10, "{error:?}");
    assert!(error.to_string().starts_with("The commit could not be signed (git said: "), "{error}");
}

/// A program that is git, but for one subcommand.
fn git_but_for(sandbox: &Sandbox, subcommand: &str, answer: &str) -> GitOptions {
    let path = sandbox.path("git-but");
    let script =
        format!("#!/bin/sh\nfor word in \"$@\"; do [ \"$word\" = {subcommand} ] && {answer}; done\nexec git \"$@\"\n");
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    GitOptions { program: path.into(), ..ada() }
}

#[test]
fn an_old_git_reverts_what_needs_no_merge() {
    let sandbox = Sandbox::new();
    let (repo, ids) = story(&sandbox);
    let old = git_but_for(&sandbox, "merge-tree", "exit 129");
    let local = Repository::local(&repo.path).unwrap();
    let make = |undo| local.revert(&old, "main", &undo, &CommitAs::default());
    make(Undo::After(id(&ids[0]))).unwrap();
    make(Undo::Commit(id(&ids[3]))).unwrap();
    let error = make(Undo::Commit(id(&ids[1]))).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "Reverting commit {} \"Change web\" needs git 2.38 or newer here, since branch `main` has later commits",
            &ids[1][..7]
        )
    );
    assert_eq!(
        error.hint().unwrap(),
        format!(
            "Install a newer git, or do it by hand in a clone: `git switch main`, `git pull`, `git revert {}`, `git push`",
            ids[1]
        )
    );
}

#[test]
fn a_damaged_mirror_is_healed_for_a_revert() {
    let sandbox = Sandbox::new();
    let (remote, ids) = story(&sandbox);
    // Both have changed the file, so its contents are needed.
    let later = remote.git(["show", "HEAD:base/web.yaml"]).replace("a15: 0", "a15: 15") + "\n";
    remote.write("base/web.yaml", &later).commit("Change web elsewhere");
    let mirror = Mirror::open(&sandbox.cache(), &RepoUrl::parse(&remote.url()).unwrap(), ada()).unwrap();
    let blob = remote.git(["rev-parse", &format!("{}:base/web.yaml", ids[0])]);
    std::fs::remove_file(mirror.path().join("objects").join(&blob[..2]).join(&blob[2..])).unwrap();
    let made = mirror.revert("main", &Undo::Commit(id(&ids[1])), &CommitAs::default()).unwrap();
    assert_eq!(
        git(mirror.path(), ["rev-parse", &format!("{}^{{tree}}", made.commit.id)]),
        real_revert(&remote, &[&ids[1]]).0
    );
    git(mirror.path(), ["fsck", "--strict"]);
}

#[test]
fn a_commit_that_nobody_came_back_for_goes() {
    let sandbox = Sandbox::new();
    let (repo, ids) = story(&sandbox);
    let local = Repository::local(&repo.path).unwrap();
    let kept = |days_ago: u64| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let mut options = ada();
        options.extra_env.push(("GIT_COMMITTER_DATE".into(), format!("{} +0000", now - days_ago * 86_400)));
        local.revert(&options, "main", &Undo::Commit(id(&ids[1])), &CommitAs::default()).unwrap();
        repo.git(["for-each-ref", "refs/landfall/pending"]).lines().count()
    };
    assert_eq!((kept(40), kept(29), kept(0)), (1, 2, 2));
}

#[test]
fn a_commit_waits_for_its_push_whatever_git_tidies() {
    let sandbox = Sandbox::new();
    let (remote, ids) = story(&sandbox);
    let url = RepoUrl::parse(&remote.url()).unwrap();
    let mirror = Mirror::open(&sandbox.cache(), &url, ada()).unwrap();
    let made = mirror.revert("main", &Undo::Commit(id(&ids[1])), &CommitAs::default()).unwrap();
    remote.write("more", "").commit("More");
    mirror.fetch().unwrap();
    git(mirror.path(), ["gc", "--quiet", "--prune=now"]);
    let again = Mirror::open(&sandbox.cache(), &url, ada()).unwrap();
    assert_eq!(again.resolve(made.commit.id.as_str()).unwrap(), made.commit);
    assert!(!remote.git(["for-each-ref"]).contains("landfall"), "nobody sees it");
    mirror.forget(&made).unwrap();
    mirror.forget(&made).unwrap();
    assert_eq!(git(mirror.path(), ["for-each-ref", "refs/landfall"]), "");
}
