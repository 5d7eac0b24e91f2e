//! The plan: the list of actions that turn what is live into what is desired, as data.
//!
//! It is computed without any request from what was read, printed, carried out and recorded as the same value.

mod apply_items;
mod between;
mod check;
mod compute;
mod explain;
mod guard;
mod lines;
mod prune_items;
#[cfg(test)]
mod repair_tests;
mod replace;
mod secret;
mod shown;
mod summary;
mod warn;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

pub use between::between;
pub use check::{CheckFault, CheckOutcome, FaultCause};
pub use compute::{PlanInput, compute};
pub use explain::{cause as explain_cause, wrong_types};
pub use lines::Sign;
pub use secret::{HIDDEN, conceal, hide_values, holds_secret};
pub use shown::shown;
pub use summary::Totals;

use crate::{
    diagnostic::Place,
    foreign::ForeignField,
    immutable::ReplaceMethod,
    merge::Patch,
    object::{Gvk, ObjectId},
    observation::{LiveObject, Unseen},
    order::Step,
    prune::{Contents, Keep},
};

/// What a deploy would do, or why it would do nothing.
#[derive(Clone, Default)]
pub struct Plan {
    /// One item per object, in the order in which they are carried out.
    pub items: Vec<Item>,
    /// Why the plan must not be carried out. Empty in a plan that may.
    pub refusals: Vec<Refusal>,
    /// What the user should know, though it stops nothing.
    pub warnings: Vec<String>,
    /// The kinds that could not be read, and that are not pruned therefore.
    pub unseen: Vec<Unseen>,
}

/// What happens to one object.
#[derive(Clone)]
pub struct Item {
    /// The object.
    pub id: ObjectId,
    /// The version in which it is read and written.
    pub gvk: Gvk,
    /// When it is applied.
    pub step: Step,
    /// What happens to it.
    pub action: Action,
    /// Where its manifest stands.
    pub place: Option<Place>,
    /// The UID that was observed.
    pub uid: Option<String>,
    /// What the user should know of this object.
    pub notes: Vec<String>,
    /// Whether the target can check it before: not if its kind or its namespace comes with the same revision.
    pub checkable: bool,
    /// It does not look like its manifest, but by the target's own word applying that would change nothing.
    pub settled: bool,
}

/// What happens to an object. Bodies and patches hold the values of Secrets and are never shown; changes hold what may
/// be shown.
#[derive(Clone)]
pub enum Action {
    /// It does not exist, and is created.
    Create {
        /// What is sent.
        body: Value,
        /// Its configuration is too large for the last-applied annotation: it is applied on the server's side.
        server_side: bool,
    },
    /// It is patched.
    Update {
        /// What is sent.
        patch: Write,
        /// What changes by it.
        changes: Vec<Change>,
        /// Fields that somebody else wrote last, and that are overwritten.
        foreign: Vec<ForeignField>,
    },
    /// It has an immutable field that changed, and is deleted and created again.
    Replace {
        /// How.
        method: ReplaceMethod,
        /// What is sent to create it again.
        body: Value,
        /// The immutable fields that changed.
        changes: Vec<Change>,
    },
    /// It is recorded as desired, but what makes it true on the target is not: that is made anew.
    Repair {
        /// What does not match, a sentence without a full stop each.
        drift: Vec<String>,
    },
    /// It is as desired.
    Unchanged,
    /// It is deleted.
    Prune,
    /// The revision does not have it, but it is left.
    Keep(Keep),
}

/// How an existing object is written.
#[derive(Clone)]
pub enum Write {
    /// A three-way merge patch, as kubectl sends it.
    Patch(Patch),
    /// A server-side apply of the whole configuration, for objects that were applied so before.
    ServerSide(Value),
}

/// One field that changes, as it may be shown.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Change {
    /// The field, in the API server's notation: `spec.template.spec.containers[name="web"].image`.
    pub field: String,
    /// The live value; `None` where there is none. Hidden in Secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Value>,
    /// The desired value; `None` where it is removed. Hidden in Secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Value>,
}

/// Who does not let a plan be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum RefusedBy {
    /// A guard of Landfall: the user may approve, or the change is undone.
    Guard,
    /// The target: it would not accept an object. Nothing but another revision or other rights help.
    Target,
}

/// Why a plan must not be carried out: a guard, an immutable field, or the target's refusal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refusal {
    /// Who refuses.
    pub by: RefusedBy,
    /// What is wrong: a sentence without a full stop.
    pub message: String,
    /// Where the manifest stands, `file:line:column`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// More lines: fields with their values, objects.
    pub details: Vec<String>,
    /// What to do next.
    pub remedy: String,
}

/// What the user has allowed, and how far a plan may go without.
#[derive(Debug, Clone)]
pub struct PlanOptions {
    /// Whether objects that left the revision are deleted.
    pub prune: bool,
    /// Objects that may be replaced: `statefulset/gitserver`.
    pub replace: BTreeSet<String>,
    /// Objects that may be deleted though they hold data or are many: `persistentvolumeclaim/data`.
    pub allow_prune: BTreeSet<String>,
    /// The share of the environment, 0 to 1, that one deploy may delete without approval.
    pub max_prune_share: f64,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self { prune: true, replace: BTreeSet::new(), allow_prune: BTreeSet::new(), max_prune_share: 0.5 }
    }
}

/// The objects of other environments, with the environment's name, and what lives in namespaces and definitions.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Objects that another environment on the target claims.
    pub claims: BTreeMap<ObjectId, String>,
    /// For a namespace or definition that is to be deleted: the objects in it.
    pub contents: BTreeMap<ObjectId, Contents>,
}

impl Plan {
    /// Whether carrying it out would write anything.
    pub fn has_changes(&self) -> bool {
        self.items.iter().any(Item::is_change)
    }

    /// The items that create, change, replace or repair an object in a step.
    pub fn applies(&self, step: Step) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.step == step && item.is_apply())
    }

    /// The items that delete an object.
    pub fn prunes(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| matches!(item.action, Action::Prune))
    }

    /// What is left though the revision does not have it, until somebody decides about it.
    pub fn kept_until_decided(&self) -> impl Iterator<Item = (&Item, &Keep)> {
        self.items.iter().filter_map(|item| match &item.action {
            Action::Keep(keep) if keep.remedy.is_some() => Some((item, keep)),
            _ => None,
        })
    }

    /// What it does, in numbers.
    pub fn totals(&self) -> Totals {
        Totals::of(self)
    }
}

impl Action {
    /// What becomes of an object whose document is as desired.
    fn repair_or_unchanged(live: &LiveObject) -> Self {
        if live.drift.is_empty() { Self::Unchanged } else { Self::Repair { drift: live.drift.clone() } }
    }
}

impl Item {
    /// Whether it creates, changes, replaces or repairs its object.
    pub fn is_apply(&self) -> bool {
        matches!(
            self.action,
            Action::Create { .. } | Action::Update { .. } | Action::Replace { .. } | Action::Repair { .. }
        )
    }

    /// Whether it writes anything.
    pub fn is_change(&self) -> bool {
        self.is_apply() || matches!(self.action, Action::Prune)
    }
}
