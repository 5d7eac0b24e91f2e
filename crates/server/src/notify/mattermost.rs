//! Mattermost: a message in Markdown by an incoming webhook. `@` is kept from mentioning anybody.
//!
//! Source: <https://developers.mattermost.com/integrate/webhooks/incoming/>. A message has at most 16383 characters.

use landfall_deploy::config::notifications::ChatConfig;
use serde_json::{Value, json};

use super::{Taken, http::Http, opener::Opener, story::Story, truncate::truncate};

pub(super) async fn send(http: &Http, opener: &Opener<'_>, config: &ChatConfig, story: &Story) -> Taken {
    http.post(&opener.open(&config.webhook)?, &body(story)).await.map(|_| None)
}

pub(super) fn body(story: &Story) -> Value {
    let mut lines = vec![format!("{} **{}**", story.mood.sign(), escaped(&truncate(&story.headline, 800)))];
    if let Some(commit) = &story.commit {
        let words = escaped(&truncate(&commit.words(), 500));
        lines.push(match &commit.url {
            Some(url) => format!("by [{words}]({url})"),
            None => format!("by {words}"),
        });
    }
    lines.extend(story.services.iter().take(40).map(|service| format!("- {}", escaped(&truncate(service, 120)))));
    lines.extend(story.note.iter().map(|note| escaped(&truncate(note, 1000))));
    if let Some(reason) = &story.reason {
        // Mentions count in blocks of code, too.
        let reason = unmentioned(&truncate(reason, 3000)).replace("```", "'''");
        lines.push(format!("```\n{reason}\n```"));
    }
    lines.extend(story.link.iter().map(|link| format!("[More about it]({link})")));
    json!({"text": lines.join("\n"), "props": {"disable_group_highlight": true}})
}

/// No text becomes markup.
fn escaped(text: &str) -> String {
    let text = text.chars().fold(String::new(), |mut text, letter| {
        if "\\*_~`|[]()<>#!".contains(letter) {
            text.push('\\');
        }
        text.push(letter);
        text
    });
    unmentioned(&text)
}

/// A character without width after each `@`.
fn unmentioned(text: &str) -> String {
    text.replace('@', "@\u{200b}")
}
