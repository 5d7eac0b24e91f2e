//! What others did to an environment's objects since it was last deployed, as far as the objects themselves tell.
//!
//! kubectl's apply and ours write under one name, so that only the time tells them apart: the last write of a deploy is
//! its inventory, and what was applied after that was applied by somebody else. The server keeps whole seconds; what
//! happened in the very second of that write is not seen.

use crate::{
    foreign,
    inventory::Inventory,
    object::ObjectId,
    observation::Observation,
    plan::{Action, Plan},
};

/// Something that somebody else did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByOthers {
    /// The object.
    pub id: ObjectId,
    /// What makes it this fact and no other.
    pub fact: String,
    /// What was done: a clause with names of fields, never with values.
    pub what: String,
    /// Who did it, as the target says.
    pub by: Option<String>,
    /// When, RFC 3339, as far as the target says.
    pub time: Option<String>,
}

/// What others did before a plan was made. `written` is when the target got the inventory, by the target's own clock.
pub fn meanwhile(
    plan: &Plan,
    observation: &Observation,
    inventory: Option<&Inventory>,
    written: Option<&str>,
) -> Vec<ByOthers> {
    let mut all: Vec<ByOthers> = plan.items.iter().flat_map(overwritten).collect();
    // A deploy that was killed wrote objects after its inventory.
    let Some(inventory) = inventory.filter(|inventory| inventory.deploying.is_none()) else { return all };
    for (id, uid) in &inventory.objects {
        let Some(live) = observation.live.get(id) else {
            all.extend(uid.as_ref().filter(|_| is_created(plan, id)).map(|uid| gone(id, uid)));
            continue;
        };
        if uid.as_ref().is_some_and(|uid| *uid != live.uid) {
            all.push(created_again(id, &live.uid));
        } else if let Some((manager, time)) =
            written.and_then(|written| foreign::applied_after(&live.parse().ok()?, written))
        {
            all.push(ByOthers {
                id: id.clone(),
                fact: format!("{manager} {time}"),
                what: "it was applied by hand, with kubectl or `landfall apply`".to_owned(),
                by: Some(manager),
                time: Some(time),
            });
        }
    }
    all
}

/// Fields that somebody else wrote last, and that this plan overwrites.
fn overwritten(item: &crate::plan::Item) -> Vec<ByOthers> {
    let Action::Update { foreign, .. } = &item.action else { return Vec::new() };
    let by_others = foreign.iter().map(|field| ByOthers {
        id: item.id.clone(),
        fact: format!("{} {} {}", field.manager, field.field, field.time.as_deref().unwrap_or("at an unknown time")),
        what: format!("{} was changed by {}, which the next deploy overwrote", field.field, field.manager),
        by: Some(field.manager.clone()),
        time: field.time.clone(),
    });
    by_others.collect()
}

/// An object that the plan creates is certainly not there; another one may only be out of sight.
fn is_created(plan: &Plan, id: &ObjectId) -> bool {
    plan.items.iter().any(|item| item.id == *id && matches!(item.action, Action::Create { .. }))
}

fn gone(id: &ObjectId, uid: &str) -> ByOthers {
    let what = "it was deleted".to_owned();
    ByOthers { id: id.clone(), fact: format!("deleted {uid}"), what, by: None, time: None }
}

fn created_again(id: &ObjectId, uid: &str) -> ByOthers {
    let what = "it was deleted and created again".to_owned();
    ByOthers { id: id.clone(), fact: format!("created {uid}"), what, by: None, time: None }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{inventory::Deploying, object::Gvk, observation::LiveObject};

    fn id(name: &str) -> ObjectId {
        ObjectId { group: String::new(), kind: "ConfigMap".into(), namespace: Some("prod".into()), name: name.into() }
    }

    fn seen(applied: &str, uid: &str, deploying: bool) -> Vec<String> {
        let document = json!({"metadata": {"managedFields": [
            {"manager": "kubectl-client-side-apply", "operation": "Update", "time": applied},
            {"manager": "controller", "operation": "Update", "time": "2026-11-24T15:00:00Z"},
        ]}});
        let mut observation = Observation::default();
        let live = LiveObject {
            id: id("a"),
            gvk: Gvk::new("v1", "ConfigMap"),
            uid: uid.into(),
            document: document.to_string().into(),
            selected: true,
            drift: Vec::new(),
        };
        observation.add(live, None);
        let inventory = Inventory {
            objects: [(id("a"), Some("u1".into())), (id("out-of-sight"), Some("u2".into()))].into(),
            deploying: deploying.then(Deploying::default),
            ..Inventory::default()
        };
        let all = meanwhile(&Plan::default(), &observation, Some(&inventory), Some("2026-11-24T14:32:05Z"));
        all.into_iter().map(|one| format!("{}: {}", one.id.short(), one.what)).collect()
    }

    #[test]
    fn what_was_applied_after_the_last_write_of_a_deploy_was_not_applied_by_it() {
        let kubectl = ["configmap/a: it was applied by hand, with kubectl or `landfall apply`"];
        let again = ["configmap/a: it was deleted and created again"];
        for (applied, uid, deploying, expected) in [
            ("2026-11-24T14:32:04Z", "u1", false, &[][..]),
            ("2026-11-24T14:32:05Z", "u1", false, &[]),
            ("2026-11-24T14:32:06Z", "u1", false, &kubectl),
            ("2026-11-24T14:32:06Z", "u1", true, &[]),
            ("2026-11-24T14:32:04Z", "u9", false, &again),
        ] {
            assert_eq!(seen(applied, uid, deploying), expected, "{applied} {uid} {deploying}");
        }
    }
}
