//! A `landfall serve` in the background.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::runner::Workspace;

/// Longer than anything that a test waits for.
const LIMIT: Duration = Duration::from_secs(90);

/// A process that follows the repository of a shop. Killed when it is dropped.
pub struct Serving {
    child: Child,
    said: Arc<Mutex<String>>,
}

impl Serving {
    /// Starts it.
    pub fn start(shop: &impl AsRef<Workspace>) -> Self {
        Self::start_with(shop, &[])
    }

    /// The same with more arguments.
    pub fn start_with(shop: &impl AsRef<Workspace>, args: &[&str]) -> Self {
        let repo = shop.as_ref().dir().display().to_string();
        Self::follow(shop, &repo, &[], args)
    }

    /// The same for a repository that is elsewhere, with more environment variables.
    pub fn follow(shop: &impl AsRef<Workspace>, repo: &str, variables: &[(String, String)], args: &[&str]) -> Self {
        let all = [&["serve", "--repo", repo, "--interval", "100ms"], args].concat();
        let mut command = shop.as_ref().command(&all);
        command.envs(variables.iter().cloned());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (lines, to) = (BufReader::new(child.stderr.take().unwrap()).lines(), Arc::clone(&said));
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                *to.lock().unwrap() += &(line + "\n");
            }
        });
        Self { child, said }
    }

    /// Waits until it has said something.
    pub fn until(&self, text: &str) -> &Self {
        self.until_times(text, 1)
    }

    /// Waits until it has said something so many times.
    pub fn until_times(&self, text: &str, times: usize) -> &Self {
        let started = Instant::now();
        while self.said.lock().unwrap().matches(text).count() < times {
            assert!(started.elapsed() < LIMIT, "'{text}' was not said, but:\n{}", self.said.lock().unwrap());
            sleep(Duration::from_millis(20));
        }
        self
    }

    /// All that it has said so far.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Where it answers with `--listen 127.0.0.1:0`: `127.0.0.1:PORT`.
    pub fn address(&self) -> String {
        let begin = "Answers at http://";
        self.until(begin);
        let said = self.said.lock().unwrap();
        said.split(begin).nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap().to_owned()
    }

    /// The whole answer to a GET.
    pub fn get(&self, path: &str) -> String {
        self.get_with(path, "")
    }

    /// The same with more headers, each with its line end.
    pub fn get_with(&self, path: &str, headers: &str) -> String {
        let address = self.address();
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n"))
    }

    /// The whole answer to whatever is sent.
    pub fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        // It may have been answered, and closed, before all was sent.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The JSON of an answer.
    pub fn json(&self, path: &str) -> serde_json::Value {
        let answer = self.get(path);
        let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{path}: {error}: {answer}"))
    }

    /// Waits until a page has a text.
    pub fn until_page(&self, path: &str, text: &str) -> &Self {
        let started = Instant::now();
        loop {
            let page = self.get(path);
            if page.contains(text) {
                return self;
            }
            assert!(started.elapsed() < LIMIT, "'{text}' did not come:\n{page}");
            sleep(Duration::from_millis(50));
        }
    }

    /// Ends it as `systemctl stop` does, and gives all that it said.
    pub fn end(mut self) -> String {
        Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        let status = self.child.wait().unwrap();
        self.until("Ended; ");
        let said = self.said.lock().unwrap().clone();
        assert!(status.success(), "{status}: {said}");
        said
    }

    /// Ends it as a machine that loses its power does.
    pub fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.said.lock().unwrap().clone()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
