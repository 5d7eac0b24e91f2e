//! Listens to the engine: what happens to containers becomes part of the pods' state.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use futures::{StreamExt, TryStreamExt, stream};
use tokio::time::sleep;

use super::{look, make, shared::Shared};
use crate::{
    engine::{EngineFault, Event, EventKind},
    pod::Label,
};

/// The wait before an engine that does not answer is asked again, and the longest.
const WAITS: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

/// As many events as are taken in together.
const BURST: usize = 64;

/// How the names of the records of inventories begin.
const INVENTORY: &str = "landfall.record_inventory.";

/// Reads all pods as they are now. Those that this Landfall is working at stay, though nothing is to be seen of them.
///
/// # Errors
/// The engine does not answer.
pub async fn look(shared: &Shared) -> Result<(), EngineFault> {
    let there = look::pods(&shared.around.engine, &shared.around.environment).await?;
    shared.store.change(|pods| {
        let ids = |pod: &super::PodState| pod.containers.values().map(|container| container.id.clone()).collect();
        let known: BTreeSet<String> = pods.values().flat_map(|pod| -> Vec<String> { ids(pod) }).collect();
        let seen: BTreeSet<String> = there.values().flat_map(|pod| -> Vec<String> { ids(pod) }).collect();
        let gone: BTreeSet<String> = known.difference(&seen).cloned().collect();
        for pod in there.values() {
            for container in pod.containers.values() {
                look::add(pods, container.inspect.clone());
            }
        }
        look::forget(pods, &gone);
    });
    Ok(())
}

/// Listens for ever. After a break of the connection everything is looked at anew.
pub async fn listen(shared: Arc<Shared>) {
    let mut wait = WAITS.0;
    loop {
        let result = follow(&shared, &mut wait).await;
        if let Err(fault) = result {
            shared.warn(fault.full());
        }
        sleep(wait).await;
        wait = (wait * 2).min(WAITS.1);
    }
}

async fn follow(shared: &Shared, wait: &mut Duration) -> Result<(), EngineFault> {
    // In this order nothing is missed.
    let events = shared.around.engine.events(shared.around.engine.now());
    look(shared).await?;
    *wait = WAITS.0;
    // A burst of events about one container asks for one look at it; each costs a way to the engine and back.
    let mut bursts = events.ready_chunks(BURST);
    while let Some(burst) = bursts.next().await {
        let mut changed = BTreeSet::new();
        for event in burst {
            changed.extend(take_in(shared, &event?));
        }
        let looks = stream::iter(changed).map(|id| async move { make::see(shared, &id).await });
        looks.buffer_unordered(look::AT_ONCE).try_collect::<()>().await?;
    }
    Ok(())
}

/// Takes in one event, and tells the container of the environment that is to be looked at for it.
fn take_in(shared: &Shared, event: &Event) -> Option<String> {
    if event.kind == EventKind::Volume && event.id.starts_with(INVENTORY) {
        shared.inventories.send_modify(|count| *count = count.wrapping_add(1));
    }
    let is_own = event.attributes.get(Label::Environment.key()) == Some(&shared.around.environment);
    // Commands in a container change nothing of it, and probes are many.
    if event.kind != EventKind::Container || !is_own || event.action.starts_with("exec_") {
        return None;
    }
    match event.action.as_str() {
        "destroy" => {
            shared.store.change(|pods| look::forget(pods, &BTreeSet::from([event.id.clone()])));
            return None;
        }
        // The only time that anybody tells the exit code: the engine forgets it with the next start.
        "die" => {
            let code = event.exit_code();
            shared.store.change(|pods| {
                let containers = pods.values_mut().flat_map(|pod| pod.containers.values_mut());
                containers.filter(|container| container.id == event.id).for_each(|one| one.last_exit = code);
            });
        }
        _ => {}
    }
    Some(event.id.clone())
}
