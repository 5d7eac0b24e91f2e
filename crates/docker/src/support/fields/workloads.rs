//! The kinds that make pods.

use crate::support::class::{
    Class::{Meaningless, Only, Own, Refused, Supported, With},
    Table,
};

const HISTORY: &str = "the history is Git's and the journal's: no old versions are kept on the engine";

pub const TABLES: &[Table] = &[
    Table {
        name: "apps.v1.Deployment",
        rows: &[(&["apiVersion", "kind", "metadata", "spec"], Supported), (&["status"], Own)],
    },
    Table {
        name: "apps.v1.DeploymentSpec",
        rows: &[
            (
                &[
                    "minReadySeconds",
                    "paused",
                    "progressDeadlineSeconds",
                    "replicas",
                    "selector",
                    "strategy",
                    "template",
                ],
                Supported,
            ),
            (&["revisionHistoryLimit"], Meaningless(HISTORY)),
        ],
    },
    Table {
        name: "apps.v1.DeploymentStrategy",
        rows: &[
            (
                &["type"],
                With(
                    "`RollingUpdate` stops a pod first that writes to a claim or publishes a port of the host (`hostPort`)",
                ),
            ),
            (&["rollingUpdate"], Supported),
        ],
    },
    Table { name: "apps.v1.RollingUpdateDeployment", rows: &[(&["maxSurge", "maxUnavailable"], Supported)] },
    Table {
        name: "apps.v1.StatefulSet",
        rows: &[(&["apiVersion", "kind", "metadata", "spec"], Supported), (&["status"], Own)],
    },
    Table {
        name: "apps.v1.StatefulSetSpec",
        rows: &[
            (
                &[
                    "minReadySeconds",
                    "ordinals",
                    "podManagementPolicy",
                    "replicas",
                    "selector",
                    "serviceName",
                    "template",
                    "updateStrategy",
                ],
                Supported,
            ),
            (&["volumeClaimTemplates"], With("a volume per pod, `<template>-<pod>.<namespace>`")),
            (&["persistentVolumeClaimRetentionPolicy"], With("only `Retain`: no volume is deleted without approval")),
            (&["revisionHistoryLimit"], Meaningless(HISTORY)),
        ],
    },
    Table {
        name: "apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy",
        rows: &[(&["whenDeleted", "whenScaled"], Only(&["Retain"], "no volume is deleted without approval"))],
    },
    Table { name: "apps.v1.StatefulSetOrdinals", rows: &[(&["start"], Supported)] },
    Table { name: "apps.v1.StatefulSetUpdateStrategy", rows: &[(&["type", "rollingUpdate"], Supported)] },
    Table {
        name: "apps.v1.RollingUpdateStatefulSetStrategy",
        rows: &[
            (&["partition"], Supported),
            (&["maxUnavailable"], Only(&["1"], "pods of a StatefulSet are replaced one after the other")),
        ],
    },
    Table {
        name: "apps.v1.DaemonSet",
        rows: &[(&["apiVersion", "kind", "metadata", "spec"], Supported), (&["status"], Own)],
    },
    Table {
        name: "apps.v1.DaemonSetSpec",
        rows: &[
            (&["minReadySeconds", "selector", "template", "updateStrategy"], Supported),
            (&["revisionHistoryLimit"], Meaningless(HISTORY)),
        ],
    },
    Table { name: "apps.v1.DaemonSetUpdateStrategy", rows: &[(&["type", "rollingUpdate"], Supported)] },
    Table { name: "apps.v1.RollingUpdateDaemonSet", rows: &[(&["maxSurge", "maxUnavailable"], Supported)] },
    Table {
        name: "batch.v1.Job",
        rows: &[(&["apiVersion", "kind", "metadata", "spec"], Supported), (&["status"], Own)],
    },
    Table {
        name: "batch.v1.JobSpec",
        rows: &[
            (
                &[
                    "activeDeadlineSeconds",
                    "backoffLimit",
                    "completionMode",
                    "completions",
                    "parallelism",
                    "suspend",
                    "template",
                ],
                Supported,
            ),
            (&["selector", "manualSelector"], Meaningless("a Job knows its pods by their labels on the engine")),
            (
                &["ttlSecondsAfterFinished"],
                Meaningless("a Job that has ended stays until it leaves the revision: its logs are read later"),
            ),
            (
                &["podReplacementPolicy"],
                Meaningless("a pod that failed is replaced once it has ended: there are no pods that nobody hears of"),
            ),
            (&["scheduling"], Meaningless("nothing is scheduled on one host")),
            (
                &["backoffLimitPerIndex", "maxFailedIndexes", "podFailurePolicy", "successPolicy"],
                Refused(
                    "a Job ends well when all its completions do, and badly at `backoffLimit`; no other rule is supported",
                ),
            ),
            (&["managedBy"], Only(&["kubernetes.io/job-controller"], "there is no other controller on one host")),
        ],
    },
    Table {
        name: "batch.v1.CronJob",
        rows: &[(&["apiVersion", "kind", "metadata", "spec"], Supported), (&["status"], Own)],
    },
    Table {
        name: "batch.v1.CronJobSpec",
        rows: &[
            (
                &[
                    "concurrencyPolicy",
                    "failedJobsHistoryLimit",
                    "jobTemplate",
                    "schedule",
                    "startingDeadlineSeconds",
                    "successfulJobsHistoryLimit",
                    "suspend",
                ],
                Supported,
            ),
            (&["timeZone"], With("UTC where there is none")),
        ],
    },
    Table { name: "batch.v1.JobTemplateSpec", rows: &[(&["metadata", "spec"], Supported)] },
    Table { name: "core.v1.PodTemplateSpec", rows: &[(&["metadata", "spec"], Supported)] },
];
