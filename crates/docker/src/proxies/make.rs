//! Makes a proxy's container what it is to be.
//!
//! A change of its published ports or its names needs another container: the engine cannot change them. The new one is made
//! beside the old one (`<name>.next`). If no published port is in both, it is started before the old one is stopped, and
//! nobody is refused; else new connections are refused from the end of the old one to the start of the new one, some tenths
//! of a second. A new one that cannot be started is removed, and the old one started again.

use std::time::{Duration, Instant};

use landfall_proxy::config::Config;
use serde_json::Value;

use super::{Control, ProxySpec, holder::with_holder, lines::Lines, spec::is_made_of};
use crate::{
    engine::{Engine, EngineFault, FaultKind},
    pod::Label,
    site::{PART, Site},
};

/// Connections that are open when their proxy is replaced or removed have so long to end.
const GRACE: Duration = Duration::from_secs(10);

/// The same where new connections are refused meanwhile.
const SHORT_GRACE: Duration = Duration::from_secs(1);

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// It is there and runs.
    Kept,
    /// It was created or started.
    Started,
    /// It was made anew; new connections were refused for so long.
    Replaced(Duration),
}

/// Makes sure that a proxy runs as it is to be. `config` is what one that is made anew begins with.
///
/// # Errors
/// What the engine says; a port of the host that is taken with who has it; a container of somebody else that has the name.
pub async fn ensure(site: &Site, spec: &ProxySpec, config: &Config) -> Result<Made, EngineFault> {
    let engine = &site.engine;
    let there = tidy(site, spec).await?;
    let Some(old) = there else {
        create(site, spec, &spec.name, config).await?;
        if let Err(fault) = start_ready(engine, &spec.name).await {
            let fault = with_holder(engine, spec, fault).await;
            engine.remove(&spec.name).await?;
            return Err(fault);
        }
        return Ok(Made::Started);
    };
    if !is_made_of(&old, spec) {
        return replace(site, spec, &old, config).await.map(Made::Replaced);
    }
    if old["State"]["Running"] == true && old["State"]["Restarting"] != true {
        return Ok(Made::Kept);
    }
    // What it knows of its pods is worth more than what it would begin with, unless it cannot run with that.
    let started = match old["State"]["Restarting"] == true {
        true => Err(EngineFault::new(FaultKind::State, "It ends again and again")),
        false => start_ready(engine, &spec.name).await,
    };
    if started.as_ref().is_err_and(|fault| fault.kind == FaultKind::State) {
        stop(engine, &spec.name, Duration::ZERO).await?;
        engine.put_archive(&spec.name, "/", state(config)).await?;
        start_ready(engine, &spec.name).await?;
        return Ok(Made::Started);
    }
    match started {
        Ok(()) => Ok(Made::Started),
        Err(fault) => Err(with_holder(engine, spec, fault).await),
    }
}

/// Makes a proxy anew with this program, though nothing of its container has changed: one of another version does not
/// understand this one. Tells how long new connections were refused.
///
/// # Errors
/// As [`ensure`].
pub async fn renew(site: &Site, spec: &ProxySpec, config: &Config) -> Result<Duration, EngineFault> {
    match tidy(site, spec).await? {
        Some(old) => replace(site, spec, &old, config).await,
        None => ensure(site, spec, config).await.map(|_| Duration::ZERO),
    }
}

/// Whether a proxy is of another version of Landfall.
///
/// # Errors
/// What the engine says.
pub async fn is_of_other_image(site: &Site, name: &str) -> Result<bool, EngineFault> {
    let found = look(&site.engine, name).await?;
    Ok(found.is_some_and(|found| found["Config"]["Image"].as_str() != Some(&site.image)))
}

/// Removes a proxy; open connections have some seconds to end.
///
/// # Errors
/// What the engine says.
pub async fn remove(site: &Site, name: &str) -> Result<(), EngineFault> {
    for name in [next(name), name.to_owned()] {
        let Some(found) = look(&site.engine, &name).await? else { continue };
        if is_own(site, &found) {
            stop(&site.engine, &name, GRACE).await?;
            site.engine.remove(&name).await?;
        }
    }
    Ok(())
}

