//! Stands between the program and the API server, and answers some requests in its own way.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

/// What happens to a request.
pub enum Fate {
    /// The server answers.
    Pass,
    /// The server answers, but later.
    Slow(Duration),
    /// Somebody else answers with these bytes.
    Answer(String),
    /// The connection ends before the request reaches the server.
    Drop,
    /// The server does it, and its answer is lost.
    LoseAnswer,
}

/// A request.
pub struct Asked {
    pub method: String,
    pub path: String,
    /// How often the same was asked before.
    pub before: usize,
}

/// The server in between. Ends with the test's process.
pub struct Faulty {
    address: String,
}

impl Faulty {
    /// Starts one in front of a server that speaks plain HTTP.
    pub fn start(upstream: &str, fate: impl Fn(&Asked) -> Fate + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let seen: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
        let (fate, upstream) = (Arc::new(fate), upstream.to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (fate, seen, upstream) = (Arc::clone(&fate), Arc::clone(&seen), upstream.clone());
                // A connection that breaks is what this is for.
                std::thread::spawn(move || serve(client, &upstream, fate.as_ref(), &seen).ok());
            }
        });
        Self { address }
    }

    /// Its address, for `--server`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// `429 Too Many Requests` and others, as the API server sends them.
pub fn status(code: u16, message: &str, headers: &str) -> Fate {
    let body =
        format!(r#"{{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{message}","code":{code}}}"#);
    Fate::Answer(format!(
        "HTTP/1.1 {code} Status\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}",
        body.len()
    ))
}

/// One request for each connection.
fn serve(
    client: TcpStream,
    upstream: &str,
    fate: &(dyn Fn(&Asked) -> Fate + Send + Sync),
    seen: &Mutex<HashMap<String, usize>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut words = first.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (mut head, mut length) = (first, 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let lower = line.to_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line.trim().is_empty() {
            break;
        }
        if !lower.starts_with("connection:") {
            head.push_str(&line);
        }
    }
    head.push_str("Connection: close\r\n\r\n");
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let before = {
        let mut seen = seen.lock().unwrap();
        let count = seen.entry(format!("{method} {path}")).or_default();
        *count += 1;
        *count - 1
    };
    let mut client = client;
    let answer = || -> std::io::Result<Vec<u8>> {
        let mut server = TcpStream::connect(upstream)?;
        server.write_all(head.as_bytes())?;
        server.write_all(&body)?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer)?;
        Ok(answer)
    };
    match fate(&Asked { method, path, before }) {
        Fate::Pass => client.write_all(&answer()?),
        Fate::Slow(pause) => {
            std::thread::sleep(pause);
            client.write_all(&answer()?)
        }
        Fate::Answer(bytes) => client.write_all(bytes.as_bytes()),
        Fate::Drop => Ok(()),
        Fate::LoseAnswer => answer().map(drop),
    }
}
