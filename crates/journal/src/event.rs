//! What people are told of.

use std::collections::BTreeMap;

use landfall_core::object::ObjectId;
use serde::{Deserialize, Serialize};

use crate::{
    deploy::{Deploy, Record},
    object::ImageChange,
    place::Place,
    progress::Rollout,
    time::Time,
    words::{EventKind, ObjectAction, ObjectState},
};

/// Something that happened, and all that is needed to tell it, as it was then. No values of Secrets: everything in it is
/// from the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The same for ever, however often it is told: a ULID in lower case.
    pub id: String,
    /// What happened.
    pub kind: EventKind,
    /// The repository that is served there.
    pub repository: String,
    /// The environment as that repository's configuration calls it.
    pub environment: String,
    /// When it happened, which may be long before it is told.
    pub at: Time,
    /// What it is about.
    pub content: Content,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// The deploy as it was at that moment; that which came last, where the event is about what is so between deploys.
    pub deploy: Deploy,
    /// How many objects were written, by what was done to them.
    pub written: BTreeMap<ObjectAction, usize>,
    /// How many could not be written.
    pub unwritten: usize,
    /// The images that it changed.
    pub images: Vec<ImageChange>,
    /// Its workloads on their way to live.
    pub rollouts: Vec<Rollout>,
    /// Since when deploys to the place had failed, where this one made an end of it.
    pub failing_since: Option<Time>,
    /// The workload, where it is about one.
    pub service: Option<ObjectId>,
    /// What is so, where it is about what is so between deploys: a sentence without a full stop each.
    #[serde(default)]
    pub facts: Vec<String>,
}

impl Event {
    /// Where it happened.
    pub fn place(&self) -> &Place {
        &self.content.deploy.place
    }
}

impl Content {
    pub(crate) fn of(record: Record) -> Self {
        let mut written = BTreeMap::new();
        for object in record.objects.iter().filter(|object| object.state == ObjectState::Done) {
            if object.action != ObjectAction::Keep {
                *written.entry(object.action).or_insert(0) += 1;
            }
        }
        let unwritten = record.objects.iter().filter(|object| object.state == ObjectState::Failed).count();
        let Record { deploy, images, rollouts, .. } = record;
        Self { deploy, written, unwritten, images, rollouts, failing_since: None, service: None, facts: Vec::new() }
    }
}
