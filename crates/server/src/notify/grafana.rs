//! Grafana: a deploy is an annotation on all graphs, from its first write until it is live or has failed. What is so between
//! deploys is one at the moment in which it was noticed.
//!
//! Source: <https://grafana.com/docs/grafana/latest/developers/http_api/annotations/>. Times are milliseconds.

use landfall_deploy::config::notifications::GrafanaConfig;
use landfall_journal::{Event, EventKind};
use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{
    Taken,
    http::{self, Http},
    opener::Opener,
    story::{Mood, Story},
    truncate::truncate,
};

pub(super) async fn send(
    http: &Http,
    opener: &Opener<'_>,
    config: &GrafanaConfig,
    event: &Event,
    story: &Story,
    handle: Option<&str>,
) -> Taken {
    let token = opener.open(&config.token)?;
    let all = format!("{}/api/annotations", config.url.trim_end_matches('/'));
    let body = body(event, story);
    if let Some(id) = handle {
        let request = http.request(Method::PATCH, &format!("{all}/{id}"))?.bearer_auth(token.expose_secret());
        let answer = http::send(http::json(request, &body)).await?;
        // Somebody may have deleted it.
        if answer.status != StatusCode::NOT_FOUND {
            return answer.checked().map(|_| Some(id.to_owned()));
        }
    }
    let request = http.request(Method::POST, &all)?.bearer_auth(token.expose_secret());
    let answer = http::send(http::json(request, &body)).await?.checked()?;
    Ok(answer.json()["id"].as_i64().map(|id| id.to_string()))
}

pub(super) fn body(event: &Event, story: &Story) -> Value {
    let standing = event.kind.is_standing();
    let first_write = event.content.deploy.first_write.filter(|_| !standing);
    let begin = first_write.unwrap_or(event.at).as_millis().min(event.at.as_millis());
    let (what, state) = match story.mood {
        _ if standing => ("environment", event.kind.as_str()),
        Mood::Good => ("deploy", "live"),
        Mood::Bad => ("deploy", "failed"),
        Mood::Busy => ("deploy", "began"),
        Mood::Calm | Mood::Wary => ("deploy", "ended"),
    };
    let mut text = escaped(&truncate(&story.line(), 1000));
    for service in &story.services {
        text += &format!("<br>{}", escaped(&truncate(service, 200)));
    }
    if let Some(reason) = &story.reason {
        text += &format!("<br>{}", escaped(&truncate(reason, 1000)));
    }
    if let Some(link) = &story.link {
        text += &format!("<br><a href=\"{}\">More about it</a>", escaped(link));
    }
    let mut body = json!({
        "time": begin,
        "tags": ["landfall", what, event.environment, state],
        "text": text,
    });
    if event.kind != EventKind::Began {
        body["timeEnd"] = event.at.as_millis().into();
    }
    body
}

/// Grafana shows texts of annotations as HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
