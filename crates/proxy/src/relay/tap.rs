//! Listens to a connection while its bytes go by unchanged, to know when it can be moved to another pod unnoticed.
//!
//! For HTTP/1 that is between an answer's last byte and the next request's first one. What is not understood is a stream
//! like any other, and stays where it is.

use std::collections::VecDeque;

use super::frames::{Frames, PREFACE};
use crate::http1::{Body, Malformed, ResponseHead, request_head, response_head};

/// A head longer than this is not followed.
const LONGEST_HEAD: usize = 64 * 1024;

/// A request up to this size may be sent again.
const LONGEST_REPLAY: usize = 8 * 1024;

/// What a connection speaks, and where in it both sides are.
pub(crate) struct Tap {
    speech: Speech,
    client: Side,
    server: Side,
    /// The requests that are not answered yet.
    open: VecDeque<Open>,
    /// One of both sides said that the connection ends after this exchange.
    closes: bool,
    /// Answers that came from the pod that is connected now.
    answered: u32,
    /// Bytes of the server have been taken note of, but not sent on yet.
    under_way: bool,
    /// An HTTP/2 client was asked to go.
    goaway: bool,
    /// The whole of the only open request, if it may be sent again and nothing of its answer has come.
    replay: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speech {
    /// Nothing complete has come.
    Unknown,
    Http1,
    Http2,
    /// Something else, or something unclear.
    Other,
}

#[derive(Default)]
struct Side {
    /// The start of a head that is not complete.
    head: Vec<u8>,
    /// Of the message after its head.
    body: Option<Body>,
    frames: Frames,
}

impl Side {
    fn is_between(&self) -> bool {
        self.head.is_empty() && self.body.is_none()
    }

    /// True if the message ends with these bytes.
    fn passed(&mut self, length: u64) -> bool {
        let Some(body) = &mut self.body else { return false };
        body.passed(length);
        let ends = body.is_done();
        if ends {
            self.body = None;
        }
        ends
    }
}

struct Open {
    is_head: bool,
    is_connect: bool,
}

impl Tap {
    pub(crate) fn new() -> Self {
        Self {
            speech: Speech::Unknown,
            client: Side::default(),
            server: Side::default(),
            open: VecDeque::new(),
            closes: false,
            answered: 0,
            under_way: false,
            goaway: false,
            replay: Vec::new(),
        }
    }

    /// Another pod is connected.
    pub(crate) fn moved(&mut self) {
        self.answered = 0;
        self.server = Side::default();
    }

    /// Bytes of the client are about to be sent on.
    pub(crate) fn client_says(&mut self, bytes: &[u8]) {
        self.replay.clear();
        match self.speech {
            Speech::Unknown | Speech::Http1 => {
                if self.requests(bytes).is_err() {
                    self.give_up();
                }
            }
            Speech::Http2 | Speech::Other => {}
        }
    }

    /// Bytes of the server are about to be sent on. Returns up to where they may be followed by a GOAWAY.
    pub(crate) fn server_says(&mut self, bytes: &[u8]) -> Option<usize> {
        self.replay.clear();
        self.under_way = true;
        match self.speech {
            Speech::Http2 => self.server.frames.advance(bytes),
            Speech::Unknown | Speech::Http1 => {
                if self.responses(bytes).is_err() {
                    self.give_up();
                }
                None
            }
            Speech::Other => None,
        }
    }

    /// So many bytes of the client, from here on, say nothing to anybody but the pod.
    pub(crate) fn client_passes(&self) -> u64 {
        self.passes(&self.client)
    }

    /// So many of the server's, likewise.
    pub(crate) fn server_passes(&self) -> u64 {
        self.passes(&self.server)
    }

    /// Bytes of those that pass are about to be sent on to the pod.
    pub(crate) fn client_passed(&mut self, length: u64) {
        self.replay.clear();
        self.client.passed(length);
    }

    /// Bytes of those that pass are about to be sent on to the client.
    pub(crate) fn server_passed(&mut self, length: u64) {
        self.replay.clear();
        self.under_way = true;
        if self.server.passed(length) {
            self.answer_ends();
        }
    }

    fn passes(&self, side: &Side) -> u64 {
        match self.speech {
            Speech::Http1 => side.body.as_ref().map_or(0, Body::passes),
            Speech::Other => u64::MAX,
            // Where frames end is to be known.
            Speech::Unknown | Speech::Http2 => 0,
        }
    }

    /// All bytes of the server have been sent on.
    pub(crate) fn delivered(&mut self) {
        self.under_way = false;
    }

    /// Nothing has come from any side.
    pub(crate) fn is_untouched(&self) -> bool {
        self.speech == Speech::Unknown && self.client.head.is_empty()
    }

    /// HTTP/1 between two requests, with everything sent on, and a next one is welcome.
    pub(crate) fn is_idle(&self) -> bool {
        self.speech == Speech::Http1
            && !self.under_way
            && self.open.is_empty()
            && self.client.is_between()
            && self.server.is_between()
            && !self.closes
    }

    /// HTTP/1 in whatever state: after the server's end nothing more will come.
    pub(crate) fn is_http1(&self) -> bool {
        self.speech == Speech::Http1
    }

    /// HTTP/2 not asked to go yet, where a frame can be put in on the way to the client.
    pub(crate) fn takes_goaway(&self) -> bool {
        self.speech == Speech::Http2 && !self.goaway && !self.under_way && self.server.frames.is_between()
    }

