//! One of several processes leads.

use std::{io::BufRead, process::Stdio, time::Duration};

use landfall_journal::{Candidate, Election, Journal, Location};

use crate::support::{Arena, block_on, on_both, other_process};

on_both!(
    one_leads_and_the_others_know_who,
    another_name_is_led_by_somebody_else,
    who_goes_makes_room,
    who_is_killed_makes_room
);

async fn one_leads_and_the_others_know_who(arena: Arena) {
    let (first, second) = (arena.journal().await, arena.journal().await);
    let (mut one, mut two) = (first.candidate("shop", "one"), second.candidate("shop", "two"));
    assert_eq!(one.stand().await.unwrap(), Election::Leads);
    assert_eq!(two.stand().await.unwrap(), Election::StandsBy(Some("one".into())));
    assert!(one.leads().await && !two.leads().await);
    assert_eq!(one.stand().await.unwrap(), Election::Leads, "who leads may ask again");
}

async fn another_name_is_led_by_somebody_else(arena: Arena) {
    let journal = arena.journal().await;
    let (mut one, mut two) = (journal.candidate("shop", "one"), journal.candidate("bank", "two"));
    assert_eq!(one.stand().await.unwrap(), Election::Leads);
    assert_eq!(two.stand().await.unwrap(), Election::Leads);
}

async fn who_goes_makes_room(arena: Arena) {
    let journal = arena.journal().await;
    let (mut one, mut two) = (journal.candidate("shop", "one"), journal.candidate("shop", "two"));
    assert_eq!(one.stand().await.unwrap(), Election::Leads);
    drop(one);
    leads_soon(&mut two).await;
}

async fn who_is_killed_makes_room(arena: Arena) {
    let mut other = other_process("lead::leads_until_killed", &[("JOURNAL", &arena.address)]);
    let mut other = other.stderr(Stdio::piped()).spawn().unwrap();
    let mut said = std::io::BufReader::new(other.stderr.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap() == "leads"));
    let journal = arena.journal().await;
    let mut candidate = journal.candidate("shop", "me");
    assert_eq!(candidate.stand().await.unwrap(), Election::StandsBy(Some("other".into())));
    other.kill().unwrap();
    other.wait().unwrap();
    leads_soon(&mut candidate).await;
}

/// The server learns a moment later that a connection is gone.
async fn leads_soon(candidate: &mut Candidate) {
    let soon = async {
        while candidate.stand().await.unwrap() != Election::Leads {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), soon).await.unwrap();
}

#[test]
#[ignore = "another process of who_is_killed_makes_room"]
fn leads_until_killed() {
    block_on(async {
        let location = Location::parse(&std::env::var("JOURNAL").unwrap()).unwrap();
        let mut candidate = Journal::open(&location).await.unwrap().candidate("shop", "other");
        assert_eq!(candidate.stand().await.unwrap(), Election::Leads);
        eprintln!("leads");
        std::future::pending::<()>().await;
    });
}

#[test]
fn a_server_that_is_gone_leads_nobody() {
    let Some(arena) = Arena::postgres() else { return };
    block_on(async {
        let mut candidate = arena.journal().await.candidate("shop", "one");
        assert_eq!(candidate.stand().await.unwrap(), Election::Leads);
        let mut other = arena.journal().await.candidate("other", "two");
        assert_eq!(other.stand().await.unwrap(), Election::Leads);
        end_connection(&arena, "one").await;
        assert!(!candidate.leads().await);
        assert!(other.leads().await);
        assert_eq!(candidate.stand().await.unwrap(), Election::Leads, "it may lead again");
    });
}

/// Ends a connection from the server's side, as a restart of the server does.
async fn end_connection(arena: &Arena, name: &str) {
    let sql = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{name}'");
    let ended = std::process::Command::new("psql").args(["-qtAX", "-c", &sql, &arena.address]).output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
}
