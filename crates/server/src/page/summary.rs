//! A deploy as a line of a list.

use landfall_journal::{Deploy, Summary, Time};

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
    pub reason: String,
    /// `gitserver: v1 -> v2`.
    pub images: Vec<String>,
    /// What it did otherwise: `2 updated, 1 pruned`.
    pub counts: String,
}

/// A commit.
pub(crate) struct Revision {
    pub short: String,
    /// Where the forge shows it.
    pub link: Option<String>,
}

impl Revision {
    pub fn new(repository: Option<&str>, revision: &str) -> Self {
        Self {
            short: words::short(revision).to_owned(),
            link: repository.and_then(|repository| links::commit(repository, revision)),
        }
    }
}

impl Line {
    pub fn of(summary: &Summary, now: Time) -> Self {
        let line = Self::of_deploy(&summary.deploy, now);
        let images = summary.images.iter().map(|image| {
            let or_nothing = |image: &Option<String>| image.clone().unwrap_or_else(|| "nothing".to_owned());
            format!("{}: {} \u{2192} {}", image.workload, or_nothing(&image.before), or_nothing(&image.after))
        });
        let counts = &summary.counts;
        let words = [
            (counts.create, "created"),
            (counts.update, "updated"),
            (counts.replace, "replaced"),
            (counts.repair, "repaired"),
            (counts.prune, "pruned"),
            (counts.failed, "failed"),
        ];
        let counts: Vec<String> =
            words.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        Self { images: images.collect(), counts: counts.join(", "), ..line }
    }

    pub fn of_deploy(deploy: &Deploy, now: Time) -> Self {
        let (outcome, colour) = words::outcome(deploy.outcome);
        let time = deploy.live.or(deploy.ended).or(deploy.applied).unwrap_or(deploy.detected);
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
            reason: deploy.reason.clone().unwrap_or_default(),
            images: Vec::new(),
            counts: String::new(),
        }
    }
}
