//! A server that asks for patience, and one behind a bad network.

use std::time::{Duration, Instant};

use landfall_bench_cluster::Cluster;

use super::{
    deploy,
    faulty::{Fate, Faulty, status},
    live, workspace,
};

#[test]
fn too_many_requests() {
    let cluster = Cluster::shared();
    let (work, namespace) = workspace(cluster, 40);
    let faulty = Faulty::start(&cluster.proxy(), |asked| {
        // Everything is refused twice, for a second each time.
        let refused = asked.method == "POST" && asked.path.contains("configmaps") && asked.before < 2;
        if refused {
            status(429, "too many requests, please try again later", "Retry-After: 1\r\n")
        } else {
            Fate::Pass
        }
    });
    let started = Instant::now();
    let ran = work.landfall(&deploy(&namespace, &["--server", &faulty.url()])).success();
    assert_eq!(live(cluster, &namespace, "info"), 40);
    assert!(started.elapsed() > Duration::from_secs(1), "the server's wish was not heeded");
    assert!(!ran.stderr.contains("warning") && !ran.stderr.contains("429"), "{}", ran.stderr);
}

#[test]
fn overloaded_and_broken_connections() {
    let cluster = Cluster::shared();
    let (work, namespace) = workspace(cluster, 60);
    let faulty = Faulty::start(&cluster.proxy(), |asked| {
        let number: usize = asked.path.bytes().map(usize::from).sum();
        match (asked.before, number % 5) {
            (0, 0) => Fate::Drop,
            (0, 1) => status(503, "the server is currently unable to handle the request", ""),
            (0 | 1, 2) => status(500, "etcdserver: leader changed", ""),
            (0, 3) => Fate::LoseAnswer,
            _ => Fate::Slow(Duration::from_millis(5)),
        }
    });
    let url = faulty.url();
    work.landfall(&deploy(&namespace, &["--server", &url])).success();
    assert_eq!(live(cluster, &namespace, "info"), 60);
    super::write(&work, 40, "debug");
    for index in 40..60 {
        work.remove(&format!("base/{index:03}.yaml"));
    }
    let ran = work.landfall(&deploy(&namespace, &["--server", &url])).success();
    assert!(ran.stderr.contains("20 pruned") && ran.stderr.contains("40 updated"), "{}", ran.stderr);
    assert_eq!((live(cluster, &namespace, "info"), live(cluster, &namespace, "debug")), (0, 40));
}
