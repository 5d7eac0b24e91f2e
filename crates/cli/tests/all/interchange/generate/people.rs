//! What people do to a cluster by hand between two revisions.

use serde_json::{Value, json};

use super::super::live::{Objects, Reader};
use super::super::random::Random;

const MERGE: &str = "application/merge-patch+json";
const STRATEGIC: &str = "application/strategic-merge-patch+json";

/// One change by hand, the same for all clusters.
#[derive(Debug, Clone)]
pub struct Deed {
    method: &'static str,
    path: String,
    content_type: &'static str,
    body: Value,
}

impl Deed {
    /// Does it. A refusal is an answer, too: it must be the same everywhere.
    pub fn carry_out(&self, reader: &Reader) -> Result<(), String> {
        reader.try_send(self.method, &self.path, self.content_type, &self.body).map(|_| ())
    }
}

/// Some change of one of the objects that are live.
pub fn some_deed(objects: &Objects, random: &mut Random) -> Option<Deed> {
    let objects: Vec<&Value> = objects.values().filter(|object| object["kind"] != "Namespace").collect();
    if objects.is_empty() {
        return None;
    }
    let object = *random.of(&objects);
    let (path, kind) = (path(object)?, object["kind"].as_str()?);
    let strategic = if object["apiVersion"].as_str()?.contains("example.org") { MERGE } else { STRATEGIC };
    let patch = |manager: &str, content_type, body| Deed {
        method: "PATCH",
        path: format!("{path}?fieldManager={manager}"),
        content_type,
        body,
    };
    let containers =
        || json!({"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "shop/web:by-hand"}]}}}});
    let metadata = |body: Value| json!({"metadata": body});
    let has_template = matches!(kind, "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet");
    let deed = match random.below(12) {
        0 => patch("kubectl-annotate", MERGE, metadata(json!({"annotations": {"note": "by hand"}}))),
        1 => patch("kubectl-annotate", MERGE, metadata(json!({"annotations": {"note": null, "mine": "1"}}))),
        2 => patch("kubectl-label", MERGE, metadata(json!({"labels": {"team": "c", "mine": "yes"}}))),
        // Both tools find the object by its name, and label it again.
        3 => patch("kubectl-label", MERGE, metadata(json!({"labels": {"deploy": null}}))),
        4 => patch(
            "kubectl-edit",
            MERGE,
            metadata(json!({"annotations": {"kubectl.kubernetes.io/last-applied-configuration": null}})),
        ),
        5 if !matches!(
            kind,
            "PersistentVolume" | "PersistentVolumeClaim" | "CustomResourceDefinition" | "ConfigMap"
        ) =>
        {
            Deed {
                method: "DELETE",
                path,
                content_type: "application/json",
                body: json!({"propagationPolicy": "Background"}),
            }
        }
        6 | 7 if has_template => patch("kubectl-set", strategic, containers()),
        8 if has_template => patch(
            "kubectl-rollout",
            strategic,
            json!({"spec": {"template": {"metadata": {"annotations": {
            "kubectl.kubernetes.io/restartedAt": "2026-01-02T03:04:05Z"}}}}}),
        ),
        9 if has_template => patch(
            "kubectl-edit",
            strategic,
            json!({"spec": {"template": {"spec": {
            "containers": [{"name": "sidecar", "image": "sidecar:1"}, {"name": "web", "image": "shop/web:edited", "env": [{"name": "MINE", "value": "1"}, {"name": "LEVEL", "value": "mine"}]}],
            "tolerations": [{"key": "mine", "operator": "Exists"}]}}}}),
        ),
        10 | 11 if matches!(kind, "Deployment" | "StatefulSet" | "ReplicaSet") => Deed {
            method: "PATCH",
            path: format!("{path}/scale?fieldManager=kubectl"),
            content_type: MERGE,
            // Never to what it is: that only splits the managed fields (`kubernetes/kubernetes` unites them at the next
            // write and loses some of them, and kubectl writes where Landfall sees nothing to do).
            body: json!({"spec": {"replicas": (object["spec"]["replicas"].as_u64().unwrap_or(1) + 1) % 5}}),
        },
        6 if kind == "ConfigMap" => patch("kubectl-edit", MERGE, json!({"data": {"a": "by hand", "mine": "x"}})),
        // The external ones have a port without a name, which must be the only one.
        6 if kind == "Service" && !path.contains("/external-") => {
            patch("kubectl-edit", STRATEGIC, json!({"spec": {"ports": [{"port": 7, "name": "mine"}]}}))
        }
        7 if kind == "Secret" => patch("kubectl-edit", MERGE, json!({"data": null})),
        _ => patch(
            "kubectl-edit",
            MERGE,
            metadata(json!({"labels": {"team": null}, "annotations": {"example.org/other": "mine"}})),
        ),
    };
    Some(deed)
}

/// The path of an object; the plural is enough like English for the kinds that are generated.
fn path(object: &Value) -> Option<String> {
    let api_version = object["apiVersion"].as_str()?;
    let root = if api_version.contains('/') { "/apis" } else { "/api" };
    let kind = object["kind"].as_str()?.to_lowercase();
    let plural = match kind.as_bytes() {
        _ if kind == "endpoints" => kind,
        [.., b's'] => format!("{kind}es"),
        [.., b'c' | b't' | b'l', b'y'] => format!("{}ies", &kind[..kind.len() - 1]),
        _ => format!("{kind}s"),
    };
    let name = object["metadata"]["name"].as_str()?;
    Some(match object["metadata"]["namespace"].as_str() {
        Some(namespace) => format!("{root}/{api_version}/namespaces/{namespace}/{plural}/{name}"),
        None => format!("{root}/{api_version}/{plural}/{name}"),
    })
}
