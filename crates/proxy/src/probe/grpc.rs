//! `grpc`: `grpc.health.v1.Health/Check`, the one call, by hand over HTTP/2 (RFC 9113) without a library's weight.
//!
//! The answer's headers are not decoded: a health status comes as data, and a call that failed has none.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::say;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;
const PADDED: u8 = 8;

/// Longer frames are not allowed without our consent.
const LONGEST_FRAME: usize = 16 * 1024;

/// Asks for the health of a service; empty for that of the server.
///
/// # Errors
///
/// Half a sentence that says why it is not SERVING.
pub(super) async fn check(mut stream: TcpStream, host: &str, port: u16, service: &str) -> Result<(), String> {
    let failed = |error: io::Error| format!("failed: {}", say(&error));
    stream.write_all(&request(host, port, service)).await.map_err(failed)?;
    let mut message = Vec::new();
    loop {
        let frame = Frame::read(&mut stream).await.map_err(failed)?;
        match frame.kind {
            SETTINGS | PING if frame.flags & ACK == 0 => {
                let payload = if frame.kind == PING { frame.payload.as_slice() } else { &[] };
                stream.write_all(&encode(frame.kind, ACK, 0, payload)).await.map_err(failed)?;
            }
            GOAWAY => return Err("failed: the server ended the connection".to_owned()),
            RST_STREAM => return Err("failed: the server refused the call".to_owned()),
            DATA => message.extend_from_slice(frame.data()),
            _ => {}
        }
        if let Some(status) = status(&message) {
            return match status {
                1 => Ok(()),
                2 => Err("answered NOT_SERVING".to_owned()),
                3 => Err("answered SERVICE_UNKNOWN".to_owned()),
                _ => Err("answered UNKNOWN".to_owned()),
            };
        }
        if matches!(frame.kind, DATA | HEADERS) && frame.flags & END_STREAM != 0 {
            return Err("answered with an error instead of a health status; it may not know the service".to_owned());
        }
    }
}

fn request(host: &str, port: u16, service: &str) -> Vec<u8> {
    let authority = format!("{host}:{port}");
    let mut headers = Vec::new();
    for (name, value) in [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", "/grpc.health.v1.Health/Check"),
        (":authority", authority.as_str()),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
        ("user-agent", "kube-probe/1 (landfall)"),
    ] {
        // A literal that is not to be remembered, with a new name (RFC 7541, section 6.2.2).
        headers.push(0);
        string(&mut headers, name);
        string(&mut headers, value);
    }
    let mut call = Vec::new();
    if !service.is_empty() {
        call.push(0x0a); // Field 1, a string.
        varint(&mut call, service.len());
        call.extend(service.as_bytes());
    }
    let mut message = vec![0]; // Not compressed.
    message.extend(u32::try_from(call.len()).unwrap_or_default().to_be_bytes());
    message.extend(call);

    let mut request = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    request.extend(encode(SETTINGS, 0, 0, &[]));
    request.extend(encode(HEADERS, END_HEADERS, 1, &headers));
    request.extend(encode(DATA, END_STREAM, 1, &message));
    request
}

/// A string without Huffman coding, its length in seven bits and what is above (RFC 7541, section 5).
fn string(to: &mut Vec<u8>, text: &str) {
    if text.len() < 127 {
        to.push(text.len() as u8);
    } else {
        to.push(127);
        varint(to, text.len() - 127);
    }
    to.extend(text.as_bytes());
}

fn varint(to: &mut Vec<u8>, mut value: usize) {
    while value >= 128 {
        to.push((value & 127) as u8 | 128);
        value >>= 7;
    }
    to.push(value as u8);
}

fn encode(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = payload.len();
    let mut frame = vec![(length >> 16) as u8, (length >> 8) as u8, length as u8, kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// The status in a whole `HealthCheckResponse`; None as long as it is not whole.
fn status(message: &[u8]) -> Option<u8> {
    let length = u32::from_be_bytes(message.get(1..5)?.try_into().ok()?) as usize;
    let response = message.get(5..5 + length)?;
    // Field 1, a number; its default, UNKNOWN, is not written.
    match response {
        [0x08, status, ..] => Some(*status),
        _ => Some(0),
    }
}

struct Frame {
    kind: u8,
    flags: u8,
    payload: Vec<u8>,
}

impl Frame {
    async fn read(stream: &mut TcpStream) -> io::Result<Self> {
        let mut header = [0; 9];
        stream.read_exact(&mut header).await.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => io::Error::other("the connection was closed without an answer"),
            _ => error,
        })?;
        let [a, b, c, kind, flags, ..] = header;
        let length = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        if length > LONGEST_FRAME {
            return Err(io::Error::other("the answer is not HTTP/2"));
        }
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).await?;
        Ok(Self { kind, flags, payload })
    }

    fn data(&self) -> &[u8] {
        if self.flags & PADDED == 0 {
            return &self.payload;
        }
        let padding = usize::from(self.payload.first().copied().unwrap_or_default());
        self.payload.len().checked_sub(padding).and_then(|end| self.payload.get(1..end)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_once_it_is_whole() {
        let cases: [(&[u8], Option<u8>); 6] = [
            (&[], None),
            (&[0, 0, 0, 0, 2], None),
            (&[0, 0, 0, 0, 2, 8], None),
            (&[0, 0, 0, 0, 2, 8, 1], Some(1)),
            (&[0, 0, 0, 0, 2, 8, 2], Some(2)),
            (&[0, 0, 0, 0, 0], Some(0)),
        ];
        for (message, expected) in cases {
            assert_eq!(status(message), expected, "{message:?}");
        }
    }

    #[test]
    fn long_strings_have_long_lengths() {
        let mut encoded = Vec::new();
        string(&mut encoded, &"x".repeat(300));
        assert_eq!(encoded[..3], [127, 0b1010_1101, 1]);
        assert_eq!(encoded.len(), 303);
    }

    #[test]
    fn padding_is_no_data() {
        let frame = |payload: &[u8]| Frame { kind: DATA, flags: PADDED, payload: payload.to_vec() };
        assert_eq!(frame(&[2, 7, 7, 0, 0]).data(), [7, 7]);
        assert_eq!(frame(&[9, 7]).data(), [0; 0]);
        assert_eq!(frame(&[]).data(), [0; 0]);
    }
}
