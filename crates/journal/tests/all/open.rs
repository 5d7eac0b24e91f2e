//! Opening a journal.

use std::{
    os::unix::fs::PermissionsExt,
    path::Path,
    time::{Duration, Instant},
};

use landfall_journal::{Journal, Location};

use crate::support::{
    Arena, block_on, on_both,
    shop::{goes_live, place},
};

on_both!(what_was_written_is_there_again);

async fn what_was_written_is_there_again(arena: Arena) {
    let journal = arena.journal().await;
    let id = goes_live(&journal, "prod", "r1", 1000, &[("web", "", "v1")]).await;
    journal.close().await;
    let journal = arena.journal().await;
    assert_eq!(journal.last_live(&place("prod")).await.unwrap().unwrap().id, id);
}

#[test]
fn the_file_is_its_owners_alone() {
    let arena = Arena::sqlite();
    block_on(async {
        let journal = arena.journal().await;
        goes_live(&journal, "prod", "r1", 1000, &[("web", "", "v1")]).await;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let file = Path::new(&arena.address);
        assert_eq!(mode(file.parent().unwrap()), 0o700);
        for name in ["journal.db", "journal.db-wal", "journal.db-shm"] {
            assert_eq!(mode(&file.with_file_name(name)), 0o600, "{name}");
        }
    });
}

#[test]
fn a_path_may_hold_any_character() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a b?c#d%20é.db");
    block_on(async {
        Journal::open(&Location::file(&file).unwrap()).await.unwrap();
        assert!(file.exists());
    });
}

/// Every command opens the journal; the limit leaves room for a busy machine.
#[test]
fn an_existing_file_is_opened_quickly() {
    let arena = Arena::sqlite();
    block_on(async { arena.journal().await.close().await });
    let best = (0..10).map(|_| {
        let started = Instant::now();
        block_on(async { arena.journal().await });
        started.elapsed()
    });
    let best = best.min().unwrap();
    println!("opening takes {best:?}");
    assert!(best < Duration::from_millis(50), "{best:?}");
}
