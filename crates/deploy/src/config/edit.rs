//! Writing or removing the pause of one environment in the text of `landfall.yaml`, byte by byte: comments, order and
//! style of all the rest stay as they are.

use std::{ops::Range, sync::Arc};

use landfall_core::{
    diagnostic::{Diagnostic, Source},
    yaml::{self, Entry, Node},
};
use serde_json::{Value, json};

use super::{Config, Paused};

const FIELD: &str = "paused";

/// The file with this pause of the environment, or with none.
///
/// # Errors
/// The file is at fault, or its notation does not allow to change this environment alone; with file and line.
pub fn with_pause(source: &Arc<Source>, environment: &str, paused: Option<&Paused>) -> Result<String, Vec<Diagnostic>> {
    Config::read(source)?;
    let documents = yaml::parse(source)?;
    let (Some(document), pointer) = (documents.first(), ["environments", environment]) else {
        return Ok(String::new());
    };
    let root = &document.root;
    let refuse = |why: &str| {
        let advice = match paused {
            Some(paused) => format!("Write it by hand, as a field of '{environment}': `{}`", notation(paused)),
            None => format!("Remove the field `{FIELD}` of '{environment}' by hand"),
        };
        vec![Diagnostic::at(source, root.span_at(&pointer), why).hint(advice)]
    };
    let Some(node) = root.get("environments").and_then(|all| all.get(environment)) else {
        return Err(refuse(&format!("There is no environment '{environment}'")));
    };
    let Some((range, text)) = change(&source.text, node, paused) else {
        return Err(refuse(&format!("`{FIELD}` cannot be changed alone in this notation")));
    };
    let mut edited = source.text.clone();
    edited.replace_range(range, &text);
    let after = Arc::new(Source { path: source.path.clone(), text: edited });
    let is_right = Config::read(&after).is_ok()
        && yaml::parse(&after).is_ok_and(|documents| match documents.as_slice() {
            [only] => only.root.to_json() == expected(root.to_json(), environment, paused),
            _ => false,
        });
    if !is_right {
        return Err(refuse(&format!("`{FIELD}` cannot be changed without changing something else")));
    }
    Ok(after.text.clone())
}

/// What the file must mean afterwards.
fn expected(mut root: Value, environment: &str, paused: Option<&Paused>) -> Value {
    let fields = root.get_mut("environments").and_then(|all| all.get_mut(environment)).and_then(Value::as_object_mut);
    if let Some(fields) = fields {
        match paused {
            None => fields.remove(FIELD),
            Some(Paused { reason, until: None }) => fields.insert(FIELD.to_owned(), json!({"reason": reason})),
            Some(Paused { reason, until: Some(until) }) => {
                fields.insert(FIELD.to_owned(), json!({"reason": reason, "until": until}))
            }
        };
    }
    root
}

/// The bytes to replace, and by what; `None` where that cannot be told.
fn change(text: &str, node: &Node, paused: Option<&Paused>) -> Option<(Range<usize>, String)> {
    let is_flow = text[node.span.start..].starts_with('{');
    // What a merge key brings stands elsewhere.
    let own = || node.entries().iter().filter(|entry| is_within(entry, node));
    let present = own().find(|entry| entry.key == FIELD);
    match (present, paused) {
        (Some(entry), Some(paused)) => Some((entry.key_span.start..entry.value.span.end, notation(paused))),
        (Some(entry), None) if is_flow => Some((flow_entry(text, entry), String::new())),
        (Some(entry), None) => Some((block_entry(text, entry)?, String::new())),
        (None, None) => Some((node.span.start..node.span.start, String::new())),
        (None, Some(paused)) => {
            let last = own().max_by_key(|entry| entry.value.span.end)?;
            let end = last.value.span.end;
            if is_flow {
                return Some((end..end, format!(", {}", notation(paused))));
            }
            let indentation = indentation(text, last)?;
            let (at, line_end) = next_line(text, end);
            let line = format!("{indentation}{}", notation(paused));
            // A last line without an end stays one.
            let line =
                if at > end && text[..at].ends_with('\n') { line + line_end } else { format!("{line_end}{line}") };
            Some((at..at, line))
        }
    }
}

fn is_within(entry: &Entry, node: &Node) -> bool {
    node.span.contains(&entry.key_span.start) && entry.value.span.end <= node.span.end.max(entry.key_span.end)
}

/// An entry of a flow map with the comma that goes with it.
fn flow_entry(text: &str, entry: &Entry) -> Range<usize> {
    let (start, end) = (entry.key_span.start, entry.value.span.end);
    let before = text[..start].trim_end();
    if before.ends_with(',') {
        return before.len() - 1..end;
    }
    let rest = &text[end..];
    match rest.trim_start().strip_prefix(',') {
        Some(after) => start..text.len() - after.trim_start_matches(' ').len(),
        None => start..end,
    }
}

/// The lines of an entry of a block map, with the comment behind it.
fn block_entry(text: &str, entry: &Entry) -> Option<Range<usize>> {
    let start = entry.key_span.start - indentation(text, entry)?.len();
    let (end, _) = next_line(text, entry.value.span.end);
    // Without a line below it, the line break above it goes.
    let is_last = end == text.len() && !text.ends_with('\n');
    let start = if is_last { text[..start].trim_end_matches(['\n', '\r']).len() } else { start };
    Some(start..end)
}

/// What stands before a key in its line, if that is nothing but spaces.
fn indentation<'t>(text: &'t str, entry: &Entry) -> Option<&'t str> {
    let line = text[..entry.key_span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let before = &text[line..entry.key_span.start];
    before.bytes().all(|byte| byte == b' ').then_some(before)
}

/// Where the line after this place begins, and how lines end here.
fn next_line(text: &str, from: usize) -> (usize, &'static str) {
    let end = text[from..].find('\n').map_or(text.len(), |newline| from + newline + 1);
    let is_windows = text.find('\n').is_some_and(|first| text[..first].ends_with('\r'));
    (end, if is_windows { "\r\n" } else { "\n" })
}

/// `paused: {reason: 'Why', until: '2026-11-25T18:00:00Z'}`
fn notation(paused: &Paused) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let until = paused.until.as_deref().map_or_else(String::new, |until| format!(", until: {}", quoted(until)));
    format!("{FIELD}: {{reason: {}{until}}}", quoted(&paused.reason))
}

#[cfg(test)]
mod tests;
