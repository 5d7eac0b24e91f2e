//! Who asks by another name is not answered: a web site that lets its own name point to this machine (DNS rebinding).

use crate::asking::{Asking, status};

#[test]
fn only_the_names_of_this_machine_are_answered() {
    let asking = Asking::new();
    let port = asking.address.port();
    for (hosts, expected) in [
        (format!("Host: 127.0.0.1:{port}\r\n"), "200"),
        (format!("Host: localhost:{port}\r\n"), "200"),
        (format!("Host: evil.example:{port}\r\n"), "421"),
        ("Host: 127.0.0.1.evil.example\r\n".to_owned(), "421"),
        ("Host: localhost:80@evil.example\r\n".to_owned(), "421"),
        ("Host: \r\n".to_owned(), "421"),
        (String::new(), "421"),
    ] {
        for path in ["/", "/api/v1/environments", "/events", "/metrics", "/object?environment=a&kind=b&name=c"] {
            if expected == "200" && path != "/" {
                continue;
            }
            let answer = asking.send(format!("GET {path} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n").as_bytes());
            assert_eq!(status(&answer), expected, "{path} {hosts}: {answer}");
        }
    }
}
