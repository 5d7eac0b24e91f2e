//! Claims and volumes of their own.

use crate::support::class::{
    Class::{Meaningless, Only, Own, Refused, Supported, With},
    Table,
};

const SIZE: &str = "the engine does not limit the size of a volume";

pub const TABLES: &[Table] = &[
    Table {
        name: "core.v1.PersistentVolumeClaim",
        rows: &[(&["apiVersion", "kind", "metadata", "spec"], Supported), (&["status"], Own)],
    },
    Table {
        name: "core.v1.PersistentVolumeClaimSpec",
        rows: &[
            (&["volumeName"], Supported),
            (&["accessModes"], Meaningless("all pods are on the one node")),
            (&["resources"], Meaningless(SIZE)),
            (&["storageClassName", "volumeAttributesClassName"], Meaningless("all volumes are the engine's")),
            (&["volumeMode"], Only(&["Filesystem"], "volumes of the engine are folders, not devices")),
            (&["selector"], Refused("write the name of the PersistentVolume as `volumeName`")),
            (&["dataSource", "dataSourceRef"], Refused("there are no snapshots to start from")),
        ],
    },
    Table {
        name: "core.v1.PersistentVolume",
        rows: &[(&["apiVersion", "kind", "metadata", "spec"], Supported), (&["status"], Own)],
    },
    Table {
        name: "core.v1.PersistentVolumeSpec",
        rows: &[
            (&["hostPath"], Supported),
            (&["local"], With("as `hostPath` of a folder that is there")),
            (&["claimRef"], With("the claim that it is for; without it, the one that names it by `volumeName`")),
            (&["accessModes", "nodeAffinity"], Meaningless("all pods are on the one node")),
            (&["capacity"], Meaningless(SIZE)),
            (&["storageClassName", "volumeAttributesClassName"], Meaningless("a claim finds its volume by name")),
            (
                &["persistentVolumeReclaimPolicy"],
                With("only `Retain`, whatever it says: a folder of the host is never deleted"),
            ),
            (&["volumeMode"], Only(&["Filesystem"], "volumes of the engine are folders, not devices")),
            (&["mountOptions"], Refused("a folder of the host is mounted as it is")),
            (
                &[
                    "awsElasticBlockStore",
                    "azureDisk",
                    "azureFile",
                    "cephfs",
                    "cinder",
                    "csi",
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
                Refused("storage of a cloud or cluster cannot be mounted; write `hostPath`"),
            ),
        ],
    },
    Table {
        name: "core.v1.LocalVolumeSource",
        rows: &[(&["path"], Supported), (&["fsType"], Meaningless("the folder is mounted already"))],
    },
    Table {
        name: "core.v1.ObjectReference",
        rows: &[
            (&["kind", "name", "namespace"], Supported),
            (&["apiVersion", "fieldPath", "resourceVersion", "uid"], Own),
        ],
    },
];
