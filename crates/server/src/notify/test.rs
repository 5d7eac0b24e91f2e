//! A message that says that messages come.

use std::collections::BTreeMap;

use landfall_deploy::config::{
    Config,
    notifications::{Service, Sink},
};
use landfall_journal::{Cause, Content, Deploy, DeployId, Event, EventKind, Outcome, Place, Time};

use super::{
    Http, Secrets,
    opener::Opener,
    send::send,
    status::{self, Forge},
    story::{Mood, Story},
    webhook,
};

/// What came of testing one sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// The sink.
    pub sink: String,
    /// Its kind.
    pub kind: &'static str,
    /// What was done, or the exact fault.
    pub result: Result<&'static str, String>,
}

/// Sends a test message to a sink. Nothing is recorded. A forge is only asked whether its repository can be reached: the
/// status of a commit is not for tests. `repository` is the deployment repository's address.
pub async fn test(
    http: &Http,
    secrets: &Secrets,
    config: &Config,
    name: &str,
    sink: &Sink,
    repository: &str,
) -> Tested {
    let opener = Opener::new(secrets);
    let kind = sink.service().map_or("sink", Service::kind);
    let forge = match sink.service() {
        Some(Service::GitHub(forge)) => Some((Forge::GitHub, forge)),
        Some(Service::GitLab(forge)) => Some((Forge::GitLab, forge)),
        Some(Service::Gitea(forge)) => Some((Forge::Gitea, forge)),
        _ => None,
    };
    let result = match forge {
        Some(forge) => status::look(http, &opener, forge, repository)
            .await
            .map(|_| "the token reaches the repository; the status of a commit is set by deploys only"),
        None => {
            let (event, story) = (event(config, repository), story(config, name));
            let sent = match sink.service() {
                Some(Service::Webhook(config)) => webhook::test(http, &opener, config, &event, &story).await,
                _ => send(http, &opener, sink, &event, &story, None).await,
            };
            sent.map(|_| "a test message was taken")
        }
    };
    Tested { sink: name.to_owned(), kind, result: result.map_err(|fault| opener.hide(fault.why())) }
}

fn story(config: &Config, name: &str) -> Story {
    Story {
        headline: format!("This is a test: {name} is told of deploys of {}", config.name),
        services: Vec::new(),
        reason: None,
        note: None,
        commit: None,
        link: None,
        mood: Mood::Calm,
    }
}

/// An event of an environment that does not exist.
fn event(config: &Config, repository: &str) -> Event {
    let now = Time::now();
    let id = DeployId::at(now);
    Event {
        id: id.to_string(),
        kind: EventKind::Live,
        repository: repository.to_owned(),
        environment: "test".to_owned(),
        at: now,
        content: Content {
            deploy: Deploy {
                id,
                place: Place { target: "test".to_owned(), namespace: "test".to_owned(), record: config.name.clone() },
                environment: "test".to_owned(),
                target: "test".to_owned(),
                cause: Cause::Deploy,
                asked_by: None,
                repository: Some(repository.to_owned()),
                revision: None,
                author: None,
                subject: Some("A test of notifications".to_owned()),
                message: None,
                previous_revision: None,
                is_older: false,
                committed: None,
                detected: now,
                first_write: None,
                applied: None,
                live: None,
                ended: Some(now),
                outcome: Outcome::Live,
                reason: None,
                ended_by: None,
                resumes: 0,
            },
            written: BTreeMap::new(),
            unwritten: 0,
            images: Vec::new(),
            rollouts: Vec::new(),
            failing_since: None,
            service: None,
            facts: Vec::new(),
        },
    }
}
