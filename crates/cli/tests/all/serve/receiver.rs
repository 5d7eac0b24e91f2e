//! A program that notifications are posted to.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// Longer than anything that a test waits for.
const LIMIT: Duration = Duration::from_secs(60);

/// Takes what is posted, or keeps silent.
pub struct Receiver {
    pub url: String,
    bodies: Arc<Mutex<Vec<String>>>,
    is_silent: Arc<AtomicBool>,
    /// For how many milliseconds it keeps an answer back.
    delay: Arc<AtomicU64>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/SECRET-PATH-OF-SINK", listener.local_addr().unwrap());
        let (bodies, is_silent) = (Arc::<Mutex<Vec<String>>>::default(), Arc::new(AtomicBool::new(false)));
        let delay = Arc::new(AtomicU64::new(0));
        let (to, silent, wait) = (Arc::clone(&bodies), Arc::clone(&is_silent), Arc::clone(&delay));
        thread::spawn(move || {
            let mut held = Vec::new();
            for mut stream in listener.incoming().map_while(Result::ok) {
                if let Some(body) = read(&stream) {
                    to.lock().unwrap().push(body);
                }
                thread::sleep(Duration::from_millis(wait.load(Ordering::Acquire)));
                if silent.load(Ordering::Acquire) {
                    held.push(stream);
                } else {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                }
            }
        });
        Self { url, bodies, is_silent, delay }
    }

    /// Whether it reads, and never answers.
    pub fn silent(&self, is_silent: bool) {
        self.is_silent.store(is_silent, Ordering::Release);
    }

    /// How long it keeps each answer back from now on, after it has read what was posted.
    pub fn slow(&self, delay: Duration) {
        self.delay.store(delay.as_millis().try_into().unwrap(), Ordering::Release);
    }

    /// Everything that was posted.
    pub fn bodies(&self) -> Vec<String> {
        self.bodies.lock().unwrap().clone()
    }

    /// The ids of the events that were posted, and what they are, in order.
    pub fn events(&self) -> Vec<(String, String)> {
        let event = |body: &String| {
            let event: Value = serde_json::from_str(body).unwrap();
            let kind = event["data"]["customData"]["event"]["kind"].as_str().unwrap_or_default().to_owned();
            (event["id"].as_str().unwrap_or_default().to_owned(), kind)
        };
        self.bodies().iter().map(event).collect()
    }

    /// Only what they are.
    pub fn kinds(&self) -> String {
        self.events().into_iter().map(|(_, kind)| kind).collect::<Vec<_>>().join(" ")
    }

    /// Waits until so many were posted.
    pub fn until(&self, count: usize) -> &Self {
        let started = Instant::now();
        while self.bodies().len() < count {
            assert!(started.elapsed() < LIMIT, "only this was posted: {:?}", self.bodies());
            thread::sleep(Duration::from_millis(20));
        }
        self
    }
}

fn read(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    String::from_utf8(body).ok()
}
