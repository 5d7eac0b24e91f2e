//! Webhooks that do not come from the forge, or not as they should.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use crate::asking::{Asking, SECRET, status};

fn mac(secret: &str, text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(secret: &str, body: &str) -> String {
    mac(secret, body).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn only_what_is_signed_with_the_secret_is_a_hint() {
    let asking = Asking::new();
    let body = r#"{"ref":"refs/heads/main"}"#;
    let right = format!("X-Hub-Signature-256: sha256={}\r\n", hex(SECRET, body));
    let wrong = format!("X-Hub-Signature-256: sha256={}\r\n", hex("other", body));
    let of_other = format!("X-Hub-Signature-256: sha256={}\r\n", hex(SECRET, "{}"));
    for (headers, expected) in [
        (right.as_str(), "202"),
        (&wrong, "401"),
        (&of_other, "401"),
        ("", "401"),
        ("X-Hub-Signature-256: sha256=\r\n", "401"),
        ("X-Hub-Signature: sha1=0123\r\n", "401"),
        ("X-Gitlab-Token: s3cret\r\n", "401"),
    ] {
        let answer = asking.ask("POST", "/webhooks/github", headers, body.as_bytes());
        assert_eq!(status(&answer), expected, "{headers}: {answer}");
        assert_eq!(asking.was_hinted(), expected == "202", "{headers}");
        assert!(!answer.contains(SECRET));
    }
    assert_eq!(status(&asking.ask("POST", "/webhooks/other", &right, body.as_bytes())), "404");
}

/// A webhook is a hint and no more: the same one again makes nobody deploy anything, but it is not taken for ever either.
#[test]
fn what_was_signed_long_ago_is_refused() {
    let asking = Asking::new();
    let now = Timestamp::now().as_second();
    for (signed_at, expected) in [(now, "202"), (now - 3600, "401"), (now + 3600, "401")] {
        let signature = STANDARD.encode(mac(SECRET, &format!("7.{signed_at}.{{}}")));
        let headers =
            format!("webhook-id: 7\r\nwebhook-timestamp: {signed_at}\r\nwebhook-signature: v1,{signature}\r\n");
        assert_eq!(status(&asking.ask("POST", "/webhooks/gitlab", &headers, b"{}")), expected, "{headers}");
        // The old signature under a new time is that of nothing.
        let forged = headers.replace(&signed_at.to_string(), &(now + 1).to_string());
        assert_eq!(status(&asking.ask("POST", "/webhooks/gitlab", &forged, b"{}")), "401", "{forged}");
    }
}

#[test]
fn a_body_that_is_too_large_or_does_not_come_is_not_waited_for() {
    let asking = Asking::new();
    let mut headless = TcpStream::connect(asking.address).unwrap();
    write!(headless, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n").unwrap();
    let begin = "POST /webhooks/github HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n";
    let announced = asking.send(format!("{begin}Content-Length: 99999999\r\n\r\n").as_bytes());
    assert_eq!(status(&announced), "413", "it is not read to know that: {announced}");
    let chunk = format!("100000\r\n{}\r\n", "x".repeat(0x10_0000)).repeat(6);
    let chunked = asking.send(format!("{begin}Transfer-Encoding: chunked\r\n\r\n{chunk}0\r\n\r\n").as_bytes());
    assert_eq!(status(&chunked), "413", "{chunked}");

    let mut slow = TcpStream::connect(asking.address).unwrap();
    write!(slow, "{begin}Content-Length: 10\r\n\r\nx").unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert_eq!(status(&answer), "408", "{answer}");
    let mut rest = String::new();
    headless.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "who does not end a request is not waited for either");
    assert!(!asking.was_hinted());
}
