//! The forge's HTTP API, asked with curl.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use serde_json::Value;

/// What the forge answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body; null if there was none.
    pub body: Value,
    request: String,
}

impl Answer {
    /// The body of an answer that must be a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        let start: String = self.body.to_string().chars().take(500).collect();
        assert!((200..300).contains(&self.status), "{} answered {}: {start}", self.request, self.status);
        self.body
    }
}

/// Who asks, as a line of curl's configuration.
pub(crate) fn token(token: &str) -> String {
    format!("header = \"Authorization: token {token}\"\n")
}

/// Who asks, as a line of curl's configuration.
pub(crate) fn password(user: &str, password: &str) -> String {
    format!("user = \"{user}:{password}\"\n")
}

/// Sends one request.
pub(crate) fn request(method: &str, url: &str, login: Option<&str>, body: Option<&Value>) -> Answer {
    // The login is told on standard input, since everybody can see a command line.
    let mut config = format!("url = \"{url}\"\nrequest = \"{method}\"\nheader = \"Content-Type: application/json\"\n");
    if let Some(login) = login {
        config.push_str(login);
    }
    if let Some(body) = body {
        config.push_str(&format!("data = {}\n", Value::String(body.to_string())));
    }
    let mut child = Command::new("curl")
        .args(["--disable", "--silent", "--noproxy", "*", "--max-time", "30", "--write-out", "\n%{http_code}"])
        .args(["--config", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("curl can be started (Debian package curl)");
    child.stdin.take().unwrap().write_all(config.as_bytes()).unwrap();
    let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let (body, status) = output.rsplit_once('\n').unwrap_or_default();
    let body = serde_json::from_str(body).unwrap_or_else(|_| match body {
        "" => Value::Null,
        text => Value::String(text.to_owned()),
    });
    Answer { status: status.parse().unwrap_or_default(), body, request: format!("{method} {url}") }
}
