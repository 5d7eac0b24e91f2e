//! What a target can do. Deploys know targets only through this.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use landfall_core::{
    catalog::{Catalog, ServedKind},
    desired::DesiredSet,
    drift::Applied,
    health::ReadyConditions,
    inventory::{Inventory, InventoryError, Latest},
    object::{Gvk, ObjectId},
    observation::{ListQuery, Observation},
    plan::{CheckFault, CheckOutcome, Item, Refusal},
    rollout::Rollout,
    selector::Selector,
};
use serde::Serialize;
use thiserror::Error;

use crate::environment::EnvironmentKey;

/// A place where objects live: a cluster, or one Docker host.
#[async_trait]
pub trait Target: Send + Sync {
    /// The target in a few words for messages: `context prod (https://...)`.
    fn describe(&self) -> String;

    /// Its address, the same for everybody who deploys there: `https://host:6443`. Without credentials.
    fn address(&self) -> String;

    /// The namespace of objects that name none.
    fn default_namespace(&self) -> &str;

    /// The kinds that it serves.
    async fn catalog(&self) -> Result<Catalog, TargetError>;

    /// The inventory of an environment, and those of the others on the target.
    async fn inventories(&self, key: &EnvironmentKey) -> Result<Inventories, TargetError>;

    /// The version of the inventory of an environment, as [`Target::inventories`] tells it.
    async fn inventory_version(&self, key: &EnvironmentKey) -> Result<Option<String>, TargetError> {
        Ok(self.inventories(key).await?.version)
    }

    /// Looks at a whole revision before anything is planned, so that `plan` tells all that the target cannot do at once.
    /// A target that is asked about each change by [`Self::check`] alone has nothing to say here.
    async fn review(&self, _desired: &DesiredSet) -> Result<Review, TargetError> {
        Ok(Review::default())
    }

    /// Tells which lists [`Target::observe`] will be asked for in any case, before all is known: a target may begin them.
    fn expect(&self, _queries: Vec<ListQuery>, _desired: &DesiredSet, _selector: &Selector) {}

    /// Reads all objects of the queries that the selector selects, and `wanted` ones that it does not. What cannot be
    /// read is part of the answer.
    async fn observe(&self, request: &ObserveRequest<'_>) -> Result<Observation, TargetError>;

    /// What is in a namespace, or of a definition's kind, besides what every namespace has: enough to say that it is
    /// not empty, not all of it.
    async fn contents(&self, id: &ObjectId, catalog: &Catalog) -> Result<Vec<ObjectId>, TargetError>;

    /// Asks whether the target would accept an item, without doing it.
    async fn check(&self, item: &Item, catalog: &Catalog) -> Result<CheckOutcome, TargetError>;

    /// Carries out one item, and tells the object's UID, if it has one now.
    async fn carry_out(&self, item: &Item, catalog: &Catalog) -> Result<Carried, TargetError>;

    /// Waits until a definition that was just applied is served.
    async fn definition_served(&self, id: &ObjectId) -> Result<(), TargetError>;

    /// Writes the inventory of an environment, and tells the new version.
    async fn write_inventory(
        &self,
        key: &EnvironmentKey,
        inventory: &Inventory,
        version: Option<&str>,
    ) -> Result<String, TargetError>;

    /// Takes the environment's lock, or tells who holds it. The lock is renewed until it is dropped.
    async fn lock(&self, key: &EnvironmentKey, holder: &str, wait: Duration) -> Result<Box<dyn Lock>, TargetError>;

    /// Begins to watch objects and all that tells something of them. Returns when what is there now has been seen.
    async fn watch(&self, request: &WatchRequest<'_>) -> Result<Box<dyn Watch>, TargetError>;

    /// Begins to notice what somebody else changes of an environment's objects. Asks nothing as long as nothing happens.
    async fn watch_drift(&self, request: &DriftRequest) -> Result<Box<dyn DriftWatch>, TargetError>;

    /// Whether what was written becomes true without Landfall, as by a cluster's controllers. Where it does not, a deploy
    /// always waits, and keeps the environment's lock until the wait has ended and [`Self::settle`] has returned.
    fn rolls_by_itself(&self) -> bool {
        true
    }

    /// Nobody waits any more: ends what is under way at a safe point, where what served before still serves. Nothing to
    /// do for a target that rolls by itself.
    async fn settle(&self) -> Result<(), TargetError> {
        Ok(())
    }

    /// Does what the controllers of a cluster do by the clock, under the environment's lock: starts the Jobs of CronJobs.
    /// Called again when the time that it tells is over. Nothing to do for a target that has controllers.
    async fn tend(&self, _key: &EnvironmentKey, _holder: &str) -> Result<Tended, TargetError> {
        Ok(Tended::default())
    }

    /// The present time by the target's clock, as far as it is known: what the target writes is compared with it.
    fn now(&self) -> Timestamp;
}

/// What to watch.
pub struct WatchRequest<'a> {
    /// The objects, with the version to read them in.
    pub objects: &'a [(ObjectId, Gvk)],
    /// Which objects belong to the environment.
    pub selector: &'a Selector,
    /// The environment, if other deploys of it matter.
    pub key: Option<&'a EnvironmentKey>,
    /// The kinds that the target serves, and those that the revision brings.
    pub catalog: &'a Catalog,
    /// Which conditions say that objects of custom kinds are live.
    pub ready_conditions: &'a ReadyConditions,
}

/// Objects that are being watched. Ends when it is dropped.
#[async_trait]
pub trait Watch: Send {
    /// An object was written just now: what was seen of it before says nothing.
    fn wrote(&mut self, id: &ObjectId, carried: &Carried);

