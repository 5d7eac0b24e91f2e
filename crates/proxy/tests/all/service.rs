//! What a Service's proxy does beside switching over.

use std::collections::BTreeMap;
use std::time::Duration;

use landfall_proxy::config::{Check, Config, Endpoint, IngressConfig, Probe, ServiceConfig};
use landfall_proxy::control::Report;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::client::{self, Kept};
use crate::support::pod::Pod;
use crate::support::proxy::Proxy;
use crate::support::{endpoint, free_port, leaving, service};

fn probed(endpoint: Endpoint, path: &str) -> Endpoint {
    let port = endpoint.targets[""];
    let check = Check::Http { host: None, port, path: path.to_owned(), tls: false, headers: Vec::new() };
    let probe = Probe { check, period_seconds: 1, timeout_seconds: 1, success_threshold: 1, failure_threshold: 1 };
    Endpoint { probes: vec![probe], ..endpoint }
}

#[tokio::test]
async fn a_service_without_ready_pods_refuses_connections() {
    let (port, at) = (free_port(), free_port());
    let pod = probed(endpoint("web-1", ([127, 0, 0, 1], at).into()), "/health");
    let proxy = Proxy::start(&Config::Service(service(1, port, vec![pod]))).await;
    let mut session = proxy.session().await;
    let report =
        session.endpoint("web-1", |report| report.reason.as_ref().is_some_and(|why| why.starts_with("GET"))).await;
    assert!(!report.ready);
    let why = format!("GET http://127.0.0.1:{at}/health failed: connection refused.");
    assert_eq!(report.reason, Some(why));
    assert_eq!(client::get(port, "/").await.unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);

    let pod = Pod::http_at("a", &format!("127.0.0.1:{at}")).await;
    assert_eq!(session.endpoint("web-1", |report| report.ready).await.reason, None);
    client::until(|| client::get(port, "/"), |answer| answer.as_deref().is_ok_and(|name| name == "a")).await;

    pod.end().await;
    session.endpoint("web-1", |report| !report.ready).await;
    client::until(
        || client::get(port, "/"),
        |answer| answer.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused),
    )
    .await;
}

#[tokio::test]
async fn a_pod_that_does_not_answer_is_passed_over() {
    let (port, pod) = (free_port(), Pod::http("a").await);
    let gone = endpoint("gone", ([127, 0, 0, 1], free_port()).into());
    let proxy = Proxy::start(&Config::Service(service(1, port, vec![gone, endpoint("a", pod.at)]))).await;
    proxy.session().await.endpoint("a", |report| report.ready).await;
    client::until(|| client::get(port, "/"), Result::is_ok).await;
    for _ in 0..20 {
        assert_eq!(client::get(port, "/").await.unwrap(), "a");
    }
}

