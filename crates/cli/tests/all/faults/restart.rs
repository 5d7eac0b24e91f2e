//! The API server ends in the middle of a deploy.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use landfall_bench_cluster::Cluster;

use super::{deploy, live, workspace};

#[test]
fn a_restart_in_the_middle_is_waited_for() {
    let cluster = Cluster::start();
    let (work, namespace) = workspace(&cluster, 600);
    let mut command = work.command(&deploy(&namespace, &[]));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while live(&cluster, &namespace, "info") < 20 {
        assert!(started.elapsed() < Duration::from_secs(30), "nothing is applied");
        std::thread::sleep(Duration::from_millis(10));
    }
    cluster.restart_api_server();
    let ran = work.ran(&child.wait_with_output().unwrap()).success();
    assert!(ran.stderr.contains("600 created"), "{}", ran.stderr);
    assert_eq!(live(&cluster, &namespace, "info"), 600);
    let ran = work.landfall(&deploy(&namespace, &[])).success();
    assert!(ran.stderr.contains("600 unchanged"), "{}", ran.stderr);
}
