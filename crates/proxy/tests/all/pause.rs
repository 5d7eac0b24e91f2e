//! The first process of a sandbox.

use std::time::Duration;

use tokio::time::timeout;

use crate::support::proxy::program;

#[tokio::test]
async fn pause_ends_on_sigterm() {
    let mut child = program("pause").spawn().unwrap();
    let id = rustix::process::Pid::from_raw(child.id().unwrap().cast_signed()).unwrap();
    assert!(timeout(Duration::from_millis(300), child.wait()).await.is_err(), "it stays, whatever its input is");
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    assert!(timeout(Duration::from_secs(10), child.wait()).await.unwrap().unwrap().success());
}
