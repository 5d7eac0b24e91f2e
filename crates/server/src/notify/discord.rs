//! Discord: an embed by a channel's webhook. Nobody is mentioned, whatever a text says.
//!
//! Source: <https://discord.com/developers/docs/resources/message#embed-object-embed-limits>: a title has at most 256
//! characters, a description 4096, all together 6000.

use landfall_deploy::config::notifications::ChatConfig;
use serde_json::{Value, json};

use super::{Taken, http::Http, opener::Opener, story::Story, truncate::truncate};

pub(super) async fn send(http: &Http, opener: &Opener<'_>, config: &ChatConfig, story: &Story) -> Taken {
    http.post(&opener.open(&config.webhook)?, &body(story)).await.map(|_| None)
}

pub(super) fn body(story: &Story) -> Value {
    let mut lines = Vec::new();
    if let Some(commit) = &story.commit {
        let words = escaped(&truncate(&commit.words(), 400));
        lines.push(match &commit.url {
            Some(url) => format!("by [{words}]({url})"),
            None => format!("by {words}"),
        });
    }
    lines.extend(story.services.iter().take(20).map(|service| format!("• {}", escaped(&truncate(service, 100)))));
    lines.extend(story.note.iter().map(|note| escaped(&truncate(note, 300))));
    let mut description = truncate(&lines.join("\n"), 2800);
    if let Some(reason) = &story.reason {
        description += &format!("\n```\n{}\n```", truncate(&reason.replace("```", "'''"), 1200));
    }
    let mut embed = json!({
        "title": truncate(&escaped(&story.headline), 256),
        "description": description,
        "color": story.mood.colour(),
    });
    if let Some(link) = &story.link {
        embed["url"] = link.as_str().into();
    }
    json!({"embeds": [embed], "allowed_mentions": {"parse": []}})
}

/// No text becomes markup.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut text, letter| {
        if "\\*_~`|[]()<>#@".contains(letter) {
            text.push('\\');
        }
        text.push(letter);
        text
    })
}