#[tokio::test]
async fn a_configuration_outlives_kill() {
    let (port, a, b) = (free_port(), Pod::http("a").await, Pod::http("b").await);
    let mut proxy = Proxy::start(&Config::Service(service(1, port, vec![endpoint("a", a.at)]))).await;
    let mut session = proxy.session().await;
    session.set(Config::Service(service(2, port, vec![endpoint("b", b.at)]))).await;
    session.send(r#"{"ready": {"pod": "b", "ready": false}}"#).await;
    let told = session.endpoint("b", |report| !report.ready).await;
    assert_eq!(told.reason.as_deref(), Some("Landfall has not seen it ready."));
    proxy.kill().await;
    proxy.again();
    let mut session = proxy.session().await;
    assert!(!session.endpoint("b", |_| true).await.ready, "what Landfall said outlives it, too");
    session.send(r#"{"ready": {"pod": "b", "ready": true}}"#).await;
    session.endpoint("b", |report| report.ready).await;
    client::until(|| client::get(port, "/"), |answer| answer.as_deref().is_ok_and(|name| name == "b")).await;
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let (port, pod) = (free_port(), Pod::http("a").await);
    let config = service(7, port, vec![endpoint("a", pod.at)]);
    let proxy = Proxy::start(&Config::Service(config.clone())).await;
    let mut session = proxy.session().await;
    let twice = ServiceConfig { ports: [config.ports.clone(), config.ports.clone()].concat(), ..config.clone() };
    let ingress = IngressConfig {
        revision: 1,
        http: Some(free_port()),
        https: None,
        rules: Vec::new(),
        default_backend: None,
        certificates: Vec::new(),
    };
    let lines = [
        serde_json::json!({ "set": Config::Service(twice) }).to_string(),
        serde_json::json!({ "set": Config::Ingress(ingress) }).to_string(),
        r#"{"set": {"service": {"secret": 1}}}"#.to_owned(),
        r#"{"ready": {"pod": "b", "ready": true}}"#.to_owned(),
        "set".to_owned(),
    ];
    let mut reasons = Vec::new();
    for line in lines {
        session.send(&line).await;
        reasons.push(
            session
                .until(|report| match report {
                    Report::Refused { reason } => Some(reason.replace(&port.to_string(), "PORT")),
                    Report::Taken { .. } => panic!("{line}"),
                    _ => None,
                })
                .await,
        );
    }
    insta::assert_snapshot!(reasons.join("\n"), @r"
    Port PORT is configured twice.
    This is the proxy of a Service, not of an ingress.
    The line is no command of this version: a field is missing, unknown or of the wrong type (line 1, column 29).
    This Service has no pod b.
    The line is no command of this version: it is not JSON (line 1, column 1).
    ");
    client::until(|| client::get(port, "/"), Result::is_ok).await;
    let on_disk: Config = serde_json::from_slice(&std::fs::read(proxy.config_file()).unwrap()).unwrap();
    assert_eq!(on_disk, Config::Service(config));
}

/// The input may end at once (`echo … | landfall proxy control`): the answers still come.
#[tokio::test]
async fn a_session_answers_what_came_before_its_end() {
    let (port, pod) = (free_port(), Pod::http("a").await);
    let config = Config::Service(service(3, port, vec![endpoint("a", pod.at)]));
    let proxy = Proxy::start(&config).await;
    let mut session = proxy.session().await;
    session.send(&serde_json::json!({ "set": config }).to_string()).await;
    assert!(session.end().await.contains(&Report::Taken { revision: 3 }));
}

#[tokio::test]
async fn a_stream_stays_with_its_pod_until_it_ends() {
    let (port, a, b) = (free_port(), Pod::echo("a").await, Pod::echo("b").await);
    let config = |endpoints| Config::Service(service(1, port, endpoints));
    let proxy = Proxy::start(&config(vec![endpoint("a", a.at)])).await;
    let mut session = proxy.session().await;
    client::until(|| client::echo(port, "x"), Result::is_ok).await;
    let mut stream = Kept::to(port).await.unwrap();
    assert_eq!(stream.line().await.unwrap(), "a");

    session.set(config(vec![leaving(endpoint("a", a.at)), endpoint("b", b.at)])).await;
    let report = session.endpoint("a", |report| report.connections == 1).await;
    assert!(!report.drained);
    assert_eq!(client::echo(port, "x").await.unwrap(), "b x");
    stream.write("still here\n").await.unwrap();
    assert_eq!(stream.line().await.unwrap(), "still here");
    drop(stream);
    session.drained("a").await;
}

/// A configuration without a pod is as good as one in which it leaves.
#[tokio::test]
async fn a_kept_connection_leaves_a_pod_that_is_not_listed_any_more() {
    let (port, a, b) = (free_port(), Pod::http("a").await, Pod::http("b").await);
    let config = |pod: &Pod| Config::Service(service(1, port, vec![endpoint(&pod.name, pod.at)]));
    let proxy = Proxy::start(&config(&a)).await;
    client::until(|| client::get(port, "/"), Result::is_ok).await;
    let mut kept = Kept::to(port).await.unwrap();
    assert_eq!(kept.get("/").await.unwrap(), "a");
    proxy.session().await.set(config(&b)).await;
    assert_eq!(kept.get("/").await.unwrap(), "b");
    assert_eq!(kept.get("/close").await.unwrap(), "b");
    kept.ended().await.unwrap();
}

/// A request that is being answered goes on at the pod where it began; the next one goes to the new one.
#[tokio::test]
async fn a_slow_answer_is_waited_for() {
    let (port, a, b) = (free_port(), Pod::http("a").await, Pod::http("b").await);
    let config = |endpoints| Config::Service(service(1, port, endpoints));
    let proxy = Proxy::start(&config(vec![endpoint("a", a.at)])).await;
    let mut session = proxy.session().await;
    client::until(|| client::get(port, "/"), Result::is_ok).await;
    let mut kept = Kept::to(port).await.unwrap();
    let before = a.connections();
    kept.write("GET /slow HTTP/1.1\r\n\r\n").await.unwrap();
    client::until(|| async { Ok(String::new()) }, |_| a.connections() > before).await;
    session.set(config(vec![leaving(endpoint("a", a.at)), endpoint("b", b.at)])).await;
    assert!(!session.endpoint("a", |report| report.connections == 1).await.drained);
    assert_eq!(kept.answer().await.unwrap(), "a");
    session.drained("a").await;
    assert_eq!(kept.get("/").await.unwrap(), "b");
}

/// The pod dies with a kept connection; the client's next request is answered by another one.
#[tokio::test]
async fn the_end_of_a_pod_is_not_seen_by_an_idle_client() {
    let (port, a, b) = (free_port(), Pod::http("a").await, Pod::http("b").await);
    let config = service(1, port, vec![endpoint("a", a.at), endpoint("b", b.at)]);
    let proxy = Proxy::start(&Config::Service(config)).await;
    proxy.session().await.endpoint("b", |report| report.ready).await;
    client::until(|| client::get(port, "/"), Result::is_ok).await;
    let mut kept = [Kept::to(port).await.unwrap(), Kept::to(port).await.unwrap()];
    let mut names = Vec::new();
    for client in &mut kept {
        names.push(client.get("/").await.unwrap());
    }
    names.sort();
    assert_eq!(names, ["a", "b"]);
    a.end().await;
    for client in &mut kept {
        assert_eq!(client.get("/").await.unwrap(), "b");
    }
}

/// Updates that stop the old pod first: clients wait instead of failing.
#[tokio::test]
async fn with_a_hold_clients_wait_for_the_next_pod() {
    let (port, a) = (free_port(), Pod::http("a").await);
    let config = |endpoints| Config::Service(ServiceConfig { hold_seconds: 20, ..service(1, port, endpoints) });
    let proxy = Proxy::start(&config(vec![endpoint("a", a.at)])).await;
    let mut session = proxy.session().await;
    client::until(|| client::get(port, "/"), Result::is_ok).await;
    let mut kept = Kept::to(port).await.unwrap();
    assert_eq!(kept.get("/").await.unwrap(), "a");
    session.set(config(vec![leaving(endpoint("a", a.at))])).await;
    session.drained("a").await;
    a.end().await;
    let waiting = tokio::spawn(async move { (kept.get("/").await.unwrap(), client::get(port, "/").await.unwrap()) });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!waiting.is_finished());
    let b = Pod::http("b").await;
    session.set(config(vec![endpoint("b", b.at)])).await;
    assert_eq!(waiting.await.unwrap(), ("b".to_owned(), "b".to_owned()));
}

#[tokio::test]
async fn a_client_of_http2_is_asked_to_go() {
    const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    const GOAWAY: [u8; 17] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0];
    let (port, b) = (free_port(), Pod::http("b").await);
    let talk = |mut stream: TcpStream, _| async move {
        let mut preface = [0; 24];
        stream.read_exact(&mut preface).await?;
        stream.write_all(&SETTINGS).await?;
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await.map(|_| ())
    };
    let a = Pod::serve("a", "127.0.0.1:0", talk).await;
    let config = |endpoints| Config::Service(service(1, port, endpoints));
    let proxy = Proxy::start(&config(vec![endpoint("a", a.at)])).await;
    let mut session = proxy.session().await;
    client::until(|| async { Kept::to(port).await.map(|_| String::new()) }, Result::is_ok).await;
    let mut stream = Kept::to(port).await.unwrap();
    stream.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    assert_eq!(stream.bytes(9).await.unwrap(), SETTINGS);
    session.set(config(vec![leaving(endpoint("a", a.at)), endpoint("b", b.at)])).await;
    assert_eq!(stream.bytes(17).await.unwrap(), GOAWAY);
    drop(stream);
    session.drained("a").await;
}

#[tokio::test]
async fn affinity_keeps_a_client_at_its_pod() {
    let (port, a, b) = (free_port(), Pod::http("a").await, Pod::http("b").await);
    let pods = vec![endpoint("a", a.at), endpoint("b", b.at)];
    let config = ServiceConfig { affinity_seconds: Some(60), ..service(1, port, pods) };
    let _proxy = Proxy::start(&Config::Service(config)).await;
    client::until(|| client::get(port, "/"), Result::is_ok).await;
    let first = client::get(port, "/").await.unwrap();
    for _ in 0..10 {
        assert_eq!(client::get(port, "/").await.unwrap(), first);
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_reported_and_opened_later() {
    let holder = TcpListener::bind(("0.0.0.0", 0)).await.unwrap();
    let (port, pod) = (holder.local_addr().unwrap().port(), Pod::http("a").await);
    let proxy = Proxy::start(&Config::Service(service(1, port, vec![endpoint("a", pod.at)]))).await;
    let mut session = proxy.session().await;
    let mut next = async |wanted: bool| {
        session
            .until(|report| match report {
                Report::Listener(report) if report.fault.is_some() == wanted => Some(report.fault),
                _ => None,
            })
            .await
    };
    let fault = next(true).await;
    assert_eq!(fault, Some(format!("TCP port {port} is taken by another program in this network.")));
    drop(holder);
    assert_eq!(next(false).await, None);
    assert_eq!(client::get(port, "/").await.unwrap(), "a");
}

#[tokio::test]
async fn after_sigterm_open_requests_are_finished() {
    let (port, pod) = (free_port(), Pod::http("a").await);
    let mut proxy = Proxy::start(&Config::Service(service(1, port, vec![endpoint("a", pod.at)]))).await;
    client::until(|| client::get(port, "/"), Result::is_ok).await;
    let (mut idle, mut busy) = (Kept::to(port).await.unwrap(), Kept::to(port).await.unwrap());
    assert_eq!(idle.get("/").await.unwrap(), "a");
    assert_eq!(busy.get("/").await.unwrap(), "a");
    busy.write("GET /slow HTTP/1.1\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    proxy.terminate();
    idle.ended().await.unwrap();
    client::until(|| client::get(port, "/"), Result::is_err).await;
    assert_eq!(busy.answer().await.unwrap(), "a");
    busy.ended().await.unwrap();
    let output = proxy.wait().await;
    assert!(output.status.success());
    insta::assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @r"
    Pod a is ready.
    Stopping: open requests are finished, new connections are refused.
    ");
}

#[tokio::test]
async fn a_configuration_that_cannot_be_read_ends_it_with_a_sentence() {
    let config = Config::Service(service(1, 80, vec![endpoint("a", ([127, 0, 0, 1], 80).into())]));
    let broken = ServiceConfig { ports: Vec::new(), ..service(1, 80, Vec::new()) };
    let mut proxy = Proxy::start(&Config::Service(broken)).await;
    proxy.session().await;
    proxy.kill().await;
    let text = serde_json::to_string(&config).unwrap().replace("\"listen\"", "\"lissen\"");
    std::fs::write(proxy.config_file(), text).unwrap();
    proxy.again();
    let output = proxy.wait().await;
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    let said = said.split_once("config.json").unwrap().1;
    insta::assert_snapshot!(said, @" is no configuration of this version: a field is missing, unknown or of the wrong type (line 1, column 87).");
}

#[tokio::test]
async fn ports_come_and_go_and_open_connections_stay() {
    let (one, two, pod) = (free_port(), free_port(), Pod::http("a").await);
    let proxy = Proxy::start(&Config::Service(service(1, one, vec![endpoint("a", pod.at)]))).await;
    client::until(|| client::get(one, "/"), Result::is_ok).await;
    let mut kept = Kept::to(one).await.unwrap();
    kept.write("GET /slow HTTP/1.1\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut config = service(2, two, vec![endpoint("a", pod.at)]);
    config.endpoints[0].targets = BTreeMap::from([(String::new(), pod.at.port())]);
    proxy.session().await.set(Config::Service(config)).await;
    client::until(|| client::get(two, "/"), Result::is_ok).await;
    client::until(|| client::get(one, "/"), Result::is_err).await;
    assert_eq!(kept.answer().await.unwrap(), "a");
}
