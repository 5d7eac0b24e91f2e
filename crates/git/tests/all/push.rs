//! Pushing reverts to a real forge, over HTTP and ssh.

use landfall_bench_forge::{Access, Forge};
use landfall_git::{
    CommitAs, Error, Mirror, Published, Push, PushFault, RemoteFault, RepoUrl, RevertRefusal, Reverted, Undo,
};

use crate::{
    revert::id,
    support::{
        forge::{Hosted, WAYS, Way, options_of},
        git, paths,
        silent::closed_port,
        yaml,
    },
};

fn revert(mirror: &Mirror, undo: &Undo) -> Reverted {
    mirror.revert("main", undo, &CommitAs::default()).unwrap()
}

/// The refusal of a push, which leaves the branch alone: what kind it is, and what the forge says.
fn refused(hosted: &Hosted, mirror: &Mirror) -> (PushFault, String) {
    let tip = hosted.repository.tip("main");
    let made = mirror.revert("main", &Undo::Commit(id(&hosted.ids[1])), &CommitAs::default()).unwrap();
    let error = mirror.push(&made).unwrap_err();
    assert_eq!(hosted.repository.tip("main"), tip);
    assert!(mirror.resolve(made.commit.id.as_str()).is_ok(), "the commit stays for another try");
    words(hosted, error)
}

fn words(hosted: &Hosted, error: Error) -> (PushFault, String) {
    match error {
        Error::Push { fault, said, .. } => (fault, said.replace(hosted.repository.full_name(), "REPO")),
        error => panic!("{error}"),
    }
}

#[test]
fn two_rollbacks_in_a_row() {
    for way in WAYS {
        let hosted = Hosted::new();
        let mirror = hosted.mirror(way, &hosted.ada);
        let first = revert(&mirror, &Undo::Commit(id(&hosted.ids[1])));
        // It can be read before anybody sees it.
        let read = mirror.read_tree(&first.commit.id, &["base".to_owned()], yaml).unwrap();
        assert_eq!(paths(&read), ["base/api.yaml", "base/web.yaml"]);
        assert_eq!((&read.files[0].bytes[..], &read.files[1].bytes[..]), (&b"image: two\n"[..], &b"image: one\n"[..]));
        assert_eq!(hosted.repository.tip("main"), hosted.ids[2]);
        assert_eq!(mirror.ls_remote().unwrap().refs.len(), 1);

        assert_eq!(mirror.push(&first).unwrap(), Push::Done);
        assert_eq!(hosted.repository.tip("main"), first.commit.id.as_str());
        assert_eq!(mirror.branch("main").unwrap(), first.commit, "the mirror follows");
        assert_eq!(mirror.fetch().unwrap().changes, []);
        assert_eq!(git(mirror.path(), ["for-each-ref", "refs/landfall"]), "");

        let second = revert(&mirror, &Undo::After(id(&hosted.ids[1])));
        assert_eq!(second.undone.len(), 2);
        assert_eq!(mirror.push(&second).unwrap(), Push::Done);
        assert_eq!(mirror.push(&second).unwrap(), Push::Done, "pushing twice is no fault");
        assert_eq!(hosted.repository.tip("main"), second.commit.id.as_str());
        let folder = hosted.repository.folder();
        assert_eq!(
            git(&folder, ["rev-parse", "main^{tree}"]),
            git(&folder, ["rev-parse", &format!("{}^{{tree}}", hosted.ids[1])])
        );
    }
}

#[test]
fn somebody_else_is_faster() {
    for way in WAYS {
        let hosted = Hosted::new();
        let mirror = hosted.mirror(way, &hosted.ada);
        let made = revert(&mirror, &Undo::Commit(id(&hosted.ids[1])));
        let theirs = hosted.clone.write("base/db.yaml", "image: one\n").commit("Add db");
        hosted.push("main").unwrap();
        assert_eq!(mirror.push(&made).unwrap(), Push::Moved { tip: id(&theirs) });
        assert_eq!(hosted.repository.tip("main"), theirs);

        // Again, with everything: two more commits come while ours are made.
        let mut asked = Vec::new();
        let published = mirror.publish::<Error>(made, &CommitAs::default(), 5, |renewed, came| {
            asked
                .push((renewed.onto.to_string(), came.iter().map(|commit| commit.subject.clone()).collect::<Vec<_>>()));
            if asked.len() < 2 {
                hosted.clone.write("base/more.yaml", "a: 1\n").commit("Add more");
                hosted.clone.write("base/more.yaml", "a: 2\n").commit("Change more");
                hosted.push("main").unwrap();
            }
            Ok(true)
        });
        let Published::Done(done) = published.unwrap() else { panic!("nobody declined") };
        let theirs_again = hosted.clone.git(["rev-parse", "HEAD"]);
        assert_eq!(
            asked,
            [
                (theirs, vec!["Add db".to_owned()]),
                (theirs_again.clone(), vec!["Change more".into(), "Add more".into()])
            ]
        );
        assert_eq!(
            (done.onto.as_str(), hosted.repository.tip("main").as_str()),
            (theirs_again.as_str(), done.commit.id.as_str())
        );
        let read = mirror.read_tree(&done.commit.id, &["base".to_owned()], yaml).unwrap();
        assert_eq!(paths(&read), ["base/api.yaml", "base/db.yaml", "base/more.yaml", "base/web.yaml"]);
        assert_eq!(read.files[3].bytes, b"image: one\n");
        assert_eq!(git(mirror.path(), ["for-each-ref", "refs/landfall"]), "");
    }
}

