//! The whole notation of a block scalar: the parser gives only the bytes of its text.

use std::ops::Range;

/// From the `|` or `>` to the end of the last line that is not blank, without its line break. So these bytes can be
/// replaced by any other notation.
pub(super) fn notation(text: &str, document: &Range<usize>, content: &Range<usize>) -> Range<usize> {
    let start = header(text, document.start, content.start).unwrap_or(content.start);
    start..start + text[start..content.end.max(start)].trim_end().len()
}

/// Where the header stands: on the nearest line above that is not blank.
fn header(text: &str, floor: usize, content: usize) -> Option<usize> {
    // An empty text at the end of the file is reported at its header.
    if text[content..].starts_with(['|', '>']) && text[content..].trim_end().len() <= 3 {
        return Some(content);
    }
    let above = text[floor..content].trim_end();
    let line = above.rfind('\n').map_or(0, |index| index + 1);
    let found = above[line..].match_indices(['|', '>']).find(|(index, _)| is_header(&above[line + index + 1..]));
    found.map(|(index, _)| floor + line + index)
}

/// Whether only indicators and a comment follow.
fn is_header(rest: &str) -> bool {
    let rest = rest.trim_start_matches(|character: char| matches!(character, '+' | '-' | '0'..='9'));
    rest.is_empty() || rest.starts_with([' ', '\t']) && matches!(rest.trim_start().chars().next(), None | Some('#'))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::{diagnostic::Source, yaml::parse};

    #[test]
    fn a_block_scalar_has_its_header_and_no_line_break() {
        for (text, expected) in [
            ("a: |\nb: 1\n", "|"),
            ("a: |-  # c | d\n\n  x\n\n\nb: 1\n", "|-  # c | d\n\n  x"),
            ("a: |+\n\n\nb: 1", "|+"),
            ("a: >\n  x", ">\n  x"),
            ("a: |", "|"),
            ("a: |2-", "|2-"),
            ("a: !!str &x |2\n   x\r\n", "|2\n   x"),
            ("---\n\"|\": |\n  | y\n---\nb: 1", "|\n  | y"),
        ] {
            let documents = parse(&Arc::new(Source { path: String::new(), text: text.to_owned() })).unwrap();
            let span = documents[0].root.entries()[0].value.span.clone();
            assert_eq!(&text[span], expected, "{text:?}");
        }
    }
}
