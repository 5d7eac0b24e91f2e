//! The kinds.

use landfall_core::object::Gvk;

use super::class::KindClass::{self, Meaningless, Refused, Supported, Warned};

/// The built-in kinds, group by group, in the order of the documentation.
pub const KINDS: &[(&str, &[&str], KindClass)] = &[
    ("", &["Pod"], Supported("a container, or several in one network namespace; started again by the engine")),
    ("apps", &["Deployment"], Supported("pods that are replaced one after the other, by `strategy`")),
    ("apps", &["StatefulSet"], Supported("pods with numbers, names and claims of their own")),
    ("apps", &["DaemonSet"], Supported("one pod: the host is the only node")),
    ("batch", &["Job"], Supported("pods that run to their end")),
    ("batch", &["CronJob"], Supported("Jobs at their times, while `landfall serve` runs for the environment")),
    (
        "",
        &["Service"],
        Supported("a small proxy with the Service's names; none for a headless one, whose pods have the names"),
    ),
    (
        "networking.k8s.io",
        &["Ingress"],
        Supported("routes of the environment's HTTP entry, which is published on the host"),
    ),
    ("", &["ConfigMap", "Secret"], Supported("a record, read when a pod is made; files of running pods are updated")),
    ("", &["PersistentVolumeClaim"], Supported("a named volume, never deleted without approval")),
    ("", &["PersistentVolume"], Supported("a folder of the host, for the claim that it names or that names it")),
    ("", &["Namespace"], Supported("a part of names")),
    (
        "rbac.authorization.k8s.io",
        &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
        Meaningless("there is no API server that pods could ask"),
    ),
    ("", &["ServiceAccount"], Meaningless("there is no API server that pods could ask")),
    (
        "autoscaling",
        &["HorizontalPodAutoscaler"],
        Warned("nothing is scaled by load: a workload has the replicas that it names, or one"),
    ),
    ("policy", &["PodDisruptionBudget"], Meaningless("nobody evicts pods from the only node")),
    (
        "networking.k8s.io",
        &["NetworkPolicy"],
        Warned(
            "it is not enforced: all pods of the environment reach each other, as in a cluster whose network plugin has no policies",
        ),
    ),
    ("networking.k8s.io", &["IngressClass"], Meaningless("an environment has one HTTP entry, Landfall's own")),
    ("networking.k8s.io", &["IPAddress", "ServiceCIDR"], Meaningless("the engine gives addresses")),
    ("scheduling.k8s.io", &["PriorityClass"], Meaningless("nothing is scheduled on one host")),
    (
        "scheduling.k8s.io",
        &["CompositePodGroup", "PodGroup", "Workload"],
        Meaningless("nothing is scheduled on one host"),
    ),
    (
        "storage.k8s.io",
        &["CSIDriver", "CSINode", "CSIStorageCapacity", "StorageClass", "VolumeAttributesClass"],
        Meaningless("all volumes are the engine's"),
    ),
    ("node.k8s.io", &["RuntimeClass"], Meaningless("containers run with the engine's runtime")),
    (
        "flowcontrol.apiserver.k8s.io",
        &["FlowSchema", "PriorityLevelConfiguration"],
        Meaningless("there is no API server whose requests could be ordered"),
    ),
    (
        "",
        &["LimitRange", "ResourceQuota"],
        Warned("it is not enforced: containers get the requests and limits that they name"),
    ),
    ("", &["PodTemplate"], Meaningless("a template alone runs nothing")),
    ("coordination.k8s.io", &["Lease", "LeaseCandidate"], Meaningless("there is no API server to hold it")),
    ("apps", &["ReplicaSet"], Refused("a ReplicaSet is not supported on one host; write a Deployment")),
    (
        "",
        &["ReplicationController"],
        Refused("a ReplicationController is not supported on one host; write a Deployment"),
    ),
    ("apps", &["ControllerRevision"], Refused("a ControllerRevision is made by a cluster, not by a manifest")),
    (
        "",
        &["Endpoints"],
        Refused("addresses outside of the host are not supported behind a Service; write one of type ExternalName"),
    ),
    (
        "discovery.k8s.io",
        &["EndpointSlice"],
        Refused("addresses outside of the host are not supported behind a Service; write one of type ExternalName"),
    ),
    (
        "apiextensions.k8s.io",
        &["CustomResourceDefinition"],
        Refused("one host has no API server, and so no kinds but the built-in ones"),
    ),
    ("apiregistration.k8s.io", &["APIService"], Refused("one host has no API server that it could extend")),
    (
        "admissionregistration.k8s.io",
        &[
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        ],
        Refused("one host has no API server that would ask it about objects"),
    ),
    (
        "certificates.k8s.io",
        &["CertificateSigningRequest", "ClusterTrustBundle", "PodCertificateRequest"],
        Refused("one host has nobody who signs certificates; write a Secret"),
    ),
    (
        "resource.k8s.io",
        &[
            "DeviceClass",
            "DeviceTaintRule",
            "ResourceClaim",
            "ResourceClaimTemplate",
            "ResourcePoolStatusRequest",
            "ResourceSlice",
        ],
        Refused("devices cannot be claimed on one host"),
    ),
    ("", &["Node"], Refused("the host is the only node, and not Landfall's to describe")),
    ("storage.k8s.io", &["VolumeAttachment"], Refused("volumes are not attached on one host")),
    (
        "storagemigration.k8s.io",
        &["StorageVersionMigration"],
        Refused("there is no API server whose storage could be migrated"),
    ),
    ("internal.apiserver.k8s.io", &["StorageVersion"], Refused("it is written by an API server, not by a manifest")),
    ("lifecycle.k8s.io", &["Eviction", "EvictionRequest"], Refused("it is a request to a cluster, not an object")),
    ("", &["Binding", "ComponentStatus", "Event"], Refused("it is written by a cluster, not by a manifest")),
    ("events.k8s.io", &["Event"], Refused("it is written by a cluster, not by a manifest")),
    (
        "authentication.k8s.io",
        &["SelfSubjectReview", "TokenReview"],
        Refused("it is a question to an API server, not an object"),
    ),
    (
        "authorization.k8s.io",
        &["LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"],
        Refused("it is a question to an API server, not an object"),
    ),
];

/// The class of a kind; custom kinds are refused.
pub fn kind_class(gvk: &Gvk) -> KindClass {
    let is_it =
        |(group, kinds, _): &&(&str, &[&str], KindClass)| *group == gvk.group && kinds.contains(&gvk.kind.as_str());
    let found = KINDS.iter().find(is_it).map(|(_, _, class)| *class);
    found.unwrap_or(Refused("one host has no controller for it: only the built-in kinds are supported"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use landfall_core::schema;

    use super::*;

    #[test]
    fn every_built_in_kind_has_one_class() {
        let all: BTreeSet<(String, String)> = schema::builtin().kinds().map(|(gvk, _)| (gvk.group, gvk.kind)).collect();
        let rows = KINDS
            .iter()
            .flat_map(|(group, kinds, _)| kinds.iter().map(|kind| ((*group).to_owned(), (*kind).to_owned())));
        let mut listed = BTreeSet::new();
        for row in rows {
            assert!(all.contains(&row), "the schema has no {row:?}");
            assert!(listed.insert(row.clone()), "{row:?} is listed twice");
        }
        assert_eq!(all.difference(&listed).collect::<Vec<_>>(), Vec::<&(String, String)>::new());
    }
}
