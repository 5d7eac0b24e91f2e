//! Which condition says that an object of a custom kind is live, where it is not one of the usual ones.

use std::collections::BTreeMap;

use super::judged::has_own_rule;
use crate::object::GroupKind;

/// The conditions to wait for, by kind: what `landfall.yaml` says of kinds whose manifests carry no annotation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadyConditions(BTreeMap<GroupKind, String>);

impl ReadyConditions {
    /// Reads `Widget.example.com: Established`.
    ///
    /// # Errors
    /// Why a name is not one of a kind whose condition can be chosen: a clause after the name.
    pub fn parse_kind(name: &str) -> Result<GroupKind, &'static str> {
        let Some((kind, group)) = name.split_once('.') else {
            return Err("is not a kind with its group");
        };
        if !kind.starts_with(|first: char| first.is_ascii_uppercase()) || group.is_empty() {
            return Err("is not a kind with its group");
        }
        let kind = GroupKind::new(group, kind);
        if has_own_rule(&kind) { Err("is live by rules of its own") } else { Ok(kind) }
    }

    /// The condition that an object of a kind must have to be live.
    pub(super) fn of(&self, group: &str, kind: &str) -> Option<&str> {
        let is_meant = |known: &&GroupKind| known.group == group && known.kind == kind;
        self.0.iter().find(|(known, _)| is_meant(known)).map(|(_, condition)| condition.as_str())
    }
}

impl FromIterator<(GroupKind, String)> for ReadyConditions {
    fn from_iter<T: IntoIterator<Item = (GroupKind, String)>>(conditions: T) -> Self {
        Self(conditions.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::health::{self, HealthState, Surroundings};

    #[test]
    fn only_custom_kinds_have_a_condition_to_choose() {
        assert_eq!(ReadyConditions::parse_kind("Widget.example.com"), Ok(GroupKind::new("example.com", "Widget")));
        for name in ["widgets.example.com", "Widget", "Widget.", ".example.com", ""] {
            assert_eq!(ReadyConditions::parse_kind(name), Err("is not a kind with its group"), "{name}");
        }
        assert_eq!(ReadyConditions::parse_kind("Deployment.apps"), Err("is live by rules of its own"));
        let definition = "CustomResourceDefinition.apiextensions.k8s.io";
        assert_eq!(ReadyConditions::parse_kind(definition), Err("is live by rules of its own"));
    }

    #[test]
    fn the_annotation_of_an_object_wins_over_what_is_said_of_its_kind_and_that_over_the_usual() {
        let of_kind: ReadyConditions =
            [(GroupKind::new("example.com", "Widget"), "Established".to_owned())].into_iter().collect();
        let conditions = json!([
            {"type": "Ready", "status": "True"}, {"type": "Established", "status": "False"},
            {"type": "Painted", "status": "True"},
        ]);
        let state = |kind: &str, annotations| {
            let object = json!({
                "apiVersion": "example.com/v1", "kind": kind, "metadata": {"annotations": annotations},
                "status": {"conditions": conditions},
            });
            let health = health::of(&object, &Surroundings::default().with_ready_conditions(&of_kind));
            (health.state, health.sentence)
        };
        let live = |words: &str| (HealthState::Live, words.to_owned());
        assert_eq!(state("Widget", json!({})), (HealthState::Progressing, "not Established".to_owned()));
        assert_eq!(state("Widget", json!({"landfall.dev/ready-condition": "Painted"})), live("Painted"));
        assert_eq!(state("Gadget", json!({})), live("Ready"));
    }
}
