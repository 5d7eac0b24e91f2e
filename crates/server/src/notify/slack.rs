//! Slack: a new message by an incoming webhook, or by a bot one message a deploy that is kept up to date.
//!
//! Source: <https://docs.slack.dev/reference/methods/chat.postMessage>. Texts of a section have at most 3000 characters.
//! `chat.*` answers 200 with `"ok": false` where it has not taken the message.

use std::time::Duration;

use landfall_deploy::config::notifications::SlackConfig;
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{
    Fault, Taken,
    http::{self, Http},
    opener::Opener,
    story::Story,
    truncate::truncate,
};

const API: &str = "https://slack.com/api";

/// Errors of `chat.*` that pass.
const PASSING: [&str; 6] =
    ["ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"];

pub(super) async fn send(
    http: &Http,
    opener: &Opener<'_>,
    config: &SlackConfig,
    story: &Story,
    handle: Option<&str>,
) -> Taken {
    if let Some(webhook) = &config.webhook {
        return http.post(&opener.open(webhook)?, &body(story)).await.map(|_| None);
    }
    let (Some(token), Some(channel)) = (&config.token, &config.channel) else {
        return Err(Fault::permanent("landfall.yaml names neither a webhook nor a token with a channel"));
    };
    let token = opener.open(token)?;
    let bot = Bot { http, token: token.expose_secret(), api: config.api.as_deref().unwrap_or(API) };
    if let Some((channel, ts)) = handle.and_then(|handle| handle.split_once(' ')) {
        let mut update = body(story);
        update["channel"] = channel.into();
        update["ts"] = ts.into();
        match bot.call("chat.update", &update).await {
            // Somebody has deleted it, or it is too old to be changed.
            Err(Fault::Permanent { why })
                if ["message_not_found", "cant_update_message", "edit_window_closed"]
                    .iter()
                    .any(|word| why.contains(word)) => {}
            Err(fault) => return Err(fault),
            Ok(_) => return Ok(handle.map(str::to_owned)),
        }
    }
    let mut post = body(story);
    post["channel"] = channel.as_str().into();
    let answer = bot.call("chat.postMessage", &post).await?;
    let channel = answer["channel"].as_str().unwrap_or(channel);
    Ok(answer["ts"].as_str().map(|ts| format!("{channel} {ts}")))
}

struct Bot<'a> {
    http: &'a Http,
    token: &'a str,
    api: &'a str,
}

impl Bot<'_> {
    async fn call(&self, method: &str, body: &Value) -> Result<Value, Fault> {
        let request = self.http.request(Method::POST, &format!("{}/{method}", self.api.trim_end_matches('/')))?;
        let request = request.bearer_auth(self.token).header("content-type", "application/json; charset=utf-8");
        let answer = http::send(request.body(body.to_string())).await?.checked()?;
        let json = answer.json();
        if json["ok"] == true {
            return Ok(json);
        }
        let error = json["error"].as_str().unwrap_or("no reason");
        let why = format!("Slack has not taken it: {}", truncate(error, 200));
        if json.is_object() && !PASSING.contains(&error) {
            return Err(Fault::Permanent { why });
        }
        Err(Fault::Passing {
            why,
            after: answer.after().or((error == "ratelimited").then_some(Duration::from_secs(30))),
        })
    }
}

/// A message. `text` is what a notification shows and what a screen reader says.
pub(super) fn body(story: &Story) -> Value {
    let line = format!("{} {}", story.mood.sign(), story.headline);
    let mut main = format!("{} *{}*", story.mood.sign(), escaped(&truncate(&story.headline, 800)));
    if let Some(commit) = &story.commit {
        let words = escaped(&truncate(&commit.words(), 500));
        main += &match &commit.url {
            Some(url) => format!("\nby <{}|{words}>", escaped(url)),
            None => format!("\nby {words}"),
        };
    }
    let mut blocks = vec![section(&main)];
    if !story.services.is_empty() {
        let lines: Vec<String> = story.services.iter().map(|service| format!("• {service}")).collect();
        blocks.push(section(&escaped(&truncate(&lines.join("\n"), 2000))));
    }
    if let Some(note) = &story.note {
        blocks.push(section(&escaped(&truncate(note, 1000))));
    }
    if let Some(reason) = &story.reason {
        blocks.push(section(&format!("```{}```", escaped(&truncate(reason, 2000)))));
    }
    if let Some(link) = &story.link {
        blocks.push(section(&format!("<{}|More about it>", escaped(link))));
    }
    json!({
        "text": escaped(&truncate(&line, 1000)),
        "blocks": blocks,
        "unfurl_links": false,
        "unfurl_media": false,
    })
}

fn section(text: &str) -> Value {
    json!({"type": "section", "text": {"type": "mrkdwn", "text": cut(text)}})
}

/// Entities make a text longer than it was when it was shortened.
fn cut(text: &str) -> String {
    const MOST: usize = 3000;
    if text.chars().count() <= MOST { text.to_owned() } else { truncate(text, MOST - 3) + "```" }
}

/// No text becomes a mention, a link or a command, nor ends a block of code. Source: <https://docs.slack.dev/messaging/formatting-message-text>.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace("```", "'''")
}
