//! What the worker does about each way in which a sink can fail.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use landfall_deploy::config::{
    Reference,
    notifications::{ChatConfig, Sink, SlackConfig, WebhookConfig},
};
use landfall_journal::{
    Cause, DeliveryState, EventKind, Journal, Location, NewDeploy, NewSink, Outcome, Place, Time, Undelivered,
};
use tempfile::TempDir;

use super::{
    super::{Http, Notifier, worker::Step},
    receiver::{OK, Receiver, Reply},
};

const REPOSITORY: &str = "https://git.example/shop";

/// A journal with one sink, and who tells it.
struct Desk {
    journal: Arc<Journal>,
    notifier: Notifier,
    sink: Sink,
    said: Arc<Mutex<String>>,
    _folder: TempDir,
}

impl Desk {
    async fn open(sink: Sink, secret: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::file(&folder.path().join("journal.db")).unwrap();
        let journal = Arc::new(Journal::open(&location).await.unwrap());
        let new = NewSink {
            name: "team".into(),
            kind: "slack".into(),
            environments: Vec::new(),
            events: vec![EventKind::Began, EventKind::Live, EventKind::Failed],
        };
        journal.configure_sinks(REPOSITORY, &[new], Time::now()).await.unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (secret, to) = (secret.to_owned(), Arc::clone(&said));
        let notifier = Notifier::new(
            REPOSITORY.into(),
            Arc::clone(&journal),
            Http::with_patience(Duration::from_millis(300)).unwrap(),
            Arc::new(move |reference| match reference {
                Reference::Env(name) if name == "URL" => Ok(secret.clone().into()),
                _ => Ok("xoxb-TOKEN".into()),
            }),
            Arc::new(move |_, text| *to.lock().unwrap() += &(text + "\n")),
        );
        Self { journal, notifier, sink, said, _folder: folder }
    }

    async fn chat(receiver: &Receiver) -> Self {
        let mattermost = Some(ChatConfig { webhook: Reference::Env("URL".into()) });
        Self::open(Sink { mattermost, ..Sink::default() }, &receiver.url).await
    }

    /// A deploy ends in an environment.
    async fn ends(&self, environment: &str, outcome: Outcome) {
        let now = Time::now();
        let deploy = NewDeploy {
            place: Place { target: "t".into(), namespace: environment.into(), record: "r".into() },
            environment: environment.into(),
            target: "context prod".into(),
            cause: Cause::Serve,
            asked_by: None,
            repository: Some(REPOSITORY.into()),
            revision: Some(format!("{:040x}", now.as_millis())),
            author: Some("Ada".into()),
            subject: Some("Tell more".into()),
            message: None,
            committed: None,
            detected: now,
        };
        let id = self.journal.begin(&deploy).await.unwrap().id;
        self.journal.finish(&id, outcome, Some("no reason"), Time::now()).await.unwrap();
    }

    async fn step(&self) -> Step {
        self.notifier.step("team", &self.sink, &mut false).await.unwrap()
    }

    async fn left(&self) -> Vec<Undelivered> {
        self.journal.undelivered(10).await.unwrap()
    }

    /// The one notification that was not taken, in words.
    async fn fault(&self) -> String {
        let left = self.left().await.remove(0);
        format!("{} after {}: {}", left.state, left.tries, left.error.unwrap_or_default())
    }