#[test]
fn what_came_meanwhile_decides() {
    let hosted = Hosted::new();
    let by = CommitAs::default();
    let undo = Undo::After(id(&hosted.ids[0]));
    let refusal = |result: Result<Published, Error>| match result.unwrap_err() {
        Error::Revert { refusal } => *refusal,
        error => panic!("{error}"),
    };
    let mirror = hosted.mirror(Way::Http, &hosted.ada);
    let never =
        |_: &Reverted, _: &[landfall_git::Commit]| -> Result<bool, Error> { panic!("there is nothing to agree to") };

    // The same place was changed.
    let made = revert(&mirror, &undo);
    let theirs = hosted.clone.write("base/web.yaml", "image: three\n").commit("Update web again");
    hosted.push("main").unwrap();
    let RevertRefusal::Conflict { paths, .. } = refusal(mirror.publish(made.clone(), &by, 3, never)) else { panic!() };
    assert_eq!((paths, hosted.repository.tip("main")), (vec!["base/web.yaml".to_owned()], theirs));

    // Somebody has rolled back by hand.
    hosted.clone.git(["reset", "--quiet", "--hard", &hosted.ids[2]]);
    hosted.clone.git(["revert", "--no-edit", &hosted.ids[2], &hosted.ids[1]]);
    hosted.push("+main").unwrap();
    assert!(matches!(refusal(mirror.publish(made.clone(), &by, 3, never)), RevertRefusal::NoChange { .. }));

    // The branch was set back, so that a push without an exact expectation would bring its commits again.
    hosted.clone.git(["reset", "--quiet", "--hard", &hosted.ids[1]]);
    hosted.push("+main").unwrap();
    assert!(matches!(refusal(mirror.publish(made.clone(), &by, 3, never)), RevertRefusal::NotOnBranch { .. }));
    assert_eq!(hosted.repository.tip("main"), hosted.ids[1]);

    // Only the caller can say that the new plan is as good as the old one.
    hosted.clone.git(["reset", "--quiet", "--hard", &hosted.ids[2]]);
    hosted.clone.write("base/db.yaml", "image: one\n").commit("Add db");
    hosted.push("+main").unwrap();
    let tip = hosted.repository.tip("main");
    let published = mirror.publish::<Error>(made.clone(), &by, 3, |_, _| Ok(false)).unwrap();
    assert!(matches!(published, Published::Declined(_)) && hosted.repository.tip("main") == tip);
    let error = mirror
        .publish::<Error>(made, &by, 3, |renewed, _| {
            hosted.clone.write("base/db.yaml", renewed.onto.as_str()).commit("Change db");
            hosted.push("main").map(|()| true).map_err(|error| panic!("{error}"))
        })
        .unwrap_err();
    assert!(matches!(error, Error::Push { fault: PushFault::KeepsMoving, .. }), "{error}");
}

#[test]
fn the_branch_is_gone() {
    let hosted = Hosted::new();
    hosted.clone.git(["branch", "release"]);
    hosted.push("release").unwrap();
    for way in WAYS {
        let mirror = hosted.mirror(way, &hosted.ada);
        hosted.push("release").unwrap();
        mirror.fetch().unwrap();
        let made = mirror.revert("release", &Undo::Commit(id(&hosted.ids[2])), &CommitAs::default()).unwrap();
        hosted.push(":release").unwrap();
        let error = mirror.push(&made).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("Pushing to branch `release` of {} failed: the remote has no such branch", hosted.url(way))
        );
        assert_eq!(error.hint().unwrap(), "Check the name of the environment's branch; Landfall never makes a branch");
    }
}

