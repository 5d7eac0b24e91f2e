//! The status of objects that have no pods: what the controllers of a cluster would write, so that
//! `landfall_core::health` judges them here as there. Pure: no I/O, no clock.

use std::collections::BTreeSet;

use landfall_core::object::ObjectId;
use serde_json::{Value, json};

use crate::pod::claim_volume_name;

/// Where things are that a status tells of.
pub struct Places<'a> {
    /// The volumes of the engine.
    pub volumes: &'a BTreeSet<String>,
    /// The name of the engine's machine, where what is published answers.
    pub host: &'a str,
}

/// Adds what the controllers of a cluster would write to an object as recorded, of kinds without pods.
pub fn add(id: &ObjectId, document: &mut Value, places: &Places<'_>) {
    if let Some(status) = status(id, document, places) {
        document["status"] = status;
    }
    if id.group.is_empty() && id.kind == "PersistentVolumeClaim" && document["spec"]["volumeName"].is_null() {
        document["spec"]["volumeName"] = own_volume(id).into();
    }
}

fn own_volume(id: &ObjectId) -> String {
    claim_volume_name(&id.name, id.namespace.as_deref().unwrap_or_default())
}

/// The status; `None` for kinds that have none.
fn status(id: &ObjectId, document: &Value, places: &Places<'_>) -> Option<Value> {
    let published = || json!({"loadBalancer": {"ingress": [{"hostname": places.host}]}});
    match (id.group.as_str(), id.kind.as_str()) {
        ("", "PersistentVolumeClaim") => Some(claim(id, document, places)),
        ("", "PersistentVolume") => Some(json!({"phase": "Available"})),
        ("", "Namespace") => Some(json!({"phase": "Active"})),
        ("", "Service") if document["spec"]["type"] == "LoadBalancer" => Some(published()),
        ("networking.k8s.io", "Ingress") => Some(published()),
        // Without effect here, so that there is nothing to wait for.
        ("policy", "PodDisruptionBudget") => Some(json!({"observedGeneration": document["metadata"]["generation"]})),
        ("autoscaling", "HorizontalPodAutoscaler") => Some(json!({
            "observedGeneration": document["metadata"]["generation"],
            "conditions": [
                {"type": "AbleToScale", "status": "True"},
                {
                    "type": "ScalingActive",
                    "status": "False",
                    "reason": "FailedGetResourceMetric",
                    "message": "nothing is scaled by load on one host",
                },
            ],
        })),
        _ => None,
    }
}

fn claim(id: &ObjectId, document: &Value, places: &Places<'_>) -> Value {
    let own = own_volume(id);
    let bound = || json!({"phase": "Bound", "capacity": document["spec"]["resources"]["requests"]});
    match document["spec"]["volumeName"].as_str() {
        Some(volume) if volume != own => bound(),
        _ if places.volumes.contains(&own) => bound(),
        _ => json!({"phase": "Pending"}),
    }
}
