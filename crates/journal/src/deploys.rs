//! The timeline.

use landfall_core::object::ObjectId;
use serde::{Deserialize, Serialize};

use crate::{
    deploy::Deploy, error::Result, journal::Journal, object::ImageChange, place::Place, time::Time, words::Outcome,
};

/// Which deploys are meant; those that fit everything that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this place.
    pub place: Option<Place>,
    /// Of environments with this name.
    pub environment: Option<String>,
    /// From this repository.
    pub repository: Option<String>,
    /// Those that changed a workload: its name, or kind and name as in `deployment/gitserver`.
    pub service: Option<String>,
    /// Detected then or later.
    pub since: Option<Time>,
    /// Detected before.
    pub until: Option<Time>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// At most so many; 50 if `None`, 1000 at most.
    pub limit: Option<u32>,
    /// [`Page::next`] of the page before.
    pub cursor: Option<String>,
}

/// Deploys, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// The deploys.
    pub deploys: Vec<Summary>,
    /// What to pass as [`Filter::cursor`] for the ones before; `None` if there are none.
    pub next: Option<String>,
}

/// A deploy in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// The deploy itself.
    pub deploy: Deploy,
    /// How many objects it changed.
    pub counts: Counts,
    /// The workloads that it changed, be it their images or something else.
    pub services: Vec<ObjectId>,
    /// The images that it changed.
    pub images: Vec<ImageChange>,
}

/// Numbers of objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Created.
    pub create: u64,
    /// Patched.
    pub update: u64,
    /// Deleted and created again.
    pub replace: u64,
    /// Deleted.
    pub prune: u64,
    /// Left on purpose.
    pub keep: u64,
    /// Those of the above that could not be written.
    pub failed: u64,
    /// Those of the above that have not been written.
    pub planned: u64,
}

impl Journal {
    /// The deploys that fit, newest first: the order in which they began within a place, and of their detection between
    /// places.
    ///
    /// # Errors
    ///
    /// The journal cannot be read, or [`Error::Cursor`](crate::Error::Cursor).
    pub async fn deploys(&self, filter: &Filter) -> Result<Page> {
        todo!()
    }
}
