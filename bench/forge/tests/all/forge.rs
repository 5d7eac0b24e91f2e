//! A forge from its start to its end.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use landfall_bench_forge::{Access, Forge, User};
use serde_json::json;

/// Runs git as a user; gives its output if it succeeded, and what it complained about otherwise.
fn git(folder: &Path, user: &User, args: &[&str]) -> Result<String, String> {
    let mut command = Command::new("git");
    command.current_dir(folder).args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]).args(args);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").envs(user.git_env());
    let output = command.env("GIT_TERMINAL_PROMPT", "0").output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

#[test]
fn a_forge_takes_pushes_from_those_who_may() {
    let started = Instant::now();
    let forge = Forge::shared();
    println!("started in {:?}", started.elapsed());
    let (ada, bob, eve) = (forge.user("ada"), forge.user("bob"), forge.user("eve"));
    let repository = forge.repository(&ada);
    repository.add(&bob, Access::Read);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    git(folder, &ada, &["init", "--quiet", "--initial-branch=main"]).unwrap();
    for (i, url) in [repository.http_url(), repository.ssh_url()].iter().enumerate() {
        git(folder, &ada, &["commit", "--quiet", "--allow-empty", "--message", &format!("Commit {i}")]).unwrap();
        let id = git(folder, &ada, &["rev-parse", "HEAD"]).unwrap();
        git(folder, &bob, &["push", url, "main"]).unwrap_err();
        git(folder, &ada, &["push", url, "main"]).unwrap();
        assert_eq!(repository.tip("main"), id);
        assert!(git(folder, &bob, &["ls-remote", url, "main"]).unwrap().starts_with(&id));
        git(folder, &eve, &["ls-remote", url]).unwrap_err();
    }
    repository.protect("main");
    git(folder, &ada, &["commit", "--quiet", "--allow-empty", "--message", "Too late"]).unwrap();
    let refused = git(folder, &ada, &["push", &repository.ssh_url(), "main"]).unwrap_err();
    assert!(refused.contains("protected branch"), "{refused}");
}

#[test]
fn webhooks_come_and_statuses_stay() {
    let forge = Forge::shared();
    let ada = forge.user("ada");
    let repository = forge.repository(&ada);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    repository.add_webhook(&format!("http://{}/hook", listener.local_addr().unwrap()), "secret");
    let received = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut headers = String::new();
        while !headers.ends_with("\r\n\r\n") && reader.read_line(&mut headers).unwrap() > 0 {}
        let length =
            headers.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap()];
        reader.read_exact(&mut body).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        (headers, String::from_utf8(body).unwrap())
    });
    let content = json!({"content": "YTogMQo=", "message": "First", "branch": "main"});
    repository.api("POST", "/contents/a.yaml", Some(content));
    let tip = repository.tip("main");
    let (headers, body) = received.join().unwrap();
    assert!(headers.contains("X-Gitea-Event: push") && headers.contains("X-Gitea-Signature: "), "{headers}");
    assert!(body.contains(&tip), "{body}");
    for state in ["pending", "success"] {
        repository.api("POST", &format!("/statuses/{tip}"), Some(json!({"state": state, "context": "landfall"})));
    }
    let states: Vec<_> = repository.statuses(&tip).iter().map(|status| status["status"].clone()).collect();
    assert_eq!(states, ["success", "pending"]);
}

#[test]
fn a_killed_test_takes_its_forge_along() {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["forge::starts_a_forge_and_waits", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let told = lines.find_map(|line| line.unwrap().rsplit_once("FORGE ").map(|(_, told)| told.to_owned())).unwrap();
    let (address, folder) = told.split_once(' ').unwrap();
    assert!(TcpStream::connect(address).is_ok() && Path::new(folder).exists());
    process.kill().unwrap();
    process.wait().unwrap();
    let killed = Instant::now();
    while TcpStream::connect(address).is_ok() || Path::new(folder).exists() {
        assert!(killed.elapsed() < Duration::from_secs(20), "{address} or {folder} is left");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
#[ignore = "run by a_killed_test_takes_its_forge_along"]
fn starts_a_forge_and_waits() {
    let forge = Forge::start();
    let repository = forge.repository(&forge.user("ada"));
    let folder = repository.folder().parent().unwrap().to_owned();
    println!("FORGE {} {}", forge.url().trim_start_matches("http://"), folder.display());
    std::thread::sleep(Duration::from_secs(60));
}
