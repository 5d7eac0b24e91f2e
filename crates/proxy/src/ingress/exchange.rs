//! One request to a Service and its answer.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf as TcpRead, WriteHalf as TcpWrite};

use super::head::Forward;
use super::serve::Rest;
use crate::http1::{Body, response_head};

/// Bytes that are read at once.
const SIZE: usize = 16 * 1024;

/// A head longer than this is refused.
const LONGEST_HEAD: usize = 64 * 1024;

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Both connections are ready for the next request.
    Kept,
    /// Both sides speak another protocol now.
    Upgraded,
    /// The client's connection has to end: it was agreed on, or something broke in the middle.
    Over,
    /// The Service has broken off before it answered.
    Unanswered,
}

/// Sends a request on and its answer back, both at once, because an answer may come before the request's end.
pub(super) async fn exchange<S: AsyncRead + AsyncWrite>(
    forward: &mut Forward,
    (reader, writer): (&mut ReadHalf<S>, &mut WriteHalf<S>),
    rest: &mut Rest,
    service: &mut TcpStream,
) -> Ended {
    let (mut from_service, mut to_service) = service.split();
    let Forward { head, body, is_head, closes, .. } = forward;
    let mut asking = std::pin::pin!(async {
        if to_service.write_all(head).await.is_err() {
            return Asked::NotTaken;
        }
        ask(reader, rest, &mut to_service, body).await
    });
    let mut answering = std::pin::pin!(answer(&mut from_service, writer, *is_head));
    let mut asked = None;
    loop {
        tokio::select! {
            outcome = &mut asking, if asked.is_none() => match outcome {
                Asked::Gone => return Ended::Over,
                // It may have answered before it stopped listening.
                outcome => asked = Some(outcome),
            },
            outcome = &mut answering => return match outcome {
                Answered::Whole if *closes || asked != Some(Asked::Whole) => Ended::Over,
                Answered::Whole => Ended::Kept,
                Answered::Last => Ended::Over,
                Answered::Upgraded => Ended::Upgraded,
                Answered::Nothing => Ended::Unanswered,
            },
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Whole,
    /// The Service does not read on.
    NotTaken,
    /// The client has broken off.
    Gone,
}

async fn ask<S: AsyncRead>(
    reader: &mut ReadHalf<S>,
    rest: &mut Rest,
    to_service: &mut TcpWrite<'_>,
    body: &mut Body,
) -> Asked {
    while !body.is_done() {
        if rest.is_empty() {
            rest.reserve(SIZE);
            if !reader.read_buf(rest).await.is_ok_and(|length| length > 0) {
                return Asked::Gone;
            }
        }
        let Ok(length) = body.advance(rest) else { return Asked::Gone };
        if to_service.write_all(&rest[..length]).await.is_err() {
            return Asked::NotTaken;
        }
        rest.drain(..length);
    }
    Asked::Whole
}

enum Answered {
    /// To the end, and the Service keeps its connection.
    Whole,
    /// To the end, or until it broke: no other answer comes from this connection.
    Last,
    Upgraded,
    /// Not a byte.
    Nothing,
}

async fn answer<S: AsyncWrite>(from_service: &mut TcpRead<'_>, writer: &mut WriteHalf<S>, is_head: bool) -> Answered {
    let mut bytes = Vec::new();
    let mut begun = false;
    loop {
        let head = match response_head(&bytes) {
            Ok(Some(head)) => head,
            Ok(None) if bytes.len() <= LONGEST_HEAD => {
                bytes.reserve(SIZE);
                match from_service.read_buf(&mut bytes).await {
                    Ok(1..) => continue,
                    _ if begun => return Answered::Last,
                    _ => return Answered::Nothing,
                }
            }
            _ if begun => return Answered::Last,
            _ => return Answered::Nothing,
        };
        begun = true;
        if head.status == 101 {
            return if deliver(writer, &bytes).await.is_ok() { Answered::Upgraded } else { Answered::Last };
        }
        if head.status < 200 {
            if deliver(writer, &bytes[..head.length]).await.is_err() {
                return Answered::Last;
            }
            bytes.drain(..head.length);
            continue;
        }
        let mut body = if is_head { Body::NONE } else { head.body };
        let Ok(length) = body.advance(&bytes[head.length..]) else { return Answered::Last };
        bytes.truncate(head.length + length);
        loop {
            if deliver(writer, &bytes).await.is_err() {
                return Answered::Last;
            }
            if body.is_done() {
                return if head.closes { Answered::Last } else { Answered::Whole };
            }
            bytes.clear();
            bytes.reserve(SIZE);
            if !from_service.read_buf(&mut bytes).await.is_ok_and(|length| length > 0) {
                return Answered::Last;
            }
            let Ok(length) = body.advance(&bytes) else { return Answered::Last };
            bytes.truncate(length);
        }
    }
}

async fn deliver<S: AsyncWrite>(writer: &mut WriteHalf<S>, bytes: &[u8]) -> io::Result<()> {
    writer.write_all(bytes).await?;
    writer.flush().await
}

/// After an upgrade: bytes both ways until both ends have closed, or one has broken.
pub(super) async fn tunnel<S: AsyncRead + AsyncWrite>(
    (reader, writer): (&mut ReadHalf<S>, &mut WriteHalf<S>),
    service: &mut TcpStream,
    rest: Rest,
) {
    let (mut from_service, mut to_service) = service.split();
    let up = async {
        to_service.write_all(&rest).await?;
        tokio::io::copy(reader, &mut to_service).await?;
        to_service.shutdown().await
    };
    let down = async {
        tokio::io::copy(&mut from_service, writer).await?;
        writer.shutdown().await
    };
    // Either error ends both; neither side is there to be told more than by that.
    _ = tokio::try_join!(up, down);
}
