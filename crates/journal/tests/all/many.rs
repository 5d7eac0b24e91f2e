//! Many processes write at once, and nothing is lost.

use std::process::Child;

use landfall_journal::{Filter, Journal, Location};

use crate::support::{
    Arena, block_on, on_both, other_process,
    shop::{goes_live, place},
};

on_both!(eight_processes_lose_nothing, eight_processes_make_one_journal);

const PROCESSES: usize = 8;
const DEPLOYS: usize = 20;

async fn eight_processes_lose_nothing(arena: Arena) {
    arena.journal().await;
    all(&arena, DEPLOYS);
    let journal = arena.journal().await;
    let page = journal.deploys(&Filter { limit: Some(1000), ..Filter::default() }).await.unwrap();
    assert_eq!(page.deploys.len(), PROCESSES * DEPLOYS);
    for summary in page.deploys {
        assert_eq!((summary.counts.update, summary.counts.planned, summary.images.len()), (2, 0, 2));
        assert!(summary.deploy.live.is_some());
    }
    let shared = journal.services(&place("shared"), None).await.unwrap();
    assert_eq!(shared.len(), 2);
}

/// None of them has met the journal before: its file, its tables and the first places are made by all of them.
async fn eight_processes_make_one_journal(arena: Arena) {
    all(&arena, 1);
    let page = arena.journal().await.deploys(&Filter::default()).await.unwrap();
    assert_eq!(page.deploys.len(), PROCESSES);
}

fn all(arena: &Arena, deploys: usize) {
    let start = |number: usize| -> Child {
        let (number, deploys) = (number.to_string(), deploys.to_string());
        let env = [("JOURNAL", arena.address.as_str()), ("NUMBER", number.as_str()), ("DEPLOYS", deploys.as_str())];
        other_process("many::writes", &env).spawn().unwrap()
    };
    let processes: Vec<_> = (0..PROCESSES).map(start).collect();
    for mut process in processes {
        assert!(process.wait().unwrap().success());
    }
}

#[test]
#[ignore = "run by the other tests of this file"]
fn writes() {
    let var = |name: &str| std::env::var(name).unwrap();
    let location = Location::parse(&var("JOURNAL")).unwrap();
    let (own, deploys): (String, usize) = (var("NUMBER"), var("DEPLOYS").parse().unwrap());
    block_on(async {
        let journal = Journal::open(&location).await.unwrap();
        for number in 0..deploys {
            // Half of them go to one place.
            let namespace = if number % 2 == 0 { format!("own-{own}") } else { "shared".to_owned() };
            let revision = format!("{own}x{number:02}");
            let images = [("web", "v0", revision.as_str()), ("api", "v0", revision.as_str())];
            goes_live(&journal, &namespace, &revision, 1000 * number as i64, &images).await;
        }
    });
}
