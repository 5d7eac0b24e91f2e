//! What happens on an engine, as it happens.

use std::collections::{BTreeMap, HashMap};

use bollard::{
    models::{EventMessage, EventMessageTypeEnum},
    query_parameters::EventsOptionsBuilder,
};
use futures::{StreamExt, future, stream::BoxStream};
use jiff::Timestamp;

use super::{Engine, EngineFault};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// To what.
    pub kind: EventKind,
    /// What: `create`, `start`, `die`, `oom`, `stop`, `destroy`, `exec_die: ...`.
    pub action: String,
    /// The container's or network's id, the volume's name.
    pub id: String,
    /// Labels and facts: `name`, `exitCode`, `image`.
    pub attributes: BTreeMap<String, String>,
    /// When, by the engine's clock, in nanoseconds since 1970.
    pub nanos: i64,
}

/// What events are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// A container.
    Container,
    /// A network.
    Network,
    /// A volume.
    Volume,
    /// Anything else.
    Other,
}

impl Event {
    /// The exit code, of a container that ended.
    pub fn exit_code(&self) -> Option<i64> {
        // The second one is Podman's.
        let code = self.attributes.get("exitCode").or_else(|| self.attributes.get("containerExitCode"));
        code?.parse().ok()
    }
}

impl Engine {
    /// What happens to containers, networks and volumes from a time on. Whoever wants to miss nothing takes
    /// [`Engine::now`] first, lists, then asks for what came since; the engine keeps the last 256 events for that.
    /// The stream ends with the connection.
    pub fn events(&self, since: Timestamp) -> BoxStream<'static, Result<Event, EngineFault>> {
        let kinds = ["container", "network", "volume"].map(str::to_owned).to_vec();
        // A second earlier: what is told twice does no harm, and clocks are compared only roughly.
        let since = (since.as_second() - 1).to_string();
        let options =
            EventsOptionsBuilder::default().since(&since).filters(&HashMap::from([("type".to_owned(), kinds)])).build();
        let engine = self.clone();
        self.docker
            .events(Some(options))
            .map(move |event| event.map(typed).map_err(|error| engine.fault("Listening to the engine", error)))
            .scan(false, |failed, event| {
                // After a fault nothing comes any more; whoever goes on asking is told so.
                let goes_on = !std::mem::replace(failed, event.is_err());
                future::ready(goes_on.then_some(event))
            })
            .boxed()
    }
}

fn typed(message: EventMessage) -> Event {
    let actor = message.actor.unwrap_or_default();
    let attributes: BTreeMap<String, String> = actor.attributes.unwrap_or_default().into_iter().collect();
    // Podman names volumes and networks only here.
    let id = actor.id.filter(|id| !id.is_empty()).or_else(|| attributes.get("name").cloned());
    let action = match (message.typ, message.action.unwrap_or_default()) {
        (Some(EventMessageTypeEnum::CONTAINER), action) if action == "died" => "die".to_owned(),
        (Some(EventMessageTypeEnum::CONTAINER), action) if action == "remove" => "destroy".to_owned(),
        (_, action) => action,
    };
    Event {
        kind: match message.typ {
            Some(EventMessageTypeEnum::CONTAINER) => EventKind::Container,
            Some(EventMessageTypeEnum::NETWORK) => EventKind::Network,
            Some(EventMessageTypeEnum::VOLUME) => EventKind::Volume,
            _ => EventKind::Other,
        },
        action,
        id: id.unwrap_or_default(),
        attributes,
        nanos: message.time_nano.unwrap_or_default(),
    }
}
