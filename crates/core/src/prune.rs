//! Which live objects a deploy deletes because the revision does not have them any more, and which it leaves, and why.
//!
//! Deleting the wrong thing is the worst that a deploy tool can do. So an object is deleted only if everything speaks
//! for it; whatever does not is told with the reason.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Serialize;
use serde_json::Value;

use crate::{
    foreign,
    inventory::Inventory,
    last_applied::ANNOTATION,
    object::ObjectId,
    observation::{LiveObject, Observation},
};

/// What becomes of a live object that the revision does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is deleted.
    Prune,
    /// It is left, though it belongs to the environment: the reason, and what to do to have it deleted.
    Keep(Keep),
    /// It is not the environment's: nobody applied it, or it belongs to another environment.
    NotOurs(String),
    /// It is being deleted already, and something holds it: deleting it again would change nothing.
    Leaving(String),
    /// Another object owns it, such as the ReplicaSet of a Deployment, and decides about it.
    Owned,
}

/// Why an object that the revision does not have any more is left on the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Keep {
    /// A sentence without a full stop.
    pub reason: String,
    /// What the user can do to have it deleted; `None` where it is to stay.
    pub remedy: Option<String>,
}

/// What a prune is decided from.
pub struct PruneContext<'a> {
    /// The identities that the revision has.
    pub desired: &'a HashSet<&'a ObjectId>,
    /// All that was seen.
    pub observation: &'a Observation,
    /// What the environment put there, where that is known.
    pub inventory: Option<&'a Inventory>,
    /// The objects of other environments on the same target, with the name of the environment.
    pub claims: &'a BTreeMap<ObjectId, String>,
    /// The namespaces that the environment has or had.
    pub namespaces: &'a BTreeSet<String>,
    /// Objects that the user allowed by name to be deleted: `persistentvolumeclaim/data`.
    pub approved: &'a BTreeSet<String>,
    /// What a deletion would take with it: for a namespace or a definition, the objects in it, or why nobody knows.
    pub contents: &'a BTreeMap<ObjectId, Contents>,
    /// Manifests of the revision that the selector leaves out, with their places.
    pub left_out: &'a BTreeMap<ObjectId, String>,
    /// The namespace of the environment, which holds its record.
    pub own_namespace: &'a str,
    /// Nothing outside of that namespace may be deleted.
    pub only_own_namespace: bool,
}

/// What is in a namespace, or of a definition's kind; `Err` with the reason where not everything of it can be read.
pub type Contents = Result<Vec<ObjectId>, String>;

/// Annotations that say that an object must not be deleted when it leaves the manifests: those that users of other
/// tools already have, and our own.
const OPT_OUTS: [(&str, &str); 5] = [
    ("landfall.dev/prune", "disabled"),
    ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
    ("argocd.argoproj.io/sync-options", "Prune=false"),
    ("cli-utils.sigs.k8s.io/on-remove", "keep"),
    ("client.lifecycle.config.k8s.io/deletion", "detach"),
];

/// Decides about one live object that the revision does not have.
pub fn fate(live: &LiveObject, document: &Value, context: &PruneContext<'_>) -> Fate {
    if document.pointer("/metadata/ownerReferences").and_then(Value::as_array).is_some_and(|owners| !owners.is_empty())
    {
        return Fate::Owned;
    }
    if is_made_by_controller(live, document) {
        return Fate::Owned;
    }
    let is_recorded = context.inventory.is_some_and(|inventory| inventory.objects.contains_key(&live.id));
    if context.only_own_namespace && live.id.namespace.as_deref() != Some(context.own_namespace) {
        // What is not recorded may be another environment's, whose deploys run with another -n.
        return if is_recorded {
            keep("it is outside of the namespace that was given with -n", Some("deploy without -n"))
        } else {
            Fate::Owned
        };
    }
    if let Some(reason) = not_ours(live, document, context) {
        return Fate::NotOurs(reason);
    }
    if !live.selected {
        return keep(
            "it does not carry the environment's label any more",
            Some("label it again and deploy, or delete it by hand"),
        );
    }
    if let Some(unseen) = context.observation.blindness(&live.id) {
        return keep(&format!("not all objects of its kind could be read: {}", unseen.reason), None);
    }
    if let Some(place) = context.left_out.get(&live.id) {
        let reason = format!("its manifest at {place} is still there, only without the label of the selector");
        return keep(&reason, Some("remove that manifest, too"));
    }
    if document.pointer("/metadata/deletionTimestamp").is_some() {
        return Fate::Leaving(format!("it is being deleted already{}", waiting_for(document)));
    }
    if let Some(annotation) = opt_out(document) {
        return keep(&format!("its annotation {annotation} says so"), None);
    }
    needs_approval(live, document, context).map_or(Fate::Prune, Fate::Keep)
}

