//! The requests that the bare client sends: those that Landfall was seen to send, and the writes of a first apply.

use std::fs;
use std::io::BufRead;
use std::path::Path;

use landfall_core::last_applied;
use landfall_core::manifest::{self, Manifest, ManifestFile};
use landfall_core::object::GroupKind;
use landfall_core::order::Step;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{audit, workload};

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The body.
    pub body: String,
}

/// The requests that Landfall sent, from the lines that the server's audit log grew by: `(verb, path)`.
pub fn sent(audit: impl BufRead) -> Vec<(String, String)> {
    audit::lines(audit, "landfall/").map(|line| (line.verb, line.request_uri)).collect()
}

/// The lists among some requests; the bare client asks for further pages itself.
pub fn lists(sent: &[(String, String)]) -> Vec<Call> {
    let first_pages = sent.iter().filter(|(verb, path)| verb == "list" && !path.contains("continue="));
    first_pages.map(|(_, path)| Call { method: "GET".to_owned(), path: path.clone(), body: String::new() }).collect()
}

/// The same requests in another namespace.
pub fn moved(calls: Vec<Call>, from: &str, to: &str) -> Vec<Call> {
    let moved = |call: Call| Call {
        path: call.path.replace(&format!("/namespaces/{from}/"), &format!("/namespaces/{to}/")),
        ..call
    };
    calls.into_iter().map(moved).collect()
}

/// The writes of a first apply, with the bodies that Landfall sends: the check of everything, then lock and inventory, then
/// each step, then inventory and lock. `inventory` is the ConfigMap that Landfall wrote for as many objects.
pub fn first_apply(folder: &Path, namespace: &str, inventory: &Value) -> Vec<Vec<Call>> {
    let files = workload::files(folder).expect("the folder can be read");
    let read = |path: &std::path::PathBuf| ManifestFile {
        path: path.display().to_string(),
        bytes: fs::read(path).expect("a file can be read"),
    };
    let manifests =
        manifest::load(files.iter().map(read).collect()).unwrap_or_else(|faults| panic!("{} faults", faults.len()));
    let mut checks = Vec::new();
    let mut steps: Vec<Vec<Call>> = Step::ALL.iter().map(|_| Vec::new()).collect();
    for manifest in &manifests {
        checks.push(create(manifest, namespace, true));
        let kind = GroupKind { group: manifest.gvk.group.clone(), kind: manifest.gvk.kind.clone() };
        let step = Step::ALL.iter().position(|step| *step == Step::of(&kind)).expect("a step");
        steps[step].push(create(manifest, namespace, false));
    }
    let name = inventory.pointer("/metadata/name").and_then(Value::as_str).expect("a name");
    let maps = format!("/api/v1/namespaces/{namespace}/configmaps");
    let leases = format!("/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases");
    let lease = json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": name}, "spec": {"holderIdentity": "bare"}});
    let mut phases = vec![checks, vec![call("POST", &leases, &lease)], vec![call("POST", &maps, inventory)]];
    phases.append(&mut steps);
    phases.push(vec![call("PUT", &format!("{maps}/{name}"), inventory)]);
    // Landfall empties it by a PUT, for which the version would have to be known.
    phases.push(vec![call("DELETE", &format!("{leases}/{name}"), &json!({}))]);
    phases
}

fn call(method: &str, path: &str, body: &Value) -> Call {
    Call { method: method.to_owned(), path: path.to_owned(), body: body.to_string() }
}

fn create(manifest: &Manifest, namespace: &str, dry_run: bool) -> Call {
    let plural = format!("{}s", manifest.gvk.kind.to_lowercase());
    let root = match manifest.gvk.group.as_str() {
        "" => "/api/v1".to_owned(),
        group => format!("/apis/{group}/{}", manifest.gvk.version),
    };
    let (body, _) = last_applied::annotate(&manifest.value);
    let check = if dry_run { "&dryRun=All" } else { "" };
    let query = format!("fieldManager=kubectl-client-side-apply&fieldValidation=Strict{check}");
    call("POST", &format!("{root}/namespaces/{namespace}/{plural}?{query}"), &body)
}

/// The inventory that Landfall wrote, as it could be written again elsewhere.
pub fn inventory(written: &str) -> Value {
    let list: Value = serde_json::from_str(written).expect("kubectl prints JSON");
    let mut map = list.pointer("/items/0").cloned().expect("Landfall wrote an inventory");
    let metadata = map["metadata"].as_object_mut().expect("metadata");
    // Without its label it is no inventory: a copy would claim what is not its own.
    metadata.retain(|key, _| matches!(key.as_str(), "name" | "annotations"));
    map
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_lists_from_the_audit_log() {
        let log = r#"{"verb":"list","requestURI":"/api/v1/namespaces/a/pods?limit=500","userAgent":"landfall/0.1.0"}
{"verb":"list","requestURI":"/api/v1/namespaces/a/pods?limit=500&continue=x","userAgent":"landfall/0.1.0"}
{"verb":"get","requestURI":"/apis","userAgent":"landfall/0.1.0"}
{"verb":"list","requestURI":"/api/v1/nodes","userAgent":"kubectl"}"#;
        let sent = sent(log.as_bytes());
        assert_eq!(sent.len(), 3);
        let lists = moved(lists(&sent), "a", "b");
        assert_eq!(
            lists.iter().map(|call| call.path.as_str()).collect::<Vec<_>>(),
            ["/api/v1/namespaces/b/pods?limit=500"]
        );
    }
}
