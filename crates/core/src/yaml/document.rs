//! One file into its documents, YAML or JSON.

use std::{ops::Range, sync::Arc};

use super::{build, json, node::Node, split};
use crate::diagnostic::{Diagnostic, Place, Source};

/// One document of a file that is not empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its value; never null.
    pub root: Node,
    /// Bytes of the file, from the first to the last of the value.
    pub span: Range<usize>,
}

/// What a file holds: the documents that can be read, and the faults of the others.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The sound documents, in the order of the file.
    pub documents: Vec<Document>,
    /// All faults, in the order of the file.
    pub faults: Vec<Diagnostic>,
}

/// Deeper values would be refused by the tools downstream; real manifests stay below 50.
pub(super) const DEPTH: usize = 250;

/// Reads a file and keeps the sound documents beside the faults of the broken ones.
pub fn read(source: &Arc<Source>) -> Parsed {
    let mut parsed = Parsed::default();
    if begins_as_json(source) {
        json_then_yaml(source, start(source), &mut parsed);
    } else {
        yaml(source, start(source), &mut parsed);
    }
    parsed.faults.sort_by_key(|fault| match &fault.place {
        Place::Span(_, span) => span.start,
        Place::File(_) => 0,
    });
    parsed
}

/// Reads again only the document that holds an offset; `None` where it cannot be read.
pub(crate) fn document_at(source: &Arc<Source>, offset: usize) -> Option<Node> {
    if begins_as_json(source) {
        let documents = read(source).documents;
        return documents.into_iter().map(|document| document.root).find(|root| root.span.contains(&offset));
    }
    let ranges = split::split(source, start(source), &mut Vec::new());
    let range = ranges.into_iter().find(|range| range.contains(&offset))?;
    build::document(source, range, &mut Vec::new())
}

/// Where the text begins: after a byte order mark.
fn start(source: &Source) -> usize {
    if source.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}

fn begins_as_json(source: &Source) -> bool {
    source.text[start(source)..].trim_start().starts_with('{')
}

impl Parsed {
    /// Adds a value as a document unless it is null.
    fn add(&mut self, root: Node) {
        if !root.is_null() {
            self.documents.push(Document { span: root.span.clone(), root });
        }
    }
}

fn yaml(source: &Arc<Source>, start: usize, parsed: &mut Parsed) {
    for range in split::split(source, start, &mut parsed.faults) {
        if let Some(root) = build::document(source, range, &mut parsed.faults) {
            parsed.add(root);
        }
    }
}

/// A file that begins with `{` is a sequence of JSON values to kubectl; where that fails at the first or second value,
/// it reads the rest as YAML.
fn json_then_yaml(source: &Arc<Source>, start: usize, parsed: &mut Parsed) {
    let stream = json::stream(source, start);
    let count = stream.values.len();
    for root in stream.values {
        parsed.add(root);
    }
    parsed.faults.extend(stream.faults);
    let Some((rest, error)) = stream.broken else { return };
    if count > 1 {
        parsed.faults.push(error);
        return;
    }
    let mut second = Parsed::default();
    yaml(source, past_line_break(&source.text, rest), &mut second);
    // Neither reading works: show the fault of the one that the author meant.
    if source.path.ends_with(".json") && !second.faults.is_empty() {
        parsed.faults.push(error);
        return;
    }
    parsed.documents.append(&mut second.documents);
    parsed.faults.append(&mut second.faults);
}

/// Skips white space up to and including the first line break.
fn past_line_break(text: &str, start: usize) -> usize {
    for (index, character) in text[start..].char_indices() {
        if character == '\n' {
            return start + index + 1;
        }
        if !character.is_whitespace() {
            return start + index;
        }
    }
    text.len()
}
