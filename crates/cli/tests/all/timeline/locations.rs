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
    insta::assert_snapshot!(site.shown(&["deploy", "--journal", "../f.db"]), @"
    --- stderr ---
    Deploying prod at d0fa6d9 (Open the shop)
    to context admin ($SERVER), namespace timeline-locations

    error: The journal $ROOT/work/../f.db cannot be read: file is not a database
    hint: Move the file away or restore it from a backup; Landfall begins a new journal where there is none
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(site.shown(&["history", "--journal", "/proc/journal.db"]), @"
    --- stderr ---
    error: The journal /proc/journal.db cannot be written: No such file or directory (os error 2)
    hint: Check the permissions of the file and of its folder, or give another location for the journal
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(site.shown(&["history", "--journal", "mysql://root:hunter2@db/landfall"]), @"
    --- stderr ---
    error: The journal's location `mysql://...` cannot be used: it is neither a path nor an address of SQLite or PostgreSQL
    hint: Give a path, or an address such as `sqlite:///var/lib/landfall/journal.db` or `postgres://user@host/database`
    --- exit status 1 ---
    ");
}

#[test]
fn postgresql_for_several_machines_and_no_password_anywhere() {
    let Some(server) = landfall_bench_postgres::server() else { return };
    let site = Site::plain("timeline-postgresql");
    let socket = server.folder().display().to_string().replace('/', "%2F");
    let site = Site { work: site.work.replace(&socket, "$SOCKET"), ..site };
    let address = server.database();
    site.settings("level", "info").commit("Open the shop");
    let ran = site.landfall(&["deploy", "--journal", &address, "-vv"]).success();
    assert!(!ran.snapshot().contains("hunter2"), "{}", ran.snapshot());
    let mut elsewhere = site.command(&["history"]);
    elsewhere.env("LANDFALL_JOURNAL", &address).env("XDG_STATE_HOME", "/nowhere");
    let ran = site.work.ran(&elsewhere.output().unwrap());
    let database = address.split(['/', '?']).nth(3).unwrap().to_owned();
    insta::assert_snapshot!(super::steady(&ran.snapshot()), @"
    hh:mm:ss  live  prod 92e1f9d Open the shop
        by Ada, deploy by ada@$HOST, 1 created, live after [N] s
    --- exit status 0 ---
    ");
    let wrong = address.replace("hunter2", "wr0ng");
    let ran = site.landfall(&["history", "--journal", &wrong]);
    assert!(!ran.snapshot().contains("wr0ng"));
    insta::assert_snapshot!(ran.snapshot().replace(&database, "$DATABASE"), @r#"
    --- stderr ---
    error: PostgreSQL refuses the journal postgres://landfall@localhost/$DATABASE?host=$SOCKET: password authentication failed for user "landfall"
    hint: Check the user, the password (also in PGPASSWORD and ~/.pgpass) and the database's name, and that the user may create tables there
    --- exit status 1 ---
    "#);
    // The variable's value is not quoted by the help either.
    let mut help = site.command(&["deploy", "--help"]);
    let help = help.env("LANDFALL_JOURNAL", &address).output().unwrap();
    assert!(!String::from_utf8_lossy(&help.stdout).contains("hunter2"));
}
