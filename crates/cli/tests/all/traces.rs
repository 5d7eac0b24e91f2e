//! Traces for OpenTelemetry.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::mpsc,
};

use crate::shop::{Shop, config_map};

#[test]
fn a_deploy_is_one_trace_of_its_steps() {
    let shop = Shop::open();
    shop.write("base/settings.yaml", &config_map("settings"));
    shop.write(
        "base/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: key, labels: {deploy: $NS}}\nstringData: {key: canary-4711}\n",
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            // Each batch comes by a connection of its own.
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                stream.read_line(&mut head).unwrap();
            }
            let length = head.to_lowercase();
            let length =
                length.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap().parse().unwrap();
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            // In protobuf, texts stand as they are.
            let body = String::from_utf8_lossy(&body).into_owned();
            tell.send((head, body)).unwrap();
            stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
        }
    });
    let args = shop.deploy_args(&[]);
    let mut command = shop.work.command(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let output = command
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{address}"))
        .env("OTEL_EXPORTER_OTLP_HEADERS", "x-team=shop")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.contains("Traces"), "{said}");
    // It ends when all are answered.
    let (heads, bodies): (Vec<String>, Vec<String>) = told.try_iter().unzip();
    let (head, body) = (heads.first().unwrap(), bodies.concat());
    assert!(head.starts_with("POST /v1/traces ") && head.contains("x-team: shop"), "{head}");
    for text in ["landfall", "deploy", "plan", "check", "apply and prune", "write", "configmap/settings", "applied"] {
        assert!(body.contains(text), "{text} is not in {body} of {} batches\n{said}", heads.len());
    }
    assert!(!body.contains("canary-4711"));
}

#[test]
fn a_collector_that_is_away_stops_nothing() {
    let shop = Shop::open();
    shop.write("base/settings.yaml", &config_map("settings"));
    let args = shop.deploy_args(&[]);
    let mut command = shop.work.command(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let output = command.env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert_eq!(said.matches("warning: Traces cannot be delivered: ").count(), 1, "{said}");
}
