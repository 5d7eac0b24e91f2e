//! Where the journal is.

use std::os::unix::fs::PermissionsExt;

use super::site::Site;

#[test]
fn files_for_their_owner_alone() {
    let site = Site::plain("timeline-locations");
    site.settings("level", "info").commit("Open the shop");
    let root = site.work.dir().join("..");
    let mode = |path: &str| root.join(path).metadata().unwrap().permissions().mode() & 0o777;
    let knows = |args: &[&str]| !site.json(&[&["history"], args].concat())["deploys"].as_array().unwrap().is_empty();
    site.landfall(&["deploy"]).success();
    assert_eq!((mode("home/.local/state/landfall"), mode("home/.local/state/landfall/journal.db")), (0o700, 0o600));
    assert!(knows(&[]));

    for (name, value, args, file) in [
        ("XDG_STATE_HOME", root.join("state").display().to_string(), &[][..], "state/landfall/journal.db"),
        ("LANDFALL_JOURNAL", root.join("a/b.db").display().to_string(), &[], "a/b.db"),
        ("LANDFALL_JOURNAL", "/nowhere/b.db".to_owned(), &["--journal", "../c.db"], "c.db"),
        ("LANDFALL_JOURNAL", "/nowhere/b.db".to_owned(), &["--journal", "sqlite:../d.db"], "d.db"),
    ] {
        let mut command = site.command(&[&["deploy"], args].concat());
        let ran = site.work.ran(&command.env(name, &value).output().unwrap()).success();
        assert_eq!(mode(file), 0o600, "{name}={value} {args:?}: {}", ran.snapshot());
    }
    assert!(knows(&["--journal", "../c.db"]) && !knows(&["--journal", "../e.db"]));
    std::fs::write(root.join("f.db"), "no database, but some other file of the user's").unwrap();
    insta::assert_snapshot!(site.shown(&["deploy", "--journal", "../f.db"]), @"");
    insta::assert_snapshot!(site.shown(&["history", "--journal", "/proc/journal.db"]), @"");
    insta::assert_snapshot!(site.shown(&["history", "--journal", "mysql://root:hunter2@db/landfall"]), @"");
}

#[test]
fn postgresql_for_several_machines_and_no_password_anywhere() {
    let Some(server) = landfall_bench_postgres::server() else { return };
    let site = Site::plain("timeline-postgresql");
    let site = Site { work: site.work.replace(&server.folder().display().to_string(), "$SOCKET"), ..site };
    let address = server.database();
    site.settings("level", "info").commit("Open the shop");
    let ran = site.landfall(&["deploy", "--journal", &address, "-vv"]).success();
    assert!(!ran.snapshot().contains("hunter2"), "{}", ran.snapshot());
    let mut elsewhere = site.command(&["history"]);
    elsewhere.env("LANDFALL_JOURNAL", &address).env("XDG_STATE_HOME", "/nowhere");
    let ran = site.work.ran(&elsewhere.output().unwrap());
    let database = address.split(['/', '?']).nth(3).unwrap().to_owned();
    insta::assert_snapshot!(super::steady(&ran.snapshot()), @"");
    let wrong = address.replace("hunter2", "wr0ng");
    let ran = site.landfall(&["history", "--journal", &wrong]);
    assert!(!ran.snapshot().contains("wr0ng"));
    insta::assert_snapshot!(ran.snapshot().replace(&database, "$DATABASE"), @"");
    // The variable's value is not quoted by the help either.
    let mut help = site.command(&["deploy", "--help"]);
    let help = help.env("LANDFALL_JOURNAL", &address).output().unwrap();
    assert!(!String::from_utf8_lossy(&help.stdout).contains("hunter2"));
}
