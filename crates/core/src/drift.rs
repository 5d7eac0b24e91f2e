//! Whether a live object still is what was applied. The object itself tells: it has the manifest as it was applied, in
//! kubectl's annotation. All that has to be remembered of it is a number by which that annotation is known again.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use serde_json::Value;

use crate::{
    batches, compare,
    desired::{Desired, DesiredSet},
    foreign, last_applied, merge,
    object::{Gvk, ObjectId},
    schema::{self, Kind},
};

/// A sentence names so many fields; more are counted.
const NAMED: usize = 4;

/// How an object is known again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// The digest of the annotation. Only of use within this process.
    annotation: u64,
    /// It never looks like its manifest, since something in the cluster changes what is applied.
    by_content: bool,
}

/// What a look at a live object tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// It is what was applied.
    AsApplied,
    /// It is not: sentences without a full stop.
    Drifted(Vec<String>),
    /// Its manifest does not tell: it was applied by the server's own apply, which leaves none on it, or something in the
    /// cluster changes what is applied. It has drifted if this digest changes.
    Content(u64),
}

/// How all objects of a revision are known once it was applied, each in the version of its manifest. `settled` are those of
/// which the target said that they are as desired, though they do not look like it.
pub fn applied(desired: &DesiredSet, settled: &BTreeSet<&ObjectId>) -> BTreeMap<ObjectId, (Gvk, Applied)> {
    let of = |desired: &Desired| {
        let (_, annotation) = last_applied::annotate_owned(desired.value.unpacked());
        let applied = Applied { annotation: digest(&annotation), by_content: settled.contains(&desired.id) };
        (desired.id.clone(), (desired.gvk.clone(), applied))
    };
    batches::map(&desired.objects, of).into_iter().collect()
}

/// Looks at a live object with its managed fields. Costs about one comparison of its size.
pub fn look(gvk: &Gvk, applied: Applied, live: &Value) -> Seen {
    let annotation = live.pointer("/metadata/annotations").and_then(|all| all.get(last_applied::ANNOTATION));
    let Some(annotation) = annotation.and_then(Value::as_str) else {
        if foreign::is_server_side_applied(live) {
            return Seen::Content(server_side(live));
        }
        return Seen::Drifted(vec!["its record of what was applied was removed".to_owned()]);
    };
    if digest(annotation) != applied.annotation {
        return Seen::Drifted(vec!["it was applied from another manifest".to_owned()]);
    }
    if applied.by_content {
        return Seen::Content(content(live));
    }
    match last_applied::original(live) {
        Ok(Some(original)) => changed(gvk, original, live),
        // The digest is that of a manifest.
        Ok(None) | Err(_) => Seen::Drifted(vec!["its record of what was applied is damaged".to_owned()]),
    }
}

fn changed(gvk: &Gvk, original: Value, live: &Value) -> Seen {
    let kind = schema::builtin().lookup(gvk);
    let (modified, _) = last_applied::annotate(&original);
    if merge::covers(kind.as_ref(), &modified, live) {
        return Seen::AsApplied;
    }
    let Some(changes) = changes(kind.as_ref(), &original, &modified, live) else {
        return Seen::Drifted(vec!["it cannot be compared with what was applied".to_owned()]);
    };
    if changes.is_empty() {
        return Seen::AsApplied;
    }
    // By writer, so that a sentence has all that one of them did.
    let mut fields: BTreeMap<Option<String>, Vec<String>> = BTreeMap::new();
    for change in changes {
        let writer = foreign::foreign_owner(live, &change.path).map(|owner| owner.manager);
        let of_writer = fields.entry(writer).or_default();
        let field = change.path.to_string();
        if !of_writer.contains(&field) {
            of_writer.push(field);
        }
    }
    Seen::Drifted(fields.into_iter().map(|(writer, fields)| sentence(writer.as_deref(), &fields)).collect())
}

fn changes(kind: Option<&Kind>, original: &Value, modified: &Value, live: &Value) -> Option<Vec<compare::FieldChange>> {
    let patch = merge::three_way(kind, Some(original), modified, live).ok()?;
    let merged = merge::apply_patch(kind, live, &patch).ok()?;
    Some(compare::differences(kind, live, &merged))
}

fn sentence(writer: Option<&str>, fields: &[String]) -> String {
    let mut names = fields.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if let Some(more) = fields.len().checked_sub(NAMED).filter(|more| *more > 0) {
        names += &format!(" and {more} more");
    }
    let were = if fields.len() == 1 { "was" } else { "were" };
    match writer {
        Some(writer) => format!("{names} {were} changed by {writer}"),
        None => format!("{names} {were} changed"),
    }
}

/// What people write of an object: all but its state, and what the server writes of it.
fn content(live: &Value) -> u64 {
    let mut live = live.clone();
    if let Some(fields) = live.as_object_mut() {
        fields.remove("status");
    }
    if let Some(metadata) = live.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.retain(|field, _| matches!(field.as_str(), "labels" | "annotations" | "finalizers"));
    }
    digest(&live.to_string())
}

