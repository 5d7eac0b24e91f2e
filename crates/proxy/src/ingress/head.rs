//! A request's head: read from the client, and as it goes on to the Service.

use std::net::IpAddr;

use httparse::{Request, Status};

use crate::http1::{Body, HEADERS, Malformed, request_body, request_head};

/// Where requests of one connection come from.
pub(super) struct From {
    pub(super) address: IpAddr,
    pub(super) is_tls: bool,
    /// Port that they came in by.
    pub(super) port: u16,
}

/// A request as it goes on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Forward {
    /// Bytes of the head as it came.
    pub(super) length: usize,
    /// Host without port, empty if the client is too old to send one.
    pub(super) host: String,
    /// Path without query.
    pub(super) path: String,
    /// The head to send.
    pub(super) head: Vec<u8>,
    pub(super) body: Body,
    pub(super) is_head: bool,
    /// Asking twice is the same as asking once.
    pub(super) is_safe: bool,
    pub(super) closes: bool,
}

/// Reads the head at the start of these bytes; None if it is not complete. What clients say about who they are
/// (`X-Forwarded-*`, `X-Real-IP`, `Forwarded`) is replaced by what is known.
pub(super) fn forward(bytes: &[u8], from: &From) -> Result<Option<Forward>, Malformed> {
    let Some(known) = request_head(bytes)? else { return Ok(None) };
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut request = Request::new(&mut headers);
    let Ok(Status::Complete(length)) = request.parse(bytes) else { return Err(Malformed) };
    let (Some(method), Some(target), Some(version)) = (request.method, request.path, request.version) else {
        return Err(Malformed);
    };
    let named =
        |name: &'static str| request.headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
    let authority = match (named("host").count(), version) {
        (1, _) => named("host").next().and_then(|header| std::str::from_utf8(header.value).ok()).ok_or(Malformed)?,
        (0, 0) => "",
        _ => return Err(Malformed),
    };
    if known.is_connect {
        return Err(Malformed);
    }
    let (authority, path) = match target.split_once("://") {
        Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphabetic()) => match rest.find(['/', '?']) {
            Some(at) => (&rest[..at], &rest[at..]),
            None => (rest, "/"),
        },
        _ => (authority, target),
    };
    let path = path.split('?').next().unwrap_or_default();

    let mut head = format!("{method} {target} HTTP/1.{version}\r\n").into_bytes();
    for header in request.headers.iter().filter(|header| !is_replaced(header.name)) {
        head.extend_from_slice(header.name.as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(header.value);
        head.extend_from_slice(b"\r\n");
    }
    let (scheme, address) = (if from.is_tls { "https" } else { "http" }, from.address);
    let mut put = |name: &str, value: &str| head.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    put("X-Forwarded-For", &address.to_string());
    if !authority.is_empty() {
        put("X-Forwarded-Host", authority);
    }
    put("X-Forwarded-Port", &from.port.to_string());
    put("X-Forwarded-Proto", scheme);
    put("X-Real-IP", &address.to_string());
    head.extend_from_slice(b"\r\n");
    Ok(Some(Forward {
        length,
        host: without_port(authority).to_ascii_lowercase(),
        path: if path.starts_with('/') { path.to_owned() } else { "/".to_owned() },
        head,
        body: request_body(request.headers)?,
        is_head: known.is_head,
        is_safe: known.is_safe,
        closes: known.closes,
    }))
}

fn is_replaced(name: &str) -> bool {
    name.eq_ignore_ascii_case("x-real-ip")
        || name.eq_ignore_ascii_case("forwarded")
        || name.get(..12).is_some_and(|start| start.eq_ignore_ascii_case("x-forwarded-"))
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Forward>, Malformed> {
        forward(text.as_bytes(), &From { address: [192, 0, 2, 7].into(), is_tls: true, port: 443 })
    }

    #[test]
    fn a_head_goes_on_with_what_is_known_about_the_client() {
        let came = "POST /a%20b?c=d HTTP/1.1\r\nhost: Shop.Example.com:8443\r\nX-Forwarded-For: 1.1.1.1\r\nx-real-ip: 1.1.1.1\r\n\
                    Forwarded: for=1.1.1.1\r\nCookie: a=b\r\nContent-Length: 3\r\n\r\nabc";
        let forward = read(came).unwrap().unwrap();
        assert_eq!((forward.host.as_str(), forward.path.as_str()), ("shop.example.com", "/a%20b"));
        assert_eq!(&came[forward.length..], "abc");
        assert_eq!(forward.body, Body::Length(3));
        insta::assert_snapshot!(String::from_utf8(forward.head).unwrap().replace('\r', ""), @r"
        POST /a%20b?c=d HTTP/1.1
        host: Shop.Example.com:8443
        Cookie: a=b
        Content-Length: 3
        X-Forwarded-For: 192.0.2.7
        X-Forwarded-Host: Shop.Example.com:8443
        X-Forwarded-Port: 443
        X-Forwarded-Proto: https
        X-Real-IP: 192.0.2.7
        ");
    }

    #[test]
    fn host_and_path_are_found_wherever_they_stand() {
        let cases = [
            ("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", Some(("[::1]", "/"))),
            ("GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n", Some(("[::1]", "/"))),
            ("GET http://b/c?d HTTP/1.1\r\nHost: a\r\n\r\n", Some(("b", "/c"))),
            ("GET http://b HTTP/1.1\r\nHost: a\r\n\r\n", Some(("b", "/"))),
            ("GET /x://y HTTP/1.1\r\nHost: a\r\n\r\n", Some(("a", "/x://y"))),
            ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", Some(("a", "/"))),
            ("GET / HTTP/1.0\r\n\r\n", Some(("", "/"))),
            ("GET / HTTP/1.1\r\n\r\n", None),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", None),
            ("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", None),
            ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", None),
        ];
        for (text, expected) in cases {
            let found = read(text).map(Option::unwrap);
            let found = found.as_ref().map(|forward| (forward.host.as_str(), forward.path.as_str()));
            assert_eq!(found.ok(), expected, "{text}");
        }
    }
}
