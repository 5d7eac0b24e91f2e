//! YAML and JSON with byte spans, read as kubectl reads them.
//!
//! kubectl splits a file at lines that begin with `---`, resolves scalars by the rules of YAML 1.1 and turns the result
//! into JSON. This module gives the same values, keeps the place of each one, and is stricter where kubectl would lose
//! something without a word: a duplicate key, content after `...`, bytes that are no text.

mod alias;
mod block;
mod budget;
mod build;
mod document;
mod explain;
mod json;
mod merge;
mod node;
mod number;
mod pointer;
#[cfg(test)]
mod quirks;
mod resolve;
mod scalar;
mod split;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub(crate) use document::document_at;
pub use document::{Document, Parsed, read};
pub use node::{Entry, Node, NodeValue};

use crate::diagnostic::{Diagnostic, Source};

/// Reads all documents of a file; those that are empty or null are skipped, as kubectl does.
///
/// # Errors
/// All faults of all documents, in the order of the file.
pub fn parse(source: &Arc<Source>) -> Result<Vec<Document>, Vec<Diagnostic>> {
    let parsed = read(source);
    if parsed.faults.is_empty() { Ok(parsed.documents) } else { Err(parsed.faults) }
}
