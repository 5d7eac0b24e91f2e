//! Finds out whether a pod can be made, before anything is stopped for it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::time::sleep;

use super::{
    names,
    pods::{Fault, PodState, Work},
    run::Running,
    workload::Workload,
};
use crate::pod::{Owner, PodInput, PodSpec, translate};

/// The first wait before what failed is tried again, and the longest.
const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

impl Running {
    /// Finds out whether a pod can be made, before anything is stopped for it: its references and its images.
    pub(super) async fn prepare(&mut self) {
        let mut wait = WAITS.0;
        loop {
            let result = match self.spec(None, &names::uid()) {
                Ok(spec) => {
                    self.stops_first = super::stops_first(&spec).is_some();
                    let result = self.shared.images.ensure_all(&self.shared.around, &spec).await;
                    result.map_err(|fault| (Some(spec), fault))
                }
                Err(fault) => Err((None, fault)),
            };
            let Err((spec, fault)) = result else { break };
            self.show_fault(spec, fault);
            sleep(wait).await;
            wait = (wait * 2).min(WAITS.1);
        }
        self.is_prepared = true;
        let id = &self.workload.id;
        self.shared.store.change(|pods| pods.retain(|_, pod| pod.owner != *id || pod.work != Work::Preparing));
    }

    /// Shows why no pod can be made, as a pod that waits.
    fn show_fault(&self, spec: Option<PodSpec>, fault: Fault) {
        let id = &self.workload.id;
        tracing::info!(object = %id, reason = fault.reason, message = fault.message, "no pod can be made");
        let shown = self.shared.store.of(id).into_iter().find(|pod| pod.work == Work::Preparing);
        let Some(shown) = shown.or_else(|| Some(self.pod(spec?, names::uid(), Work::Preparing, None))) else {
            return self.shared.warn(format!("no pod of {id} can be made: {}", fault.message));
        };
        let fault = Some(fault.or_same(shown.fault.as_ref()));
        self.shared.store.change(|pods| pods.insert(shown.uid.clone(), PodState { fault, ..shown }));
    }

    /// What a new pod is to be.
    pub(super) fn spec(&self, ordinal: Option<i64>, uid: &str) -> Result<PodSpec, Fault> {
        let Workload { id, document, version, .. } = &*self.workload;
        let around = &self.shared.around;
        let owner = Owner {
            kind: id.kind.clone(),
            name: id.name.clone(),
            uid: document["metadata"]["uid"].as_str().unwrap_or_default().to_owned(),
        };
        let set = id.kind == "StatefulSet";
        let ordinal = ordinal.or(set.then_some(0));
        let input = PodInput {
            template: &self.workload.template,
            field: self.workload.template_field(),
            name: &names::pod(&id.kind, &id.name, version, ordinal),
            namespace: id.namespace.as_deref().unwrap_or_default(),
            uid,
            owner: Some(&owner).filter(|_| id.kind != "Pod"),
            environment: &around.environment,
            network: &around.network,
            ordinal: ordinal.and_then(|ordinal| u32::try_from(ordinal).ok()),
            governing_service: document["spec"]["serviceName"].as_str().filter(|_| set),
            claim_templates: document["spec"]["volumeClaimTemplates"].as_array().map(Vec::as_slice).unwrap_or_default(),
            sources: &*self.sources,
            engine: &around.facts,
        };
        translate(&input).map_err(|faults| Fault {
            container: None,
            reason: "CreateContainerConfigError",
            message: faults.iter().map(|fault| fault.message.as_str()).collect::<Vec<_>>().join("; "),
        })
    }

    /// A new pod, of which nothing is made yet.
    pub(super) fn pod(&self, spec: PodSpec, uid: String, work: Work, ordinal: Option<i64>) -> PodState {
        let mut made = spec.document.clone();
        made["metadata"]["creationTimestamp"] =
            self.shared.around.engine.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into();
        PodState {
            name: spec.name.clone(),
            namespace: spec.namespace.clone(),
            uid,
            owner: self.workload.id.clone(),
            version: self.workload.version.clone(),
            ordinal,
            made,
            spec: Arc::new(spec),
            containers: BTreeMap::new(),
            work,
            fault: None,
        }
    }
}
