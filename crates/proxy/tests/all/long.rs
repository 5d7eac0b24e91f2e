//! Transfers so long that the system passes their bytes on by itself.

use std::time::Duration;

use landfall_proxy::config::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::support::client::{self, Kept};
use crate::support::pod::Pod;
use crate::support::proxy::Proxy;
use crate::support::{endpoint, free_port, leaving, service};

/// Megabytes in which every place is another one.
fn text() -> String {
    (0..1_200_000).map(|number: u32| format!("{number:06}\n")).collect()
}

/// Where the last of them ends is known: the connection moves to another pod after it.
#[tokio::test]
async fn long_questions_and_answers_arrive_whole() {
    let (port, a, b) = (free_port(), Pod::http("a").await, Pod::http("b").await);
    let proxy = Proxy::start(&Config::Service(service(1, port, vec![endpoint("a", a.at)]))).await;
    client::until(|| client::get(port, "/"), Result::is_ok).await;
    let text = text();
    let sized = format!("Content-Length: {}\r\n\r\n{text}", text.len());
    let chunked = format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{text}\r\n0\r\n\r\n", text.len());
    let mut kept = Kept::to(port).await.unwrap();
    for path in ["/", "/chunks"] {
        for body in [&sized, &chunked] {
            let answer = kept.ask(&format!("POST {path} HTTP/1.1\r\nHost: web\r\n{body}")).await.unwrap();
            assert!(answer.strip_prefix('a') == Some(&text), "{path}: {} bytes", answer.len());
        }
    }
    let mut session = proxy.session().await;
    session.set(Config::Service(service(2, port, vec![leaving(endpoint("a", a.at)), endpoint("b", b.at)]))).await;
    session.endpoint("a", |report| report.drained).await;
    assert_eq!(kept.get("/").await.unwrap(), "b");
}

/// Both ways at once, in a protocol that nobody knows, with a client that takes its time.
#[tokio::test]
async fn long_streams_arrive_whole() {
    let (port, pod) = (free_port(), Pod::echo("a").await);
    let _proxy = Proxy::start(&Config::Service(service(1, port, vec![endpoint("a", pod.at)]))).await;
    client::until(|| client::echo(port, "x"), Result::is_ok).await;
    let text = format!("{}{}", text(), text());
    let sent = text.clone();
    let (mut from, mut to) = TcpStream::connect(("127.0.0.1", port)).await.unwrap().into_split();
    let writing = tokio::spawn(async move {
        to.write_all(sent.as_bytes()).await.unwrap();
        to.shutdown().await.unwrap();
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut answer = String::new();
    timeout(Duration::from_secs(20), from.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(answer.strip_prefix("a\n") == Some(&text), "{} bytes", answer.len());
    writing.await.unwrap();
}

/// A pod need not go on for a client that is gone, and a client hears that its pod is.
#[tokio::test]
async fn who_breaks_off_is_noticed() {
    let (told, mut ends) = mpsc::channel(1);
    let pod = Pod::serve("a", "127.0.0.1:0", move |mut stream, _| {
        let told = told.clone();
        async move {
            let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n";
            let mut outcome = stream.write_all(head).await;
            while outcome.is_ok() {
                outcome = stream.write_all(&[b'x'; 100_000]).await;
            }
            told.send(()).await.map_err(std::io::Error::other)
        }
    })
    .await;
    let port = free_port();
    let _proxy = Proxy::start(&Config::Service(service(1, port, vec![endpoint("a", pod.at)]))).await;
    client::until(|| async { Kept::to(port).await.map(|_| String::new()) }, Result::is_ok).await;
    let begin = || async {
        let mut kept = Kept::to(port).await.unwrap();
        kept.write("GET / HTTP/1.1\r\nHost: web\r\n\r\n").await.unwrap();
        assert_eq!(kept.bytes(5_000_000).await.unwrap().last(), Some(&b'x'));
        kept
    };
    drop(begin().await);
    timeout(Duration::from_secs(10), ends.recv()).await.unwrap().unwrap();

    let mut kept = begin().await;
    pod.end().await;
    let broken = async { while kept.bytes(1_000_000).await.is_ok() {} };
    timeout(Duration::from_secs(10), broken).await.unwrap();
}
