//! Cares for the containers of pods that are there, as the kubelet does.

use super::{
    make,
    pods::{ContainerState, PodState, Work},
    run::Running,
};
use crate::pod::Restart;

impl Running {
    /// Starts containers that do not run and should: somebody stopped them, or the engine could not start them.
    pub(super) async fn care(&mut self, pods: &[PodState]) {
        let now = self.shared.around.engine.now();
        for pod in pods.iter().filter(|pod| pod.work == Work::None && pod.is_whole()) {
            if pod.is_expired(now) {
                self.end_expired(pod).await;
                continue;
            }
            for container in pod.torn() {
                // It is started below, when it is seen to have ended.
                if let Err(fault) = self.shared.around.engine.stop(&container.id, pod.spec.grace).await {
                    self.shared.warn(format!("a container of pod {} cannot be stopped: {fault}", pod.name));
                }
            }
            let specs = pod.spec.containers.iter().map(Some);
            let sandbox = pod.containers.contains_key("").then_some(None);
            for spec in sandbox.into_iter().chain(specs) {
                let name = spec.map_or("", |spec| spec.name.as_str());
                let Some(container) = pod.containers.get(name) else { continue };
                if !rests(pod, container) || !self.tried.insert((container.id.clone(), container.end().to_owned())) {
                    continue;
                }
                let started = match spec {
                    Some(spec) => make::start(&self.shared, &pod.uid, spec, &container.id).await,
                    None => self.shared.around.engine.start(&container.id).await.map_err(|fault| fault.to_string()),
                };
                if let Err(fault) = started {
                    self.shared.warn(format!("container {name} of pod {} cannot be started: {fault}", pod.name));
                }
                if let Err(fault) = make::see(&self.shared, &container.id).await {
                    self.shared.warn(format!("container {name} of pod {} cannot be looked at: {fault}", pod.name));
                }
            }
        }
    }

    /// Stops what still runs of a pod whose time is over; it stays to be looked at, until its controller removes it.
    async fn end_expired(&self, pod: &PodState) {
        for container in pod.containers.values().filter(|container| container.is_running()) {
            if let Err(fault) = self.shared.around.engine.stop(&container.id, pod.spec.grace).await {
                self.shared.warn(format!("pod {} cannot be stopped after its deadline: {fault}", pod.name));
            }
        }
    }
}

/// Whether a container does not run, and nobody but Landfall will start it.
fn rests(pod: &PodState, container: &ContainerState) -> bool {
    match container.status() {
        "created" => true,
        "exited" | "dead" => match pod.spec.restart {
            Restart::Always => true,
            Restart::OnFailure => container.exit_code() != 0,
            Restart::Never => false,
        },
        _ => false,
    }
}
