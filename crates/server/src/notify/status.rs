//! The status of a commit on its forge: pending while it is deployed, then how that ended, in any case.
//!
//! Sources: <https://docs.github.com/rest/commits/statuses>, <https://docs.gitlab.com/api/commits/#set-commit-pipeline-status>,
//! <https://docs.gitea.com/api/>. A description has at most 140 characters on GitHub.

use landfall_deploy::config::notifications::ForgeConfig;
use landfall_journal::{Event, EventKind};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, RequestBuilder};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{
    Fault, Taken,
    http::{self, Http},
    opener::Opener,
    story::Story,
    truncate::truncate,
};
use crate::links;

/// Which API a forge has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Forge {
    GitHub,
    GitLab,
    Gitea,
}

pub(super) async fn send(
    http: &Http,
    opener: &Opener<'_>,
    (forge, config): (Forge, &ForgeConfig),
    event: &Event,
    story: &Story,
) -> Taken {
    // Files outside of Git have no commit.
    let Some(revision) = event.content.deploy.revision.as_deref() else { return Ok(None) };
    // One service says nothing of the whole commit, nor does what others do after it.
    if event.kind == EventKind::ServiceLive || event.kind.is_standing() {
        return Ok(None);
    }
    let repository = event.content.deploy.repository.as_deref().unwrap_or(&event.repository);
    let api = Api::new(forge, config, repository)?;
    let token = opener.open(&config.token)?;
    let request = api.authorized(http.request(Method::POST, &api.statuses(revision))?, token.expose_secret());
    let answer = http::send(http::json(request, &body(forge, event, story))).await?;
    // It has this state already: this is the second time that it is told, or somebody was faster.
    if forge == Forge::GitLab && answer.status == 400 && answer.body.contains("Cannot transition status") {
        return Ok(None);
    }
    answer.checked().map(|_| None)
}

/// Whether the repository can be reached with the token; writes nothing.
pub(super) async fn look(
    http: &Http,
    opener: &Opener<'_>,
    (forge, config): (Forge, &ForgeConfig),
    repository: &str,
) -> Taken {
    let api = Api::new(forge, config, repository)?;
    let token = opener.open(&config.token)?;
    let request = api.authorized(http.request(Method::GET, &api.repository)?, token.expose_secret());
    http::send(request).await?.checked().map(|_| None)
}

struct Api {
    forge: Forge,
    /// The address of the repository in the API.
    repository: String,
}

impl Api {
    fn new(forge: Forge, config: &ForgeConfig, repository: &str) -> Result<Self, Fault> {
        let place = links::place(repository);
        let unknown = |field: &str| {
            Fault::permanent(format!(
                "The repository's address does not tell its {field} there; give `{field}` in landfall.yaml"
            ))
        };
        let url = match (&config.url, &place) {
            (Some(url), _) => url.trim_end_matches('/').to_owned(),
            (None, Some((host, _))) => format!("https://{host}"),
            (None, None) => return Err(unknown("url")),
        };
        let path = match (&config.repository, place) {
            (Some(path), _) => path.trim_matches('/').to_owned(),
            (None, Some((_, path))) => path,
            (None, None) => return Err(unknown("repository")),
        };
        let repository = match forge {
            Forge::GitHub if url == "https://github.com" => format!("https://api.github.com/repos/{path}"),
            Forge::GitHub => format!("{url}/api/v3/repos/{path}"),
            Forge::GitLab => format!("{url}/api/v4/projects/{}", utf8_percent_encode(&path, NON_ALPHANUMERIC)),
            Forge::Gitea => format!("{url}/api/v1/repos/{path}"),
        };
        Ok(Self { forge, repository })
    }

    fn statuses(&self, revision: &str) -> String {
        format!("{}/statuses/{revision}", self.repository)
    }

    fn authorized(&self, request: RequestBuilder, token: &str) -> RequestBuilder {
        match self.forge {
            Forge::GitHub => request.bearer_auth(token).header("accept", "application/vnd.github+json"),
            Forge::GitLab => request.header("private-token", token),
            Forge::Gitea => request.header("authorization", format!("token {token}")),
        }
    }
}

pub(super) fn body(forge: Forge, event: &Event, story: &Story) -> Value {
    let mut body = json!({
        "state": state(forge, event.kind),
        "context": format!("landfall/{}", event.environment),
        "description": truncate(&description(story), 140),
    });
    if let Some(link) = &story.link {
        body["target_url"] = link.as_str().into();
    }
    body
}

/// The headline, and the first line of why.
fn description(story: &Story) -> String {
    let why = story.reason.as_deref().and_then(|reason| reason.lines().next());
    why.map_or_else(|| story.headline.clone(), |why| format!("{}: {why}", story.headline))
}

fn state(forge: Forge, kind: EventKind) -> &'static str {
    let is_gitlab = forge == Forge::GitLab;
    match kind {
        EventKind::Live | EventKind::Recovered | EventKind::Applied => "success",
        EventKind::Refused | EventKind::Failed => {
            if is_gitlab {
                "failed"
            } else {
                "failure"
            }
        }
        EventKind::Superseded | EventKind::Stopped | EventKind::Interrupted => {
            if is_gitlab {
                "canceled"
            } else {
                "error"
            }
        }
        // Only the first of them is sent.
        EventKind::Began
        | EventKind::ServiceLive
        | EventKind::Drifted
        | EventKind::Mended
        | EventKind::Fight
        | EventKind::Paused
        | EventKind::Resumed => {
            if is_gitlab {
                "running"
            } else {
                "pending"
            }
        }
    }
}
