//! The order in which kinds are applied.

use crate::object::GroupKind;

/// The steps of a deploy, in their order; what is in one step is applied at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Definitions of custom kinds, and namespaces: everything else may live in them.
    Definitions,
    /// What a pod may name: configuration, claims, accounts and their rights, quotas, services (a pod gets their
    /// addresses as variables only if they exist before it).
    Needs,
    /// What runs pods.
    Workloads,
    /// What points at workloads, and custom objects, whose controllers may be among those workloads.
    Rest,
    /// What can refuse requests: admission webhooks and aggregated APIs, after their own servers.
    Gates,
}

impl Step {
    /// All steps in their order.
    pub const ALL: [Self; 5] = [Self::Definitions, Self::Needs, Self::Workloads, Self::Rest, Self::Gates];

    /// The step of a kind.
    pub fn of(kind: &GroupKind) -> Self {
        match (kind.group.as_str(), kind.kind.as_str()) {
            ("", "Namespace") | ("apiextensions.k8s.io", "CustomResourceDefinition") => Self::Definitions,
            ("", "Pod" | "ReplicationController") | ("apps" | "batch", _) => Self::Workloads,
            ("", _)
            | ("rbac.authorization.k8s.io" | "storage.k8s.io" | "scheduling.k8s.io" | "node.k8s.io", _)
            | ("networking.k8s.io", "NetworkPolicy" | "IngressClass") => Self::Needs,
            ("admissionregistration.k8s.io" | "apiregistration.k8s.io", _) => Self::Gates,
            _ => Self::Rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn puts_needs_before_workloads() {
        for (group, kind, step) in [
            ("", "Namespace", Step::Definitions),
            ("apiextensions.k8s.io", "CustomResourceDefinition", Step::Definitions),
            ("", "ConfigMap", Step::Needs),
            ("", "Service", Step::Needs),
            ("", "PersistentVolumeClaim", Step::Needs),
            ("rbac.authorization.k8s.io", "RoleBinding", Step::Needs),
            ("networking.k8s.io", "NetworkPolicy", Step::Needs),
            ("", "Pod", Step::Workloads),
            ("apps", "StatefulSet", Step::Workloads),
            ("batch", "CronJob", Step::Workloads),
            ("networking.k8s.io", "Ingress", Step::Rest),
            ("policy", "PodDisruptionBudget", Step::Rest),
            ("example.com", "Widget", Step::Rest),
            ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", Step::Gates),
        ] {
            assert_eq!(Step::of(&GroupKind::new(group, kind)), step, "{kind}");
        }
    }
}