    /// The environment's inventory was written just now, in this version: what older ones say of who deployed last is
    /// past.
    fn wrote_inventory(&mut self, version: &str);

    /// Waits until something may have changed, at most `limit`, and tells how far every object is.
    async fn next(&mut self, limit: Duration) -> Result<Sight, TargetError>;
}

/// What a watch sees.
#[derive(Debug, Clone, Default)]
pub struct Sight {
    /// How far each object is, in the order in which they were asked for.
    pub rollouts: Vec<Rollout>,
    /// Who deployed to the environment last.
    pub latest: Option<Latest>,
    /// What cannot be seen, and why; each is told once.
    pub warnings: Vec<String>,
}

/// In what to notice changes.
#[derive(Clone)]
pub struct DriftRequest {
    /// The environment.
    pub key: EnvironmentKey,
    /// Which objects belong to it.
    pub selector: Selector,
    /// The kinds that the target serves.
    pub catalog: Arc<Catalog>,
    /// The objects that were applied, each in the version of its manifest.
    pub applied: Arc<BTreeMap<ObjectId, (Gvk, Applied)>>,
}

/// An object that is not what was applied. The next deploy repairs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Drifted {
    /// The object.
    pub object: ObjectId,
    /// What does not match, a sentence without a full stop each.
    pub drift: Vec<String>,
}

/// Objects in which changes are noticed. Ends when it is dropped.
#[async_trait]
pub trait DriftWatch: Send {
    /// Waits until something of this has changed, and tells all that is not as applied now. The first one tells it as soon as
    /// everything was looked at.
    ///
    /// # Errors
    /// The target cannot be read now; it may be asked again.
    async fn next(&mut self) -> Result<DriftSight, TargetError>;
}

/// What is not as it was applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DriftSight {
    /// The objects, in their order.
    pub drifted: Vec<Drifted>,
    /// How often an object was seen to be as applied again: one that has drifted twice in the same way is told twice.
    pub mended: u64,
    /// Whether one of them is known by its content alone, so that only a new watch sees that it was corrected.
    pub by_content: bool,
    /// What cannot be seen, and why; each is told once.
    pub warnings: Vec<String>,
}

