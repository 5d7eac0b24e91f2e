//! JSON as Go's decoder reads it: any number of values one after the other.

use std::{ops::Range, sync::Arc};

use super::{
    document::DEPTH,
    explain,
    node::{Entry, Node, NodeValue},
    number,
};
use crate::diagnostic::{Diagnostic, Source};

/// The values of a file up to its end or to the first that is no JSON.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) values: Vec<Node>,
    /// Faults in values that are JSON, such as duplicate keys.
    pub(super) faults: Vec<Diagnostic>,
    /// Where the last good value ends, and why the next one is no JSON.
    pub(super) broken: Option<(usize, Diagnostic)>,
}

/// Reads values from `start` on.
pub(super) fn stream(source: &Arc<Source>, start: usize) -> Stream {
    let mut reader = Reader { source, at: start, faults: Vec::new() };
    let mut values = Vec::new();
    let mut broken = None;
    loop {
        let end = reader.at;
        reader.skip_space();
        if reader.at == source.text.len() {
            break;
        }
        let known = reader.faults.len();
        match reader.value(0) {
            Ok(value) => values.push(value),
            Err(fault) => {
                reader.faults.truncate(known);
                broken = Some((end, fault));
                break;
            }
        }
    }
    Stream { values, faults: reader.faults, broken }
}

struct Reader<'source> {
    source: &'source Arc<Source>,
    at: usize,
    faults: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<Node, Diagnostic> {
        self.skip_space();
        let start = self.at;
        let value = match self.peek() {
            Some(b'{' | b'[') if depth >= DEPTH => {
                return Err(self.fault(start, format!("The document is nested deeper than {DEPTH} levels")));
            }
            Some(b'{') => self.map(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => NodeValue::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", NodeValue::Bool(true))?,
            Some(b'f') => self.word("false", NodeValue::Bool(false))?,
            Some(b'n') => self.word("null", NodeValue::Null)?,
            _ => return Err(self.unexpected("a value")),
        };
        Ok(Node { value, span: start..self.at })
    }

    fn map(&mut self, depth: usize) -> Result<NodeValue, Diagnostic> {
        self.at += 1;
        let mut entries: Vec<Entry> = Vec::new();
        self.skip_space();
        if self.take(b'}') {
            return Ok(NodeValue::Map(entries));
        }
        loop {
            self.skip_space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let key = self.string()?;
            let key_span = start..self.at;
            self.skip_space();
            if !self.take(b':') {
                return Err(self.unexpected("`:`"));
            }
            let value = self.value(depth + 1)?;
            entries.push(Entry { key, key_span, value });
            self.skip_space();
            if self.take(b'}') {
                break;
            }
            if !self.take(b',') {
                return Err(self.unexpected("`,` or `}`"));
            }
        }
        explain::duplicate_keys(self.source, &entries, &mut self.faults);
        Ok(NodeValue::Map(entries))
    }

    fn list(&mut self, depth: usize) -> Result<NodeValue, Diagnostic> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.take(b']') {
            return Ok(NodeValue::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.take(b']') {
                return Ok(NodeValue::List(items));
            }
            if !self.take(b',') {
                return Err(self.unexpected("`,` or `]`"));
            }
        }
    }

    fn string(&mut self) -> Result<String, Diagnostic> {
        let open = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = &self.source.text[self.at..];
            let Some(len) = rest.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') else {
                return Err(self.fault(open, "The quote is not closed"));
            };
            text.push_str(&rest[..len]);
            self.at += len;
            match rest.as_bytes()[len] {
                b'"' => {
                    self.at += 1;
                    return Ok(text);
                }
                b'\\' => text.push(self.escape()?),
                b'\n' => return Err(self.fault(open, "The quote is not closed on its line")),
                _ => return Err(self.fault(self.at, "A JSON string must not hold a control character")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Diagnostic> {
        let start = self.at;
        self.at += 2;
        Ok(match self.source.text.as_bytes().get(start + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => match self.unit(start) {
                Some(unit) => {
                    self.at = start + 6;
                    self.pair(unit)
                }
                None => return Err(self.fault(start, "`\\u` needs four hexadecimal digits")),
            },
            _ => return Err(self.fault(start, "This escape is unknown to JSON")),
        })
    }

    /// The second half of a surrogate pair if there is one; a lonely half becomes U+FFFD, as in Go.
    fn pair(&mut self, high: u16) -> char {
        let low = self.unit(self.at).filter(|_| (0xd800..0xdc00).contains(&high));
        if let Some(low) = low
            && let Some(Ok(character)) = char::decode_utf16([high, low]).next()
        {
            self.at += 6;
            return character;
        }
        char::decode_utf16([high]).next().and_then(Result::ok).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    fn unit(&self, start: usize) -> Option<u16> {
        let digits = self.source.text.get(start..start + 6)?.strip_prefix("\\u")?;
        let valid = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u16::from_str_radix(digits, 16).ok().filter(|_| valid)
    }

    fn number(&mut self) -> Result<NodeValue, Diagnostic> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') && self.digits() == 0 {
            return Err(self.unexpected("a digit"));
        }
        let whole = self.peek() != Some(b'.');
        if self.take(b'.') && self.digits() == 0 {
            return Err(self.unexpected("a digit"));
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            if self.digits() == 0 {
                return Err(self.unexpected("a digit"));
            }
        }
        let text = &self.source.text[start..self.at];
        if whole && let Ok(integer) = text.parse::<i64>() {
            return Ok(NodeValue::Number(integer.into()));
        }
        let number = text.parse().ok().and_then(number::whole_or_float);
        number.map(NodeValue::Number).ok_or_else(|| self.fault(start, "The number is too large"))
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    fn word(&mut self, word: &str, value: NodeValue) -> Result<NodeValue, Diagnostic> {
        if !self.source.text[self.at..].starts_with(word) {
            return Err(self.unexpected("a value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.source.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn unexpected(&self, wanted: &str) -> Diagnostic {
        match self.source.text[self.at..].chars().next() {
            Some(found) => self.fault(self.at, format!("JSON needs {wanted} here, not `{}`", found.escape_default())),
            None => self.fault(self.at, format!("The file ends where JSON needs {wanted}")),
        }
    }

    fn fault(&self, start: usize, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(self.source, one_character(&self.source.text, start), message)
    }
}

/// The bytes of the character at an offset; empty at the end of the text.
fn one_character(text: &str, start: usize) -> Range<usize> {
    start..start + text[start..].chars().next().map_or(0, char::len_utf8)
}
