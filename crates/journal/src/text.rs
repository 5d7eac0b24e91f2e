//! How identities and states of `core` are written in the database.

use landfall_core::{health::HealthState, object::ObjectId};

/// `apps/Deployment/prod/web`; group and namespace may be empty.
pub(crate) fn of_object(id: &ObjectId) -> String {
    format!("{}/{}/{}/{}", id.group, id.kind, id.namespace.as_deref().unwrap_or_default(), id.name)
}

/// The other way round.
pub(crate) fn to_object(text: &str) -> Option<ObjectId> {
    let mut parts = text.splitn(4, '/').map(str::to_owned);
    let (group, kind, namespace, name) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some(ObjectId { group, kind, namespace: Some(namespace).filter(|namespace| !namespace.is_empty()), name })
}

/// Whether an object is one that runs pods, as far as its kind says.
pub(crate) fn is_workload(id: &ObjectId) -> bool {
    matches!(
        (id.group.as_str(), id.kind.as_str()),
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
            | ("batch", "Job" | "CronJob")
            | ("", "Pod" | "ReplicationController")
    )
}

pub(crate) fn of_health(state: HealthState) -> &'static str {
    match state {
        HealthState::Live => "live",
        HealthState::Suspended => "suspended",
        HealthState::Progressing => "progressing",
        HealthState::Hopeless => "hopeless",
        HealthState::Terminating => "terminating",
    }
}

pub(crate) fn to_health(text: &str) -> Option<HealthState> {
    use HealthState::{Hopeless, Live, Progressing, Suspended, Terminating};
    [Live, Suspended, Progressing, Hopeless, Terminating].into_iter().find(|state| of_health(*state) == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_survive_being_written() {
        for text in ["apps/Deployment/prod/web", "/Namespace//prod", "rbac.authorization.k8s.io/ClusterRole//a/b:c"] {
            assert_eq!(of_object(&to_object(text).unwrap()), text);
        }
        assert_eq!(to_object("web"), None);
    }
}
