//! Whose commit it is.

use std::process::Command;

use super::Remote;

#[test]
fn signed_as_the_user_signs() {
    let remote = Remote::with_two_deploys("rollback-signed");
    let work = &remote.site.work;
    let key = work.dir().join("../home/key");
    let arguments = ["-q", "-t", "ed25519", "-N", "", "-C", "ada@example.com", "-f"];
    assert!(Command::new("ssh-keygen").args(arguments).arg(&key).status().unwrap().success());
    let key = key.display().to_string();
    for (name, value) in [("gpg.format", "ssh"), ("user.signingKey", &key), ("commit.gpgSign", "true")] {
        work.git(&["config", name, value]);
    }
    remote.site.landfall(&["rollback"]).success();
    let public = std::fs::read_to_string(format!("{key}.pub")).unwrap();
    work.write("../home/allowed", &format!("ada@example.com {public}"));
    let allowed = format!("gpg.ssh.allowedSignersFile={}", work.dir().join("../home/allowed").display());
    remote.git(&["-c", &allowed, "verify-commit", "main"]);
    assert_eq!(remote.site.live("level"), "info");

    // A signature that cannot be made stops it all.
    work.git(&["config", "user.signingKey", &format!("{key}.gone")]);
    let tip = remote.tip();
    let ran = remote.site.landfall(&["rollback"]);
    assert!(ran.status == 1 && ran.stderr.contains("error: The commit could not be signed"), "{}", ran.snapshot());
    assert_eq!((remote.tip(), remote.site.live("level")), (tip, "info".to_owned()));
}

#[test]
fn nobody_commits_in_no_name() {
    let remote = Remote::with_two_deploys("rollback-nobody");
    remote.site.work.git(&["config", "--unset", "user.email"]);
    let tip = remote.tip();
    let ran = remote.site.landfall(&["rollback"]);
    assert!(ran.status == 1 && ran.stderr.contains("error: Git does not know in whose name"), "{}", ran.snapshot());
    assert!(ran.stderr.contains("hint: run `git config --global user.name"), "{}", ran.snapshot());
    assert_eq!((remote.tip(), remote.site.live("level")), (tip, "debug".to_owned()));
}
