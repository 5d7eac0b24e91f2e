//! A repository with more files than anybody should have.

use std::time::{Duration, Instant};

use landfall_git::Repository;

use crate::support::{Sandbox, yaml};

#[test]
fn ten_thousand_files_are_read_quickly() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("clone");
    let filler = "  key: a value of a usual length, so that the file is as long as a manifest\n".repeat(20);
    for i in 0..10_000 {
        repo.write(&format!("base/team-{}/service-{i}.yaml", i % 100), &format!("name: service-{i}\ndata:\n{filler}"));
    }
    repo.commit("Many files");
    repo.git(["gc", "--quiet"]);
    let local = Repository::local(&repo.path).unwrap();
    let tip = local.resolve("HEAD").unwrap();
    let started = Instant::now();
    let read = local.read_tree(&tip.id, &["base".to_owned()], yaml).unwrap();
    let took = started.elapsed();
    assert_eq!(read.files.len(), 10_000);
    println!("10,000 files, {} bytes: {took:?}", read.files.iter().map(|file| file.bytes.len()).sum::<usize>());
    assert!(took < Duration::from_secs(10));
}
