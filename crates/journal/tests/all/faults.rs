//! What goes wrong, as the user reads it.

use std::{path::Path, time::Duration};

use landfall_journal::{Error, Journal, Location};
use sqlx::{AnyConnection, Connection};

use landfall_bench_postgres::server;

use crate::support::{Arena, block_on, on_both};

on_both!(a_newer_landfall_wrote_it, changed_tables_are_noticed);

/// Message and hint, with paths replaced.
fn shown(error: &Error, hidden: &str) -> String {
    assert!(!format!("{error:?} {error}").contains("hunter"), "no password");
    format!("{error}\n  {}", error.hint()).replace(hidden, "PLACE")
}

async fn fault(address: &str, hidden: &str) -> String {
    let location = Location::parse(address).unwrap();
    assert!(!format!("{location:?} {location}").contains("hunter"), "no password");
    shown(&Journal::open(&location).await.unwrap_err(), hidden)
}

async fn run(arena: &Arena, sql: &'static str) {
    let address = match arena.address.starts_with('/') {
        true => format!("sqlite://{}", arena.address),
        false => arena.address.clone(),
    };
    let mut connection = AnyConnection::connect(&address).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn a_newer_landfall_wrote_it(arena: Arena) {
    arena.journal().await.close().await;
    run(
        &arena,
        "INSERT INTO landfall_migrations (version, description, success, checksum, execution_time) \
         SELECT 99, description, success, checksum, 0 FROM landfall_migrations WHERE version = 1",
    )
    .await;
    let shown = fault(&arena.address, &arena.location().to_string()).await;
    insta::allow_duplicates! { insta::assert_snapshot!(shown, @"
    The journal PLACE was written by a newer Landfall (version 99 of its tables; this one knows 4)
      Update Landfall on this machine, or give another location for the journal
    ") };
}

async fn changed_tables_are_noticed(arena: Arena) {
    arena.journal().await.close().await;
    run(&arena, "UPDATE landfall_migrations SET version = version - 1").await;
    let error = Journal::open(&arena.location()).await.unwrap_err();
    assert!(matches!(error, Error::Newer { .. } | Error::Damaged { .. } | Error::Database { .. }), "{error}");
}

#[test]
fn files_that_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("text"), "This is not a database, and long enough to be looked at.\n".repeat(100)).unwrap();
    std::fs::create_dir(path("folder")).unwrap();
    let hidden = folder.path().display().to_string();
    block_on(async {
        insta::assert_snapshot!(fault(&path("text/journal.db"), &hidden).await, @"
        The journal PLACE/text/journal.db cannot be written: Not a directory (os error 20)
          Check the permissions of the file and of its folder, or give another location for the journal
        ");
        insta::assert_snapshot!(fault(&path("folder"), &hidden).await, @"
        The journal PLACE/folder cannot be written: unable to open database file
          Check the permissions of the file and of its folder, or give another location for the journal
        ");
        insta::assert_snapshot!(fault(&path("text"), &hidden).await, @"
        The journal PLACE/text cannot be read: file is not a database
          Move the file away or restore it from a backup; Landfall begins a new journal where there is none
        ");
        insta::assert_snapshot!(fault("/proc/journal/journal.db", &hidden).await, @"
        The journal /proc/journal cannot be written: No such file or directory (os error 2)
          Check the permissions of the file and of its folder, or give another location for the journal
        ");
    });
}

#[test]
fn a_file_that_may_not_be_written() {
    if rustix::process::geteuid().is_root() {
        // Root may write everything, so this looks at a file system that nobody may write.
        let Some(file) = ["/sys/kernel/notes", "/proc/version"].into_iter().find(|file| Path::new(file).exists())
        else {
            return;
        };
        let error = block_on(Journal::open(&Location::parse(file).unwrap())).unwrap_err();
        assert!(matches!(error, Error::NotWritable { .. } | Error::Damaged { .. } | Error::Database { .. }), "{error}");
        return;
    }
    let arena = Arena::sqlite();
    block_on(async {
        arena.journal().await.close().await;
        let mut rights = std::fs::metadata(&arena.address).unwrap().permissions();
        rights.set_readonly(true);
        std::fs::set_permissions(&arena.address, rights).unwrap();
        let error = Journal::open(&arena.location()).await.unwrap_err();
        assert!(matches!(error, Error::NotWritable { .. }), "{error}");
    });
}

#[test]
fn locked_by_another_program() {
    let arena = Arena::sqlite();
    block_on(async {
        let journal = arena.journal().await;
        let mut other = AnyConnection::connect(&format!("sqlite://{}", arena.address)).await.unwrap();
        sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
        let error = journal.prune_before(landfall_journal::Time::from_millis(0)).await.unwrap_err();
        insta::assert_snapshot!(shown(&error, &arena.address), @"
        The journal PLACE has been locked by another program for 10 seconds
          End the program that holds it, such as a shell of sqlite3, and try again
        ");
        sqlx::raw_sql("COMMIT").execute(&mut other).await.unwrap();
        journal.prune_before(landfall_journal::Time::from_millis(0)).await.unwrap();
    });
}

#[test]
fn postgres_that_does_not_answer() {
    let folder = tempfile::tempdir().unwrap();
    let hidden = folder.path().display().to_string();
    block_on(async {
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        let address = format!("postgres://alice:hunter2@127.0.0.1:{nobody}/landfall");
        insta::assert_snapshot!(fault(&address, &nobody).await, @"
        PostgreSQL cannot be reached for the journal postgres://alice@127.0.0.1:PLACE/landfall: Connection refused (os error 111)
          Check that the server runs and that its address and port are right
        ");
        let socket = format!("postgres://alice:hunter2@localhost/landfall?host={hidden}");
        insta::assert_snapshot!(fault(&socket, &hidden.replace('/', "%2F")).await, @"
        PostgreSQL cannot be reached for the journal postgres://alice@localhost/landfall?host=PLACE: No such file or directory (os error 2)
          Check that the server runs and that its address and port are right
        ");
        // Something that takes connections and says nothing.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = silent.local_addr().unwrap().port().to_string();
        let address = format!("postgres://alice:hunter2@127.0.0.1:{port}/landfall?sslmode=disable");
        insta::assert_snapshot!(fault(&address, &port).await, @"
        PostgreSQL cannot be reached for the journal postgres://alice@127.0.0.1:PLACE/landfall: no connection within 10 seconds
          Check that the server runs and that its address and port are right
        ");
    });
}

#[test]
fn postgres_that_refuses() {
    let Some(server) = server() else { return };
    let hidden = server.folder().display().to_string().replace('/', "%2F");
    block_on(async {
        insta::assert_snapshot!(fault(&server.url("landfall", "hunter3", "postgres"), &hidden).await, @r#"
        PostgreSQL refuses the journal postgres://landfall@localhost/postgres?host=PLACE: password authentication failed for user "landfall"
          Check the user, the password (also in PGPASSWORD and ~/.pgpass) and the database's name, and that the user may create tables there
        "#);
        insta::assert_snapshot!(fault(&server.url("nobody", "hunter2", "postgres"), &hidden).await, @r#"
        PostgreSQL refuses the journal postgres://nobody@localhost/postgres?host=PLACE: password authentication failed for user "nobody"
          Check the user, the password (also in PGPASSWORD and ~/.pgpass) and the database's name, and that the user may create tables there
        "#);
        insta::assert_snapshot!(fault(&server.url("landfall", "hunter2", "nothing"), &hidden).await, @r#"
        PostgreSQL refuses the journal postgres://landfall@localhost/nothing?host=PLACE: database "nothing" does not exist
          Check the user, the password (also in PGPASSWORD and ~/.pgpass) and the database's name, and that the user may create tables there
        "#);
    });
}

#[test]
fn a_server_that_goes_away_is_an_error_and_not_an_endless_wait() {
    let Some(arena) = Arena::postgres() else { return };
    block_on(async {
        let journal = arena.journal().await;
        run(
            &arena,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() \
                     AND datname = current_database()",
        )
        .await;
        // Connections that have died are replaced.
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(journal.places().await.unwrap(), []);
    });
}
