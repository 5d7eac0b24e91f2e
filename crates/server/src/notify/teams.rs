//! Microsoft Teams: an adaptive card by a workflow's webhook. Text runs are shown as they are, without any markup or mention.
//!
//! Source: <https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using>. A message has
//! at most 28 kB.

use landfall_deploy::config::notifications::ChatConfig;
use serde_json::{Value, json};

use super::{
    Taken,
    http::Http,
    opener::Opener,
    story::{Mood, Story},
    truncate::truncate,
};

pub(super) async fn send(http: &Http, opener: &Opener<'_>, config: &ChatConfig, story: &Story) -> Taken {
    http.post(&opener.open(&config.webhook)?, &body(story)).await.map(|_| None)
}

pub(super) fn body(story: &Story) -> Value {
    let colour = match story.mood {
        Mood::Good => "good",
        Mood::Bad => "attention",
        Mood::Busy => "accent",
        Mood::Calm => "default",
        Mood::Wary => "warning",
    };
    let mut parts = vec![text(&format!("{} {}", story.mood.sign(), truncate(&story.headline, 800)), true, colour)];
    if let Some(commit) = &story.commit {
        parts.push(text(&format!("by {}", truncate(&commit.words(), 500)), false, "default"));
    }
    for service in story.services.iter().take(40) {
        parts.push(text(&format!("• {}", truncate(service, 200)), false, "default"));
    }
    if let Some(note) = &story.note {
        parts.push(text(&truncate(note, 1000), false, "default"));
    }
    if let Some(reason) = &story.reason {
        let mut part = text(&truncate(reason, 4000), false, "default");
        part["inlines"][0]["fontType"] = "monospace".into();
        parts.push(part);
    }
    let mut actions = Vec::new();
    if let Some(link) = &story.link {
        actions.push(json!({"type": "Action.OpenUrl", "title": "More about it", "url": link}));
    }
    if let Some(url) = story.commit.as_ref().and_then(|commit| commit.url.as_ref()) {
        actions.push(json!({"type": "Action.OpenUrl", "title": "The commit", "url": url}));
    }
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "fallbackText": truncate(&story.line(), 1000),
                "msteams": {"width": "Full"},
                "body": parts,
                "actions": actions,
            },
        }],
    })
}

fn text(text: &str, is_title: bool, colour: &str) -> Value {
    let weight = if is_title { "bolder" } else { "default" };
    json!({
        "type": "RichTextBlock",
        "inlines": [{"type": "TextRun", "text": text, "weight": weight, "color": colour}],
    })
}
