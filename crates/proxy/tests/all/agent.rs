//! The agent of a deploy: its answers, and its end.

use std::time::Duration;

use landfall_proxy::config::Check;
use landfall_proxy::control::{AgentCommand, AgentReport};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::time::{Instant, timeout};

use crate::support::free_port;
use crate::support::pod::Pod;
use crate::support::proxy::program;

struct Agent {
    child: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
}

impl Agent {
    async fn start(options: &[&str]) -> Self {
        let mut child = program("agent").args(options).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut agent = Self { input: child.stdin.take(), output, child };
        assert!(matches!(agent.next().await, AgentReport::Hello { .. }));
        agent
    }

    async fn next(&mut self) -> AgentReport {
        let line = timeout(Duration::from_secs(10), self.output.next_line()).await.unwrap().unwrap().unwrap();
        serde_json::from_str(&line).unwrap()
    }

    async fn send(&mut self, line: &str) {
        self.input.as_mut().unwrap().write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    /// Asks a pod; why it does not pass, or `passed`.
    async fn probe(&mut self, host: &str, check: Check) -> String {
        let probe = AgentCommand::Probe { id: 7, host: host.to_owned(), check, timeout_seconds: 1 };
        self.send(&serde_json::to_string(&probe).unwrap()).await;
        match self.next().await {
            AgentReport::Result { id: 7, fault } => fault.unwrap_or_else(|| "passed".to_owned()),
            other => panic!("{other:?}"),
        }
    }

    async fn ended(mut self) -> (bool, String) {
        let output = timeout(Duration::from_secs(10), self.child.wait()).await.unwrap().unwrap();
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).await.unwrap();
        (output.success(), said)
    }
}

#[tokio::test]
async fn it_asks_pods() {
    let web = Pod::http("a").await;
    let health = |status: Option<u8>| move |stream, _| grpc(stream, status);
    let serving = Pod::serve("a", "127.0.0.1:0", health(Some(1))).await;
    let not_serving = Pod::serve("a", "127.0.0.1:0", health(Some(2))).await;
    let unknown = Pod::serve("a", "127.0.0.1:0", health(None)).await;
    let silent = Pod::serve("a", "127.0.0.1:0", |stream, _| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(stream);
        Ok(())
    })
    .await;
    let unavailable = Pod::serve("a", "127.0.0.1:0", |mut stream, _| async move {
        stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n").await
    })
    .await;
    let closed = free_port();
    let mut agent = Agent::start(&["--resolver", &format!("127.0.0.1:{closed}")]).await;
    let http = |port| Check::Http { host: None, port, path: "/health".to_owned(), tls: false, headers: Vec::new() };
    let grpc = |port| Check::Grpc { port, service: "shop".to_owned() };
    let mut answers = Vec::new();
    for check in [
        http(web.at.port()),
        http(unavailable.at.port()),
        http(silent.at.port()),
        http(closed),
        Check::Tcp { host: None, port: web.at.port() },
        Check::Tcp { host: None, port: closed },
        grpc(serving.at.port()),
        grpc(not_serving.at.port()),
        grpc(unknown.at.port()),
        grpc(web.at.port()),
    ] {
        let mut answer = agent.probe("127.0.0.1", check).await;
        for pod in [&web, &serving, &not_serving, &unknown, &silent, &unavailable] {
            answer = answer.replace(&pod.at.port().to_string(), "PORT");
        }
        answers.push(format!("- {}", answer.replace(&closed.to_string(), "PORT")));
    }
    let unresolved = agent.probe("web-1", Check::Tcp { host: None, port: 80 }).await;
    answers.push(format!("- {}", unresolved.replace(&closed.to_string(), "PORT")));
    insta::assert_snapshot!(answers.join("\n"), @r"
    - passed
    - GET http://127.0.0.1:PORT/health answered 503.
    - GET http://127.0.0.1:PORT/health did not answer within 1 s.
    - GET http://127.0.0.1:PORT/health failed: connection refused.
    - passed
    - A connection to 127.0.0.1:PORT failed: connection refused.
    - passed
    - The gRPC health check of service shop at 127.0.0.1:PORT answered NOT_SERVING.
    - The gRPC health check of service shop at 127.0.0.1:PORT answered with an error instead of a health status; it may not know the service.
    - The gRPC health check of service shop at 127.0.0.1:PORT failed: the answer is not HTTP/2.
    - A connection to web-1:80 failed: the name web-1 could not be resolved by 127.0.0.1:PORT: connection refused.
    ");
}