/// A lock that is held: one deploy at a time per environment, across machines.
#[async_trait]
pub trait Lock: Send + Sync {
    /// Whether it is still held. Once it is lost, nothing must be written any more.
    fn is_held(&self) -> bool;

    /// Gives it back, so that the next one need not wait for it to expire.
    async fn release(self: Box<Self>);
}

/// What to read.
pub struct ObserveRequest<'a> {
    /// The lists.
    pub queries: &'a [ListQuery],
    /// Which objects count.
    pub selector: &'a Selector,
    /// Objects that are read even if the selector does not select them, with the kind to read them as.
    pub wanted: &'a HashMap<&'a ObjectId, &'a ServedKind>,
    /// Those of them without which nothing can be planned; what else cannot be read is only not seen.
    pub required: &'a HashSet<&'a ObjectId>,
    /// The version of the inventory: what is read must not be older, or a plan might take for done what the deploy that wrote
    /// it has undone.
    pub not_before: Option<&'a str>,
}

/// The inventories on a target.
#[derive(Debug, Clone, Default)]
pub struct Inventories {
    /// That of the environment; `None` before its first deploy.
    pub own: Option<Inventory>,
    /// Its version, for a write that must not overwrite somebody else's.
    pub version: Option<String>,
    /// When it was last written, RFC 3339 in whole seconds by the target's clock.
    pub written: Option<String>,
    /// Those of other environments, by their names.
    pub others: BTreeMap<String, Inventory>,
}

impl Inventories {
    /// Whether a revision was deployed last, and nothing else has been begun since.
    pub fn is_at(&self, revision: Option<&str>) -> bool {
        self.own.as_ref().is_some_and(|own| own.deploying.is_none() && own.revision.as_deref() == revision)
    }
}

/// What a target says of a revision as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Review {
    /// The objects that it cannot carry out, with the places of all fields that are in the way.
    pub refusals: Vec<(ObjectId, Refusal)>,
    /// What it accepts without effect, sentences for the user.
    pub notes: Vec<String>,
}

/// What came of an item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Carried {
    /// The object's UID; `None` after a deletion.
    pub uid: Option<String>,
    /// What the target warns of.
    pub warnings: Vec<String>,
    /// The generation that the write made, for kinds that count them.
    pub generation: Option<i64>,
}

/// What a target did by the clock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tended {
    /// When to tend it again, from now; `None` if there is nothing to do before the next deploy.
    pub rest: Option<Duration>,
    /// What was done, sentences for the user.
    pub news: Vec<String>,
    /// What did not work.
    pub warnings: Vec<String>,
}

/// Why a target did not do what was asked.
#[derive(Debug, Clone, Error)]
pub enum TargetError {
    /// It does not answer.
    #[error("{target} cannot be reached: {reason}")]
    Unreachable {
        /// The target.
        target: String,
        /// Why.
        reason: String,
    },
    /// A Docker engine did not do what it was asked.
    #[error("{message}")]
    Engine {
        /// What happened: a sentence without a full stop.
        message: String,
        /// What to do next, where the message does not say it all.
        remedy: Option<String>,
        /// Whether the engine itself is out of reach.
        lost: bool,
    },
    /// It does not know the user.
    #[error("{target} does not accept the credentials: {reason}")]
    Unauthorized {
        /// The target.
        target: String,
        /// Why, as it says.
        reason: String,
    },
    /// The user may not do it.
    #[error("{0}")]
    Forbidden(String),
    /// It refuses an object.
    #[error("{}", .0.message)]
    Refused(CheckFault),
    /// Somebody else changed the object in between.
    #[error("{0}")]
    Conflict(String),
    /// Another deploy of the environment is running.
    #[error("Another deploy of this environment is running: {holder}, since {since}")]
    Locked {
        /// Who holds the lock.
        holder: String,
        /// Since when, RFC 3339.
        since: String,
    },
    /// The inventory cannot be read.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    /// Something else went wrong.
    #[error("{0}")]
    Other(String),
}
