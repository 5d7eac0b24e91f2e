//! The start of a message: what its head says about its body and about the connection.

use httparse::{Header, Request, Response, Status};

use super::Body;

/// More headers than this are not understood.
pub(crate) const HEADERS: usize = 100;

/// This is no HTTP/1, or such that two readers might disagree about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// A complete head of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RequestHead {
    /// Bytes of the head.
    pub(crate) length: usize,
    /// `HEAD`: the answer has no body.
    pub(crate) is_head: bool,
    /// `CONNECT`: after an answer of 2xx it is not HTTP any more.
    pub(crate) is_connect: bool,
    /// Asking twice is the same as asking once, and asks for no change (RFC 9110, section 9.2.1).
    pub(crate) is_safe: bool,
    /// What follows.
    pub(crate) body: Body,
    /// The client wants the connection to end after the answer.
    pub(crate) closes: bool,
}

/// A complete head of a response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ResponseHead {
    /// Bytes of the head.
    pub(crate) length: usize,
    /// Status.
    pub(crate) status: u16,
    /// What follows, if it answers neither `HEAD` nor `CONNECT`.
    pub(crate) body: Body,
    /// The server wants the connection to end after it.
    pub(crate) closes: bool,
}

/// Reads the head at the start of these bytes; None if it is not complete.
pub(crate) fn request_head(bytes: &[u8]) -> Result<Option<RequestHead>, Malformed> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut request = Request::new(&mut headers);
    let Status::Complete(length) = request.parse(bytes).map_err(|_| Malformed)? else { return Ok(None) };
    let method = request.method.unwrap_or_default();
    Ok(Some(RequestHead {
        length,
        is_head: method == "HEAD",
        is_connect: method == "CONNECT",
        is_safe: matches!(method, "GET" | "HEAD" | "OPTIONS"),
        body: request_body(request.headers)?,
        closes: closes(request.version, request.headers),
    }))
}

/// Reads the head at the start of these bytes; None if it is not complete.
pub(crate) fn response_head(bytes: &[u8]) -> Result<Option<ResponseHead>, Malformed> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut response = Response::new(&mut headers);
    let Status::Complete(length) = response.parse(bytes).map_err(|_| Malformed)? else { return Ok(None) };
    let status = response.code.unwrap_or_default();
    let framing = Framing::of(response.headers)?;
    let body = if matches!(status, 100..=199 | 204 | 304) {
        Body::NONE
    } else if framing.encoded {
        if framing.chunked { Body::CHUNKED } else { Body::UntilClose }
    } else {
        framing.length.map_or(Body::UntilClose, Body::Length)
    };
    let closes = closes(response.version, response.headers);
    Ok(Some(ResponseHead { length, status, body, closes }))
}

/// What follows a request with these headers. Both a length and chunks, or a coding that is not chunks, are refused:
/// servers disagree about them.
pub(crate) fn request_body(headers: &[Header<'_>]) -> Result<Body, Malformed> {
    let framing = Framing::of(headers)?;
    match (framing.encoded, framing.chunked, framing.length) {
        (true, true, None) => Ok(Body::CHUNKED),
        (true, ..) => Err(Malformed),
        (false, _, length) => Ok(length.map_or(Body::NONE, Body::Length)),
    }
}

#[derive(Default)]
struct Framing {
    encoded: bool,
    chunked: bool,
    length: Option<u64>,
}

impl Framing {
    fn of(headers: &[Header<'_>]) -> Result<Self, Malformed> {
        let mut framing = Self::default();
        for header in headers {
            if header.name.eq_ignore_ascii_case("transfer-encoding") {
                framing.encoded = true;
                // Only the last coding tells where the body ends.
                framing.chunked = tokens(header.value).last().is_some_and(|last| last.eq_ignore_ascii_case(b"chunked"));
            } else if header.name.eq_ignore_ascii_case("content-length") {
                for value in tokens(header.value) {
                    let length = decimal(value).ok_or(Malformed)?;
                    if framing.length.is_some_and(|other| other != length) {
                        return Err(Malformed);
                    }
                    framing.length = Some(length);
                }
            }
        }
        Ok(framing)
    }
}

fn closes(version: Option<u8>, headers: &[Header<'_>]) -> bool {
    let says = |word: &[u8]| {
        let connection = headers.iter().filter(|header| header.name.eq_ignore_ascii_case("connection"));
        connection.flat_map(|header| tokens(header.value)).any(|token| token.eq_ignore_ascii_case(word))
    };
    if version == Some(0) { !says(b"keep-alive") } else { says(b"close") }
}

fn tokens(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_of_requests() {
        let cases = [
            ("", Ok(Body::NONE)),
            ("Content-Length: 12\r\n", Ok(Body::Length(12))),
            ("Content-Length: 12\r\nContent-length: 12\r\n", Ok(Body::Length(12))),
            ("Content-Length: 12, 12\r\n", Ok(Body::Length(12))),
            ("Content-Length: 12, 13\r\n", Err(Malformed)),
            ("Content-Length: +12\r\n", Err(Malformed)),
            ("Content-Length: \r\n", Err(Malformed)),
            ("Content-Length: 99999999999999999999\r\n", Err(Malformed)),
            ("Transfer-Encoding: chunked\r\n", Ok(Body::CHUNKED)),
            ("Transfer-Encoding: gzip, Chunked\r\n", Ok(Body::CHUNKED)),
            ("Transfer-Encoding: gzip\r\n", Err(Malformed)),
            ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", Err(Malformed)),
        ];
        for (headers, expected) in cases {
            let head = format!("POST / HTTP/1.1\r\nHost: a\r\n{headers}\r\n");
            assert_eq!(request_head(head.as_bytes()).map(|head| head.unwrap().body), expected, "{headers}");
        }
    }

    #[test]
    fn bodies_of_responses() {
        let cases = [
            ("200 OK\r\nContent-Length: 3", Body::Length(3), false),
            ("200 OK\r\nTransfer-Encoding: chunked", Body::CHUNKED, false),
            ("200 OK\r\nTransfer-Encoding: gzip", Body::UntilClose, false),
            ("200 OK\r\nConnection: Close", Body::UntilClose, true),
            ("204 No Content\r\nContent-Length: 3", Body::NONE, false),
            ("304 Not Modified\r\nContent-Length: 3", Body::NONE, false),
            ("100 Continue\r\nX: y", Body::NONE, false),
        ];
        for (text, body, closes) in cases {
            let head = response_head(format!("HTTP/1.1 {text}\r\n\r\n").as_bytes()).unwrap().unwrap();
            assert_eq!((head.body, head.closes), (body, closes), "{text}");
        }
    }

    #[test]
    fn what_is_no_request() {
        for text in
            ["*1\r\n$4\r\nPING\r\n", "get key\r\n", "PING\r\n", "\x16\x03\x01", "\0\0\0\x08\x04\x16\x2f", "EHLO me\r\n"]
        {
            assert_eq!(request_head(text.as_bytes()), Err(Malformed), "{text:?}");
        }
        for text in ["", "G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a\r\n"] {
            assert_eq!(request_head(text.as_bytes()), Ok(None), "{text:?}");
        }
    }

    #[test]
    fn old_clients_close_unless_they_say_otherwise() {
        let closes = |text: &str| request_head(text.as_bytes()).unwrap().unwrap().closes;
        assert!(closes("GET / HTTP/1.0\r\n\r\n"));
        assert!(!closes("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
        assert!(!closes("GET / HTTP/1.1\r\n\r\n"));
        assert!(closes("GET / HTTP/1.1\r\nConnection: foo, close\r\n\r\n"));
    }
}
