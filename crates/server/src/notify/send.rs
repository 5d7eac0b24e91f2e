//! One event to one sink.

use landfall_deploy::config::notifications::{Service, Sink};
use landfall_journal::Event;

use super::{
    Fault, Http, Taken, discord, email, grafana, mattermost,
    opener::Opener,
    slack,
    status::{self, Forge},
    story::Story,
    teams, webhook,
};

/// Tells a sink of an event. `handle` is what it calls its message about the same deploy.
pub(super) async fn send(
    http: &Http,
    opener: &Opener<'_>,
    sink: &Sink,
    event: &Event,
    story: &Story,
    handle: Option<&str>,
) -> Taken {
    let Some(service) = sink.service() else {
        return Err(Fault::permanent("landfall.yaml does not say what kind of sink it is"));
    };
    match service {
        Service::Slack(config) => slack::send(http, opener, config, story, handle).await,
        Service::Teams(config) => teams::send(http, opener, config, story).await,
        Service::Discord(config) => discord::send(http, opener, config, story).await,
        Service::Mattermost(config) => mattermost::send(http, opener, config, story).await,
        Service::Webhook(config) => webhook::send(http, opener, config, event, story).await,
        Service::Email(config) => email::send(opener, config, event, story).await,
        Service::Grafana(config) => grafana::send(http, opener, config, event, story, handle).await,
        Service::GitHub(config) => status::send(http, opener, (Forge::GitHub, config), event, story).await,
        Service::GitLab(config) => status::send(http, opener, (Forge::GitLab, config), event, story).await,
        Service::Gitea(config) => status::send(http, opener, (Forge::Gitea, config), event, story).await,
    }
}
