//! Pods by the names of their containers, as the engine's DNS server resolves them.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use landfall_proxy::config::{Config, Endpoint};
use tokio::net::UdpSocket;

use crate::support::client;
use crate::support::pod::Pod;
use crate::support::proxy::Proxy;
use crate::support::{endpoint, free_port, service};

/// A container that was restarted may have another address.
#[tokio::test]
async fn a_name_is_asked_for_again_when_its_address_does_not_answer() {
    let at = free_port();
    let dns = Dns::start("web-1.shop", Some([127, 0, 0, 2])).await;
    let pod = Pod::http_at("a", &format!("127.0.0.2:{at}")).await;
    let mut web = Endpoint { host: "web-1.shop".to_owned(), ..endpoint("web-1", ([127, 0, 0, 2], at).into()) };
    web.ready = true;
    let port = free_port();
    let server = dns.at.to_string();
    let _proxy = Proxy::with(&Config::Service(service(1, port, vec![web])), &["--resolver", &server]).await;
    client::until(|| client::get(port, "/"), Result::is_ok).await;
    assert_eq!(client::get(port, "/").await.unwrap(), "a");

    pod.end().await;
    let _pod = Pod::http_at("b", &format!("127.0.0.3:{at}")).await;
    *dns.address.lock().unwrap() = Some([127, 0, 0, 3]);
    assert_eq!(client::get(port, "/").await.unwrap(), "b", "at the first attempt");
    *dns.address.lock().unwrap() = None;
    client::until(|| client::get(port, "/"), Result::is_err).await;
}

/// An engine's server may pause, such as while it reads its table of names anew: that is no fault of a pod.
#[tokio::test]
async fn a_server_that_does_not_answer_takes_no_pod_away() {
    let dns = Dns::start("web-1.shop", Some([127, 0, 0, 1])).await;
    let pod = Pod::http("a").await;
    let web = Endpoint { host: "web-1.shop".to_owned(), ready: true, ..endpoint("web-1", pod.at) };
    let port = free_port();
    let server = dns.at.to_string();
    let _proxy = Proxy::with(&Config::Service(service(1, port, vec![web])), &["--resolver", &server]).await;
    client::until(|| client::get(port, "/"), Result::is_ok).await;

    dns.is_silent.store(true, Ordering::Release);
    // What was asked for last is too old by then.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(client::get(port, "/").await.unwrap(), "a");
}

/// Knows one name.
struct Dns {
    at: SocketAddr,
    address: Arc<Mutex<Option<[u8; 4]>>>,
    is_silent: Arc<AtomicBool>,
}

impl Dns {
    async fn start(name: &str, address: Option<[u8; 4]>) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let (at, address) = (socket.local_addr().unwrap(), Arc::new(Mutex::new(address)));
        let labels = name.split('.').map(|label| format!("{}{label}", char::from(label.len() as u8)));
        let (wanted, shared) = (labels.collect::<String>().into_bytes(), Arc::clone(&address));
        let is_silent = Arc::new(AtomicBool::new(false));
        let silent = Arc::clone(&is_silent);
        tokio::spawn(async move {
            let mut buffer = [0; 512];
            loop {
                let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
                if silent.load(Ordering::Acquire) {
                    continue;
                }
                let question = &buffer[12..length];
                let known = shared.lock().unwrap().filter(|_| question.starts_with(&wanted));
                let is_v4 = question[question.len() - 3] == 1;
                let code = if known.is_none() { 3 } else { 0 };
                let mut answer =
                    [&buffer[..2], &[0x81, 0x80 | code, 0, 1, 0, u8::from(known.is_some() && is_v4), 0, 0, 0, 0]]
                        .concat();
                answer.extend_from_slice(question);
                if let (Some(address), true) = (known, is_v4) {
                    answer.extend_from_slice(&[0xc0, 12, 0, 1, 0, 1, 0, 0, 2, 88, 0, 4]);
                    answer.extend_from_slice(&address);
                }
                socket.send_to(&answer, from).await.unwrap();
            }
        });
        Self { at, address, is_silent }
    }
}
