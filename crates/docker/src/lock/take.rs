//! Takes the lock, or tells who has it.

use std::time::Duration;

use bollard::models::{ContainerCreateBody, HostConfig};
use futures::StreamExt;
use jiff::Timestamp;
use landfall_deploy::target::TargetError;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::{Agent, Session};
use crate::{
    engine::{EngineFault, EventKind, FaultKind},
    fault::target_error,
    record,
    site::{PART, Site},
};

/// Who has the lock.
const HOLDER: &str = "landfall.dev/holder";

/// Since when, RFC 3339 by the engine's clock.
const SINCE: &str = "landfall.dev/since";

/// A lock that was made and does not run after so many seconds belongs to a process that was killed in between. Removing
/// it too early does no harm: its owner cannot start it any more, and tries again.
const UNUSED: i64 = 10;

/// So often whoever waits looks whether it is one that is left behind.
const LOOK: Duration = Duration::from_secs(15);

/// A container that is being removed is gone within milliseconds, and nobody has the lock any more.
const GOING: Duration = Duration::from_millis(20);

/// Takes the lock of an environment for `holder` (`alice@laptop`), if need be when it is free, within `wait`. The
/// environment's network is there.
///
/// # Errors
/// [`TargetError::Locked`] with who has it and since when; or what the engine says.
pub async fn take(site: &Site, holder: &str, wait: Duration) -> Result<Session, TargetError> {
    let deadline = Instant::now() + wait;
    let name = name(site);
    let fault = |fault: EngineFault| target_error(&site.engine, fault);
    loop {
        // From before the first look, so that its end is not missed.
        let mut events = site.engine.events(site.engine.now());
        if let Some(session) = try_once(site, &name, holder).await.map_err(fault)? {
            return Ok(session);
        }
        let Some(held) = look(site, &name).await? else { continue };
        let gone = async {
            while let Some(event) = events.next().await {
                let event = event?;
                if event.kind == EventKind::Container
                    && event.action == "destroy"
                    && event.attributes.get("name") == Some(&name)
                {
                    return Ok(());
                }
            }
            Err(EngineFault::new(
                FaultKind::Unreachable,
                "The engine ended the connection while the lock was waited for",
            ))
        };
        // One that is left behind tells nobody: it is looked at again.
        match timeout_at(deadline.min(Instant::now() + LOOK), gone).await {
            Ok(gone) => gone.map_err(fault)?,
            Err(_) if Instant::now() < deadline => {}
            Err(_) => return Err(held),
        }
    }
}

/// The name of the container.
fn name(site: &Site) -> String {
    format!("landfall.lock.{}", site.environment)
}

/// Takes the lock if nobody has it.
async fn try_once(site: &Site, name: &str, holder: &str) -> Result<Option<Session>, EngineFault> {
    let engine = &site.engine;
    let id = match engine.create(name, &body(site, holder)).await {
        Ok(id) => id,
        Err(fault) if fault.kind == FaultKind::NameTaken => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let started = async {
        let session = engine.attach(&id).await?;
        engine.start(&id).await?;
        Agent::begin(session).await
    };
    match started.await {
        Ok(agent) => Ok(Some(Session::new(engine.clone(), id, agent))),
        // Somebody took it for one that was left behind.
        Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
        Err(fault) => {
            // What cannot be removed is removed by whoever comes next.
            if let Err(left) = engine.remove(&id).await {
                tracing::debug!(%left, "the lock's container is left behind");
            }
            Err(fault)
        }
    }
}

/// Looks who has the lock; `None` if nobody has it any more. What a killed process left behind is removed.
async fn look(site: &Site, name: &str) -> Result<Option<TargetError>, TargetError> {
    let engine = &site.engine;
    let fault = |fault: EngineFault| target_error(engine, fault);
    let inspect = match engine.inspect(name).await {
        Ok(inspect) => inspect,
        Err(gone) if gone.is_not_found() => return Ok(None),
        Err(other) => return Err(fault(other)),
    };
    let label = |key: &str| inspect["Config"]["Labels"][key].as_str().unwrap_or_default().to_owned();
    if label(PART) != "lock" {
        return Err(TargetError::Other(format!(
            "The container '{name}' has the name of this environment's lock, but Landfall did not make it. Rename or remove it"
        )));
    }
    let age = |at: &str| {
        let at: Option<Timestamp> = inspect.pointer(at).and_then(Value::as_str).and_then(|time| time.parse().ok());
        at.map_or(0, |at| engine.now().as_second() - at.as_second())
    };
    let status = inspect["State"]["Status"].as_str().unwrap_or_default();
    // The engine itself removes those that end; not always where it was stopped meanwhile.
    let has_ended = matches!(status, "exited" | "dead" | "removing");
    if has_ended || status == "created" && age("/Created") > UNUSED {
        let id = inspect["Id"].as_str().unwrap_or(name);
        // One that was started at this moment runs, and is not removed.
        match engine.remove_ended(id).await {
            Ok(()) => return Ok(None),
            Err(going) if going.kind == FaultKind::State && has_ended => {
                tokio::time::sleep(GOING).await;
                return Ok(None);
            }
            Err(running) if running.kind == FaultKind::State => {}
            Err(other) => return Err(fault(other)),
        }
    }
    Ok(Some(TargetError::Locked { holder: label(HOLDER), since: label(SINCE) }))
}

fn body(site: &Site, holder: &str) -> ContainerCreateBody {
    let mut labels = site.labels("lock");
    labels.insert(HOLDER.to_owned(), holder.to_owned());
    labels.insert(SINCE.to_owned(), record::seconds(&site.engine));
    ContainerCreateBody {
        image: Some(site.image.clone()),
        entrypoint: Some(["/landfall", "proxy", "agent"].map(str::to_owned).into()),
        labels: Some(labels.into_iter().collect()),
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        open_stdin: Some(true),
        // With the connection ends what it reads, and with that itself.
        stdin_once: Some(true),
        host_config: Some(HostConfig {
            network_mode: Some(site.network.clone()),
            auto_remove: Some(true),
            readonly_rootfs: Some(true),
            cap_drop: Some(vec!["ALL".to_owned()]),
            security_opt: Some(vec!["no-new-privileges".to_owned()]),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    }
}