/// Looks for the container, and cleans up after a replacement that was broken off.
async fn tidy(site: &Site, spec: &ProxySpec) -> Result<Option<Value>, EngineFault> {
    let engine = &site.engine;
    let next = next(&spec.name);
    let old = look(engine, &spec.name).await?;
    if let Some(old) = &old
        && !is_own(site, old)
    {
        return Err(EngineFault::new(
            FaultKind::NameTaken,
            format!("The name '{}' is taken by a container that does not belong to this environment", spec.name),
        )
        .remedy("Rename or remove it; Landfall does not touch containers that it did not make"));
    }
    match (old, look(engine, &next).await?) {
        (old, None) => Ok(old),
        (Some(old), Some(_)) => {
            engine.remove(&next).await?;
            if old["State"]["Running"] != true {
                engine.start(&spec.name).await?;
            }
            look(engine, &spec.name).await
        }
        (None, Some(_)) => {
            engine.rename(&next, &spec.name).await?;
            look(engine, &spec.name).await
        }
    }
}

async fn replace(site: &Site, spec: &ProxySpec, old: &Value, config: &Config) -> Result<Duration, EngineFault> {
    let engine = &site.engine;
    let next = next(&spec.name);
    create(site, spec, &next, config).await?;
    let is_running = old["State"]["Running"] == true;
    let gap = if shares_port(old, spec) && is_running {
        let begun = Instant::now();
        stop(engine, &spec.name, SHORT_GRACE).await?;
        if let Err(fault) = start_ready(engine, &next).await {
            engine.remove(&next).await?;
            engine.start(&spec.name).await?;
            return Err(with_holder(engine, spec, fault).await);
        }
        begun.elapsed()
    } else {
        if let Err(fault) = start_ready(engine, &next).await {
            let fault = with_holder(engine, spec, fault).await;
            engine.remove(&next).await?;
            return Err(fault);
        }
        stop(engine, &spec.name, GRACE).await?;
        Duration::ZERO
    };
    engine.remove(&spec.name).await?;
    engine.rename(&next, &spec.name).await?;
    Ok(gap)
}

/// Starts a proxy, and returns when it has its configuration in force.
async fn start_ready(engine: &Engine, name: &str) -> Result<(), EngineFault> {
    engine.start(name).await?;
    Control::open(engine, name).await.map(|_| ())
}

async fn create(site: &Site, spec: &ProxySpec, name: &str, config: &Config) -> Result<(), EngineFault> {
    let id = site.engine.create(name, &spec.body(site)).await?;
    site.engine.put_archive(&id, "/", state(config)).await
}

/// The state folder with a configuration, as a tar.
fn state(config: &Config) -> Vec<u8> {
    let json = Lines::line(config);
    let mut tar = tar::Builder::new(Vec::new());
    let mut folder = tar::Header::new_gnu();
    folder.set_entry_type(tar::EntryType::Directory);
    folder.set_mode(0o700);
    folder.set_size(0);
    let mut file = tar::Header::new_gnu();
    file.set_mode(0o600);
    file.set_size(json.len() as u64);
    // A vector can be written.
    let written = tar
        .append_data(&mut folder, "landfall-state/", std::io::empty())
        .and_then(|()| tar.append_data(&mut file, "landfall-state/config.json", json.as_slice()))
        .and_then(|()| tar.into_inner());
    written.unwrap_or_default()
}

/// Whether a container that is there has a port of the host that the new one is to have.
fn shares_port(old: &Value, spec: &ProxySpec) -> bool {
    let bindings = old["HostConfig"]["PortBindings"].as_object().into_iter().flatten();
    let mut taken = bindings.flat_map(|(key, bindings)| {
        let ports = bindings.as_array().into_iter().flatten().filter_map(|binding| binding["HostPort"].as_str());
        ports.map(move |port| format!("{port}/{}", key.rsplit('/').next().unwrap_or_default()))
    });
    taken
        .any(|taken| spec.published.iter().any(|port| format!("{}/{}", port.host_port, port.protocol.lower()) == taken))
}

async fn look(engine: &Engine, name: &str) -> Result<Option<Value>, EngineFault> {
    match engine.inspect(name).await {
        Ok(inspect) => Ok(Some(inspect)),
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault),
    }
}

async fn stop(engine: &Engine, name: &str, grace: Duration) -> Result<(), EngineFault> {
    match engine.stop(name, grace).await {
        Err(fault) if fault.is_not_found() => Ok(()),
        stopped => stopped,
    }
}

fn is_own(site: &Site, inspect: &Value) -> bool {
    let label = |key: &str| inspect["Config"]["Labels"][key].as_str();
    label(Label::Environment.key()) == Some(&site.environment) && label(PART).is_some()
}

fn next(name: &str) -> String {
    format!("{name}.next")
}
