//! What an event says to people: the same words for every sink, which only dresses them. Pure.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use landfall_core::object::ObjectId;
use landfall_journal::{Cause, Content, Event, EventKind, ImageChange, ObjectAction, Outcome, Time, short_id};

use crate::links;

/// So many objects are named, where a message is about many.
const FACTS: usize = 10;

/// An event in words. None of them is markup: whoever shows them escapes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Story {
    /// What happened, in one line without a full stop.
    pub headline: String,
    /// One line for each service, where there are several.
    pub services: Vec<String>,
    /// Why, where it failed, with the last lines of a log.
    pub reason: Option<String>,
    /// More in passing, in one line.
    pub note: Option<String>,
    /// Which commit.
    pub commit: Option<Commit>,
    /// Where there is more to see.
    pub link: Option<String>,
    /// How it is to be taken.
    pub mood: Mood,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Commit {
    pub short: String,
    pub author: String,
    pub subject: String,
    pub url: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Good,
    Bad,
    Busy,
    Calm,
    /// Somebody should look, but nothing has failed.
    Wary,
}

impl Mood {
    /// A sign that is understood without colours.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Good => "✅",
            Self::Bad => "❌",
            Self::Busy => "⏳",
            Self::Calm => "ℹ️",
            Self::Wary => "⚠️",
        }
    }

    /// Red, green and blue as one number.
    pub fn colour(self) -> u32 {
        match self {
            Self::Good => 0x2e_7d32,
            Self::Bad => 0xc6_2828,
            Self::Busy => 0x15_65c0,
            Self::Calm => 0x75_7575,
            Self::Wary => 0xed_6c02,
        }
    }
}

impl Commit {
    /// `9f8e7d6 (Ada, Tell more)`
    pub fn words(&self) -> String {
        let about = [&self.author, &self.subject].into_iter().filter(|text| !text.is_empty());
        let about = about.map(String::as_str).collect::<Vec<_>>().join(", ");
        if about.is_empty() { self.short.clone() } else { format!("{} ({about})", self.short) }
    }
}

impl Story {
    /// The headline with the commit, in one line.
    pub fn line(&self) -> String {
        match &self.commit {
            // It is about the commit itself.
            Some(commit) if self.headline.starts_with(&commit.short) => {
                self.headline.replacen(&commit.short, &commit.words(), 1)
            }
            Some(commit) => format!("{}, by {}", self.headline, commit.words()),
            None => self.headline.clone(),
        }
    }

    /// Everything as plain text.
    pub fn plain(&self) -> String {
        let mut text = self.line() + "\n";
        for service in &self.services {
            let _ = writeln!(text, "- {service}");
        }
        for part in self.note.iter().chain(&self.reason) {
            let _ = writeln!(text, "\n{part}");
        }
        if let Some(link) = &self.link {
            let _ = writeln!(text, "\n{link}");
        }
        text
    }
}