    /// Makes what waits due.
    async fn hurry(&self) {
        for one in self.left().await {
            self.journal.retry_delivery(&one.id, Time::now()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn taken_once() {
    let receiver = Receiver::start(&[OK]).await;
    let desk = Desk::chat(&receiver).await;
    desk.ends("prod", Outcome::Live).await;
    assert_eq!(desk.step().await, Step::Done);
    assert!(matches!(desk.step().await, Step::Rest(_)));
    assert_eq!((receiver.got().len(), desk.left().await.len()), (1, 0));
    assert!(receiver.got()[0].contains("Everything is live in prod since"));
}

#[tokio::test]
async fn retry_after_is_obeyed_for_the_whole_sink() {
    let receiver =
        Receiver::start(&[Reply::Answer("429 Too Many Requests", "Retry-After: 100\r\n", "slow down"), OK]).await;
    let desk = Desk::chat(&receiver).await;
    desk.ends("prod", Outcome::Live).await;
    assert_eq!(desk.step().await, Step::Rest(Duration::from_secs(100)));
    let one = desk.left().await.remove(0);
    let wait = one.next_try.unwrap().as_millis() - Time::now().as_millis();
    assert!((90_000..=100_000).contains(&wait), "{wait}");
    assert_eq!(desk.fault().await, "waiting after 1: It answered 429 Too Many Requests: slow down");
    assert!(matches!(desk.step().await, Step::Rest(_)));
    assert_eq!(receiver.got().len(), 1);
    desk.hurry().await;
    assert_eq!((desk.step().await, receiver.got().len(), desk.left().await.len()), (Step::Done, 2, 0));
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    for (reply, why) in [
        (Reply::Answer("500 Internal Server Error", "", ""), "It answered 500 Internal Server Error"),
        (Reply::Hang, "It has not answered in time"),
        (Reply::Close, "It cannot be reached: connection closed before message completed"),
    ] {
        let receiver = Receiver::start(&[reply, OK]).await;
        let desk = Desk::chat(&receiver).await;
        desk.ends("prod", Outcome::Live).await;
        desk.ends("prod", Outcome::Failed).await;
        assert_eq!(desk.step().await, Step::Done);
        let waiting = desk.left().await;
        assert_eq!((waiting.len(), waiting[1].tries, waiting[1].error.as_deref()), (2, 1, Some(why)));
        // The second event of the environment waits for the first one.
        assert!(matches!(desk.step().await, Step::Rest(_)), "{why}");
        desk.hurry().await;
        assert_eq!((desk.step().await, desk.step().await), (Step::Done, Step::Done));
        let got = receiver.got();
        assert!(
            got[0].contains("is live") && got[1].contains("is live") && got[2].contains("failed in prod"),
            "{got:?}"
        );
        assert_eq!((got.len(), desk.left().await.len()), (3, 0));
    }
}

#[tokio::test]
async fn what_does_not_pass_is_given_up_and_holds_up_nobody() {
    for (status, why) in
        [("404 Not Found", "It answered 404 Not Found: no_service"), ("302 Found", "It answered 302 Found: no_service")]
    {
        let receiver = Receiver::start(&[Reply::Answer(status, "", "no_service"), OK]).await;
        let desk = Desk::chat(&receiver).await;
        desk.ends("prod", Outcome::Live).await;
        desk.ends("prod", Outcome::Failed).await;
        assert_eq!((desk.step().await, desk.step().await), (Step::Done, Step::Done));
        assert_eq!(desk.fault().await, format!("dead after 1: {why}"));
        assert_eq!(receiver.got().len(), 2);
        assert!(desk.said.lock().unwrap().contains("`landfall notifications` lists it"));
    }
}

#[tokio::test]
async fn gone_is_gone() {
    let receiver = Receiver::start(&[Reply::Answer("410 Gone", "", ""), OK]).await;
    let desk = Desk::chat(&receiver).await;
    desk.ends("prod", Outcome::Live).await;
    desk.ends("prod", Outcome::Failed).await;
    assert_eq!(desk.step().await, Step::Done);
    desk.ends("prod", Outcome::Live).await;
    assert!(matches!(desk.step().await, Step::Rest(_)));
    assert_eq!(receiver.got().len(), 1);
    let left = desk.left().await;
    assert!(left.len() == 2 && left.iter().all(|one| one.state == DeliveryState::Dead));
}

#[tokio::test]
async fn nothing_secret_is_told_or_kept() {
    let receiver = Receiver::start(&[Reply::Answer("403 Forbidden", "", "hook/SECRET-PATH is not xoxb-TOKEN")]).await;
    let slack = SlackConfig {
        token: Some(Reference::Env("TOKEN".into())),
        channel: Some("C1".into()),
        api: Some(receiver.url.clone()),
        ..SlackConfig::default()
    };
    for sink in [
        Sink { slack: Some(slack), ..Sink::default() },
        Sink { mattermost: Some(ChatConfig { webhook: Reference::Env("URL".into()) }), ..Sink::default() },
    ] {
        let desk = Desk::open(sink, &receiver.url).await;
        desk.ends("prod", Outcome::Live).await;
        desk.step().await;
        let all = format!("{:?} {}", desk.left().await, desk.said.lock().unwrap());
        let is_chat = desk.sink.mattermost.is_some();
        assert!(all.contains("403") && all.contains("***"), "{all}");
        assert!(!all.contains(if is_chat { "SECRET-PATH" } else { "xoxb-TOKEN" }), "{all}");
    }
    // Nobody listens there any more.
    let desk = Desk::open(
        Sink { mattermost: Some(ChatConfig { webhook: Reference::Env("URL".into()) }), ..Sink::default() },
        "http://127.0.0.1:9/hook/SECRET-PATH",
    )
    .await;
    desk.ends("prod", Outcome::Live).await;
    desk.step().await;
    assert!(desk.fault().await.starts_with("waiting after 1: It cannot be reached: "), "{}", desk.fault().await);
    let all = format!("{} {}", desk.fault().await, desk.said.lock().unwrap());
    assert!(!all.contains("SECRET-PATH"), "{all}");
}

#[tokio::test]
async fn slack_keeps_one_message_up_to_date() {
    let posted = Reply::Answer("200 OK", "", r#"{"ok":true,"channel":"C9","ts":"17.5"}"#);
    let gone = Reply::Answer("200 OK", "", r#"{"ok":false,"error":"message_not_found"}"#);
    let bad = Reply::Answer("200 OK", "", r#"{"ok":false,"error":"channel_not_found"}"#);
    let busy = Reply::Answer("200 OK", "Retry-After: 3\r\n", r#"{"ok":false,"error":"ratelimited"}"#);
    let receiver = Receiver::start(&[posted, posted, gone, posted, bad, busy]).await;
    let api = receiver.url.clone();
    let (token, channel) = (Some(Reference::Env("TOKEN".into())), Some("general".into()));
    let slack = Some(SlackConfig { token, channel, api: Some(api), webhook: None });
    let desk = Desk::open(Sink { slack, ..Sink::default() }, "").await;
    let now = Time::now();
    let deploy = |revision: &str| NewDeploy {
        place: Place { target: "t".into(), namespace: "n".into(), record: "r".into() },
        environment: "prod".into(),
        target: "context prod".into(),
        cause: Cause::Serve,
        asked_by: None,
        repository: Some(REPOSITORY.into()),
        revision: Some(revision.repeat(40)),
        author: None,
        subject: None,
        message: None,
        committed: None,
        detected: now,
    };
    for revision in ["a", "b"] {
        let id = desk.journal.begin(&deploy(revision)).await.unwrap().id;
        desk.journal.first_write(&id, Time::now()).await.unwrap();
        desk.step().await;
        desk.journal.finish(&id, Outcome::Live, None, Time::now()).await.unwrap();
        desk.step().await;
    }
    let methods = |receiver: &Receiver| {
        let method = |request: &String| request.split(' ').nth(1).unwrap().rsplit('/').next().unwrap().to_owned();
        receiver.got().iter().map(method).collect::<Vec<_>>().join(" ")
    };
    // The message of the second deploy is posted where the first one's update fails; then no channel, then too much.
    assert_eq!(methods(&receiver), "chat.postMessage chat.update chat.postMessage chat.postMessage");
    assert!(receiver.got()[1].contains(r#""ts":"17.5""#) && receiver.got()[1].contains(r#""channel":"C9""#));
    assert!(receiver.got()[0].contains("authorization: Bearer xoxb-TOKEN"));
    desk.ends("prod", Outcome::Failed).await;
    desk.step().await;
    assert!(desk.left().await[0].error.as_deref().unwrap().contains("channel_not_found"));
    desk.ends("prod", Outcome::Live).await;
    assert_eq!(desk.step().await, Step::Rest(Duration::from_secs(3)));
}

#[tokio::test]
async fn programs_can_check_who_sent_it() {
    let receiver = Receiver::start(&[OK]).await;
    let webhook =
        Some(WebhookConfig { url: Reference::Env("URL".into()), secret: Some(Reference::Env("SECRET".into())) });
    let desk = Desk::open(Sink { webhook, ..Sink::default() }, &receiver.url).await;
    desk.ends("prod", Outcome::Live).await;
    desk.step().await;
    let request = receiver.got().remove(0);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let signature = super::super::webhook::signature(b"xoxb-TOKEN", body.as_bytes());
    assert!(head.contains(&format!("x-signature-256: {signature}")), "{head}");
    assert!(head.contains("content-type: application/cloudevents+json"), "{head}");
    assert!(body.contains(r#""specversion":"1.0""#), "{body}");
}