/// To find a pod takes nothing from the time that the pod has to answer.
#[tokio::test]
async fn a_name_server_that_is_silent_is_no_pod_that_is() {
    let silent = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let server = silent.local_addr().unwrap();
    let mut agent = Agent::start(&["--resolver", &server.to_string()]).await;
    let answer = agent.probe("web-1", Check::Tcp { host: None, port: 80 }).await;
    insta::assert_snapshot!(
        answer.replace(&server.to_string(), "SERVER"),
        @"A connection to web-1:80 failed: the name web-1 could not be resolved by SERVER: it does not answer."
    );
}

#[tokio::test]
async fn a_pods_certificate_is_not_verified() {
    let key = rcgen::generate_simple_self_signed(["whoever".to_owned()]).unwrap();
    let config =
        rustls::ServerConfig::builder_with_provider(std::sync::Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![key.cert.der().clone()], key.signing_key.serialize_der().try_into().unwrap())
            .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let pod = Pod::serve("a", "127.0.0.1:0", move |stream, _| {
        let acceptor = acceptor.clone();
        async move {
            let mut stream = acceptor.accept(stream).await?;
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await?;
            stream.shutdown().await
        }
    })
    .await;
    let mut agent = Agent::start(&[]).await;
    let check = |tls| Check::Http { host: None, port: pod.at.port(), path: String::new(), tls, headers: Vec::new() };
    assert_eq!(agent.probe("127.0.0.1", check(true)).await, "passed");
    let why = agent.probe("127.0.0.1", check(false)).await;
    assert!(why.starts_with("GET http://127.0.0.1"), "{why}");
}

#[tokio::test]
async fn a_line_that_is_not_understood_is_refused() {
    let mut agent = Agent::start(&[]).await;
    agent.send(r#""alive""#).await;
    agent.send("").await;
    agent.send(r#"{"dance": 1}"#).await;
    let AgentReport::Refused { reason } = agent.next().await else { panic!() };
    insta::assert_snapshot!(reason, @"The line is no command of this version: a field is missing, unknown or of the wrong type (line 1, column 8).");
}

#[tokio::test]
async fn it_ends_with_its_landfall() {
    let mut agent = Agent::start(&[]).await;
    agent.input = None;
    assert_eq!(agent.ended().await, (true, String::new()));

    let mut agent = Agent::start(&["--patience", "1"]).await;
    let begin = Instant::now();
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        agent.send(r#""alive""#).await;
    }
    let ended = agent.ended().await;
    assert_eq!(ended, (false, "The agent lost its Landfall: it said nothing for 1 s.\n".to_owned()));
    assert!(begin.elapsed() >= Duration::from_millis(2500));
}

/// Answers one health check: with a status, or with headers alone, as for an error.
async fn grpc(mut stream: TcpStream, status: Option<u8>) -> std::io::Result<()> {
    let mut asked = vec![0; 24];
    stream.read_exact(&mut asked).await?;
    stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await?;
    // Settings, headers and data; the acknowledgement of ours comes in between or not at all.
    loop {
        let mut header = [0; 9];
        stream.read_exact(&mut header).await?;
        let mut payload = vec![0; usize::from(header[1]) << 8 | usize::from(header[2])];
        stream.read_exact(&mut payload).await?;
        if header[3] == 0 {
            assert_eq!(payload, b"\0\0\0\0\x06\x0a\x04shop");
            break;
        }
    }
    match status {
        None => stream.write_all(&[0, 0, 1, 1, 5, 0, 0, 0, 1, 0x88]).await,
        Some(status) => {
            stream.write_all(&[0, 0, 1, 1, 4, 0, 0, 0, 1, 0x88]).await?;
            stream.write_all(&[0, 0, 7, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 8, status]).await
        }
    }?;
    tokio::io::copy(&mut stream, &mut tokio::io::sink()).await.map(|_| ())
}
