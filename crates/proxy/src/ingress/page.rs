//! Answers of the proxy itself: one sentence that says what is wrong.

/// An answer, after which the connection ends.
pub(super) fn page(status: u16, sentence: &str) -> Vec<u8> {
    let reason = match status {
        400 => "Bad Request",
        404 => "Not Found",
        502 => "Bad Gateway",
        _ => "Service Unavailable",
    };
    let length = sentence.len() + 1;
    format!(
        "HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{sentence}\n"
    )
    .into_bytes()
}
