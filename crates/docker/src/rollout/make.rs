//! Makes a pod: its images, its volumes, the sandbox, init containers one after the other, then all containers at once.
//!
//! Source: SyncPod of pkg/kubelet/kuberuntime/kuberuntime_manager.go.

use std::{collections::BTreeMap, net::IpAddr, sync::Arc, time::Duration};

use futures::future::try_join_all;
use serde_json::Value;
use tokio::time::sleep;

use super::{
    look,
    pods::{ContainerState, Fault, PodState, Work},
    probe::check,
    shared::Shared,
};
use crate::{
    engine::EngineFault,
    pod::{ContainerSpec, CreateFacts, Hook, PodSpec, Restart, Role, VolumeAt},
};

/// The first wait before something that failed is tried again; the kubelet's own begins at 10 s.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// The longest.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The kubelet waits for a hook as long as it takes; a connection that is open for longer is lost.
const HOOK_LIMIT: Duration = Duration::from_secs(3600);

/// Makes a pod, and tries again what fails until it is there or nobody wants it any more. Why it fails is part of its state.
pub async fn make(shared: Arc<Shared>, pod: PodState) {
    let uid = pod.uid.clone();
    let spec = Arc::clone(&pod.spec);
    shared.store.change(|pods| pods.insert(uid.clone(), pod));
    let mut wait = FIRST_WAIT;
    loop {
        let Err(fault) = Making { shared: &shared, uid: &uid, spec: &spec }.make().await else { break };
        tracing::info!(pod = spec.name, reason = fault.reason, message = fault.message, "a pod cannot be made");
        if shared.store.change_pod(&uid, |pod| pod.fault = Some(fault.or_same(pod.fault.as_ref()))).is_none() {
            return;
        }
        sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
    shared.store.change_pod(&uid, |pod| {
        pod.work = Work::None;
        pod.fault = None;
    });
}

struct Making<'a> {
    shared: &'a Shared,
    uid: &'a str,
    spec: &'a PodSpec,
}

