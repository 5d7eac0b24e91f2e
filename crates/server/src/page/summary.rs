//! A deploy as a line of a list, and a workload as a row of a table.

use landfall_core::{health::HealthState, object::ObjectId};
use landfall_journal::{Deploy, Service, Summary, Time, short_id};

use crate::{links, words};

/// A deploy as pages show it. All texts are plain; the template escapes them.
pub(crate) struct Line {
    pub id: String,
    pub environment: String,
    pub revision: Option<Revision>,
    pub subject: String,
    pub author: String,
    pub outcome: &'static str,
    pub colour: &'static str,
    pub time: String,
    pub machine_time: String,
    pub ago: String,
    /// Why it ended so: sentences, each with the last line of a log that it quotes.
    pub reason: Vec<Sentence>,
    /// `gitserver: v1 -> v2`.
    pub images: Vec<String>,
    /// What became of the objects: `2 updated, 1 pruned`; only of a line of the timeline.
    pub done: String,
}

/// A sentence, and the last line of a log that it quotes.
pub(crate) type Sentence = (String, Option<String>);

/// A commit.
pub(crate) struct Revision {
    pub short: String,
    /// Where the forge shows it.
    pub link: Option<String>,
}

impl Revision {
    pub fn new(repository: Option<&str>, revision: &str) -> Self {
        Self {
            short: short_id(revision).to_owned(),
            link: repository.and_then(|repository| links::commit(repository, revision)),
        }
    }
}

impl Line {
    pub fn of(summary: &Summary, now: Time) -> Self {
        let line = Self::of_deploy(&summary.deploy, now);
        let images = summary.images.iter().map(|image| {
            let or_nothing = |image: &Option<String>| image.clone().unwrap_or_else(|| "nothing".to_owned());
            let workload = words::object(&image.workload, &summary.deploy.place.namespace);
            format!("{workload}: {} \u{2192} {}", or_nothing(&image.before), or_nothing(&image.after))
        });
        Self { images: images.collect(), done: summary.done(), ..line }
    }

    pub fn of_deploy(deploy: &Deploy, now: Time) -> Self {
        let (outcome, colour) = words::outcome(deploy);
        let time = deploy.moment();
        Self {
            id: deploy.id.to_string(),
            environment: deploy.environment.clone(),
            revision: deploy.revision.as_ref().map(|revision| Revision::new(deploy.repository.as_deref(), revision)),
            subject: deploy.subject.clone().unwrap_or_default(),
            author: deploy.author.clone().or_else(|| deploy.asked_by.clone()).unwrap_or_default(),
            outcome,
            colour,
            time: words::time(time),
            machine_time: words::machine_time(time),
            ago: words::ago(time, now),
            reason: words::reason(deploy.reason.as_deref().unwrap_or_default()),
            images: Vec::new(),
            done: String::new(),
        }
    }
}

/// A workload that is live, or was.
pub(crate) struct Row {
    pub name: String,
    /// The page of the object, as it is now.
    pub link: String,
    pub images: Vec<String>,
    pub revision: Option<Revision>,
    pub since: Option<Moment>,
}

impl Row {
    /// `environment` has its name, and the namespace of objects that name none.
    pub fn of(service: &Service, (environment, namespace): (&str, &str), repository: Option<&str>, now: Time) -> Self {
        Self {
            name: words::object(&service.workload, namespace),
            link: links::object(environment, &service.workload),
            images: service.images.iter().map(|image| image.image.clone()).collect(),
            revision: service.revision.as_ref().map(|revision| Revision::new(repository, revision)),
            since: service.since.map(|since| moment(since, now)),
        }
    }
}

/// For a `<time>`: for machines, for people, and roughly.
pub(crate) type Moment = (String, String, String);

pub(crate) fn moment(time: Time, now: Time) -> Moment {
    (words::machine_time(time), words::time(time), words::ago(time, now))
}

/// A workload on its way to live.
pub(crate) struct Progress {
    pub name: String,
    pub link: String,
    pub colour: &'static str,
    pub sentence: Sentence,
    pub ready: i64,
    pub total: i64,
}

impl Progress {
    pub fn of(
        id: &ObjectId,
        (environment, namespace): (&str, &str),
        state: HealthState,
        sentence: &str,
        (ready, total): (Option<i64>, Option<i64>),
    ) -> Self {
        let colour = match state {
            HealthState::Live => "good",
            HealthState::Hopeless => "bad",
            HealthState::Progressing | HealthState::Terminating => "busy",
            HealthState::Suspended => "calm",
        };
        let sentence = match sentence.split_once("; its last line: ") {
            Some((sentence, log)) => (sentence.to_owned(), Some(log.to_owned())),
            None => (sentence.to_owned(), None),
        };
        let (ready, total) = (ready.unwrap_or_default(), total.unwrap_or_default());
        let (name, link) = (words::object(id, namespace), links::object(environment, id));
        Self { name, link, colour, sentence, ready, total }
    }
}