fn keep(reason: &str, remedy: Option<&str>) -> Fate {
    Fate::Keep(Keep { reason: reason.to_owned(), remedy: remedy.map(str::to_owned) })
}

/// What holds an object that is being deleted.
fn waiting_for(document: &Value) -> String {
    let finalizers = document.pointer("/metadata/finalizers").and_then(Value::as_array);
    let names: Vec<&str> = finalizers.into_iter().flatten().filter_map(Value::as_str).collect();
    if names.is_empty() { String::new() } else { format!(", and waits for its finalizers: {}", names.join(", ")) }
}

/// Why an object that matches the selector is still not the environment's.
fn not_ours(live: &LiveObject, document: &Value, context: &PruneContext<'_>) -> Option<String> {
    if let Some(environment) = context.claims.get(&live.id) {
        return Some(format!("it belongs to {environment}"));
    }
    if live.id.namespace.as_ref().is_some_and(|namespace| !context.namespaces.contains(namespace)) {
        return Some("it is in a namespace that this environment never had".to_owned());
    }
    if !carries_apply_mark(live, document) {
        return Some("nobody applied it with kubectl or Landfall: it was created in another way".to_owned());
    }
    match context.inventory.and_then(|inventory| inventory.objects.get(&live.id)) {
        Some(Some(uid)) if *uid == live.uid => None,
        // The same identity, another object: somebody deleted and created it. It is ours again only if it was applied.
        Some(Some(_)) if !foreign::was_applied(document) => {
            Some("somebody deleted and created it again in another way".to_owned())
        }
        Some(_) if foreign::was_applied(document) => None,
        // Applied on the server's side it carries no mark that kubectl --prune would go by: only the inventory tells.
        None if foreign::is_server_side_applied(document) && annotation(document, ANNOTATION).is_none() => {
            Some("it was applied with --server-side, and not by this environment".to_owned())
        }
        // kubectl create writes the annotation anew where it finds one: a copy of an object carries one of its own.
        _ if !foreign::was_applied(document) => {
            Some("it carries the mark of kubectl apply, but was created in another way, such as from a copy".to_owned())
        }
        _ => None,
    }
}

/// Whether the object's last-applied configuration is its own. A copy made from another object carries that one's.
fn carries_apply_mark(live: &LiveObject, document: &Value) -> bool {
    let Some(text) = annotation(document, ANNOTATION) else { return foreign::is_server_side_applied(document) };
    let Ok(applied) = serde_json::from_str::<Value>(text) else { return false };
    let field = |pointer: &str| applied.pointer(pointer).and_then(Value::as_str);
    let same_namespace = match (field("/metadata/namespace"), &live.id.namespace) {
        (Some(applied), Some(namespace)) => applied == namespace,
        _ => true,
    };
    field("/kind") == Some(live.id.kind.as_str())
        && field("/metadata/name") == Some(live.id.name.as_str())
        && same_namespace
}

/// A controller makes the Endpoints of a Service and the claims of a StatefulSet with their labels, and without saying
/// who owns them.
fn is_made_by_controller(live: &LiveObject, document: &Value) -> bool {
    let is_endpoints = live.id.kind == "Endpoints" && live.id.group.is_empty();
    (is_endpoints || foreign::is_written_by(document, "kube-controller-manager")) && !carries_apply_mark(live, document)
}

