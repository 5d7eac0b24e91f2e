//! A sink over HTTP that answers as it is told to.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What the sink does once it has read a request.
#[derive(Clone, Copy)]
pub enum Reply {
    /// Answers: the status line, more headers with their line ends, and the body.
    Answer(&'static str, &'static str, &'static str),
    /// Closes the connection without a word.
    Close,
    /// Says nothing.
    Hang,
}

pub const OK: Reply = Reply::Answer("200 OK", "", "ok");

/// A sink on a port of its own. The last reply is repeated.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    got: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    pub async fn start(replies: &[Reply]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver =
            Self { url: format!("http://{}/hook/SECRET-PATH", listener.local_addr().unwrap()), got: Arc::default() };
        let (got, replies) = (Arc::clone(&receiver.got), replies.to_vec());
        tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = read(&mut stream).await;
                let count = {
                    let mut got = got.lock().unwrap();
                    got.push(request);
                    got.len()
                };
                match replies[(count - 1).min(replies.len() - 1)] {
                    Reply::Answer(status, headers, body) => {
                        let length = body.len();
                        let answer = format!(
                            "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}"
                        );
                        stream.write_all(answer.as_bytes()).await.unwrap();
                    }
                    Reply::Close => drop(stream),
                    Reply::Hang => held.push(stream),
                }
            }
        });
        receiver
    }

    /// All requests until now: the request line, headers and body.
    pub fn got(&self) -> Vec<String> {
        self.got.lock().unwrap().clone()
    }
}

async fn read(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part).await.unwrap();
        bytes.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if count == 0 || body.len() >= length.unwrap_or(0) {
                return text.into_owned();
            }
        }
    }
}
