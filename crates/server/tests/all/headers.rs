//! What browsers must not do with any answer.

use crate::asking::{Asking, status};

#[test]
fn every_answer_forbids_frames_foreign_code_and_keeping() {
    let asking = Asking::new();
    let large = vec![b'x'; 6 * 1024 * 1024];
    let answers = [
        ("200", asking.get("/")),
        ("200", asking.browse("/timeline")),
        ("200", asking.get("/assets/live.js")),
        ("200", asking.get("/api/v1/environments")),
        ("200", asking.get("/healthz")),
        ("200", asking.get("/metrics")),
        ("404", asking.get("/nothing")),
        ("404", asking.browse("/nothing")),
        ("404", asking.browse("/deploys/none")),
        ("400", asking.get("/api/v1/deploys?limit=many")),
        ("400", asking.browse("/live-at?environment=prod&at=yesterday")),
        ("405", asking.ask("POST", "/", "", b"")),
        ("405", asking.ask("DELETE", "/deploys/none", "", b"")),
        ("405", asking.ask("GET", "/webhooks/github", "", b"")),
        ("401", asking.ask("POST", "/webhooks/github", "", b"{}")),
        ("413", asking.ask("POST", "/webhooks/github", "", &large)),
        ("421", asking.send(b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")),
    ];
    for (expected, answer) in answers {
        assert_eq!(status(&answer), expected, "{answer}");
        let (head, _) = answer.split_once("\r\n\r\n").unwrap();
        for header in [
            "content-security-policy: default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
             img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            "x-frame-options: DENY",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cross-origin-resource-policy: same-origin",
            "cache-control: no-store",
        ] {
            assert!(head.contains(header), "{header} is missing:\n{head}");
        }
        assert!(!head.to_lowercase().contains("access-control-allow-origin"), "{head}");
    }
}