fn annotation<'a>(document: &'a Value, key: &str) -> Option<&'a str> {
    document.get("metadata")?.get("annotations")?.get(key)?.as_str()
}

fn opt_out(document: &Value) -> Option<String> {
    OPT_OUTS.iter().find_map(|(key, value)| {
        let found = annotation(document, key)?;
        found.split(',').any(|part| part.trim() == *value).then(|| format!("{key}: {found}"))
    })
}

/// What is not deleted without an approval that names it, or not at all.
fn needs_approval(live: &LiveObject, document: &Value, context: &PruneContext<'_>) -> Option<Keep> {
    let id = &live.id;
    let loss = match (id.group.as_str(), id.kind.as_str()) {
        ("", "PersistentVolumeClaim") => "the data in its volume may be lost with it",
        ("", "PersistentVolume") => "the data in it may be lost",
        ("", "Namespace") => "everything in it is deleted with it",
        ("apiextensions.k8s.io", "CustomResourceDefinition") => "every object of its kind is deleted with it",
        _ => return None,
    };
    if id.kind == "Namespace" && id.name == context.own_namespace {
        let reason = "it holds the record of what this environment applied".to_owned();
        return Some(Keep { reason, remedy: Some("delete it by hand, when the environment is to end".to_owned()) });
    }
    match context.contents.get(id) {
        Some(Ok(held)) if !held.is_empty() => {
            let some: Vec<String> = held.iter().take(3).map(ToString::to_string).collect();
            let reason = format!("it still holds objects, such as {}", some.join(", "));
            return Some(Keep {
                reason,
                remedy: Some("delete those first; it is never deleted while it holds any".to_owned()),
            });
        }
        Some(Err(reason)) => {
            let reason = format!("not all that it may hold could be read: {reason}");
            return Some(Keep { reason, remedy: Some("deploy again when it can be read".to_owned()) });
        }
        Some(Ok(_)) | None => {}
    }
    let approved = context.approved.contains(&id.short())
        || annotation(document, "landfall.dev/prune").is_some_and(|value| value == "allowed");
    (!approved).then(|| Keep {
        reason: format!("a {} is never deleted without approval: {loss}", id.kind),
        remedy: Some(format!("deploy with --allow-prune {}, or delete it by hand", id.short())),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::object::Gvk;

    #[test]
    fn what_is_being_deleted_is_not_deleted_again() {
        let gvk = Gvk { group: String::new(), version: "v1".to_owned(), kind: "ConfigMap".to_owned() };
        let id = ObjectId {
            group: String::new(),
            kind: gvk.kind.clone(),
            namespace: Some("shop".to_owned()),
            name: "a".to_owned(),
        };
        let applied = json!({"kind": "ConfigMap", "metadata": {"name": "a", "namespace": "shop"}}).to_string();
        let mut document =
            json!({"metadata": {"name": "a", "annotations": {ANNOTATION: applied}, "finalizers": ["x/y"]}});
        let live =
            LiveObject { id, gvk, uid: "1".to_owned(), document: Box::default(), selected: true, drift: Vec::new() };
        let (observation, nothing, contents) = (Observation::default(), BTreeMap::new(), BTreeMap::new());
        let context = PruneContext {
            desired: &HashSet::new(),
            observation: &observation,
            inventory: None,
            claims: &nothing,
            namespaces: &BTreeSet::from(["shop".to_owned()]),
            approved: &BTreeSet::new(),
            contents: &contents,
            left_out: &nothing,
            own_namespace: "shop",
            only_own_namespace: false,
        };
        assert_eq!(fate(&live, &document, &context), Fate::Prune);
        document["metadata"]["deletionTimestamp"] = json!("2026-01-02T03:04:05Z");
        let reason = "it is being deleted already, and waits for its finalizers: x/y".to_owned();
        assert_eq!(fate(&live, &document, &context), Fate::Leaving(reason));
    }
}
