//! Keeps one prober for each run of a container that has probes.

use std::{collections::BTreeMap, sync::Arc};

use landfall_deploy::task::Task;

use super::{
    pods::{PodState, Work},
    probe::{Probed, probe},
    shared::Shared,
};

/// A run of a container: its id, and when it started.
type Run = (String, String);

/// Starts and ends probers for ever, as containers start and end.
pub async fn keep(shared: Arc<Shared>) {
    let mut probers: BTreeMap<Run, Task<()>> = BTreeMap::new();
    let mut changes = shared.store.subscribe();
    loop {
        changes.borrow_and_update();
        let wanted = shared.store.look(|pods| pods.values().flat_map(runs).collect::<BTreeMap<Run, Probed>>());
        probers.retain(|run, _| wanted.contains_key(run));
        for (run, probed) in wanted {
            probers.entry(run).or_insert_with(|| Task::spawn(probe(Arc::clone(&shared), probed)));
        }
        if changes.changed().await.is_err() {
            return;
        }
    }
}

/// The runs of a pod's containers that are to be probed. One that leaves is not asked any more.
fn runs(pod: &PodState) -> Vec<(Run, Probed)> {
    if pod.work == Work::Leaving {
        return Vec::new();
    }
    let specs = pod.spec.init.iter().chain(&pod.spec.containers);
    let probed = specs.filter_map(|spec| {
        let probes = &spec.probes;
        let has_any = probes.startup.is_some() || probes.readiness.is_some() || probes.liveness.is_some();
        let container = pod.containers.get(&spec.name).filter(|container| has_any && container.is_running())?;
        let probed = Probed {
            uid: pod.uid.clone(),
            container: spec.name.clone(),
            id: container.id.clone(),
            run: container.run().to_owned(),
            host: pod.host(),
            grace: pod.spec.grace,
            probes: probes.clone(),
        };
        Some(((container.id.clone(), container.run().to_owned()), probed))
    });
    probed.collect()
}
