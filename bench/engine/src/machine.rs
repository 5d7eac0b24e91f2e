//! What a machine needs to run an engine.

use std::process::Command;

use landfall_bench_cluster::clean_env;

/// Whether this process may start an engine, which needs root. Says on standard error that it may not, for tests that then
/// leave it out. Packages that are missing are an error and not a reason to leave a test out.
#[allow(clippy::print_stderr, reason = "a test that is left out must say so")]
pub fn can_run() -> bool {
    let root = shell("test $(id -u) = 0").is_ok();
    if !root {
        eprintln!("skipped: a Docker engine needs root");
    }
    root
}

/// Says what is missing before anything is started, instead of how it fails.
pub(crate) fn check() {
    assert!(can_run(), "a Docker engine needs root; run the test as root");
    let needs = "for program in dockerd containerd runc docker ip iptables unshare mkfifo; do
          command -v $program >/dev/null || { echo \"$program is missing\" >&2; exit 1; }
        done";
    if let Err(error) = shell(needs) {
        panic!("{error}; bench/install-debian installs what an engine needs");
    }
}

/// The same for Podman.
pub(crate) fn check_podman() {
    let needs = "for program in podman conmon runc /usr/lib/podman/netavark /usr/lib/podman/aardvark-dns; do
          command -v $program >/dev/null || { echo \"$program is missing\" >&2; exit 1; }
        done";
    if let Err(error) = shell(needs) {
        panic!("{error}; bench/install-debian installs what Podman needs");
    }
}

/// Runs a script of bash; the error is what it said.
pub(crate) fn shell(script: &str) -> Result<(), String> {
    let output = Command::new("bash")
        .args(["-c", script])
        .env_clear()
        .envs(clean_env("/".as_ref()))
        .output()
        .map_err(|error| format!("cannot start bash: {error}"))?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()) }
}
