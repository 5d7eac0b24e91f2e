//! `landfall.yaml` against its own schema: all faults at once, each at its place and in the words of the file.

use std::{ops::Range, sync::Arc};

use landfall_core::{
    diagnostic::{Diagnostic, Source},
    manifest::misspelling,
    yaml::{Entry, Node, NodeValue},
};
use serde_json::Value;

/// All that a document has that the schema does not allow. The schema is one of `schemars`, of which only what our
/// types need is understood.
pub(super) fn validate(source: &Arc<Source>, schema: &Value, root: &Node) -> Vec<Diagnostic> {
    let mut validator = Validator { source, root: schema, faults: Vec::new() };
    let first = root.entries().first().map_or_else(|| root.span.clone(), |entry| entry.key_span.clone());
    validator.value(schema, root, "landfall.yaml", &first);
    validator.faults
}

struct Validator<'a> {
    source: &'a Arc<Source>,
    root: &'a Value,
    faults: Vec<Diagnostic>,
}

impl<'a> Validator<'a> {
    /// Checks a value; `name` is how a message calls it, `key` the bytes of its key.
    fn value(&mut self, schema: &'a Value, node: &Node, name: &str, key: &Range<usize>) {
        let schema = self.resolve(schema);
        if let Some(alternatives) = schema.get("oneOf").and_then(Value::as_array) {
            return self.one_of(alternatives, node, name, key);
        }
        let types = types(schema);
        let wanted = match (&node.value, types.as_slice()) {
            (NodeValue::Map(_), ["object", ..]) => return self.map(schema, node, name, key),
            (NodeValue::List(items), ["array", ..]) => {
                let Some(schema) = schema.get("items") else { return };
                return items
                    .iter()
                    .for_each(|item| self.value(schema, item, &format!("an item of {name}"), &item.span));
            }
            (NodeValue::String(text), ["string", ..]) if text.is_empty() => {
                return self.fault(node.span.clone(), format!("{name} is empty"), "");
            }
            (NodeValue::String(_), ["string", ..]) => return,
            (NodeValue::Number(number), ["integer", ..]) => {
                let bound = |key: &str| schema.get(key).and_then(Value::as_i64);
                let (least, most) = (bound("minimum").unwrap_or(i64::MIN), bound("maximum").unwrap_or(i64::MAX));
                if number.as_i64().is_some_and(|number| (least..=most).contains(&number)) {
                    return;
                }
                return self.fault(
                    node.span.clone(),
                    format!("{name} must be a whole number from {least} to {most}"),
                    "",
                );
            }
            (NodeValue::Null, [_, "null"]) => return,
            (_, ["object", ..]) => "a map of fields",
            (_, ["array", ..]) => "a list",
            (_, ["integer", ..]) => "a whole number",
            _ => "a text",
        };
        let written = self.source.text.get(node.span.clone()).unwrap_or_default();
        let hint = match (&node.value, wanted) {
            (NodeValue::Bool(_) | NodeValue::Number(_), "a text") => format!("Quote it: `\"{written}\"`"),
            (NodeValue::String(_), "a list") => format!("Write it as `[{written}]`"),
            _ => String::new(),
        };
        let span = if matches!(node.value, NodeValue::Null) { key.clone() } else { first_line(written, &node.span) };
        self.fault(span, format!("{name} must be {wanted}, but it is {}", node.describe()), &hint);
    }

