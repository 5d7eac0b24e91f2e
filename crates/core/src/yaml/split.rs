//! Where the documents of a file begin and end: at lines, before anything is parsed, as kubectl does it.

use std::{ops::Range, sync::Arc};

use crate::diagnostic::{Diagnostic, Source};

/// The line that ends one document and begins the next.
const SEPARATOR: &str = "---";

/// The bytes of each document from `start` on. What kubectl refuses is added to `faults` and left out.
///
/// Every line that begins with `---` separates, even inside a block scalar, and only a comment may follow on that line.
pub(super) fn split(source: &Arc<Source>, start: usize, faults: &mut Vec<Diagnostic>) -> Vec<Range<usize>> {
    let text = &source.text;
    let mut documents = Vec::new();
    let mut begin = start;
    let mut broken = false;
    let mut kept = false;
    for line in separators(text, start) {
        if !broken {
            documents.push(begin..line.start);
        }
        // kubectl keeps a separator as part of the document below if nothing stands above it; only then does it matter
        // to the parser that `---#` is no separator with a comment.
        kept = !kept && text[begin..line.start].trim_start_matches(['\r', '\n']).is_empty();
        let after = &text[line.clone()][SEPARATOR.len()..];
        let rest = after.trim();
        let refused = !rest.is_empty() && !rest.starts_with('#') || kept && after.starts_with('#');
        // `-----END` after `-----BEGIN` is the same fault.
        if refused && !broken {
            faults.push(refuse(source, line.clone(), rest));
        }
        broken = refused;
        begin = line.end;
    }
    if !broken {
        documents.push(begin..text.len());
    }
    documents
}

/// The lines that begin with the separator, without their line break.
fn separators(text: &str, start: usize) -> impl Iterator<Item = Range<usize>> {
    let first = text[start..].starts_with(SEPARATOR).then_some(start);
    let others = text[start..].match_indices("\n---").map(move |(index, _)| start + index + 1);
    first.into_iter().chain(others).map(|begin| begin..text[begin..].find('\n').map_or(text.len(), |len| begin + len))
}

fn refuse(source: &Arc<Source>, line: Range<usize>, rest: &str) -> Diagnostic {
    let span = line.start..line.start + source.text[line.clone()].trim_end().len();
    let fault = Diagnostic::at(source, span, "Only a comment may follow `---` on its line");
    if rest.starts_with('#') {
        fault.hint("Put a space before `#`")
    } else if rest.starts_with('-') {
        fault.hint("A line that begins with `---` starts a new document; indent it if it is part of a text")
    } else {
        fault.hint("Begin the document on the next line")
    }
}
