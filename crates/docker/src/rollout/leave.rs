//! Stops a pod and removes all that was made for it: out of the Services, drained, `preStop`, stopped, removed.
//!
//! Source: killPodWithSyncResult of pkg/kubelet/kuberuntime/kuberuntime_manager.go, and killContainer beside it.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use futures::future::{join_all, try_join_all};
use tokio::time::{Instant, timeout};

use super::{
    look,
    own::is_own,
    pods::{PodState, Work},
    probe::check,
    shared::Shared,
};
use crate::{
    engine::{EngineFault, FaultKind},
    pod::{Hook, Role},
};

/// What is left for a container after a hook that took all of the time (minimumGracePeriodInSeconds of the kubelet).
const LEAST: Duration = Duration::from_secs(2);

/// How often an engine that does not do it is asked again.
const TRIES: u32 = 5;

/// Begins to stop a pod; it counts as leaving from now on. It goes on though the one who began it is ended.
pub fn begin(shared: &Arc<Shared>, uid: &str) {
    shared.store.change_pod(uid, |pod| pod.work = Work::Leaving);
    let leaves = leave(Arc::clone(shared), uid.to_owned());
    if shared.store.pod(uid).is_some_and(|pod| is_own(&pod)) {
        // Nobody waits for it: it ends by the signal that the engine sends on this very request. The next one removes it.
        tokio::spawn(leaves);
    } else {
        shared.leaving.spawn(leaves);
    }
}

/// Stops and removes a pod. What cannot be removed is told as a warning, and tried again by whoever comes next.
async fn leave(shared: Arc<Shared>, uid: String) {
    let Some(pod) = shared.store.pod(&uid) else { return };
    let around = &shared.around;
    let serves = pod.containers.values().any(super::ContainerState::is_running);
    if serves {
        around.traffic.pod_leaving(&pod, pod.spec.grace).await;
    }
    let mut wait = Duration::from_secs(1);
    for attempt in 1.. {
        match end(&shared, &pod).await {
            Ok(()) => break,
            Err(fault) if attempt >= TRIES => {
                shared.warn(format!("pod {} of namespace {} cannot be removed: {fault}", pod.name, pod.namespace));
                shared.store.change_pod(&uid, |pod| pod.work = Work::None);
                return;
            }
            Err(fault) => {
                tracing::debug!(pod = pod.name, %fault, "it is tried again");
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
        }
    }
    around.traffic.pod_gone(&pod).await;
    shared.store.change(|pods| pods.remove(&uid));
}

async fn end(shared: &Shared, pod: &PodState) -> Result<(), EngineFault> {
    // What was made since it was last looked at is removed, too.
    let pod = shared.store.pod(&pod.uid).unwrap_or_else(|| pod.clone());
    let begun = Instant::now();
    run_hooks(shared, &pod).await;
    let grace = pod.spec.grace.saturating_sub(begun.elapsed()).max(LEAST.min(pod.spec.grace));
    // Sidecars serve the others until these have ended, and are stopped in the reverse of their order.
    let (sidecars, others): (Vec<&str>, Vec<&str>) = names(&pod).partition(|name| is_sidecar(&pod, name));
    try_join_all(others.into_iter().map(|name| stop(shared, &pod, name, grace))).await?;
    for name in sidecars.into_iter().rev() {
        let left = pod.spec.grace.saturating_sub(begun.elapsed()).max(LEAST.min(pod.spec.grace));
        stop(shared, &pod, name, left).await?;
    }
    try_join_all(names(&pod).map(|name| remove(shared, &pod, name))).await?;
    // It owns what the others use, and knows nothing that is to be finished.
    remove(shared, &pod, "").await?;
    shared.around.volumes.remove_of_pod(&pod.uid).await
}

/// Removes the volumes of pods that are not there: whoever removed the pods was stopped before the end.
///
/// # Errors
/// The engine does not do it.
pub async fn sweep(shared: &Shared) -> Result<(), EngineFault> {
    let uids: BTreeSet<String> = shared.store.look(|pods| pods.keys().cloned().collect());
    shared.around.volumes.remove_of_others(&uids).await
}

async fn run_hooks(shared: &Shared, pod: &PodState) {
    let hooks = pod.spec.init.iter().chain(&pod.spec.containers).filter_map(|container| {
        let hook = container.lifecycle.pre_stop.as_ref()?;
        let state = pod.containers.get(&container.name).filter(|state| state.is_running())?;
        Some(async move {
            let run = async {
                match hook {
                    Hook::Sleep(time) => {
                        tokio::time::sleep(*time).await;
                        Ok(())
                    }
                    Hook::Check(hook) => check(shared, &state.id, &pod.host(), hook, pod.spec.grace).await,
                }
            };
            // Like the kubelet's, it is only told: the pod is stopped all the same.
            match timeout(pod.spec.grace, run).await {
                Ok(Ok(())) => {}
                Ok(Err(failure)) => {
                    shared.warn(format!(
                        "the preStop hook of container {} of pod {} failed: {failure}",
                        container.name, pod.name
                    ));
                }
                Err(_) => shared.warn(format!(
                    "the preStop hook of container {} of pod {} took longer than its grace period of {} s",
                    container.name,
                    pod.name,
                    pod.spec.grace.as_secs()
                )),
            }
        })
    });
    join_all(hooks).await;
}

/// The names of all containers that are there, without the sandbox.
fn names(pod: &PodState) -> impl Iterator<Item = &str> {
    pod.containers.keys().map(String::as_str).filter(|name| !name.is_empty())
}

fn is_sidecar(pod: &PodState, name: &str) -> bool {
    pod.spec.init.iter().any(|container| container.name == name && container.role == Role::Sidecar)
}

async fn stop(shared: &Shared, pod: &PodState, name: &str, grace: Duration) -> Result<(), EngineFault> {
    let Some(container) = pod.containers.get(name) else { return Ok(()) };
    gone(shared.around.engine.stop(&container.id, grace).await)
}

async fn remove(shared: &Shared, pod: &PodState, name: &str) -> Result<(), EngineFault> {
    let Some(container) = pod.containers.get(name) else { return Ok(()) };
    shared.around.engine.remove(&container.id).await?;
    shared.store.change(|pods| look::forget(pods, &BTreeSet::from([container.id.clone()])));
    Ok(())
}

/// What is not there need not be stopped or removed.
fn gone(result: Result<(), EngineFault>) -> Result<(), EngineFault> {
    match result {
        Err(fault) if fault.kind == FaultKind::NotFound => Ok(()),
        result => result,
    }
}
