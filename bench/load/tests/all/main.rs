//! Tests of the bench itself: what counts as failed.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    time::{Duration, Instant},
};

use landfall_bench_load::{Connections, Load, Plan, Protocol, Report, thousands};

/// A server on a port of its own that does with each connection what it is told.
fn serve(answer: impl Fn(TcpStream) + Send + Sync + Clone + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            std::thread::spawn(move || answer(stream));
        }
    });
    address
}

/// Asks until there are `count` answers.
fn load(plan: Plan, count: u64) -> Report {
    let load = Load::start(plan.per_second(200).workers(4).timeout(Duration::from_millis(300)));
    let deadline = Instant::now() + Duration::from_secs(20);
    while load.count() < count {
        assert!(Instant::now() < deadline, "only {} of {count} requests have ended", load.count());
        std::thread::sleep(Duration::from_millis(10));
    }
    load.stop()
}

/// Reads requests and answers each by `answer`, until it is empty.
fn http(stream: TcpStream, answer: impl Fn(usize) -> &'static str) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    for number in 1.. {
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if line == "\r\n" {
                break;
            }
        }
        let text = answer(number);
        if text.is_empty() || stream.write_all(text.as_bytes()).is_err() {
            return;
        }
    }
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nv1 web\n";

#[test]
fn good_answers_are_counted_by_their_first_word() {
    let address = serve(|stream| http(stream, |_| OK));
    for connections in [Connections::New, Connections::KeepAlive] {
        let report = load(Plan::new(&address).connections(connections), 50);
        assert_eq!(report.to_string(), format!("{} requests, 0 failed", report.requests));
        assert_eq!(report.answers.get("v1"), Some(&report.requests));
        assert!(report.percentile(0.99) < 300.0);
    }
    let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nv2 \r\n4\r\nweb\n\r\n0\r\n\r\n";
    let address = serve(move |stream| http(stream, move |_| chunks));
    let report = load(Plan::new(&address).connections(Connections::KeepAlive), 50);
    assert_eq!((report.failed, report.answers.get("v2")), (0, Some(&report.requests)));
}

#[test]
fn a_connection_that_the_server_closes_between_requests_is_no_failure() {
    let address = serve(|stream| http(stream, |number| if number < 3 { OK } else { "" }));
    let report = load(Plan::new(&address).connections(Connections::KeepAlive), 60);
    assert_eq!(report.failed, 0, "{report}");
    assert!(report.reconnected > 10, "{report:?}");
}

#[test]
fn everything_else_is_a_failure() {
    let refused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 70\r\n\r\nv1 web\n";
    let cases: [(&str, String); 4] = [
        ("cannot connect", refused),
        ("instead of an answer", serve(|stream| http(stream, |_| ""))),
        ("half an answer", serve(move |stream| http(stream, move |number| if number == 1 { half } else { "" }))),
        (
            "503",
            serve(|stream| http(stream, |_| "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 5\r\n\r\nnone\n")),
        ),
    ];
    for (reason, address) in cases {
        let report = load(Plan::new(&address), 20);
        assert_eq!(report.failed, report.requests);
        assert!(report.to_string().contains(reason), "{reason}: {report}");
    }
}

#[test]
fn lines_are_asked_over_plain_tcp() {
    let address = serve(|stream| {
        let mut writer = stream.try_clone().unwrap();
        for line in BufReader::new(stream).lines() {
            assert_eq!(line.unwrap(), "ask");
            writer.write_all(b"v3 web\n").unwrap();
        }
    });
    let report = load(Plan::new(&address).protocol(Protocol::Tcp).connections(Connections::KeepAlive), 50);
    assert_eq!((report.failed, report.reconnected), (0, 0));
    assert_eq!(report.answers.get("v3"), Some(&report.requests));
}

#[test]
fn numbers_are_written_as_people_read_them() {
    assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
}