/// The words of an event. `public_url` is where people see the page of `serve`, without a slash at its end.
pub(crate) fn story(event: &Event, public_url: Option<&str>) -> Story {
    let page = public_url.map(|url| url.trim_end_matches('/'));
    let content = &event.content;
    let (deploy, place) = (&content.deploy, &event.environment);
    let since = clock(event.at);
    let services = services(content, event.kind);
    // Several services are lines of their own; a single one is the headline.
    let (one, several) = match services.as_slice() {
        [only] => (Some(only.clone()), Vec::new()),
        _ => (None, services),
    };
    let what = match (&one, several.len()) {
        (Some(service), _) => service.name.clone(),
        (None, 0) => "Everything".to_owned(),
        (None, count) => format!("{count} services"),
    };
    let is = if several.len() > 1 { "are" } else { "is" };
    let written = written(content);
    let pods = one.as_ref().map_or_else(String::new, |service| service.pods.clone());
    let revision = deploy.revision.as_deref().map_or("A deploy of files".to_owned(), |id| short_id(id).to_owned());
    let (headline, mood) = match event.kind {
        EventKind::Began => (format!("{revision} is being deployed to {place}"), Mood::Busy),
        EventKind::Live if deploy.cause == Cause::Drift => {
            (format!("{place} is as {revision} has it again since {since}; others had changed it"), Mood::Good)
        }
        EventKind::Live | EventKind::ServiceLive => {
            (format!("{what} {is} live in {place} since {since}{pods}"), Mood::Good)
        }
        EventKind::Recovered => {
            let what = if one.is_some() {
                format!("{place} is live again since {since}: {what}{pods}")
            } else {
                format!("{place} is live again since {since}")
            };
            (what, Mood::Good)
        }
        EventKind::Applied => (format!("{what} {is} written to {place}; nobody waited until it was live"), Mood::Good),
        EventKind::Refused => (format!("{revision} was refused for {place}; nothing was written"), Mood::Bad),
        EventKind::Failed => (failed(content, &revision, place), Mood::Bad),
        EventKind::Superseded => (format!("{revision} made way for a newer revision in {place}"), Mood::Calm),
        EventKind::Stopped => (format!("{revision} was stopped in {place}"), Mood::Calm),
        EventKind::Interrupted => {
            (format!("{revision} was cut off in {place}; another deploy came after it"), Mood::Calm)
        }
        EventKind::Drifted | EventKind::Mended | EventKind::Fight | EventKind::Paused | EventKind::Resumed => {
            return standing(event, page);
        }
    };
    let is_good = mood == Mood::Good && event.kind != EventKind::ServiceLive;
    let mut notes = Vec::new();
    if let Some(since) = content.failing_since {
        notes.push(format!("Deploys had failed since {}", clock(since)));
    }
    if is_good && one.is_none() && several.is_empty() && !written.is_empty() {
        notes.push(written);
    }
    if deploy.is_older {
        notes.push("This is an older revision than the one before".to_owned());
    }
    let commit = deploy.revision.as_deref().map(|id| Commit {
        short: short_id(id).to_owned(),
        author: name(deploy.author.as_deref().unwrap_or_default()),
        subject: one_line(deploy.subject.as_deref().unwrap_or_default()),
        url: deploy.repository.as_deref().and_then(|repository| links::commit(repository, id)),
    });
    Story {
        headline: one_line(&headline),
        services: several.into_iter().map(|service| format!("{}{}", service.name, service.pods)).collect(),
        reason: deploy.reason.clone().filter(|_| mood != Mood::Good && event.kind != EventKind::Began),
        note: (!notes.is_empty()).then(|| notes.join(". ")),
        commit,
        link: page.map(|page| format!("{page}/deploys/{}", deploy.id)),
        mood,
    }
}

/// The words of what is so between deploys. The commit that is live has nothing to do with it.
fn standing(event: &Event, page: Option<&str>) -> Story {
    let (content, place, since) = (&event.content, &event.environment, clock(event.at));
    let revision = content.deploy.revision.as_deref().map_or("what was deployed", short_id);
    let (headline, mood) = match event.kind {
        EventKind::Drifted => {
            let (objects, are) = if content.facts.len() == 1 { ("object", "is") } else { ("objects", "are") };
            let count = content.facts.len();
            (format!("{count} {objects} in {place} {are} not as {revision} has it, and left so"), Mood::Wary)
        }
        EventKind::Mended => (format!("Everything in {place} is as {revision} has it again since {since}"), Mood::Good),
        EventKind::Fight => (
            format!("What is corrected in {place} is undone again and again; corrections come more slowly now"),
            Mood::Wary,
        ),
        EventKind::Paused => (format!("{place} is paused since {since}: nothing is deployed to it"), Mood::Wary),
        _ => (format!("{place} is deployed to again since {since}"), Mood::Good),
    };
    let facts = content.facts.iter().map(|fact| one_line(fact));
    let more = content.facts.len().checked_sub(FACTS).filter(|more| *more > 0);
    Story {
        headline: one_line(&headline),
        services: facts.take(FACTS).chain(more.map(|more| format!("and {more} more"))).collect(),
        reason: None,
        note: None,
        commit: None,
        link: page.map(|page| format!("{page}/")),
        mood,
    }
}

