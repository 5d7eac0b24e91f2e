//! A `landfall serve` that follows one repository.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::hex;
use super::process::{Process, Usage};
use super::repository::Repository;
use crate::tools::{beside, clean};

/// Longer than a first apply takes.
const PATIENCE: Duration = Duration::from_secs(900);
const SECRET: &str = "only-of-this-benchmark";

/// How it learns of commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learns {
    /// By webhooks alone.
    Webhook,
    /// By asking every 3 seconds, as it does by default.
    Polling,
}

/// The process.
pub struct Landfall {
    process: Process,
    address: String,
}

impl Landfall {
    /// Starts it, with a home of its own.
    pub fn start(repository: &Repository, kubeconfig: &Path, home: &Path, learns: Learns) -> Self {
        std::fs::create_dir_all(home).expect("the folder is writable");
        let secret = home.join("secret");
        std::fs::write(&secret, SECRET).expect("the folder is writable");
        let interval = if learns == Learns::Webhook { "1h" } else { "3s" };
        let mut command = clean(&beside("landfall"), kubeconfig);
        command.env("HOME", home).arg("serve").arg("--repo").arg(repository.folder());
        command.args(["--interval", interval, "--timeout", "1h", "--listen", "127.0.0.1:0", "--webhook-secret-file"]);
        command.arg(secret);
        let mut process = Process::start(command, &home.join("log"));
        let begin = "Answers at http://";
        process.until(begin, 1, PATIENCE);
        let said = process.said();
        let address = said.split(begin).nth(1).and_then(|rest| rest.split_whitespace().next());
        let address = address.expect("the line has an address").to_owned();
        Self { process, address }
    }

    /// Tells it that there is something new, as a forge does.
    pub fn webhook(&self) {
        let body = "{}";
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key may have any length");
        mac.update(body.as_bytes());
        let signature = hex(&mac.finalize().into_bytes());
        let request = format!(
            "POST /webhooks/generic HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             X-Signature-256: sha256={signature}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        );
        let mut stream = TcpStream::connect(&self.address).expect("it answers");
        stream.write_all(request.as_bytes()).expect("it reads a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        assert!(answer.starts_with("HTTP/1.1 2"), "the webhook is refused: {answer}");
    }

    /// Waits until it says that a commit is live.
    pub fn until_live(&mut self, commit: &str) {
        self.process.until(&format!("{commit}: Live: "), 1, PATIENCE);
    }

    /// Whether it says so already.
    pub fn is_live(&self) -> bool {
        self.process.said().contains(": Live: ")
    }

    /// Waits until it says that it has corrected so many changes by others.
    pub fn until_corrected(&mut self, times: usize) {
        self.process.until(": drift: Live: ", times, PATIENCE);
    }

    /// What it uses.
    pub fn usage(&self) -> Usage {
        self.process.usage()
    }
}
