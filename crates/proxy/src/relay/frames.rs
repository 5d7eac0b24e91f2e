//! HTTP/2 on its way through: where frames end, so that one may be put in between (RFC 9113, section 4.1).

/// The bytes that a client begins with.
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// GOAWAY with the highest stream and no error: the client opens no new streams here and finishes the open ones (RFC
/// 9113, section 6.8: the first step of a graceful shutdown).
pub(crate) const GOAWAY: [u8; 17] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0];

const HEADER: usize = 9;
const HEADERS: u8 = 1;
const PUSH_PROMISE: u8 = 5;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;

/// Follows the frames of one direction.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Frames {
    header: [u8; HEADER],
    got: usize,
    left: usize,
    in_headers: bool,
    seen: bool,
}

impl Frames {
    /// Takes what has come; returns the number of bytes until the last place in it where a frame may be put in.
    pub(crate) fn advance(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        let mut gap = None;
        while at < bytes.len() {
            if self.left > 0 {
                let taken = self.left.min(bytes.len() - at);
                self.left -= taken;
                at += taken;
            } else {
                self.header[self.got] = bytes[at];
                self.got += 1;
                at += 1;
                if self.got == HEADER {
                    self.begin();
                }
            }
            if self.is_between() {
                gap = Some(at);
            }
        }
        gap
    }

    /// At least one frame has gone, all have gone whole, and a block of headers is not open.
    pub(crate) fn is_between(&self) -> bool {
        self.seen && self.got == 0 && self.left == 0 && !self.in_headers
    }

    fn begin(&mut self) {
        let [a, b, c, kind, flags, ..] = self.header;
        self.left = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        self.got = 0;
        self.seen = true;
        if matches!(kind, HEADERS | PUSH_PROMISE | CONTINUATION) {
            self.in_headers = flags & END_HEADERS == 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(length: u8, kind: u8, flags: u8) -> Vec<u8> {
        let mut frame = vec![0, 0, length, kind, flags, 0, 0, 0, 1];
        frame.extend(vec![0xaa; usize::from(length)]);
        frame
    }

    #[test]
    fn gaps_are_between_whole_frames() {
        let settings = frame(6, 4, 0);
        let data = frame(30, 0, 0);
        let open_headers = frame(5, HEADERS, 0);
        let continuation = frame(2, CONTINUATION, END_HEADERS);
        let cases = [
            ("nothing", vec![], None, false),
            ("settings", settings.clone(), Some(15), true),
            ("settings and a part", [settings.clone(), data[..20].to_vec()].concat(), Some(15), false),
            ("settings and data", [settings.clone(), data].concat(), Some(54), true),
            ("open headers", [settings.clone(), open_headers.clone()].concat(), Some(15), false),
            ("headers that go on", [settings, open_headers, continuation].concat(), Some(40), true),
        ];
        for (name, bytes, gap, between) in cases {
            let mut frames = Frames::default();
            assert_eq!(frames.advance(&bytes), gap, "{name}");
            assert_eq!(frames.is_between(), between, "{name}");
            let mut single = Frames::default();
            let last = (0..bytes.len()).filter(|at| single.advance(&bytes[*at..=*at]).is_some()).last();
            assert_eq!(last.map(|at| at + 1), gap, "{name}, byte by byte");
        }
    }
}