/// What the server's own apply owns of an object, and since when: whoever else writes a field of it takes it away, and whoever
/// applies it anew renews it. What an autoscaler writes beside it is not of it.
fn server_side(live: &Value) -> u64 {
    digest(&foreign::server_side_entry(live).map(Value::to_string).unwrap_or_default())
}

fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn gvk() -> Gvk {
        Gvk::new("apps/v1", "Deployment")
    }

    fn manifest() -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"replicas": 2, "template": {"spec": {"containers": [
                {"name": "web", "image": "web:v1", "resources": {"limits": {"cpu": "2000m"}}},
            ]}}},
        })
    }

    fn applied() -> Applied {
        let (_, annotation) = last_applied::annotate(&manifest());
        Applied { annotation: digest(&annotation), by_content: false }
    }

    /// The object as the server has it, changed.
    fn live(change: impl FnOnce(&mut Value)) -> Value {
        let (mut live, _) = last_applied::annotate(&manifest());
        live["metadata"]["resourceVersion"] = json!("7");
        live["metadata"]["managedFields"] = json!([
            {"manager": "kubectl-client-side-apply", "operation": "Update", "fieldsV1": {"f:spec": {"f:template": {}}}},
            {"manager": "kubectl-edit", "operation": "Update", "time": "2026-01-02T03:04:05Z",
             "fieldsV1": {"f:spec": {"f:replicas": {}}}},
        ]);
        live["spec"]["strategy"] = json!({"type": "RollingUpdate"});
        live["status"] = json!({"replicas": 2});
        change(&mut live);
        live
    }

    #[test]
    fn only_what_was_applied_counts() {
        let drifted = |sentence: &str| Seen::Drifted(vec![sentence.to_owned()]);
        let container = "/spec/template/spec/containers/0";
        type Change = Box<dyn FnOnce(&mut Value)>;
        let set = |path: &'static str, value: Value| -> Change {
            Box::new(move |live| *live.pointer_mut(path).unwrap() = value)
        };
        let cases: Vec<(&str, Change, Seen)> = vec![
            ("nothing", Box::new(|_| {}), Seen::AsApplied),
            ("its state", set("/status/replicas", json!(0)), Seen::AsApplied),
            ("a default", set("/spec/strategy/type", json!("Recreate")), Seen::AsApplied),
            (
                "the same by meaning",
                Box::new(move |live| live.pointer_mut(container).unwrap()["resources"]["limits"]["cpu"] = json!("2")),
                Seen::AsApplied,
            ),
            ("a field", set("/spec/replicas", json!(5)), drifted("spec.replicas was changed by kubectl-edit")),
            (
                "a field of a list",
                Box::new(move |live| live.pointer_mut(container).unwrap()["image"] = json!("web:v2")),
                drifted("spec.template.spec.containers[name=web].image was changed"),
            ),
            (
                "the annotation",
                Box::new(|live| live["metadata"]["annotations"][last_applied::ANNOTATION] = json!("{}\n")),
                drifted("it was applied from another manifest"),
            ),
            (
                "no annotation",
                Box::new(|live| {
                    live["metadata"]["annotations"].as_object_mut().unwrap().remove(last_applied::ANNOTATION);
                }),
                drifted("its record of what was applied was removed"),
            ),
        ];
        for (what, change, expected) in cases {
            assert_eq!(look(&gvk(), applied(), &live(change)), expected, "{what}");
        }
    }

    #[test]
    fn an_object_of_server_side_apply_is_known_by_what_is_owned() {
        let of = |owned: Value, replicas: u32| {
            let live = json!({
                "metadata": {"name": "web", "managedFields": [
                    {"manager": "kubectl", "operation": "Apply", "fieldsV1": owned},
                ]},
                "spec": {"replicas": replicas},
            });
            look(&gvk(), applied(), &live)
        };
        let all = || json!({"f:spec": {"f:replicas": {}}});
        assert!(matches!(of(all(), 1), Seen::Content(_)));
        assert_eq!(of(all(), 1), of(all(), 2), "who does not own it is not asked");
        assert_ne!(of(all(), 1), of(json!({}), 2));
    }

    #[test]
    fn what_something_in_the_cluster_changes_is_known_by_its_content() {
        let applied = Applied { by_content: true, ..applied() };
        let of = |change: fn(&mut Value)| look(&gvk(), applied, &live(change));
        let first = of(|live| live["spec"]["replicas"] = json!(5));
        assert!(matches!(first, Seen::Content(_)));
        assert_eq!(
            first,
            of(|live| {
                live["spec"]["replicas"] = json!(5);
                live["status"] = json!({});
                live["metadata"]["resourceVersion"] = json!("8");
            })
        );
        assert_ne!(first, of(|live| live["spec"]["replicas"] = json!(6)));
    }

    #[test]
    fn many_fields_are_counted() {
        let fields: Vec<String> = (1..=6).map(|number| format!("data.f{number}")).collect();
        insta::assert_snapshot!(sentence(Some("curl"), &fields), @"data.f1, data.f2, data.f3, data.f4 and 2 more were changed by curl");
    }
}
