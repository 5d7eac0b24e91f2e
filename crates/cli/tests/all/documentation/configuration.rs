//! `docs/configuration.md`: every field, and an example that is valid.

use super::blocks;
use crate::runner::Workspace;

#[test]
fn the_example_is_read() {
    let example = blocks("configuration.md", "yaml").remove(0);
    let work = Workspace::new();
    work.write("landfall.yaml", &example).write("base/a.yaml", "").write("extra/production/a.yaml", "").commit("Begin");
    let ran = work.landfall(&["plan", "production", "HEAD"]);
    assert!(
        ran.stderr.contains("$PRODUCTION_KUBECONFIG"),
        "the file is accepted, and its kubeconfig missed: {}",
        ran.stderr
    );
}

#[test]
fn the_examples_of_hosts_are_read() {
    let example = blocks("configuration.md", "yaml").into_iter().find(|block| block.contains("by-tls:")).unwrap();
    let work = Workspace::new();
    work.write("landfall.yaml", &example).write("base/a.yaml", "").commit("Begin");
    let ran = work.landfall(&["plan", "by-tls"]);
    assert!(ran.stderr.contains("/etc/landfall/shop"), "the file is accepted, its certificates missed: {}", ran.stderr);
}

#[test]
fn every_field_of_the_schema_is_described() {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let page = |name: &str| std::fs::read_to_string(docs.join(name)).unwrap();
    let page = page("configuration.md") + &page("notifications.md");
    let schema: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(docs.join("landfall.schema.json")).unwrap()).unwrap();
    let mut fields = Vec::new();
    collect(&schema, &mut fields);
    assert!(fields.len() > 8, "{fields:?}");
    for field in fields {
        let is_there =
            [format!("`{field}`"), format!(".{field}`"), format!("{{{field}:")].iter().any(|form| page.contains(form));
        assert!(is_there || field == "target" || field == "kubernetes", "{field} is not described");
    }
}

/// The names of all properties.
fn collect(schema: &serde_json::Value, fields: &mut Vec<String>) {
    let properties = schema.get("properties").and_then(serde_json::Value::as_object);
    fields.extend(properties.into_iter().flatten().map(|(name, _)| name.clone()));
    let children: Box<dyn Iterator<Item = &serde_json::Value>> = match schema {
        serde_json::Value::Object(map) => Box::new(map.values()),
        serde_json::Value::Array(items) => Box::new(items.iter()),
        _ => return,
    };
    children.for_each(|child| collect(child, fields));
}
