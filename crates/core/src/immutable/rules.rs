//! The table of the fields that cannot change. What depends on more than the field is in `exceptions`.

/// The part of a kind that cannot change.
pub(super) struct Rule {
    pub group: &'static str,
    pub kind: &'static str,
    /// Everything below this path,
    pub below: &'static [&'static str],
    /// except what is below these.
    pub except: &'static [&'static [&'static str]],
}

const fn rule(group: &'static str, kind: &'static str, below: &'static [&'static str]) -> Rule {
    Rule { group, kind, below, except: &[] }
}

pub(super) const RULES: &[Rule] = &[
    rule("apps", "Deployment", &["spec", "selector"]),
    rule("apps", "ReplicaSet", &["spec", "selector"]),
    rule("apps", "DaemonSet", &["spec", "selector"]),
    rule("apps", "StatefulSet", &["spec", "selector"]),
    rule("apps", "StatefulSet", &["spec", "serviceName"]),
    rule("apps", "StatefulSet", &["spec", "podManagementPolicy"]),
    rule("apps", "StatefulSet", &["spec", "volumeClaimTemplates"]),
    rule("apps", "ControllerRevision", &["data"]),
    rule("batch", "Job", &["spec", "selector"]),
    rule("batch", "Job", &["spec", "completions"]),
    rule("batch", "Job", &["spec", "completionMode"]),
    rule("batch", "Job", &["spec", "podFailurePolicy"]),
    rule("batch", "Job", &["spec", "backoffLimitPerIndex"]),
    rule("batch", "Job", &["spec", "managedBy"]),
    rule("batch", "Job", &["spec", "successPolicy"]),
    rule("batch", "Job", &["spec", "template"]),
    Rule {
        except: &[&["spec", "containers", "*", "image"], &["spec", "initContainers", "*", "image"]],
        ..rule("", "Pod", &["spec"])
    },
    rule("", "Service", &["spec", "clusterIP"]),
    rule("", "Service", &["spec", "clusterIPs"]),
    rule("", "Service", &["spec", "ipFamilies"]),
    rule("", "Service", &["spec", "loadBalancerClass"]),
    rule("", "Secret", &["type"]),
    rule("", "Secret", &["data"]),
    rule("", "Secret", &["stringData"]),
    rule("", "Secret", &["immutable"]),
    rule("", "ConfigMap", &["data"]),
    rule("", "ConfigMap", &["binaryData"]),
    rule("", "ConfigMap", &["immutable"]),
    rule("", "ResourceQuota", &["spec", "scopes"]),
    rule("", "Node", &["spec", "podCIDR"]),
    rule("", "Node", &["spec", "podCIDRs"]),
    rule("", "PersistentVolumeClaim", &["spec"]),
    Rule {
        except: &[
            &["spec", "accessModes"],
            &["spec", "capacity"],
            &["spec", "claimRef"],
            &["spec", "mountOptions"],
            &["spec", "persistentVolumeReclaimPolicy"],
            &["spec", "storageClassName"],
            &["spec", "volumeAttributesClassName"],
        ],
        ..rule("", "PersistentVolume", &["spec"])
    },
    rule("rbac.authorization.k8s.io", "RoleBinding", &["roleRef"]),
    rule("rbac.authorization.k8s.io", "ClusterRoleBinding", &["roleRef"]),
    rule("storage.k8s.io", "StorageClass", &["provisioner"]),
    rule("storage.k8s.io", "StorageClass", &["parameters"]),
    rule("storage.k8s.io", "StorageClass", &["reclaimPolicy"]),
    rule("storage.k8s.io", "StorageClass", &["volumeBindingMode"]),
    rule("storage.k8s.io", "CSIDriver", &["spec", "attachRequired"]),
    rule("storage.k8s.io", "CSIDriver", &["spec", "volumeLifecycleModes"]),
    rule("storage.k8s.io", "CSIStorageCapacity", &["storageClassName"]),
    rule("storage.k8s.io", "CSIStorageCapacity", &["nodeTopology"]),
    rule("storage.k8s.io", "VolumeAttachment", &["spec"]),
    rule("storage.k8s.io", "VolumeAttributesClass", &["driverName"]),
    rule("storage.k8s.io", "VolumeAttributesClass", &["parameters"]),
    rule("scheduling.k8s.io", "PriorityClass", &["value"]),
    rule("scheduling.k8s.io", "PriorityClass", &["preemptionPolicy"]),
    rule("networking.k8s.io", "IngressClass", &["spec", "controller"]),
    rule("networking.k8s.io", "IPAddress", &["spec"]),
    rule("networking.k8s.io", "ServiceCIDR", &["spec", "cidrs"]),
    rule("node.k8s.io", "RuntimeClass", &["handler"]),
    rule("discovery.k8s.io", "EndpointSlice", &["addressType"]),
    rule("resource.k8s.io", "ResourceClaim", &["spec"]),
    rule("resource.k8s.io", "ResourceClaimTemplate", &["spec"]),
    rule("apiextensions.k8s.io", "CustomResourceDefinition", &["spec", "scope"]),
    rule("apiextensions.k8s.io", "CustomResourceDefinition", &["spec", "names", "kind"]),
];
