//! Faults in files: what is wrong, where, and what to do about it.

mod hidden;

use std::{borrow::Cow, fmt, ops::Range, sync::Arc};

pub use hidden::CONFIGURATION;

/// A text file as it was read: the place that a [`Diagnostic`] points into.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as the user knows it: relative to the repository or to the folder that was given.
    pub path: String,
    /// The whole content.
    pub text: String,
}

impl Source {
    /// Line and column of a byte offset, both counted from 1; columns count characters.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..self.text.floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// One fault in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong: a sentence without a final full stop.
    pub message: String,
    /// Where it is.
    pub place: Place,
    /// What to do next: a sentence without a final full stop.
    pub hint: Option<String>,
}

/// Where a fault is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Bytes of a file that was read.
    Span(Arc<Source>, Range<usize>),
    /// A file as a whole: it could not be read, or is not text.
    File(String),
}

impl Diagnostic {
    /// A fault at bytes of a file.
    pub fn at(source: &Arc<Source>, span: Range<usize>, message: impl Into<String>) -> Self {
        Self { message: message.into(), place: Place::Span(Arc::clone(source), span), hint: None }
    }

    /// A fault of a file as a whole.
    pub fn of_file(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { message: message.into(), place: Place::File(path.into()), hint: None }
    }

    /// The same fault with advice.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Place {
    /// `base/web.yaml:3:7`, or the path alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Span(source, span) => {
                let (line, column) = source.position(span.start);
                write!(f, "{}:{line}:{column}", source.path)
            }
            Self::File(path) => f.write_str(path),
        }
    }
}

impl Place {
    /// Whether the line there may hold what is secret, and is not to be shown.
    pub fn is_hidden(&self) -> bool {
        matches!(self, Self::Span(source, span) if hidden::is_hidden(source, span.start))
    }

    /// A text about this place without what it quotes from there, if that may be secret.
    pub fn without_secrets<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self {
            Self::Span(source, span) if self.is_hidden() => hidden::without_quotes(text, source, span.start).into(),
            _ => text.into(),
        }
    }
}

impl fmt::Display for Diagnostic {
    /// One line, without what may be secret: `base/web.yaml:3:7: message`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.place.without_secrets(&self.message))
    }
}
