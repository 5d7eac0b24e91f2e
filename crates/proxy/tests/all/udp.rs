//! Datagrams through a Service.

use std::sync::Arc;

use landfall_proxy::config::{Config, Endpoint, Protocol};
use tokio::net::UdpSocket;
use tokio::time::{Duration, timeout};

use crate::support::proxy::Proxy;
use crate::support::{endpoint, free_port, leaving, service};

#[tokio::test]
async fn a_client_stays_with_one_pod_until_that_leaves() {
    let (port, a, b) = (free_port(), pod("a").await, pod("b").await);
    let config = |endpoints: Vec<Endpoint>| {
        let mut config = service(1, port, endpoints);
        config.ports[0].protocol = Protocol::Udp;
        Config::Service(config)
    };
    let proxy = Proxy::start(&config(vec![endpoint("a", a), endpoint("b", b)])).await;
    let mut session = proxy.session().await;
    let client = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    client.connect(("127.0.0.1", port)).await.unwrap();
    let first = ask(&client, "hello").await;
    assert!(first == "a hello" || first == "b hello", "{first}");
    for _ in 0..5 {
        assert_eq!(ask(&client, "hello").await, first);
    }
    let (old, new) = if first.starts_with('a') { (("a", a), ("b", b)) } else { (("b", b), ("a", a)) };
    session.set(config(vec![leaving(endpoint(old.0, old.1)), endpoint(new.0, new.1)])).await;
    assert_eq!(ask(&client, "again").await, format!("{} again", new.0));
    session.drained(old.0).await;
}

/// Sends back what comes, with its name.
async fn pod(name: &'static str) -> std::net::SocketAddr {
    let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
    let at = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 100];
        loop {
            let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            socket.send_to(format!("{name} {text}").as_bytes(), from).await.unwrap();
        }
    });
    at
}

/// Asks until somebody answers: the proxy may have opened its port only just now.
async fn ask(client: &UdpSocket, text: &str) -> String {
    let mut buffer = [0; 100];
    for _ in 0..100 {
        // Refused while nobody listens.
        if client.send(text.as_bytes()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        }
        match timeout(Duration::from_millis(200), client.recv(&mut buffer)).await {
            Ok(Ok(length)) => return String::from_utf8_lossy(&buffer[..length]).into_owned(),
            Ok(Err(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(_) => {}
        }
    }
    panic!("no answer to {text}")
}
