//! `httpGet`.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use super::tls;
use crate::config::Header;
use crate::http1::{Malformed, response_head};

/// A head longer than this is not read to its end.
const LONGEST_HEAD: usize = 64 * 1024;

/// The status that a GET is answered with.
pub(super) async fn status(
    stream: TcpStream,
    at: SocketAddr,
    path: &str,
    tls: bool,
    headers: &[Header],
) -> io::Result<u16> {
    let request = request(at, path, headers);
    if tls { exchange(tls::connect(stream, at.ip()).await?, &request).await } else { exchange(stream, &request).await }
}

fn request(at: SocketAddr, path: &str, headers: &[Header]) -> String {
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut request = format!("GET {slash}{} HTTP/1.1\r\n", path.replace(' ', "%20"));
    let named = |name: &str| headers.iter().any(|header| header.name.eq_ignore_ascii_case(name));
    if !named("Host") {
        request.push_str(&format!("Host: {at}\r\n"));
    }
    for (name, value) in [("User-Agent", "kube-probe/1 (landfall)"), ("Accept", "*/*")] {
        if !named(name) {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    for header in headers {
        request.push_str(&format!("{}: {}\r\n", header.name, header.value));
    }
    request.push_str("Connection: close\r\n\r\n");
    request
}

async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &str) -> io::Result<u16> {
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    let not_http = || io::Error::other("the answer is not HTTP/1");
    loop {
        if stream.read_buf(&mut answer).await? == 0 {
            return Err(io::Error::other("the connection was closed without an answer"));
        }
        match response_head(&answer) {
            Ok(Some(head)) if head.status >= 200 => return Ok(head.status),
            Ok(Some(head)) => _ = answer.drain(..head.length),
            Ok(None) if answer.len() > LONGEST_HEAD => return Err(not_http()),
            Ok(None) => {}
            Err(Malformed) => return Err(not_http()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_what_the_manifest_says() {
        let header = |name: &str, value: &str| Header { name: name.to_owned(), value: value.to_owned() };
        let at = SocketAddr::from(([10, 0, 0, 5], 8080));
        insta::assert_snapshot!(request(at, "/health?full=1", &[]).replace('\r', ""), @r"
        GET /health?full=1 HTTP/1.1
        Host: 10.0.0.5:8080
        User-Agent: kube-probe/1 (landfall)
        Accept: */*
        Connection: close
        ");
        insta::assert_snapshot!(request(at, "", &[header("host", "shop.example.com"), header("X-Token", "1")]).replace('\r', ""), @r"
        GET / HTTP/1.1
        User-Agent: kube-probe/1 (landfall)
        Accept: */*
        host: shop.example.com
        X-Token: 1
        Connection: close
        ");
    }
}