#[test]
fn the_branch_is_protected() {
    let hosted = Hosted::new();
    hosted.repository.protect("main");
    for way in WAYS {
        let mirror = hosted.mirror(way, &hosted.ada);
        let said = "Not allowed to push to protected branch main";
        assert_eq!(refused(&hosted, &mirror), (PushFault::Protected, said.to_owned()));
        let error = mirror.push(&revert(&mirror, &Undo::Commit(id(&hosted.ids[1])))).unwrap_err();
        let url = hosted.url(way);
        assert_eq!(
            error.to_string(),
            format!("Pushing to branch `main` of {url} failed: the branch is protected (it said: {said})")
        );
        assert_eq!(
            error.hint().unwrap(),
            "Revert by a pull request, or let the user that Landfall pushes as push to the branch, in the forge's settings for protected branches"
        );
    }
}

#[test]
fn a_hook_declines() {
    let hosted = Hosted::new();
    let hook = hosted.repository.folder().join("hooks/pre-receive.d/test");
    std::fs::write(&hook, "#!/bin/sh\necho 'Commits need a ticket.'\nexit 1\n").unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    for way in WAYS {
        let told = refused(&hosted, &hosted.mirror(way, &hosted.ada));
        assert_eq!(told, (PushFault::Declined, "Commits need a ticket.".to_owned()));
    }
}

#[test]
fn an_archive_takes_nothing() {
    let hosted = Hosted::new();
    hosted.repository.archive();
    for way in WAYS {
        let (fault, said) = refused(&hosted, &hosted.mirror(way, &hosted.ada));
        assert!(fault == PushFault::ReadOnly && said.contains("archived"), "{fault:?} {said}");
    }
}

#[test]
fn a_user_who_may_only_read_is_told_so() {
    let hosted = Hosted::new();
    let eve = Forge::shared().user("eve");
    hosted.repository.add(&eve, Access::Read);
    for way in WAYS {
        let told = refused(&hosted, &hosted.mirror(way, &eve));
        assert_eq!(told, (PushFault::NotPermitted, "User permission denied for writing.".to_owned()));
    }
}

#[test]
fn a_login_that_is_none() {
    let hosted = Hosted::new();
    let stranger = Forge::shared().user("stranger");
    for way in WAYS {
        // The mirror is there already, made by somebody who may read.
        let mirror = hosted.mirror(way, &hosted.ada);
        let made = revert(&mirror, &Undo::Commit(id(&hosted.ids[1])));
        let mirror = Mirror::open(mirror.path().parent().unwrap(), mirror.url(), options_of(&stranger)).unwrap();
        let error = mirror.push(&made).unwrap_err();
        match way {
            // As forges do, it hides what a stranger may not see.
            Way::Http => assert!(matches!(error, Error::Remote { fault: RemoteFault::NotFound, .. }), "{error}"),
            Way::Ssh => {
                let (fault, said) = words(&hosted, error);
                assert!(
                    fault == PushFault::NotPermitted && said.ends_with("is not authorized to write to REPO."),
                    "{said}"
                );
            }
        }
    }
    let mirror = || hosted.mirror(Way::Http, &hosted.ada);
    let made = revert(&mirror(), &Undo::Commit(id(&hosted.ids[1])));
    let pushing_to = |url: &str| {
        let error = mirror().pushing_to(Some(RepoUrl::parse(url).unwrap())).push(&made).unwrap_err();
        assert!(!format!("{error}{error:?}").contains("wr0ng"), "{error:?}");
        match error {
            Error::Remote { fault, .. } => fault,
            error => panic!("{error}"),
        }
    };
    let url = hosted.url(Way::Http);
    assert_eq!(pushing_to(&url.replace("http://", "http://ada:wr0ng@")), RemoteFault::AuthRefused);
    assert_eq!(pushing_to(&url.replace("/deploy-", "/none-")), RemoteFault::NotFound);
    assert_eq!(pushing_to(&format!("http://127.0.0.1:{}/x.git", closed_port())), RemoteFault::Unreachable);
    // A key that the forge does not know.
    let mut options = options_of(&hosted.ada);
    let ssh = options.extra_env.last_mut().unwrap();
    ssh.1 = ssh.1.replace(&hosted.ada.key().display().to_string(), &unknown_key(&hosted).display().to_string());
    let mirror = Mirror::open(&hosted.sandbox.path("cache-ada-x"), &RepoUrl::parse(&url).unwrap(), options).unwrap();
    let error = mirror.pushing_to(Some(RepoUrl::parse(&hosted.url(Way::Ssh)).unwrap())).push(&made).unwrap_err();
    assert!(matches!(error, Error::Remote { fault: RemoteFault::AuthRefused, .. }), "{error}");
    assert_eq!(hosted.repository.tip("main"), hosted.ids[2]);
}

fn unknown_key(hosted: &Hosted) -> std::path::PathBuf {
    let key = hosted.sandbox.path("unknown-key");
    let made =
        std::process::Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status();
    assert!(made.unwrap().success());
    key
}
