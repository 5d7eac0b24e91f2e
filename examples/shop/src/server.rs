//! A small HTTP server that ends in good order.

use std::{future::Future, io, net::Ipv4Addr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::log;

/// How long the server goes on after it was told to end: whoever sends requests here needs a moment to learn of it.
const FAREWELL: Duration = Duration::from_secs(2);
/// How long requests that are under way may take after that.
const LAST_REQUESTS: Duration = Duration::from_secs(5);

/// A request without a body.
#[derive(Debug)]
pub struct Request {
    /// `GET`, `POST`.
    pub method: String,
    /// What follows the host: `/visits`.
    pub path: String,
    /// The token of `Authorization: Bearer`.
    pub token: Option<String>,
}

/// What is answered.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Text.
    pub body: String,
}

impl Answer {
    /// 200 with a text.
    pub fn ok(body: String) -> Self {
        Self { status: 200, body }
    }
}

/// A server on a port.
pub struct Server {
    listener: TcpListener,
}

impl Server {
    /// Listens on a port of all addresses.
    pub async fn listen(port: u16) -> io::Result<Self> {
        Ok(Self { listener: TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await? })
    }

    /// Answers until SIGTERM. From then on `/ready` says no and connections are closed after their answer; new ones are still
    /// taken for a moment. `/ready` is answered here, everything else by `answer`.
    pub async fn run<F>(self, answer: impl Fn(Request) -> F + Send + Sync + 'static) -> io::Result<()>
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let mut told_to_end = signal(SignalKind::terminate())?;
        let (leave, leaving) = watch::channel(false);
        let answer = Arc::new(answer);
        let mut connections = JoinSet::new();
        let mut end: Option<tokio::time::Instant> = None;
        loop {
            tokio::select! {
                _ = told_to_end.recv(), if end.is_none() => {
                    log("told to end; answers for a moment longer");
                    leave.send_replace(true);
                    end = Some(tokio::time::Instant::now() + FAREWELL);
                }
                () = until(end) => break,
                Some(_) = connections.join_next() => {}
                accepted = self.listener.accept() => {
                    let (stream, _) = accepted?;
                    connections.spawn(connection(stream, Arc::clone(&answer), leaving.clone()));
                }
            }
        }
        drop(self.listener);
        let all = async { while connections.join_next().await.is_some() {} };
        match timeout(LAST_REQUESTS, all).await {
            Ok(()) => log("ended in good order"),
            Err(_) => log("ended with requests under way"),
        }
        Ok(())
    }
}

/// Never, where there is no end.
async fn until(end: Option<tokio::time::Instant>) {
    match end {
        Some(end) => tokio::time::sleep_until(end).await,
        None => std::future::pending().await,
    }
}

/// Answers the requests of one connection; a client that breaks it off is none of our faults.
async fn connection<F>(stream: TcpStream, answer: Arc<impl Fn(Request) -> F>, mut leaving: watch::Receiver<bool>)
where
    F: Future<Output = Answer>,
{
    let mut stream = BufReader::new(stream);
    loop {
        let request = tokio::select! {
            request = read(&mut stream) => request,
            // One that idles is closed, but not in the moment in which a request may be on its way.
            _ = async { let _ = leaving.wait_for(|leaving| *leaving).await; sleep(FAREWELL).await } => return,
        };
        let Ok(Some((request, mut close))) = request else { return };
        close |= *leaving.borrow();
        let answer = match request.path.as_str() {
            "/ready" if *leaving.borrow() => Answer { status: 503, body: "leaves\n".to_owned() },
            "/ready" => Answer::ok("ready\n".to_owned()),
            _ => answer(request).await,
        };
        let text = format!(
            "HTTP/1.1 {} {}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: {}\r\n\r\n{}",
            answer.status,
            if answer.status < 400 { "OK" } else { "No" },
            answer.body.len(),
            if close { "close" } else { "keep-alive" },
            answer.body
        );
        if stream.get_mut().write_all(text.as_bytes()).await.is_err() || close {
            return;
        }
    }
}

/// Reads a request's header; the flag says whether its connection ends after the answer.
async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Option<(Request, bool)>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or("/").to_owned());
    let mut close = words.next() != Some("HTTP/1.1");
    let mut token = None;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "connection" => close = value.eq_ignore_ascii_case("close"),
            "authorization" => token = value.strip_prefix("Bearer ").map(str::to_owned),
            _ => {}
        }
    }
    Ok(Some((Request { method, path, token }, close)))
}
