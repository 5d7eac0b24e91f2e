//! The two DNS messages that a proxy needs (RFC 1035): a question for one name's addresses, and its answer.
//!
//! By hand, because the C library's resolver cannot be linked statically, and because the only server ever asked is the
//! engine's own on the same host.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which addresses are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    V4,
    V6,
}

/// What a server said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Addresses of the family that was asked for, maybe none.
    Addresses(Vec<IpAddr>),
    /// NXDOMAIN.
    NoSuchName,
    /// Another response code, such as 2 for SERVFAIL.
    Failed(u8),
}

/// The question as a datagram; None if the name cannot be one of the DNS (a label that is empty or above 63 bytes, more
/// than 253 bytes in all).
pub(crate) fn question(id: u16, name: &str, family: Family) -> Option<Vec<u8>> {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() || name.len() > 253 {
        return None;
    }
    let mut message = Vec::with_capacity(name.len() + 18);
    message.extend(id.to_be_bytes());
    message.extend([0x01, 0x00]); // Recursion desired.
    message.extend([0, 1, 0, 0, 0, 0, 0, 0]); // One question.
    for label in name.split('.') {
        let length = u8::try_from(label.len()).ok().filter(|length| (1..=63).contains(length))?;
        message.push(length);
        message.extend(label.as_bytes());
    }
    message.push(0);
    message.extend(record_type(family).to_be_bytes());
    message.extend([0, 1]); // Class IN.
    Some(message)
}

/// Reads a datagram; None if it is malformed or not the answer to question `id`.
pub(crate) fn answer(id: u16, message: &[u8], family: Family) -> Option<Answer> {
    let mut reader = Reader { message, at: 0 };
    if reader.u16()? != id {
        return None;
    }
    let flags = reader.u16()?;
    if flags & 0x8000 == 0 {
        return None;
    }
    match (flags & 0x000f) as u8 {
        0 => {}
        3 => return Some(Answer::NoSuchName),
        code => return Some(Answer::Failed(code)),
    }
    let questions = reader.u16()?;
    let answers = reader.u16()?;
    reader.skip(4)?;
    for _ in 0..questions {
        reader.skip_name()?;
        reader.skip(4)?;
    }
    let mut addresses = Vec::new();
    for _ in 0..answers {
        reader.skip_name()?;
        let kind = reader.u16()?;
        reader.skip(6)?; // Class and time to live.
        let length = usize::from(reader.u16()?);
        let data = reader.take(length)?;
        // Names that lead to other names (CNAME) are followed by the server, which adds the addresses.
        if kind == record_type(family) {
            addresses.push(address(data)?);
        }
    }
    Some(Answer::Addresses(addresses))
}

fn record_type(family: Family) -> u16 {
    match family {
        Family::V4 => 1,
        Family::V6 => 28,
    }
}

fn address(data: &[u8]) -> Option<IpAddr> {
    if let Ok(bytes) = <[u8; 4]>::try_from(data) {
        return Some(IpAddr::V4(Ipv4Addr::from(bytes)));
    }
    <[u8; 16]>::try_from(data).ok().map(|bytes| IpAddr::V6(Ipv6Addr::from(bytes)))
}

struct Reader<'a> {
    message: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.message.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(taken)
    }

    fn skip(&mut self, length: usize) -> Option<()> {
        self.take(length).map(|_| ())
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2).and_then(|bytes| Some(u16::from_be_bytes(bytes.try_into().ok()?)))
    }

    fn skip_name(&mut self) -> Option<()> {
        loop {
            let length = *self.take(1)?.first()?;
            match length {
                0 => return Some(()),
                // A pointer to where the rest of the name stands ends it.
                0xc0.. => return self.skip(1),
                1..=63 => self.skip(usize::from(length))?,
                _ => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_has_the_shape_of_the_rfc() {
        let message = question(0x1234, "web.shop", Family::V4).unwrap();
        assert_eq!(message, b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03web\x04shop\x00\x00\x01\x00\x01");
        assert_eq!(question(0x1234, "web.shop.", Family::V4).unwrap(), message);
    }

    #[test]
    fn what_is_no_name_is_no_question() {
        for name in ["", ".", "a..b", ".a", &"x".repeat(64), &"a.".repeat(200)] {
            assert_eq!(question(1, name, Family::V4), None, "{name}");
        }
    }

    #[test]
    fn answers_are_read() {
        let head = |code: u8, answers: u8| [0, 7, 0x81, 0x80 | code, 0, 1, 0, answers, 0, 0, 0, 0].to_vec();
        let asked = b"\x03web\x00\x00\x01\x00\x01".to_vec();
        let cname = b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x01\x00\x04\x01b\xc0\x0c".to_vec();
        let v4 = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x02\x58\x00\x04\x0a\x00\x00\x05".to_vec();
        let cases = [
            (
                "one",
                [head(0, 1), asked.clone(), v4.clone()].concat(),
                Some(Answer::Addresses(vec![[10, 0, 0, 5].into()])),
            ),
            (
                "through another name",
                [head(0, 2), asked.clone(), cname, v4.clone()].concat(),
                Some(Answer::Addresses(vec![[10, 0, 0, 5].into()])),
            ),
            ("none", [head(0, 0), asked.clone()].concat(), Some(Answer::Addresses(vec![]))),
            ("no such name", [head(3, 0), asked.clone()].concat(), Some(Answer::NoSuchName)),
            ("server failure", [head(2, 0), asked.clone()].concat(), Some(Answer::Failed(2))),
            ("cut", [head(0, 1), asked.clone(), v4[..10].to_vec()].concat(), None),
            ("empty", vec![], None),
        ];
        for (name, message, expected) in cases {
            assert_eq!(answer(7, &message, Family::V4), expected, "{name}");
            assert_eq!(answer(8, &message, Family::V4), None, "{name}, of another question");
        }
    }
}
