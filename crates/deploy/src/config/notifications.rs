//! Who is told of deploys: the `notifications` of `landfall.yaml`.

use std::collections::BTreeMap;

use landfall_journal::{EventKind, NewSink};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Reference;

/// Somebody who is told of deploys: one of the services, and what it is told of.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sink {
    /// The environments that it is told of; all where it is left out.
    #[serde(default)]
    pub environments: Option<Vec<String>>,
    /// What it is told of: `began`, `live`, `recovered`, `applied`, `refused`, `failed`, `superseded`, `stopped`,
    /// `interrupted`, `serviceLive`, `drifted`, `mended`, `fight`, `paused`, `resumed`. What suits the service where it is left out.
    #[serde(default)]
    pub events: Option<Vec<String>>,
    /// A channel of Slack.
    #[serde(default)]
    pub slack: Option<SlackConfig>,
    /// A channel of Microsoft Teams, by a workflow's webhook.
    #[serde(default)]
    pub teams: Option<ChatConfig>,
    /// A channel of Discord, by its webhook.
    #[serde(default)]
    pub discord: Option<ChatConfig>,
    /// A channel of Mattermost, by an incoming webhook.
    #[serde(default)]
    pub mattermost: Option<ChatConfig>,
    /// Any program: CloudEvents by HTTP.
    #[serde(default)]
    pub webhook: Option<WebhookConfig>,
    /// E-mail by SMTP.
    #[serde(default)]
    pub email: Option<EmailConfig>,
    /// Annotations on the graphs of Grafana.
    #[serde(default)]
    pub grafana: Option<GrafanaConfig>,
    /// The status of commits on GitHub.
    #[serde(default)]
    pub github: Option<ForgeConfig>,
    /// The status of commits on GitLab.
    #[serde(default)]
    pub gitlab: Option<ForgeConfig>,
    /// The status of commits on Gitea or Forgejo.
    #[serde(default)]
    pub gitea: Option<ForgeConfig>,
}

/// A channel of Slack: by `webhook`, or by `token` and `channel`, which keeps one message a deploy up to date.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SlackConfig {
    /// Where the address of the incoming webhook is.
    #[serde(default)]
    pub webhook: Option<Reference>,
    /// Where the token of the bot is, which begins with `xoxb-` and has the right `chat:write`.
    #[serde(default)]
    pub token: Option<Reference>,
    /// The id of the bot's channel: `C0123456789`.
    #[serde(default)]
    pub channel: Option<String>,
    /// The address of Slack's API, for a proxy; `https://slack.com/api` where it is left out.
    #[serde(default)]
    pub api: Option<String>,
}

/// A chat with a webhook.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChatConfig {
    /// Where the address of the webhook is.
    pub webhook: Reference,
}

/// Any program.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WebhookConfig {
    /// Where the address is that events are posted to.
    pub url: Reference,
    /// Where the secret is that each body is signed with.
    #[serde(default)]
    pub secret: Option<Reference>,
}

/// E-mail.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EmailConfig {
    /// The server: `smtp://HOST:587` speaks TLS by STARTTLS, `smtps://HOST:465` from the start, `smtp+plain://HOST:25` not
    /// at all.
    pub server: String,
    /// The sender's address: `Landfall <landfall@example.com>`.
    pub from: String,
    /// The receivers' addresses.
    pub to: Vec<String>,
    /// Where the user's name is, if the server wants one.
    #[serde(default)]
    pub username: Option<Reference>,
    /// Where the password is.
    #[serde(default)]
    pub password: Option<Reference>,
}

/// Grafana.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GrafanaConfig {
    /// The address of Grafana: `https://grafana.example.com`.
    pub url: String,
    /// Where the token of a service account is that may write annotations.
    pub token: Reference,
}

/// A forge.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ForgeConfig {
    /// Where the token is that may write the status of commits.
    pub token: Reference,
    /// The address of the forge: `https://git.example.com`; that of the repository where it is left out.
    #[serde(default)]
    pub url: Option<String>,
    /// The repository there: `team/shop`; that of the deployment repository's address where it is left out.
    #[serde(default)]
    pub repository: Option<String>,
}

