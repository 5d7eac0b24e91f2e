//! The volumes of pods.

use crate::support::class::{
    Class::{Meaningless, Refused, Supported, With},
    Table,
};

const CLOUD: &str = "storage of a cloud or cluster cannot be mounted; write `persistentVolumeClaim` or `hostPath`";
const USER: &str = "files belong to root, or to the group `fsGroup`";

pub const TABLES: &[Table] = &[
    Table {
        name: "core.v1.Volume",
        rows: &[
            (
                &[
                    "name",
                    "configMap",
                    "downwardAPI",
                    "emptyDir",
                    "hostPath",
                    "persistentVolumeClaim",
                    "projected",
                    "secret",
                ],
                Supported,
            ),
            (&["ephemeral"], With("a folder that lives as long as the pod")),
            (&["gitRepo"], Refused("Kubernetes has removed it, too; clone the repository in an init container")),
            (&["image"], Refused("engines before 28 cannot mount an image; copy its files in an init container")),
            (&["csi"], Refused("there are no drivers of storage on one host")),
            (
                &[
                    "awsElasticBlockStore",
                    "azureDisk",
                    "azureFile",
                    "cephfs",
                    "cinder",
                    "fc",
                    "flexVolume",
                    "flocker",
                    "gcePersistentDisk",
                    "glusterfs",
                    "iscsi",
                    "nfs",
                    "photonPersistentDisk",
                    "portworxVolume",
                    "quobyte",
                    "rbd",
                    "scaleIO",
                    "storageos",
                    "vsphereVolume",
                ],
                Refused(CLOUD),
            ),
        ],
    },
    Table {
        name: "core.v1.ConfigMapVolumeSource",
        rows: &[(&["defaultMode", "items", "name", "optional"], Supported), (&["defaultUser"], Refused(USER))],
    },
    Table {
        name: "core.v1.SecretVolumeSource",
        rows: &[
            (&["defaultMode", "items", "optional"], Supported),
            (&["secretName"], With("its values lie in a volume on the engine's disk, not in memory")),
            (&["defaultUser"], Refused(USER)),
        ],
    },
    Table {
        name: "core.v1.DownwardAPIVolumeSource",
        rows: &[(&["defaultMode", "items"], Supported), (&["defaultUser"], Refused(USER))],
    },
    Table {
        name: "core.v1.ProjectedVolumeSource",
        rows: &[(&["defaultMode", "sources"], Supported), (&["defaultUser"], Refused(USER))],
    },
    Table {
        name: "core.v1.VolumeProjection",
        rows: &[
            (&["configMap", "downwardAPI", "secret"], Supported),
            (&["serviceAccountToken"], Refused("there is no API server that would issue or accept a token")),
            (
                &["clusterTrustBundle", "podCertificate"],
                Refused("one host has nobody who signs certificates; write a Secret"),
            ),
        ],
    },
    Table { name: "core.v1.ConfigMapProjection", rows: &[(&["items", "name", "optional"], Supported)] },
    Table { name: "core.v1.SecretProjection", rows: &[(&["items", "name", "optional"], Supported)] },
    Table { name: "core.v1.DownwardAPIProjection", rows: &[(&["items"], Supported)] },
    Table { name: "core.v1.KeyToPath", rows: &[(&["key", "mode", "path"], Supported), (&["user"], Refused(USER))] },
    Table {
        name: "core.v1.DownwardAPIVolumeFile",
        rows: &[
            (&["fieldRef"], With("`metadata` of the pod, as it was created")),
            (&["mode", "path", "resourceFieldRef"], Supported),
            (&["user"], Refused(USER)),
        ],
    },
    Table {
        name: "core.v1.EmptyDirVolumeSource",
        rows: &[
            (&["medium"], With("`Memory`: its content lasts as long as a container that mounts it runs")),
            (&["sizeLimit"], With("of memory only: the engine does not limit folders")),
            (&["mode"], Refused("an emptyDir has mode 0777")),
        ],
    },
    Table {
        name: "core.v1.EphemeralVolumeSource",
        rows: &[(&["volumeClaimTemplate"], Meaningless("a folder of the engine needs no description"))],
    },
    Table {
        name: "core.v1.HostPathVolumeSource",
        rows: &[(&["path"], Supported), (&["type"], With("all but `FileOrCreate`"))],
    },
    Table { name: "core.v1.PersistentVolumeClaimVolumeSource", rows: &[(&["claimName", "readOnly"], Supported)] },
];
