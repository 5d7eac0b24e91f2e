//! What is wrong with a text, in the words of its author instead of the parser's.

use std::{ops::Range, sync::Arc};

use granit_parser::{ErrorKind, ScanError};

use super::node::{Entry, Node};
use crate::diagnostic::{Diagnostic, Source};

/// A fault of the syntax. `document` are the bytes of the document that was being read.
pub(super) fn scan_error(source: &Arc<Source>, document: &Range<usize>, error: &ScanError) -> Diagnostic {
    let text = &source.text[..document.end];
    let offset = document.start + error.marker().byte_offset().unwrap_or(0);
    let offset = (document.start..=offset.min(document.end)).rev().find(|&offset| text.is_char_boundary(offset));
    let offset = offset.unwrap_or(document.start);
    let line = line_at(text, document.start, offset);
    let before = line_at(text, document.start, line.start.saturating_sub(1).max(document.start));
    let after = line_at(text, document.start, text.len().min(line.end + 1));
    let lines = [line.clone(), before, after];
    if let Some(span) = lines[..2].iter().find_map(|line| find(text, line, "{{")) {
        return template(source, span);
    }
    if let Some(span) = conflict_marker(text, document) {
        return Diagnostic::at(source, span, "A Git merge conflict is not resolved")
            .hint("Choose one of the two versions and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`");
    }
    if let Some(span) = lines.iter().find_map(|line| tab_in_indentation(text, line)) {
        return Diagnostic::at(source, span, "A tab is used for indentation").hint("Indent with spaces");
    }
    let (message, hint) = match error.kind() {
        ErrorKind::ExpectedDocumentStart if !text[document.start..].trim_start().starts_with('%') => (
            "The document is complete before this".to_owned(),
            "Check the indentation, or begin a new document with `---`",
        ),
        kind => explain(kind),
    };
    let fault = Diagnostic::at(source, span_of(error.kind(), text, &line, offset), message);
    if hint.is_empty() { fault } else { fault.hint(hint) }
}

/// A key that stands twice in one map.
pub(super) fn duplicate_keys(source: &Arc<Source>, entries: &[Entry], faults: &mut Vec<Diagnostic>) {
    let mut order: Vec<&Entry> = entries.iter().collect();
    order.sort_by(|a, b| a.key.cmp(&b.key));
    for group in order.chunk_by(|a, b| a.key == b.key) {
        let [first, others @ ..] = group else { continue };
        if others.is_empty() {
            continue;
        }
        let (line, _) = source.position(first.key_span.start);
        for again in others {
            let message = format!("The key `{}` is set twice", again.key);
            let hint = format!("Remove one of the two; the first is on line {line}");
            faults.push(Diagnostic::at(source, again.key_span.clone(), message).hint(hint));
        }
    }
}

/// A list or map in the place of a key, mostly from a template: `{{ .Values.name }}`.
pub(super) fn complex_key(source: &Arc<Source>, node: &Node) -> Diagnostic {
    let line = line_at(&source.text, 0, node.span.start);
    if let Some(span) = find(&source.text, &line, "{{") {
        return template(source, span);
    }
    let what = format!("A key must be a text, but this is {}", node.describe());
    Diagnostic::at(source, first_line(&source.text, &node.span), what).hint("Quote the key if it is a text")
}

