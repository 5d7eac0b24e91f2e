//! The objects that were applied, as `kubectl apply -o json` and `-o yaml` print them.

use std::collections::BTreeMap;

use clap::ValueEnum;
use landfall_core::{
    object::ObjectId,
    plan::{Action, Item, hide_values},
};
use landfall_deploy::plan::Planned;
use serde::Serialize;
use serde_json::{Value, json};

/// How objects are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Only names.
    Name,
    /// Whole objects.
    Json,
    /// Whole objects.
    Yaml,
}

/// Which objects are printed, and how much of them.
pub struct Shown<'a> {
    /// As JSON or YAML.
    pub format: Format,
    /// Whether with the record of who wrote which field.
    pub managed_fields: bool,
    /// What the server answered to the write of an object; `None` where nothing was written.
    pub answer: &'a dyn Fn(&ObjectId) -> Option<Value>,
}

/// Several objects, in kubectl's order of the fields.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List {
    kind: &'static str,
    api_version: &'static str,
    metadata: Value,
    items: Vec<Value>,
}

/// All objects of a revision, a `List` where they are several, and then those that were pruned, a document each, as
/// kubectl prints them. Values of Secrets are hidden.
pub fn render(planned: &Planned, shown: &Shown<'_>) -> String {
    let items: BTreeMap<&ObjectId, &Item> = planned.plan.items.iter().map(|item| (&item.id, item)).collect();
    let applied = planned.desired.objects.iter().filter_map(|desired| items.get(&desired.id));
    let applied: Vec<Value> = applied.filter_map(|item| object(planned, item, shown)).collect();
    let pruned = planned.plan.prunes().filter_map(|item| object(planned, item, shown));
    let text: fn(&Value) -> String = if shown.format == Format::Yaml { yaml_text } else { json_text::<Value> };
    let mut texts = Vec::new();
    match (applied.len(), shown.format) {
        (0 | 1, _) => texts.extend(applied.first().map(text)),
        (_, Format::Yaml) => {
            let items = Value::Array(applied);
            texts.push(yaml_text(&json!({"apiVersion": "v1", "kind": "List", "metadata": {}, "items": items})));
        }
        _ => texts.push(json_text(&List { kind: "List", api_version: "v1", metadata: json!({}), items: applied })),
    }
    texts.extend(pruned.map(|object| text(&object)));
    texts.join(if shown.format == Format::Yaml { "\n---\n" } else { "\n" })
}

/// The object as the server answered, as it is live where nothing was written, or as it would be sent.
fn object(planned: &Planned, item: &Item, shown: &Shown<'_>) -> Option<Value> {
    let live = || planned.observation.live.get(&item.id).and_then(|live| live.parse().ok());
    let mut object = match &item.action {
        Action::Create { body, .. } | Action::Replace { body, .. } => {
            (shown.answer)(&item.id).unwrap_or_else(|| body.clone())
        }
        Action::Update { .. } | Action::Repair { .. } => (shown.answer)(&item.id).or_else(live)?,
        Action::Unchanged | Action::Prune => live()?,
        Action::Keep(_) => return None,
    };
    hide_values(&mut object);
    if !shown.managed_fields
        && let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut)
    {
        metadata.remove("managedFields");
    }
    Some(object)
}

/// JSON as Go's `MarshalIndent` writes it: four blanks, and what means something in HTML escaped.
fn json_text<T: Serialize>(object: &T) -> String {
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    if object.serialize(&mut serializer).is_err() {
        return String::new();
    }
    // These stand nowhere but in texts.
    String::from_utf8_lossy(&bytes)
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

fn yaml_text(object: &Value) -> String {
    // Folded lines are hard to search; kubectl does not fold either.
    let options = serde_saphyr::ser_options! { folded_wrap_chars: usize::MAX };
    let mut text = serde_saphyr::to_string_with_options(object, options).unwrap_or_default();
    // Just one line end: those before it may be a value's.
    if text.ends_with('\n') {
        text.pop();
    }
    text
}

#[cfg(test)]
mod tests {
    use landfall_core::manifest::{ManifestFile, load};
    use proptest::prelude::*;

    use super::*;

    /// Texts that YAML would read as something else, and any others.
    fn text() -> impl Strategy<Value = String> {
        let odd = prop::sample::select(vec![
            "yes",
            "on",
            "N",
            "0777",
            "0o17",
            "1_000",
            "1e3",
            "12:30:45",
            "2001-01-01",
            "~",
            "null",
            "<<",
            "=",
            "",
            " a",
            "a ",
            "a: b",
            "a #b",
            "- a",
            "a\n",
            "a\n\n",
            "\na",
            "a\n  b\n",
            "  a\nb",
            "\t",
            "a\tb\nc",
            "\r\n",
            "\u{2028}",
            "\u{feff}",
            "%a",
            "---",
            "...",
            "---\na",
            "'",
            "\"",
            "\\",
            ".inf",
            ".5",
            "0x1f",
            "*a",
            "&a",
            "!a",
            "{a",
            "[a",
            "? a",
            "@a",
            "`a",
        ]);
        prop_oneof![odd.prop_map(str::to_owned), "[ -~\n]{0,100}", "\\PC{0,20}"]
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            text().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            (-1e6..1e6).prop_map(|number: f64| json!(number.trunc() + 0.5)),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(text(), inner, 0..4).prop_map(|map| json!(map)),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn yaml_is_read_as_what_was_written(spec in value()) {
            let object = json!({"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": spec});
            let bytes = (yaml_text(&object) + "\n").into_bytes();
            let read = load(vec![ManifestFile { path: "a.yaml".to_owned(), bytes }]).unwrap();
            prop_assert_eq!(&read[0].value.unpacked(), &object);
        }

        #[test]
        fn json_is_read_as_what_was_written(object in value()) {
            prop_assert_eq!(serde_json::from_str::<Value>(&json_text(&object)).unwrap(), object);
        }
    }
}
