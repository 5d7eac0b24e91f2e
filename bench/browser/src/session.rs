//! The few commands of WebDriver that tests need. Source: <https://www.w3.org/TR/webdriver2/>.
//!
//! Written here and not taken from a library: those enable the feature `preserve_order` of `serde_json`, which Cargo then
//! enables for Landfall itself whenever both are built together, and the program that is tested would not be the one that
//! people get.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
};

use serde_json::{Value, json};

/// A session of a driver.
pub(crate) struct Session {
    port: u16,
    id: String,
}

impl Session {
    /// Starts a browser with these flags.
    pub(crate) fn start(port: u16, flags: &[String]) -> Self {
        let chromium = json!({"browserName": "chrome", "goog:chromeOptions": {"args": flags}});
        let wanted = json!({"capabilities": {"alwaysMatch": chromium}});
        let begun = request(port, "POST", "/session", Some(&wanted)).expect("Chromium starts");
        Self { port, id: begun["sessionId"].as_str().expect("a session has an id").to_owned() }
    }

    /// Carries out a command with a body; gives its value, or what the driver says is wrong.
    pub(crate) fn post(&self, command: &str, body: &Value) -> Result<Value, String> {
        request(self.port, "POST", &format!("/session/{}/{command}", self.id), Some(body))
    }

    /// Asks for something.
    pub(crate) fn get(&self, what: &str) -> Result<Value, String> {
        request(self.port, "GET", &format!("/session/{}/{what}", self.id), None)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // What does not end by itself is ended with its driver.
        let _ = request(self.port, "DELETE", &format!("/session/{}", self.id), None);
    }
}

/// The id of an element in an answer.
pub(crate) fn element(value: &Value) -> String {
    value["element-6066-11e4-a52e-4f735466cecf"].as_str().unwrap_or_default().to_owned()
}

fn request(port: u16, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let said = |error: std::io::Error| format!("chromedriver does not answer: {error}");
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(said)?;
    let head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n");
    let head = format!("{head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).map_err(said)?;
    // The driver keeps the connection open, whatever it is asked.
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).map_err(said)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or_default();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).map_err(said)?;
    let answer: Value = serde_json::from_slice(&body).map_err(|error| format!("chromedriver's answer: {error}"))?;
    match answer["value"]["error"].as_str() {
        Some(error) => Err(format!("{error}: {}", answer["value"]["message"].as_str().unwrap_or_default())),
        None => Ok(answer["value"].clone()),
    }
}