/// A character that goyaml refuses everywhere, such as those of a binary file, or takes for a line break where no one
/// sees one.
pub(super) fn forbidden_character(source: &Arc<Source>, document: &Range<usize>) -> Option<Diagnostic> {
    let text = &source.text[document.clone()];
    if let Some(index) = text.find("\r\r\n") {
        let at = document.start + index;
        let fault =
            Diagnostic::at(source, at..at + 1, "kubectl ignores this second carriage return at the end of the line");
        return Some(fault.hint("Save the file with plain line endings"));
    }
    // Fast way: nothing but printable ASCII and line breaks.
    let start = text.bytes().position(|byte| !matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r'))?;
    let (index, character) = text[start..].char_indices().find(|&(index, character)| match character {
        '\t' | '\n' | '\r' | ' '..='~' => false,
        // A byte order mark may begin a document.
        '\u{feff}' => start + index > 0,
        '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' => true,
        other => other < '\u{a0}',
    })?;
    let at = document.start + start + index;
    let code = u32::from(character);
    let message = match character {
        '\u{85}' | '\u{2028}' | '\u{2029}' => {
            format!("kubectl takes the invisible character U+{code:04X} for a line break")
        }
        _ => format!("The character U+{code:04X} is not allowed in YAML"),
    };
    let hint = format!("Remove it, or write it as `\\u{code:04x}` in double quotes");
    Some(Diagnostic::at(source, at..at + character.len_utf8(), message).hint(hint))
}

fn template(source: &Arc<Source>, span: Range<usize>) -> Diagnostic {
    Diagnostic::at(source, span, "This is an unrendered template, not YAML")
        .hint("Render it, for example with `helm template`, and commit the result; or quote the value if the braces are meant")
}

fn explain(kind: &ErrorKind) -> (String, &'static str) {
    let (message, hint) = match kind {
        ErrorKind::MappingValueNotAllowed | ErrorKind::MappingKeyNotAllowed => {
            ("A key is not possible here", "Quote a value that holds `: `, and check the indentation")
        }
        ErrorKind::InvalidColonPlacement => {
            ("A key is not possible here", "Close the bracket above, or quote a value that holds `:`")
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            ("This line is no `key: value`", "Add the missing `:`, or indent the line if it belongs to the text above")
        }
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::ExpectedBlockSequenceEntry => (
            "This line does not continue the list or map around it",
            "Check the indentation of this line and of the lines above, and the quotes",
        ),
        ErrorKind::InvalidIndentation | ErrorKind::InvalidFlowScalarIndent | ErrorKind::InvalidQuotedScalarIndent => {
            ("The indentation does not fit the lines above", "Give the keys of one map the same indentation")
        }
        ErrorKind::InvalidBlockScalarIndent => {
            ("A line of the text is indented less than its first line", "Indent all lines of the text alike")
        }
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            ("The quote is not closed", "Add the missing quote; inside of single quotes, write `''` for one")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => (
            "Text follows after the closing quote",
            "Quote the whole value; inside of single quotes, write `''` for one",
        ),
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => (
            "The bracket is not closed",
            "Add the missing `]` or `}`, or quote the value if the bracket is part of a text",
        ),
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            return (format!("`{open}` is closed by `{close}`"), "Close each bracket by its own kind");
        }
        ErrorKind::MisplacedFlowCollectionEnd => ("The bracket closes nothing", "Remove it, or quote the value"),
        ErrorKind::ExpectedFlowMappingSeparator => {
            ("`,` or `}` is missing before this", "Quote the value if the braces are part of a text")
        }
        ErrorKind::ExpectedFlowSequenceSeparator => {
            ("`,` or `]` is missing before this", "Quote the value if the brackets are part of a text")
        }
        ErrorKind::UnexpectedCharacter { character } => {
            return (format!("A value cannot begin with `{character}`"), "Quote the value");
        }
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => ("A tab is not possible here", "Use spaces"),
        ErrorKind::UnknownQuotedScalarEscape => (
            "This escape is unknown to YAML",
            "Write `\\\\` for a backslash, or use single quotes, in which a backslash is plain text",
        ),
        ErrorKind::InvalidQuotedScalarHexEscape | ErrorKind::InvalidUnicodeEscape => {
            ("The escape is no character", "Write `\\u` and four hexadecimal digits")
        }
        ErrorKind::RecursionLimitExceeded => ("The document is nested too deeply", ""),
        ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => (
            "A list item is not possible here",
            "Begin the list on the line below its key, or quote a text that begins with `-`",
        ),
        ErrorKind::InvalidBlockScalarHeader => {
            ("Text follows after `|` or `>`", "Begin the text on the next line, or quote the value")
        }
        ErrorKind::CommentNotSeparated => ("A space is missing before `#`", "Quote the value if `#` is part of it"),
        ErrorKind::CommentInterceptedScalar => ("A comment stands inside a text of several lines", "Move the comment"),
        ErrorKind::ExpectedDocumentStart => {
            ("Directives (`%YAML`, `%TAG`) are not read by kubectl", "Remove the line that begins with `%`")
        }
        ErrorKind::ExpectedNodeContent => {
            ("A value is missing here", "Quote a text that begins with a special character")
        }
        other => return (format!("This is no YAML: {other}"), ""),
    };
    (message.to_owned(), hint)
}

/// The rest of the line where the whole line is in question, else one character.
fn span_of(kind: &ErrorKind, text: &str, line: &Range<usize>, offset: usize) -> Range<usize> {
    let end_of_line = line.start + text[line.clone()].trim_end().len();
    match kind {
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey | ErrorKind::ExpectedBlockMappingKey
            if offset < end_of_line =>
        {
            offset..end_of_line
        }
        _ => offset..offset + text[offset..].chars().next().map_or(0, char::len_utf8),
    }
}

/// The line around an offset, without its line break.
fn line_at(text: &str, floor: usize, offset: usize) -> Range<usize> {
    let start = text[floor..offset].rfind('\n').map_or(floor, |index| floor + index + 1);
    let end = text[offset..].find('\n').map_or(text.len(), |len| offset + len);
    start..end
}

/// The part of a span that is on its first line.
fn first_line(text: &str, span: &Range<usize>) -> Range<usize> {
    let end = text[span.clone()].find('\n').map_or(span.end, |len| span.start + len);
    span.start..end
}

fn find(text: &str, line: &Range<usize>, pattern: &str) -> Option<Range<usize>> {
    let start = line.start + text[line.clone()].find(pattern)?;
    let end = text[start..line.end].find("}}").map_or(line.end, |len| start + len + 2);
    Some(start..end)
}

fn tab_in_indentation(text: &str, line: &Range<usize>) -> Option<Range<usize>> {
    let line_text = &text[line.clone()];
    let indentation = &line_text[..line_text.len() - line_text.trim_start_matches([' ', '\t']).len()];
    let start = line.start + indentation.find('\t')?;
    Some(start..start + 1)
}

fn conflict_marker(text: &str, document: &Range<usize>) -> Option<Range<usize>> {
    let body = &text[document.clone()];
    let index = if body.starts_with("<<<<<<< ") { 0 } else { body.find("\n<<<<<<< ")? + 1 };
    let line = line_at(text, document.start, document.start + index);
    Some(line.start..line.start + text[line.clone()].trim_end().len())
}
