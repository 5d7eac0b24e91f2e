//! To the services in which people talk.

use super::{
    super::super::{discord, mattermost, slack, teams},
    *,
};

#[test]
fn to_slack() {
    insta::assert_snapshot!(pretty(&slack::body(&told(&event(EventKind::Live)))), @r#"
    {
      "blocks": [
        {
          "text": {
            "text": "✅ *gitserver a1b2c3 -&gt; d4e5f6 is live in production since 14:32 UTC, 3 of 3 pods*\nby <https://github.com/team/shop/commit/9f8e7d69f8e7d69f8e7d69f8e7d69f8e7d6abcde|9f8e7d6 (Ada, Fix &lt;!channel&gt; @everyone **now** [x](http://evil) &lt;script&gt;alert(1)&lt;/script&gt; ''')>",
            "type": "mrkdwn"
          },
          "type": "section"
        },
        {
          "text": {
            "text": "<https://landfall.example.com/deploys/01kb0000000000000000000000|More about it>",
            "type": "mrkdwn"
          },
          "type": "section"
        }
      ],
      "text": "✅ gitserver a1b2c3 -&gt; d4e5f6 is live in production since 14:32 UTC, 3 of 3 pods",
      "unfurl_links": false,
      "unfurl_media": false
    }
    "#);
    insta::assert_snapshot!(pretty(&slack::body(&told(&event(EventKind::Failed)))), @r#"
    {
      "blocks": [
        {
          "text": {
            "text": "❌ *9f8e7d6 will not become live in production*\nby <https://github.com/team/shop/commit/9f8e7d69f8e7d69f8e7d69f8e7d69f8e7d6abcde|9f8e7d6 (Ada, Fix &lt;!channel&gt; @everyone **now** [x](http://evil) &lt;script&gt;alert(1)&lt;/script&gt; ''')>",
            "type": "mrkdwn"
          },
          "type": "section"
        },
        {
          "text": {
            "text": "```statefulset/gitserver: gitserver-0 crashes: it exited with 1; its last words: &lt;b&gt;no disk&lt;/b&gt; '''```",
            "type": "mrkdwn"
          },
          "type": "section"
        },
        {
          "text": {
            "text": "<https://landfall.example.com/deploys/01kb0000000000000000000000|More about it>",
            "type": "mrkdwn"
          },
          "type": "section"
        }
      ],
      "text": "❌ 9f8e7d6 will not become live in production",
      "unfurl_links": false,
      "unfurl_media": false
    }
    "#);
}

#[test]
fn to_teams() {
    insta::assert_snapshot!(pretty(&teams::body(&told(&event(EventKind::Failed)))), @r#"
    {
      "attachments": [
        {
          "content": {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "actions": [
              {
                "title": "More about it",
                "type": "Action.OpenUrl",
                "url": "https://landfall.example.com/deploys/01kb0000000000000000000000"
              },
              {
                "title": "The commit",
                "type": "Action.OpenUrl",
                "url": "https://github.com/team/shop/commit/9f8e7d69f8e7d69f8e7d69f8e7d69f8e7d6abcde"
              }
            ],
            "body": [
              {
                "inlines": [
                  {
                    "color": "attention",
                    "text": "❌ 9f8e7d6 will not become live in production",
                    "type": "TextRun",
                    "weight": "bolder"
                  }
                ],
                "type": "RichTextBlock"
              },
              {
                "inlines": [
                  {
                    "color": "default",
                    "text": "by 9f8e7d6 (Ada, Fix <!channel> @everyone **now** [x](http://evil) <script>alert(1)</script> ```)",
                    "type": "TextRun",
                    "weight": "default"
                  }
                ],
                "type": "RichTextBlock"
              },
              {
                "inlines": [
                  {
                    "color": "default",
                    "fontType": "monospace",
                    "text": "statefulset/gitserver: gitserver-0 crashes: it exited with 1; its last words: <b>no disk</b> ```",
                    "type": "TextRun",
                    "weight": "default"
                  }
                ],
                "type": "RichTextBlock"
              }
            ],
            "fallbackText": "9f8e7d6 (Ada, Fix <!channel> @everyone **now** [x](http://evil) <script>alert(1)</script> ```) will not become live in production",
            "msteams": {
              "width": "Full"
            },
            "type": "AdaptiveCard",
            "version": "1.4"
          },
          "contentType": "application/vnd.microsoft.card.adaptive",
          "contentUrl": null
        }
      ],
      "type": "message"
    }
    "#);
}

#[test]
fn to_discord() {
    insta::assert_snapshot!(pretty(&discord::body(&told(&event(EventKind::Failed)))), @r#"
    {
      "allowed_mentions": {
        "parse": []
      },
      "embeds": [
        {
          "color": 12986408,
          "description": "by [9f8e7d6 \\(Ada, Fix \\<!channel\\> \\@everyone \\*\\*now\\*\\* \\[x\\]\\(http://evil\\) \\<script\\>alert\\(1\\)\\</script\\> \\`\\`\\`\\)](https://github.com/team/shop/commit/9f8e7d69f8e7d69f8e7d69f8e7d69f8e7d6abcde)\n```\nstatefulset/gitserver: gitserver-0 crashes: it exited with 1; its last words: <b>no disk</b> '''\n```",
          "title": "9f8e7d6 will not become live in production",
          "url": "https://landfall.example.com/deploys/01kb0000000000000000000000"
        }
      ]
    }
    "#);
}

#[test]
fn to_mattermost() {
    insta::assert_snapshot!(pretty(&mattermost::body(&told(&event(EventKind::Failed)))).replace('\u{200b}', "[NO WIDTH]"), @r#"
    {
      "props": {
        "disable_group_highlight": true
      },
      "text": "❌ **9f8e7d6 will not become live in production**\nby [9f8e7d6 \\(Ada, Fix \\<\\!channel\\> @[NO WIDTH]everyone \\*\\*now\\*\\* \\[x\\]\\(http://evil\\) \\<script\\>alert\\(1\\)\\</script\\> \\`\\`\\`\\)](https://github.com/team/shop/commit/9f8e7d69f8e7d69f8e7d69f8e7d69f8e7d6abcde)\n```\nstatefulset/gitserver: gitserver-0 crashes: it exited with 1; its last words: <b>no disk</b> '''\n```\n[More about it](https://landfall.example.com/deploys/01kb0000000000000000000000)"
    }
    "#);
}

#[test]
fn long_texts_fit() {
    let mut event = event(EventKind::Failed);
    event.content.deploy.subject = Some("<&>*".repeat(5000));
    event.content.deploy.reason = Some("&`@\n".repeat(20_000));
    event.content.images =
        (0..200).map(|number| image(&format!("s{number}-{}", "x".repeat(200)), Some("1"), Some("2"))).collect();
    let story = told(&event);
    let blocks = slack::body(&story)["blocks"].as_array().unwrap().clone();
    let length = |block: &Value| block["text"]["text"].as_str().unwrap().chars().count();
    assert!(blocks.len() <= 50 && blocks.iter().all(|block| length(block) <= 3000));
    assert!(blocks.iter().map(length).sum::<usize>() <= 13_000);
    let embed = discord::body(&story)["embeds"][0].clone();
    assert!(embed["title"].as_str().unwrap().chars().count() <= 256);
    assert!(embed["description"].as_str().unwrap().chars().count() <= 4096);
    assert!(teams::body(&story).to_string().len() <= 28_000, "{}", teams::body(&story).to_string().len());
    assert!(mattermost::body(&story)["text"].as_str().unwrap().chars().count() <= 16_383);
}
