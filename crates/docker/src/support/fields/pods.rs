//! Pods as a whole.

use crate::support::class::{
    Class::{Meaningless, Only, Own, Refused, Supported, With},
    Table,
};

const SCHEDULING: &str = "there is one node to choose";

pub const TABLES: &[Table] = &[
    Table {
        name: "core.v1.Pod",
        rows: &[(&["apiVersion", "kind", "metadata", "spec"], Supported), (&["status"], Own)],
    },
    Table {
        name: "core.v1.PodSpec",
        rows: &[
            (
                &[
                    "activeDeadlineSeconds",
                    "containers",
                    "enableServiceLinks",
                    "hostAliases",
                    "hostIPC",
                    "hostNetwork",
                    "hostPID",
                    "hostname",
                    "initContainers",
                    "securityContext",
                    "setHostnameAsFQDN",
                    "shareProcessNamespace",
                    "subdomain",
                    "terminationGracePeriodSeconds",
                    "volumes",
                ],
                Supported,
            ),
            (
                &["restartPolicy"],
                With("the engine waits 0.1 s before a restart, then twice as long each time, up to a minute"),
            ),
            (
                &["dnsConfig", "dnsPolicy"],
                With(
                    "the engine's resolver knows the names of Services always, and asks these name servers for others; with `hostNetwork` it is not asked, so that `ClusterFirstWithHostNet` is refused then",
                ),
            ),
            (
                &["imagePullSecrets"],
                With(
                    "those of the ServiceAccount if the pod has none; a Secret that does not exist is passed over, as in a cluster",
                ),
            ),
            (
                &["serviceAccount", "serviceAccountName", "automountServiceAccountToken"],
                Meaningless("there is no API server that pods could ask"),
            ),
            (
                &["affinity", "nodeName", "tolerations", "topologySpreadConstraints", "schedulerName"],
                Meaningless(SCHEDULING),
            ),
            (
                &["nodeSelector"],
                With("there is one node to choose; only another `kubernetes.io/os` than `linux` is refused"),
            ),
            (
                &["preemptionPolicy", "priority", "priorityClassName", "schedulingGroup", "overhead"],
                Meaningless("nothing is scheduled on one host"),
            ),
            (&["runtimeClassName"], Meaningless("containers run with the engine's runtime")),
            (&["evictionResponders"], Meaningless("nobody evicts pods from the only node")),
            (&["os"], With("only `linux`")),
            (&["hostUsers"], Only(&["true"], "user namespaces are a setting of the whole engine, not of a pod")),
            (&["hostnameOverride"], Refused("write `hostname`, which has the same effect on one host")),
            (&["resources"], Refused("the engine limits containers, not pods; write `resources` of the containers")),
            (&["resourceClaims"], Refused("devices cannot be claimed on one host")),
            (&["readinessGates"], Refused("there is nobody who would set the condition: the pod would never be ready")),
            (&["schedulingGates"], Refused("there is nobody who would remove the gate: the pod would never start")),
            (&["ephemeralContainers"], Refused("they are added to a running pod, not written in a manifest")),
        ],
    },
    Table { name: "core.v1.PodOS", rows: &[(&["name"], Only(&["linux"], "only programs for Linux run here"))] },
    Table { name: "core.v1.HostAlias", rows: &[(&["hostnames", "ip"], Supported)] },
    Table { name: "core.v1.PodDNSConfig", rows: &[(&["nameservers", "options", "searches"], Supported)] },
    Table { name: "core.v1.PodDNSConfigOption", rows: &[(&["name", "value"], Supported)] },
    Table {
        name: "core.v1.PodSecurityContext",
        rows: &[
            (
                &[
                    "appArmorProfile",
                    "fsGroup",
                    "fsGroupChangePolicy",
                    "runAsGroup",
                    "runAsNonRoot",
                    "runAsUser",
                    "seLinuxOptions",
                    "supplementalGroups",
                    "sysctls",
                ],
                Supported,
            ),
            (&["seccompProfile"], With("the engine's usual filter if it is not given; a cluster has none then")),
            (&["seLinuxChangePolicy"], Meaningless("the engine labels volumes only where it is asked to")),
            (&["supplementalGroupsPolicy"], Only(&["Merge"], "the engine always adds the groups that the image names")),
            (&["windowsOptions"], Refused("only programs for Linux run here")),
        ],
    },
    Table { name: "core.v1.Sysctl", rows: &[(&["name", "value"], Supported)] },
    Table {
        name: "core.v1.AppArmorProfile",
        rows: &[(&["type"], Supported), (&["localhostProfile"], With("a profile that is loaded on the host"))],
    },
    Table { name: "core.v1.SELinuxOptions", rows: &[(&["level", "role", "type", "user"], Supported)] },
    Table {
        name: "core.v1.SeccompProfile",
        rows: &[
            (&["type"], With("only `RuntimeDefault` and `Unconfined`")),
            (&["localhostProfile"], Meaningless("only type `Localhost` has one, which is refused")),
        ],
    },
];
