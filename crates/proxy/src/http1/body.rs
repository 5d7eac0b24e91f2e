//! The end of a message's body.

use super::Malformed;

/// How much of a body is still to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Body {
    /// So many bytes; none if zero.
    Length(u64),
    /// Chunks.
    Chunked(Chunk),
    /// Everything until the connection's end.
    UntilClose,
}

/// Where in a chunked body (RFC 9112, section 7.1) the next byte belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Chunk {
    /// In a size, of which so many digits with this value have come.
    Size { value: u64, digits: u8 },
    /// Behind a size, before its line's end.
    Extension { value: u64 },
    /// After the `\r` of a size line.
    SizeEnd { value: u64 },
    /// In the data, of which so much is missing.
    Data(u64),
    /// After the data, before `\r\n`.
    DataEnd,
    /// Before the `\n` that ends the data.
    DataLineEnd,
    /// At the start of a line after the last chunk.
    Trailer,
    /// In such a line.
    TrailerLine,
    /// Before the `\n` that ends everything.
    LastLineEnd,
    /// After it.
    Done,
}

impl Body {
    pub(crate) const NONE: Self = Self::Length(0);
    pub(crate) const CHUNKED: Self = Self::Chunked(Chunk::Size { value: 0, digits: 0 });

    /// Nothing is to come any more.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self, Self::Length(0) | Self::Chunked(Chunk::Done))
    }

    /// So many bytes, from here on, are data of this body whatever they are.
    pub(crate) fn passes(&self) -> u64 {
        match self {
            Self::Length(left) | Self::Chunked(Chunk::Data(left)) => *left,
            Self::Chunked(_) => 0,
            Self::UntilClose => u64::MAX,
        }
    }

    /// Takes so many bytes of those that [`Body::passes`] tells.
    pub(crate) fn passed(&mut self, length: u64) {
        match self {
            Self::Length(left) => *left = left.saturating_sub(length),
            Self::Chunked(chunk) => {
                if let Chunk::Data(left) = chunk {
                    *left = left.saturating_sub(length);
                    if *left == 0 {
                        *chunk = Chunk::DataEnd;
                    }
                }
            }
            Self::UntilClose => {}
        }
    }

    /// Takes what has come; returns how much of it belongs to this body.
    pub(crate) fn advance(&mut self, bytes: &[u8]) -> Result<usize, Malformed> {
        match self {
            Self::Length(left) => {
                let taken = usize::try_from(*left).map_or(bytes.len(), |left| left.min(bytes.len()));
                *left -= taken as u64;
                Ok(taken)
            }
            Self::Chunked(chunk) => {
                let mut at = 0;
                while at < bytes.len() && *chunk != Chunk::Done {
                    if let Chunk::Data(left) = chunk {
                        let taken = usize::try_from(*left).map_or(bytes.len() - at, |left| left.min(bytes.len() - at));
                        *left -= taken as u64;
                        at += taken;
                        if *left == 0 {
                            *chunk = Chunk::DataEnd;
                        }
                    } else {
                        *chunk = chunk.after(bytes[at])?;
                        at += 1;
                    }
                }
                Ok(at)
            }
            Self::UntilClose => Ok(bytes.len()),
        }
    }
}

impl Chunk {
    fn after(&self, byte: u8) -> Result<Self, Malformed> {
        Ok(match (self, byte) {
            (Self::Size { value, digits }, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') if *digits < 16 => {
                let digit = char::from(byte).to_digit(16).ok_or(Malformed)?;
                Self::Size { value: value << 4 | u64::from(digit), digits: digits + 1 }
            }
            (Self::Size { value, digits: 1.. } | Self::Extension { value }, b'\r') => Self::SizeEnd { value: *value },
            (Self::Size { value, digits: 1.. }, b';' | b' ' | b'\t') => Self::Extension { value: *value },
            // A lone line end would be read differently by others: requests could hide in there.
            (Self::Extension { value }, byte) if byte != b'\n' => Self::Extension { value: *value },
            (Self::SizeEnd { value: 0 }, b'\n') => Self::Trailer,
            (Self::SizeEnd { value }, b'\n') => Self::Data(*value),
            (Self::DataEnd, b'\r') => Self::DataLineEnd,
            (Self::DataLineEnd, b'\n') => Self::Size { value: 0, digits: 0 },
            (Self::Trailer, b'\r') => Self::LastLineEnd,
            (Self::TrailerLine, b'\n') => Self::Trailer,
            (Self::Trailer | Self::TrailerLine, byte) if byte != b'\n' => Self::TrailerLine,
            (Self::LastLineEnd, b'\n') => Self::Done,
            _ => return Err(Malformed),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever the cuts between reads are, a body ends at the same byte.
    #[test]
    fn chunks_end_where_they_end() {
        let cases: [(&str, Option<usize>); 9] = [
            ("0\r\n\r\nGET", Some(5)),
            ("3\r\nabc\r\n0\r\n\r\n", Some(13)),
            ("A;x=y\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\nmore", Some(36)),
            ("0003\r\nabc\r\n00\r\n\r\n", Some(17)),
            ("3\nabc\r\n0\r\n\r\n", None),
            ("\r\n", None),
            ("3\r\nabcd\r\n", None),
            ("x\r\n", None),
            ("11111111111111111\r\n", None),
        ];
        for (text, expected) in cases {
            for cut in 0..text.len() {
                let mut body = Body::CHUNKED;
                let (first, second) = text.as_bytes().split_at(cut);
                let end = body
                    .advance(first)
                    .and_then(|a| if a < first.len() { Ok(a) } else { Ok(a + body.advance(second)?) });
                match expected {
                    Some(length) => {
                        assert_eq!(end, Ok(length), "{text:?} cut at {cut}");
                        assert!(body.is_done(), "{text:?} cut at {cut}");
                    }
                    None => assert_eq!(end, Err(Malformed), "{text:?} cut at {cut}"),
                }
            }
        }
    }

    #[test]
    fn a_length_counts_down() {
        let mut body = Body::Length(5);
        assert_eq!(body.advance(b"abc"), Ok(3));
        assert!(!body.is_done());
        assert_eq!(body.advance(b"defgh"), Ok(2));
        assert!(body.is_done());
    }

    #[test]
    fn data_passes_without_being_looked_at() {
        let mut body = Body::Length(5);
        assert_eq!(body.passes(), 5);
        body.passed(5);
        assert!(body.is_done());

        let mut body = Body::CHUNKED;
        assert_eq!((body.advance(b"8\r"), body.passes()), (Ok(2), 0), "in a size");
        assert_eq!((body.advance(b"\nab"), body.passes()), (Ok(3), 6));
        body.passed(4);
        assert_eq!(body.passes(), 2);
        body.passed(2);
        assert_eq!(body.advance(b"\r\n0\r\n\r\nGET"), Ok(7));
        assert!(body.is_done());

        let mut body = Body::UntilClose;
        body.passed(1 << 40);
        assert_eq!(body.passes(), u64::MAX);
    }
}