/// The service of a sink.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Service<'a> {
    /// Slack.
    Slack(&'a SlackConfig),
    /// Microsoft Teams.
    Teams(&'a ChatConfig),
    /// Discord.
    Discord(&'a ChatConfig),
    /// Mattermost.
    Mattermost(&'a ChatConfig),
    /// Any program.
    Webhook(&'a WebhookConfig),
    /// E-mail.
    Email(&'a EmailConfig),
    /// Grafana.
    Grafana(&'a GrafanaConfig),
    /// GitHub.
    GitHub(&'a ForgeConfig),
    /// GitLab.
    GitLab(&'a ForgeConfig),
    /// Gitea or Forgejo.
    Gitea(&'a ForgeConfig),
}

const KINDS: &str = "slack, teams, discord, mattermost, webhook, email, grafana, github, gitlab or gitea";

impl Sink {
    /// Its service; `None` unless there is just one.
    pub fn service(&self) -> Option<Service<'_>> {
        let all = [
            self.slack.as_ref().map(Service::Slack),
            self.teams.as_ref().map(Service::Teams),
            self.discord.as_ref().map(Service::Discord),
            self.mattermost.as_ref().map(Service::Mattermost),
            self.webhook.as_ref().map(Service::Webhook),
            self.email.as_ref().map(Service::Email),
            self.grafana.as_ref().map(Service::Grafana),
            self.github.as_ref().map(Service::GitHub),
            self.gitlab.as_ref().map(Service::GitLab),
            self.gitea.as_ref().map(Service::Gitea),
        ];
        let mut given = all.into_iter().flatten();
        given.next().filter(|_| given.next().is_none())
    }

    /// What it is told of.
    pub fn events(&self) -> Vec<EventKind> {
        match (&self.events, self.service()) {
            (Some(words), _) => words.iter().filter_map(|word| EventKind::parse(word)).collect(),
            (None, Some(service)) => service.usual_events(),
            (None, None) => Vec::new(),
        }
    }

    /// What is wrong with it: the field, why, and what to do.
    pub(super) fn faults(
        &self,
        environments: &BTreeMap<String, super::Environment>,
    ) -> Vec<(Vec<String>, String, String)> {
        let mut faults = Vec::new();
        let mut fault = |at: &[&str], message: String, hint: &str| {
            faults.push((at.iter().map(|part| (*part).to_owned()).collect(), message, hint.to_owned()));
        };
        match self.service() {
            None => fault(
                &[],
                format!("A sink must have just one of {KINDS}"),
                "Such as `slack: {webhook: {env: SLACK_WEBHOOK}}`",
            ),
            Some(Service::Slack(slack)) if !slack.is_usable() => fault(
                &["slack"],
                "Slack needs either `webhook`, or `token` and `channel`".to_owned(),
                "With a token one message a deploy is kept up to date; docs/notifications.md says how to get either",
            ),
            Some(Service::Email(email)) => {
                let is_known =
                    ["smtp://", "smtps://", "smtp+plain://"].iter().any(|begin| email.server.starts_with(begin));
                if !is_known {
                    // It is not repeated: it may hold a password.
                    fault(
                        &["email", "server"],
                        "This is not the address of a mail server".to_owned(),
                        "Write smtp://HOST:587, smtps://HOST:465 or smtp+plain://HOST:25",
                    );
                }
                if email.server.starts_with("smtp+plain://") && email.password.is_some() {
                    let message = "A password must not be sent without encryption".to_owned();
                    fault(&["email", "server"], message, "Use smtp:// or smtps://, or leave the password out");
                }
                if email.username.is_some() != email.password.is_some() {
                    let message = "`username` and `password` belong together".to_owned();
                    fault(&["email"], message, "Give both or none");
                }
            }
            Some(_) => {}
        }
        for (index, name) in self.environments.iter().flatten().enumerate() {
            if !environments.contains_key(name) {
                let known = environments.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                let message = format!("There is no environment '{name}'");
                fault(&["environments", &index.to_string()], message, &format!("There are: {known}"));
            }
        }
        for (index, word) in self.events.iter().flatten().enumerate() {
            if EventKind::parse(word).is_none() {
                let known = EventKind::ALL.map(EventKind::as_str).join(", ");
                let message = format!("There is no event '{word}'");
                fault(&["events", &index.to_string()], message, &format!("There are: {known}"));
            }
        }
        faults
    }
}

impl SlackConfig {
    fn is_usable(&self) -> bool {
        matches!((&self.webhook, &self.token, &self.channel), (Some(_), None, None) | (None, Some(_), Some(_)))
    }
}

impl Service<'_> {
    /// Its kind, as the configuration calls it.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Slack(_) => "slack",
            Self::Teams(_) => "teams",
            Self::Discord(_) => "discord",
            Self::Mattermost(_) => "mattermost",
            Self::Webhook(_) => "webhook",
            Self::Email(_) => "email",
            Self::Grafana(_) => "grafana",
            Self::GitHub(_) => "github",
            Self::GitLab(_) => "gitlab",
            Self::Gitea(_) => "gitea",
        }
    }

    /// What suits it: people are told of what is done or needs them; what holds one state for each deploy has to hear of
    /// every end.
    fn usual_events(self) -> Vec<EventKind> {
        use EventKind::{
            Applied, Began, Failed, Interrupted, Live, Recovered, Refused, ServiceLive, Stopped, Superseded,
        };
        let standing: Vec<EventKind> = EventKind::ALL.into_iter().filter(|kind| kind.is_standing()).collect();
        let ends = [Live, Recovered, Applied, Refused, Failed, Superseded, Stopped, Interrupted];
        match self {
            Self::GitHub(_) | Self::GitLab(_) | Self::Gitea(_) => [&[Began], &ends[..]].concat(),
            Self::Slack(SlackConfig { token: Some(_), .. }) | Self::Grafana(_) => {
                [&[Began], &ends[..], &standing].concat()
            }
            Self::Webhook(_) => [&[Began], &ends[..], &[ServiceLive], &standing].concat(),
            Self::Slack(_) | Self::Teams(_) | Self::Discord(_) | Self::Mattermost(_) | Self::Email(_) => {
                [&[Live, Recovered, Applied, Refused, Failed], &standing[..]].concat()
            }
        }
    }
}

/// The sinks as the journal keeps them.
pub(super) fn new_sinks(sinks: &BTreeMap<String, Sink>) -> Vec<NewSink> {
    let new = |(name, sink): (&String, &Sink)| {
        Some(NewSink {
            name: name.clone(),
            kind: sink.service()?.kind().to_owned(),
            environments: sink.environments.clone().unwrap_or_default(),
            events: sink.events(),
        })
    };
    sinks.iter().filter_map(new).collect()
}