fn failed(content: &Content, revision: &str, place: &str) -> String {
    match content.deploy.outcome {
        Outcome::Hopeless => format!("{revision} will not become live in {place}"),
        Outcome::NotLive => format!("{revision} was not live in time in {place}"),
        _ if content.deploy.first_write.is_none() => format!("{revision} failed in {place}; nothing was written"),
        _ => format!("{revision} failed in {place}"),
    }
}

#[derive(Clone)]
struct Service {
    /// `gitserver 5.0 -> 5.1`
    name: String,
    /// `, 3 of 3 pods`
    pods: String,
}

/// The services whose images an event is about.
fn services(content: &Content, kind: EventKind) -> Vec<Service> {
    let mut ids: Vec<&ObjectId> = match &content.service {
        Some(service) => vec![service],
        None => content.images.iter().map(|image| &image.workload).collect(),
    };
    ids.dedup();
    let service = |id: &ObjectId| {
        let images: Vec<&ImageChange> = content.images.iter().filter(|image| image.workload == *id).collect();
        let changes: Vec<String> = images.iter().map(|image| change(image, images.len() > 1)).collect();
        let name = if changes.is_empty() { id.name.clone() } else { format!("{} {}", id.name, changes.join(", ")) };
        let is_live = matches!(kind, EventKind::Live | EventKind::Recovered | EventKind::ServiceLive);
        let rollout = content.rollouts.iter().find(|rollout| rollout.workload == *id).filter(|_| is_live);
        let pods = rollout.and_then(|rollout| Some(format!(", {} of {} pods", rollout.ready?, rollout.total?)));
        Service { name, pods: pods.unwrap_or_default() }
    };
    ids.into_iter().map(service).collect()
}

/// `5.0 -> 5.1`; with several containers `nginx: 5.0 -> 5.1`.
fn change(image: &ImageChange, is_one_of_several: bool) -> String {
    let version = |image: &Option<String>| image.as_deref().map(version);
    let (before, after) = (version(&image.before), version(&image.after));
    let text = match (before, after) {
        (Some(before), Some(after)) => format!("{before} -> {after}"),
        (None, Some(after)) => format!("{after} (new)"),
        (Some(before), None) => format!("{before} (removed)"),
        (None, None) => String::new(),
    };
    if is_one_of_several { format!("{}: {text}", image.container) } else { text }
}

/// The tag of an image, or the beginning of its digest.
fn version(image: &str) -> String {
    let (name, digest) = image.split_once('@').map_or((image, None), |(name, digest)| (name, Some(digest)));
    let tag = name.rsplit_once(':').map(|(_, tag)| tag).filter(|tag| !tag.contains('/'));
    match (tag, digest) {
        (Some(tag), _) => tag.to_owned(),
        (None, Some(digest)) => digest.trim_start_matches("sha256:").chars().take(12).collect(),
        (None, None) => "latest".to_owned(),
    }
}

/// `2 created, 1 updated`
fn written(content: &Content) -> String {
    let one = |(action, count): (&ObjectAction, &usize)| {
        let done = match action {
            ObjectAction::Create => "created",
            ObjectAction::Update => "updated",
            ObjectAction::Replace => "replaced",
            ObjectAction::Repair => "repaired",
            ObjectAction::Prune => "pruned",
            ObjectAction::Keep => "kept",
        };
        format!("{count} {done}")
    };
    content.written.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// `14:32 UTC`; whoever reads it later sees from the message when it came.
fn clock(time: Time) -> String {
    time.timestamp().to_zoned_datetime(TimeZone::UTC).strftime("%H:%M UTC").to_string()
}

/// `Ada <ada@example.com>` without the address.
fn name(author: &str) -> String {
    one_line(author.split(" <").next().unwrap_or(author))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
