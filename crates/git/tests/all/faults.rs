//! Remotes that cannot be reached, or never answer.

use std::{
    sync::{Arc, atomic::AtomicBool, atomic::Ordering},
    time::{Duration, Instant},
};

use landfall_git::{Error, Mirror, RemoteFault, RepoUrl};

use crate::support::{
    Sandbox, options, options_with,
    silent::{SilentServer, closed_port},
    wait_until,
};

#[test]
fn nobody_listens() {
    let sandbox = Sandbox::new();
    for scheme in ["http", "git", "ssh"] {
        let url = format!("{scheme}://127.0.0.1:{}/x.git", closed_port());
        let error = sandbox.mirror(&url).unwrap_err();
        assert!(matches!(error, Error::Remote { fault: RemoteFault::Unreachable, .. }), "{scheme}: {error}");
    }
    let error = sandbox.mirror("https://landfall.invalid/x.git").unwrap_err();
    assert!(matches!(error, Error::Remote { fault: RemoteFault::Unreachable, .. }), "{error}");
    let error = sandbox.mirror(&sandbox.path("nowhere").display().to_string()).unwrap_err();
    assert!(matches!(error, Error::Remote { fault: RemoteFault::NotFound, .. }), "{error}");
}

#[test]
fn a_server_that_never_answers_is_left_with_all_that_was_started() {
    let server = SilentServer::start();
    for scheme in ["http", "git", "ssh"] {
        let sandbox = Sandbox::new();
        let url = RepoUrl::parse(&format!("{scheme}://127.0.0.1:{}/x.git", server.port)).unwrap();
        let mut options = options_with(&[("GIT_SSH_COMMAND", "ssh -F none")]);
        options.time_limit = Duration::from_secs(1);
        let started = Instant::now();
        let error = Mirror::open(&sandbox.cache(), &url, options).unwrap_err();
        assert!(started.elapsed() < Duration::from_secs(4));
        assert_eq!(
            error.to_string(),
            format!("Listing the branches of {url} took longer than 1 seconds and was stopped")
        );
        let is_left = || is_running(&format!(":{}", server.port)) || is_running(&format!("-p {}", server.port));
        wait_until(&format!("the end of git's children for {scheme}"), Duration::from_secs(2), || !is_left());
    }
}

#[test]
fn a_running_git_can_be_stopped() {
    let server = SilentServer::start();
    let sandbox = Sandbox::new();
    let url = RepoUrl::parse(&format!("http://127.0.0.1:{}/x.git", server.port)).unwrap();
    let cancel = Arc::new(AtomicBool::new(false));
    let mut options = options();
    options.cancel = Some(Arc::clone(&cancel));
    let waiting = std::thread::spawn(move || Mirror::open(&sandbox.cache(), &url, options).unwrap_err());
    std::thread::sleep(Duration::from_millis(300));
    cancel.store(true, Ordering::Relaxed);
    assert!(matches!(waiting.join().unwrap(), Error::Cancelled { .. }));
}

#[test]
fn a_mirror_that_is_in_use_for_too_long() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("remote");
    repo.commit("First");
    let path = sandbox.mirror(&repo.url()).unwrap().path().to_owned();
    let lock = std::fs::File::open(path.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let mut options = options();
    options.lock_limit = Duration::from_secs(1);
    let error = Mirror::open(&sandbox.cache(), &RepoUrl::parse(&repo.url()).unwrap(), options).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("The mirror {} has been in use by another Landfall for 1 seconds", path.display())
    );
}

#[test]
fn git_is_not_there() {
    let sandbox = Sandbox::new();
    let mut options = options();
    options.program = "no-such-git".into();
    let error = Mirror::open(&sandbox.cache(), &RepoUrl::parse("https://host/x").unwrap(), options).unwrap_err();
    assert!(error.to_string().starts_with("The program `no-such-git` could not be started"), "{error}");
    assert_eq!(error.hint().unwrap(), "Install git, for example with `apt-get install git`");
}

fn is_running(argument: &str) -> bool {
    let commands = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    commands.map(|bytes| String::from_utf8_lossy(&bytes).replace('\0', " ")).any(|command| command.contains(argument))
}
