//! `fieldRef`: what a container is told of its pod.

use std::collections::BTreeMap;

use super::{
    address,
    node::{Faults, Node},
    translate::Context,
};

/// The value of a variable, as the kubelet resolves it (`podFieldSelectorRuntimeValue`). One label or annotation that is
/// not there is empty text. Addresses are marks until the container is created.
pub(super) fn variable(reference: &Node<'_>, context: &Context<'_>, faults: &mut Faults) -> Option<String> {
    let field = reference.get("fieldPath");
    let value = match field.text().unwrap_or_default() {
        "spec.nodeName" => context.input.engine.name.clone(),
        "spec.serviceAccountName" => {
            let pod = &context.pod;
            let name = pod.get("serviceAccountName").text().or_else(|| pod.get("serviceAccount").text());
            name.unwrap_or("default").to_owned()
        }
        "status.podIP" | "status.podIPs" if context.pod.get("hostNetwork").is_true() => address::HOST.to_owned(),
        "status.podIP" | "status.podIPs" => address::POD.to_owned(),
        "status.hostIP" | "status.hostIPs" => address::HOST.to_owned(),
        path => match of_metadata(path, context) {
            Some(value) => value,
            None => {
                faults.add(&field, format!("`{path}` is no field that a container can be told by a variable"));
                return None;
            }
        },
    };
    Some(value)
}

/// The content of a file of a downward API volume: of the pod's metadata only, there also all labels or annotations.
pub(super) fn file(reference: &Node<'_>, context: &Context<'_>, faults: &mut Faults) -> Option<String> {
    let field = reference.get("fieldPath");
    let path = field.text().unwrap_or_default();
    let content = match path {
        "metadata.labels" => Some(lines(&context.labels)),
        "metadata.annotations" => Some(lines(&context.annotations)),
        _ => of_metadata(path, context),
    };
    if content.is_none() {
        faults.add(&field, format!("`{path}` is no field that a container can be told by a file"));
    }
    content
}

fn of_metadata(path: &str, context: &Context<'_>) -> Option<String> {
    for (name, values) in [("metadata.labels", &context.labels), ("metadata.annotations", &context.annotations)] {
        let key = path.strip_prefix(name).and_then(|rest| rest.strip_prefix("['")?.strip_suffix("']"));
        if let Some(key) = key {
            return Some(values.get(key).cloned().unwrap_or_default());
        }
    }
    let value = match path {
        "metadata.name" => context.input.name,
        "metadata.namespace" => context.input.namespace,
        "metadata.uid" => context.input.uid,
        _ => return None,
    };
    Some(value.to_owned())
}

/// One line each, `key="value"` (`FormatMap` in `pkg/fieldpath/fieldpath.go`).
fn lines(values: &BTreeMap<String, String>) -> String {
    let line = |(key, value): (&String, &String)| format!("{key}={}", quoted(value));
    values.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// As Go's `%q`.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for char in text.chars() {
        match char {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            char if u32::from(char) < 0x20 || char == '\u{7f}' => {
                quoted.push_str(&format!("\\x{:02x}", u32::from(char)));
            }
            char => quoted.push(char),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_labels_are_lines_of_quoted_values() {
        let values = BTreeMap::from([
            ("b".to_owned(), "two\nlines \"and\" \\".to_owned()),
            ("a".to_owned(), "ä\u{1}".to_owned()),
        ]);
        assert_eq!(lines(&values), "a=\"ä\\x01\"\nb=\"two\\nlines \\\"and\\\" \\\\\"");
    }
}