impl Making<'_> {
    /// Makes what is not there yet: it is called again after a fault.
    async fn make(&self) -> Result<(), Fault> {
        let around = &self.shared.around;
        self.shared.images.ensure_all(around, self.spec).await?;
        let volumes = self.volumes().await?;
        let address = self.sandbox(&volumes).await?;
        let facts = CreateFacts { volumes, image_user: String::new(), address, host_address: around.host_address };
        for container in &self.spec.init {
            let id = self.create(container, &facts).await?;
            if self.has_ended_well(container) {
                continue;
            }
            self.start(container, &id).await?;
            match container.role {
                Role::Sidecar => self.until_started(container).await,
                _ => {
                    let code = self.until_ended(container).await;
                    if code != 0 && self.spec.restart == Restart::Never {
                        // The pod has failed; its controller decides what becomes of it.
                        return Ok(());
                    }
                    if code != 0 {
                        let message = format!("it ended with exit code {code}, and was stopped by hand");
                        return Err(failed(Some(&container.name), "RunContainerError", message));
                    }
                }
            }
        }
        let create = self.spec.containers.iter().map(|container| self.create(container, &facts));
        let ids = try_join_all(create).await?;
        try_join_all(self.spec.containers.iter().zip(&ids).map(|(container, id)| self.start(container, id))).await?;
        Ok(())
    }

    async fn volumes(&self) -> Result<BTreeMap<String, VolumeAt>, Fault> {
        let places = self.shared.around.volumes.ensure(self.uid, self.spec).await;
        places.map_err(|message| failed(None, "FailedMount", message))
    }

    /// Makes and starts the sandbox, and tells the pod's address, where a container is to be told it.
    async fn sandbox(&self, volumes: &BTreeMap<String, VolumeAt>) -> Result<Option<IpAddr>, Fault> {
        let Some(sandbox) = &self.spec.sandbox else { return Ok(None) };
        let engine = &self.shared.around.engine;
        let fault = |message: String| failed(None, "FailedCreatePodSandBox", message);
        let id = match self.made("") {
            Some(container) => container.id,
            None => {
                let body =
                    sandbox.body(&self.shared.around.image, volumes).map_err(|error| fault(error.to_string()))?;
                engine.create(&sandbox.engine_name, &body).await.map_err(|error| fault(error.to_string()))?
            }
        };
        engine.start(&id).await.map_err(|error| fault(error.to_string()))?;
        self.see(&id).await?;
        let address = self.made("").and_then(|container| address(&container.inspect, &self.spec.network.name));
        Ok(address.filter(|_| self.spec.needs_address))
    }

    /// Creates a container, unless it is there.
    async fn create(&self, container: &ContainerSpec, facts: &CreateFacts) -> Result<String, Fault> {
        if let Some(made) = self.made(&container.name) {
            return Ok(made.id);
        }
        let around = &self.shared.around;
        let fault = |reason, message: String| failed(Some(&container.name), reason, message);
        let image_user = self.shared.images.ensure(around, self.spec, container).await?;
        let facts = CreateFacts { image_user, ..facts.clone() };
        let body = container.body(&facts).map_err(|error| fault("CreateContainerConfigError", error.to_string()))?;
        let created = around.engine.create(&container.engine_name, &body).await;
        let id = created.map_err(|error| fault("CreateContainerError", error.to_string()))?;
        self.see(&id).await?;
        Ok(id)
    }

    /// Starts a container, unless it runs. One that cannot be run is there and says so itself: that is no fault of its
    /// making.
    async fn start(&self, container: &ContainerSpec, id: &str) -> Result<(), Fault> {
        if self.made(&container.name).is_some_and(|made| made.is_running()) {
            return Ok(());
        }
        let started = start(self.shared, self.uid, container, id).await;
        self.see(id).await?;
        started.map_err(|message| failed(Some(&container.name), "RunContainerError", message))
    }

    /// Waits until an init container has ended and is not started again, and tells its exit code.
    async fn until_ended(&self, container: &ContainerSpec) -> i64 {
        let ended = |pod: &PodState| {
            let state = pod.containers.get(&container.name)?;
            (state.status() == "exited").then(|| state.exit_code())
        };
        self.shared.store.until(|pods| ended(pods.get(self.uid)?)).await
    }

    fn has_ended_well(&self, container: &ContainerSpec) -> bool {
        container.role == Role::Init
            && self.made(&container.name).is_some_and(|made| made.status() == "exited" && made.exit_code() == 0)
    }

    /// Waits until a sidecar's startup probe has succeeded.
    async fn until_started(&self, container: &ContainerSpec) {
        let is_probed = container.probes.startup.is_some();
        let started = |pod: &PodState| {
            let state = pod.containers.get(&container.name)?;
            let is_started =
                state.is_running() && (!is_probed || state.probed.started && state.probed.run == state.run());
            is_started.then_some(())
        };
        self.shared.store.until(|pods| pods.get(self.uid).map_or(Some(()), started)).await;
    }

    fn made(&self, name: &str) -> Option<ContainerState> {
        self.shared.store.look(|pods| pods.get(self.uid)?.containers.get(name).cloned())
    }

    /// Looks at a container at once: its events may come later than what is built on it.
    async fn see(&self, id: &str) -> Result<(), Fault> {
        see(self.shared, id).await.map_err(|error| failed(None, "CreateContainerError", error.to_string()))
    }
}

/// Takes in what the engine says of a container.
///
/// # Errors
/// The engine does not answer.
pub async fn see(shared: &Shared, id: &str) -> Result<(), EngineFault> {
    if let Some(inspect) = look::inspect(&shared.around.engine, id.to_owned()).await? {
        shared.store.change(|pods| look::add(pods, inspect));
    }
    Ok(())
}

/// Starts a container, and runs its hook.
///
/// # Errors
/// Why it does not run, as a sentence. One whose program cannot be run says so in its state.
pub async fn start(shared: &Shared, uid: &str, container: &ContainerSpec, id: &str) -> Result<(), String> {
    let engine = &shared.around.engine;
    engine.start(id).await.map_err(|fault| fault.to_string())?;
    let Some(hook) = &container.lifecycle.post_start else { return Ok(()) };
    let host = shared.store.pod(uid).map(|pod| pod.host()).unwrap_or_default();
    let done = match hook {
        Hook::Sleep(time) => {
            sleep(*time).await;
            Ok(())
        }
        Hook::Check(hook) => check(shared, id, &host, hook, HOOK_LIMIT).await,
    };
    match done {
        Ok(()) => Ok(()),
        Err(failure) => {
            // The kubelet kills a container whose hook failed.
            engine.stop(id, Duration::ZERO).await.map_err(|fault| fault.to_string())?;
            Err(format!("its postStart hook failed: {failure}"))
        }
    }
}

fn failed(container: Option<&str>, reason: &'static str, message: String) -> Fault {
    Fault { container: container.map(str::to_owned), reason, message }
}

/// A container's address on a network.
fn address(inspect: &Value, network: &str) -> Option<IpAddr> {
    inspect["NetworkSettings"]["Networks"][network]["IPAddress"].as_str()?.parse().ok()
}
