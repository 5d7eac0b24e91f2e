//! What the target's own check (a server-side dry run) says of a plan.

use serde_json::Value;

use super::{Action, Item, PlanOptions, Refusal, RefusedBy, explain, replace, secret};
use crate::{
    catalog::Platform, compare, desired::Desired, diagnostic::Place, immutable::ReplaceMethod, manifest,
    observation::LiveObject, schema,
};

/// The answer to the dry run of one item.
#[derive(Debug, Clone, PartialEq)]
pub enum CheckOutcome {
    /// It would be done; the object as it would be then.
    Accepted(Box<Value>),
    /// It would be refused.
    Refused(CheckFault),
    /// It was to be created, but exists.
    Exists,
}

/// Why the target would refuse an item.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckFault {
    /// The target's message.
    pub message: String,
    /// The fields that it names.
    pub causes: Vec<FaultCause>,
    /// The HTTP status, or 0.
    pub code: u16,
}

/// One field that the target does not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultCause {
    /// The field, in the target's notation.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

impl CheckFault {
    /// Whether the target refuses because a field cannot be changed.
    pub fn is_immutable(&self) -> bool {
        self.code == 422 && (self.message.contains("immutable") || self.message.contains("updates to statefulset spec"))
    }
}

impl Refusal {
    /// The first of several refusals for one reason, with the number of the others.
    pub fn first_of(mut refusals: Vec<Self>) -> Option<Self> {
        refusals.sort_by(|a, b| a.place.cmp(&b.place));
        let others = refusals.len().saturating_sub(1);
        let mut first = refusals.into_iter().next()?;
        if others > 0 {
            let objects = if others == 1 { "object" } else { "objects" };
            first.details.push(format!("and {others} more {objects} for the same reason"));
        }
        Some(first)
    }
}

impl Item {
    /// Takes the result of the dry run: what would change nothing, by the target's own word, is no change.
    pub fn settle(&mut self, live: &LiveObject, result: &Value) {
        if !matches!(self.action, Action::Update { .. }) {
            return;
        }
        let Ok(document) = live.parse() else { return };
        let kind = schema::builtin().lookup(&self.gvk);
        if compare::differences(kind.as_ref(), &document, result).is_empty() {
            self.action = Action::repair_or_unchanged(live);
            self.settled = true;
        }
    }

    /// Makes a replacement of an update that the target refuses for a field that it does not let anybody change, where
    /// the user approved that; `false` where not. Of built-in kinds these fields are foreseen, of custom ones only the
    /// target knows them.
    pub fn replace_instead(&mut self, desired: &Desired, live: &Value, options: &PlanOptions) -> bool {
        let Action::Update { changes, .. } = &self.action else { return false };
        let method = ReplaceMethod::of(&self.id.group_kind(), live, &desired.value);
        if !replace::is_approved(desired, method, options) {
            return false;
        }
        self.notes.push(format!("replaced, since the cluster does not let it be changed: {}", method.consequence()));
        self.action = Action::Replace { method, body: replace::body(desired, method, live), changes: changes.clone() };
        true
    }

    /// The refusal of an item that the target would not accept, with the places of the fields that it names.
    pub fn refuse(&self, fault: &CheckFault, desired: Option<&Desired>, platform: Platform) -> Refusal {
        let named = self.with_fields(fault, desired);
        let fault = &named;
        let origin = desired.map(|desired| &desired.origin);
        let is_secret = secret::holds_secret(&self.id.group_kind());
        let place_of = |field: &str| {
            let origin = origin?;
            let written = desired.filter(|_| is_secret).map(|desired| secret::written_field(field, &desired.value));
            let field = written.as_deref().unwrap_or(field);
            Some(Place::Span(origin.source.clone(), origin.locate(&manifest::field_path(field))).to_string())
        };
        let detail = |cause: &FaultCause| match place_of(&cause.field) {
            Some(place) => format!("{place}: {}", explain::cause(&self.gvk, cause)),
            None => explain::cause(&self.gvk, cause),
        };
        let own_place = || self.place.as_ref().map(ToString::to_string);
        if let Some(namespace) = fault.missing_namespace() {
            return Refusal {
                by: RefusedBy::Target,
                message: format!("The namespace '{namespace}' of {} does not exist", self.id.short()),
                place: place_of("metadata.namespace").or_else(own_place),
                details: Vec::new(),
                remedy: format!(
                    "correct the namespace, add its manifest to the revision, or create it: kubectl create namespace {namespace}"
                ),
            };
        }
        let target = platform.subject();
        let first = fault.causes.first().and_then(|cause| place_of(&cause.field));
        let remedy = if fault.is_immutable() {
            let consequence = ReplaceMethod::Recreate.consequence();
            format!("undo the change, or deploy with --replace {}: {consequence}", self.id.short())
        } else if fault.is_missing_right() {
            "ask for this right: docs/permissions.md lists those that a deploy needs".to_owned()
        } else if fault.code == 403 {
            "correct what the cluster's policy refuses".to_owned()
        } else if fault.code == 409 {
            "run it again: another deploy may be at work".to_owned()
        } else {
            "correct the manifest".to_owned()
        };
        Refusal {
            by: if fault.is_immutable() { RefusedBy::Guard } else { RefusedBy::Target },
            message: match self.action {
                Action::Prune => format!("{target} would refuse to delete {}: {}", self.id, fault.message),
                _ => format!("{target} would refuse {}: {}", self.id, fault.message),
            },
            place: first.or_else(own_place),
            details: fault.causes.iter().map(detail).collect(),
            remedy,
        }
    }

    /// The fault with the fields that it is about, where the target quotes only the patch.
    fn with_fields(&self, fault: &CheckFault, desired: Option<&Desired>) -> CheckFault {
        if secret::holds_secret(&self.id.group_kind()) && fault.message.contains("illegal base64") {
            let keys = desired.map_or_else(Vec::new, |desired| secret::not_base64(&desired.value));
            let message = "it is not base64; encode it, or write it under `stringData`";
            let cause = |key: &str| FaultCause { field: format!("data[{key}]"), message: message.to_owned() };
            let causes: Vec<FaultCause> = keys.into_iter().map(cause).collect();
            let fields = causes.len();
            let message = format!("{fields} {} wrong", if fields == 1 { "field is" } else { "fields are" });
            return if fields == 0 { fault.clone() } else { CheckFault { message, causes, code: fault.code } };
        }
        if !fault.quotes_patch() {
            return fault.clone();
        }
        let causes = desired.map_or_else(Vec::new, |desired| explain::wrong_types(&self.gvk, &desired.value));
        let said = fault.causes.iter().map(|cause| cause.message.rsplit("]\": ").next().unwrap_or_default());
        let message = match causes.len() {
            0 => said.collect::<Vec<_>>().join("; "),
            1 => "1 field is wrong".to_owned(),
            fields => format!("{fields} fields are wrong"),
        };
        CheckFault { message, causes, code: fault.code }
    }

    /// The fault with the values of a Secret hidden.
    pub fn conceal(&self, mut fault: CheckFault, manifest: &Value) -> CheckFault {
        if secret::holds_secret(&self.id.group_kind()) {
            fault.message = secret::conceal(&fault.message, manifest);
            for cause in &mut fault.causes {
                cause.message = secret::conceal(&cause.message, manifest);
            }
        }
        fault
    }
}