    fn map(&mut self, schema: &'a Value, node: &Node, name: &str, key: &Range<usize>) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties").filter(|others| others.is_object());
        for Entry { key: field, key_span, value } in node.entries() {
            match properties.and_then(|properties| properties.get(field)).or(others) {
                Some(schema) => self.value(schema, value, &format!("`{field}`"), key_span),
                None => {
                    let known: Vec<&str> = properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
                    let meant = misspelling(field, known.iter().copied());
                    let meant = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
                    let hint = format!("The fields of {name} are: {}", known.join(", "));
                    self.fault(key_span.clone(), format!("The field `{field}` is unknown{meant}"), &hint);
                }
            }
        }
        let required = schema.get("required").and_then(Value::as_array);
        for field in required.into_iter().flatten().filter_map(Value::as_str) {
            // A misspelling is told above.
            let is_there = node.entries().iter().any(|entry| entry.key == field)
                || misspelling(field, node.entries().iter().map(|entry| entry.key.as_str())).is_some();
            if !is_there {
                let about = properties.and_then(|properties| properties.get(field)?.get("description")?.as_str());
                let about = about.and_then(|about| about.lines().next()).unwrap_or_default();
                let hint = if about.is_empty() { String::new() } else { format!("`{field}`: {about}") };
                self.fault(key.clone(), format!("`{field}` is missing in {name}"), hint.trim_end_matches('.'));
            }
        }
    }

    /// One of some words.
    fn word(&mut self, words: &[&str], node: &Node, name: &str) {
        let hint = match &node.value {
            NodeValue::String(text) if words.contains(&text.as_str()) => return,
            NodeValue::String(text) => misspelling(text, words.iter().copied()),
            _ => None,
        };
        let hint = hint.map_or_else(String::new, |meant| format!("Did you mean `{meant}`?"));
        let words = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        self.fault(node.span.clone(), format!("{name} must be one of {words}"), &hint);
    }

    /// A map with just one of several keys.
    fn one_of(&mut self, alternatives: &'a [Value], node: &Node, name: &str, key: &Range<usize>) {
        let words: Vec<&str> = alternatives.iter().filter_map(|schema| schema.get("const")?.as_str()).collect();
        if words.len() == alternatives.len() {
            return self.word(&words, node, name);
        }
        let schema_of = |key: &str| alternatives.iter().find_map(|schema| schema.get("properties")?.get(key));
        if let [Entry { key: field, key_span, value }] = node.entries()
            && let Some(schema) = schema_of(field)
        {
            return self.value(schema, value, &format!("`{field}`"), key_span);
        }
        let keys: Vec<&str> =
            alternatives.iter().filter_map(|schema| schema.get("required")?.get(0)?.as_str()).collect();
        let form = |key: &&str| match schema_of(key).map(|schema| types(self.resolve(schema))).as_deref() {
            Some(["object", ..]) => format!("`{{{key}: {{...}}}}`"),
            _ => format!("`{{{key}: {}}}`", key.to_uppercase()),
        };
        let forms = keys.iter().map(form).collect::<Vec<_>>().join(" or ");
        match node.entries() {
            [Entry { key: field, key_span, .. }] => {
                let meant = misspelling(field, keys.iter().copied());
                let meant = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
                let hint = format!("{name} must be {forms}");
                self.fault(key_span.clone(), format!("The field `{field}` is unknown{meant}"), &hint);
            }
            // The value is not repeated: it may be the secret itself.
            _ if keys == ["env", "file"] => self.fault(
                key.clone(),
                format!("{name} must be {forms}"),
                "What is secret or differs from place to place is not in the repository but in a variable or a file",
            ),
            _ => self.fault(key.clone(), format!("{name} must be {forms}"), ""),
        }
    }

    /// Follows references, and takes what may be left out for what it is.
    fn resolve(&self, schema: &'a Value) -> &'a Value {
        if let Some(path) = schema.get("$ref").and_then(Value::as_str) {
            return self.root.pointer(path.trim_start_matches('#')).map_or(schema, |schema| self.resolve(schema));
        }
        match schema.get("anyOf").and_then(|any| any.get(0)) {
            Some(first) => self.resolve(first),
            None => schema,
        }
    }

    fn fault(&mut self, span: Range<usize>, message: String, hint: &str) {
        let mut letters = message.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        let fault = Diagnostic::at(self.source, span, first.into_iter().chain(letters).collect::<String>());
        self.faults.push(if hint.is_empty() { fault } else { fault.hint(hint) });
    }
}

fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn first_line(written: &str, span: &Range<usize>) -> Range<usize> {
    span.start..span.start + written.find('\n').unwrap_or(written.len())
}