    pub(crate) fn has_said_goaway(&self) -> bool {
        self.goaway
    }

    pub(crate) fn said_goaway(&mut self) {
        self.goaway = true;
    }

    /// A request was taken back by [`Tap::take_replay`] and goes to another pod now; it stays the open one.
    pub(crate) fn resend(&mut self, request: &[u8]) {
        self.replay.clear();
        self.replay.extend_from_slice(request);
    }

    /// The request to send again when the pod has closed the connection instead of answering: only if it had answered
    /// before on the same connection, so that this is the end of its patience or life and no answer to this request (RFC
    /// 9112, section 9.3.1).
    pub(crate) fn take_replay(&mut self) -> Option<Vec<u8>> {
        (self.answered > 0 && !self.replay.is_empty()).then(|| std::mem::take(&mut self.replay))
    }

    fn give_up(&mut self) {
        *self = Self { speech: Speech::Other, under_way: self.under_way, ..Self::new() };
    }

    fn requests(&mut self, bytes: &[u8]) -> Result<(), Malformed> {
        if self.speech == Speech::Unknown && self.begins_http2(bytes) {
            return Ok(());
        }
        let was_idle = self.is_idle();
        let mut rest = bytes;
        while !rest.is_empty() {
            if let Some(body) = &mut self.client.body {
                let taken = body.advance(rest)?;
                rest = &rest[taken..];
                if body.is_done() {
                    self.client.body = None;
                }
                continue;
            }
            // Line ends before a request are allowed (RFC 9112, section 2.2), and belong to no message.
            if self.client.head.is_empty() && matches!(rest[0], b'\r' | b'\n') && self.speech == Speech::Http1 {
                rest = &rest[1..];
                continue;
            }
            let Some((head, left)) = self.client.whole_head(rest, request_head, |head| head.length)? else { break };
            self.speech = Speech::Http1;
            rest = left;
            self.closes |= head.closes;
            self.open.push_back(Open { is_head: head.is_head, is_connect: head.is_connect });
            if was_idle && head.is_safe && head.length == bytes.len() && bytes.len() <= LONGEST_REPLAY {
                self.replay.extend_from_slice(bytes);
            }
            if !head.body.is_done() {
                self.client.body = Some(head.body);
            }
        }
        Ok(())
    }

    fn begins_http2(&mut self, bytes: &[u8]) -> bool {
        let so_far = self.client.head.len();
        if so_far >= PREFACE.len() || !PREFACE.starts_with(&self.client.head) {
            return false;
        }
        let missing = &PREFACE[so_far..];
        if bytes.len() >= missing.len() && bytes.starts_with(missing) {
            self.speech = Speech::Http2;
            self.client = Side::default();
            return true;
        }
        if missing.starts_with(bytes) {
            self.client.head.extend_from_slice(bytes);
            return true;
        }
        false
    }

    fn responses(&mut self, bytes: &[u8]) -> Result<(), Malformed> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if let Some(body) = &mut self.server.body {
                let taken = body.advance(rest)?;
                rest = &rest[taken..];
                if body.is_done() {
                    self.server.body = None;
                    self.answer_ends();
                }
                continue;
            }
            // A server that speaks without a question does not speak HTTP/1.
            let Some(open) = self.open.front() else { return Err(Malformed) };
            let (is_head, is_connect) = (open.is_head, open.is_connect);
            let Some((head, left)) = self.server.whole_head(rest, response_head, |head| head.length)? else { break };
            rest = left;
            self.response_begins(head, is_head, is_connect)?;
        }
        Ok(())
    }

    fn response_begins(&mut self, head: ResponseHead, is_head: bool, is_connect: bool) -> Result<(), Malformed> {
        // From here on it is another protocol.
        if head.status == 101 || (is_connect && matches!(head.status, 200..=299)) {
            return Err(Malformed);
        }
        if head.status < 200 {
            return Ok(());
        }
        self.closes |= head.closes;
        if is_head || head.body.is_done() {
            self.answer_ends();
        } else {
            self.server.body = Some(head.body);
        }
        Ok(())
    }

    fn answer_ends(&mut self) {
        self.open.pop_front();
        self.answered = self.answered.saturating_add(1);
    }
}

impl Side {
    /// Puts together what has come of a head. Returns it and what follows, once it is complete.
    fn whole_head<'b, H>(
        &mut self,
        bytes: &'b [u8],
        parse: impl Fn(&[u8]) -> Result<Option<H>, Malformed>,
        length: impl Fn(&H) -> usize,
    ) -> Result<Option<(H, &'b [u8])>, Malformed> {
        if self.head.is_empty() {
            if let Some(head) = parse(bytes)? {
                let length = length(&head);
                return Ok(Some((head, &bytes[length..])));
            }
            self.head.extend_from_slice(bytes);
        } else {
            let before = self.head.len();
            self.head.extend_from_slice(bytes);
            if let Some(head) = parse(&self.head)? {
                self.head.clear();
                let length = length(&head);
                return Ok(Some((head, &bytes[length - before..])));
            }
        }
        if self.head.len() > LONGEST_HEAD { Err(Malformed) } else { Ok(None) }
    }
}

#[cfg(test)]
mod tests;
