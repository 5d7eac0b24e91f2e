//! A question to another service.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

/// How long one attempt may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often, since a service may be unreachable for a moment while it or the network to it is changed.
const ATTEMPTS: u32 = 3;

/// Sends `POST path` to `host:port` with a token, and gives the body of a good answer.
pub async fn ask(address: &str, path: &str, token: &str) -> io::Result<String> {
    for attempt in 1..ATTEMPTS {
        match ask_once(address, path, token).await {
            Ok(answer) => return Ok(answer),
            Err(_) => sleep(Duration::from_millis(100) * attempt).await,
        }
    }
    ask_once(address, path, token).await
}

async fn ask_once(address: &str, path: &str, token: &str) -> io::Result<String> {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<_, io::Error>(answer)
    };
    let answer = timeout(PATIENCE, exchange).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200 ") => Ok(body.to_owned()),
        _ => Err(io::Error::other(format!("{address} answers {}", answer.lines().next().unwrap_or("nothing")))),
    }
}
