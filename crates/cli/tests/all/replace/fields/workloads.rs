//! What runs pods.

use serde_json::{Value, json};

use super::{Subject, subject};

fn template(restart_policy: &str) -> Value {
    json!({
        "metadata": {"labels": {"app": "web"}},
        "spec": {"restartPolicy": restart_policy, "containers": [{"name": "web", "image": "web:1"}]},
    })
}

fn image(image: &str) -> Value {
    json!({"spec": {"containers": [{"name": "web", "image": image}]}})
}

fn selector() -> Value {
    json!({"matchLabels": {"app": "web"}})
}

/// Another selector has to go with other labels of the pods.
fn other_selector() -> Value {
    json!({"spec": {"selector": {"matchLabels": {"tier": "front"}}, "template": {"metadata": {"labels": {"tier": "front"}}}}})
}

pub fn subjects() -> Vec<Subject> {
    vec![
        deployment(),
        replica_set(),
        daemon_set(),
        stateful_set(),
        job(),
        suspended_job(),
        indexed_job(),
        cron_job(),
        pod(),
    ]
    .into_iter()
    .chain([replication_controller(), pod_template(), controller_revision()])
    .collect()
}

fn deployment() -> Subject {
    subject(
        "apps/v1",
        "Deployment",
        json!({"spec": {"replicas": 1, "selector": selector(), "template": template("Always")}}),
        [
            other_selector(),
            json!({"spec": {"replicas": 2}}),
            json!({"spec": {"strategy": {"type": "Recreate"}}}),
            json!({"spec": {"minReadySeconds": 5, "revisionHistoryLimit": 3, "progressDeadlineSeconds": 60, "paused": true}}),
            json!({"spec": {"template": image("web:2")}}),
            json!({"spec": {"template": {"metadata": {"labels": {"more": "yes"}}}}}),
            json!({"spec": {"template": {"spec": {"nodeName": "one", "hostNetwork": true, "serviceAccountName": "web"}}}}),
        ],
    )
}

fn replica_set() -> Subject {
    subject(
        "apps/v1",
        "ReplicaSet",
        json!({"spec": {"selector": selector(), "template": template("Always")}}),
        [
            other_selector(),
            json!({"spec": {"replicas": 2, "minReadySeconds": 5}}),
            json!({"spec": {"template": image("web:2")}}),
        ],
    )
}

fn daemon_set() -> Subject {
    subject(
        "apps/v1",
        "DaemonSet",
        json!({"spec": {"selector": selector(), "template": template("Always")}}),
        [
            other_selector(),
            json!({"spec": {"updateStrategy": {"type": "OnDelete"}}}),
            json!({"spec": {"minReadySeconds": 5, "revisionHistoryLimit": 3}}),
            json!({"spec": {"template": image("web:2")}}),
        ],
    )
}

fn stateful_set() -> Subject {
    let claim = |size: &str, mode: &str| {
        let spec = json!({"accessModes": [mode], "resources": {"requests": {"storage": size}}});
        json!([{"metadata": {"name": "data"}, "spec": spec}])
    };
    let spec = json!({
        "serviceName": "web", "selector": selector(), "template": template("Always"),
        "volumeClaimTemplates": claim("1Gi", "ReadWriteOnce"),
    });
    subject(
        "apps/v1",
        "StatefulSet",
        json!({"spec": spec}),
        [
            other_selector(),
            json!({"spec": {"serviceName": "other"}}),
            json!({"spec": {"podManagementPolicy": "Parallel"}}),
            json!({"spec": {"volumeClaimTemplates": claim("2Gi", "ReadWriteOnce")}}),
            json!({"spec": {"volumeClaimTemplates": claim("1Gi", "ReadWriteMany")}}),
            json!({"spec": {"volumeClaimTemplates": null}}),
            json!({"spec": {"replicas": 2}}),
            json!({"spec": {"template": image("web:2")}}),
            json!({"spec": {"updateStrategy": {"rollingUpdate": {"partition": 1}}}}),
            json!({"spec": {"minReadySeconds": 5}}),
            json!({"spec": {"revisionHistoryLimit": 3}}),
            json!({"spec": {"ordinals": {"start": 3}}}),
            json!({"spec": {"persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete", "whenScaled": "Delete"}}}),
        ],
    )
}

fn job() -> Subject {
    subject(
        "batch/v1",
        "Job",
        json!({"spec": {"completions": 2, "parallelism": 1, "template": template("Never")}}),
        [
            json!({"spec": {"completions": 3}}),
            json!({"spec": {"completions": null}}),
            json!({"spec": {"parallelism": 2}}),
            json!({"spec": {"backoffLimit": 2}}),
            json!({"spec": {"activeDeadlineSeconds": 60}}),
            json!({"spec": {"ttlSecondsAfterFinished": 60}}),
            json!({"spec": {"suspend": true}}),
            json!({"spec": {"completionMode": "Indexed"}}),
            json!({"spec": {"podReplacementPolicy": "Failed"}}),
            json!({"spec": {"podFailurePolicy": {"rules": [{"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}]}}}),
            json!({"spec": {"managedBy": "example.com/other"}}),
            json!({"spec": {"template": image("web:2")}}),
            json!({"spec": {"template": {"metadata": {"labels": {"more": "yes"}}}}}),
            json!({"spec": {"template": {"spec": {"nodeSelector": {"disk": "fast"}}}}}),
            json!({"spec": {"template": {"spec": {"restartPolicy": "OnFailure"}}}}),
        ],
    )
}

fn suspended_job() -> Subject {
    subject(
        "batch/v1",
        "Job",
        json!({"spec": {"suspend": true, "completions": 2, "template": template("Never")}}),
        [
            json!({"spec": {"suspend": false}}),
            json!({"spec": {"completions": 3}}),
            json!({"spec": {"template": image("web:2")}}),
            json!({"spec": {"template": {"metadata": {"labels": {"more": "yes"}}}}}),
            json!({"spec": {"template": {"metadata": {"annotations": {"more": "yes"}}}}}),
            json!({"spec": {"template": {"spec": {"nodeSelector": {"disk": "fast"}}}}}),
            json!({"spec": {"template": {"spec": {"tolerations": [{"key": "a", "operator": "Exists"}]}}}}),
            json!({"spec": {"template": {"spec": {"schedulingGates": [{"name": "example.com/wait"}]}}}}),
            json!({"spec": {"template": {"spec": {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]}}}}}}}),
            json!({"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "web:1", "resources": {"requests": {"cpu": "1"}}}]}}}}),
            json!({"spec": {"template": {"spec": {"priorityClassName": "system-node-critical"}}}}),
        ],
    )
}

fn indexed_job() -> Subject {
    let spec = json!({
        "completionMode": "Indexed", "completions": 2, "parallelism": 2, "backoffLimitPerIndex": 1, "maxFailedIndexes": 1,
        "template": template("Never"),
    });
    subject(
        "batch/v1",
        "Job",
        json!({"spec": spec}),
        [
            json!({"spec": {"completions": 3, "parallelism": 3}}),
            json!({"spec": {"completions": 3}}),
            json!({"spec": {"backoffLimitPerIndex": 2}}),
            json!({"spec": {"maxFailedIndexes": 2}}),
            json!({"spec": {"successPolicy": {"rules": [{"succeededCount": 1}]}}}),
        ],
    )
}

fn cron_job() -> Subject {
    let job = json!({"spec": {"template": template("Never")}});
    subject(
        "batch/v1",
        "CronJob",
        json!({"spec": {"schedule": "0 0 * * *", "jobTemplate": job}}),
        [
            json!({"spec": {"schedule": "1 0 * * *", "timeZone": "Etc/UTC", "suspend": true, "concurrencyPolicy": "Forbid"}}),
            json!({"spec": {"startingDeadlineSeconds": 60, "successfulJobsHistoryLimit": 1, "failedJobsHistoryLimit": 2}}),
            json!({"spec": {"jobTemplate": {"spec": {"completions": 2, "completionMode": "Indexed", "template": image("web:2")}}}}),
        ],
    )
}

fn pod() -> Subject {
    let spec = json!({
        "containers": [{"name": "web", "image": "web:1"}],
        "initContainers": [{"name": "init", "image": "init:1"}],
        "tolerations": [{"key": "a", "operator": "Exists"}],
        "activeDeadlineSeconds": 100,
    });
    subject(
        "v1",
        "Pod",
        json!({"metadata": {"labels": {"app": "web"}}, "spec": spec}),
        [
            image("web:2"),
            json!({"metadata": {"labels": {"app": "other"}}}),
            json!({"spec": {"initContainers": [{"name": "init", "image": "init:2"}]}}),
            json!({"spec": {"containers": [{"name": "web", "image": "web:1", "env": [{"name": "A", "value": "1"}]}]}}),
            json!({"spec": {"containers": [{"name": "web", "image": "web:1", "command": ["other"]}]}}),
            json!({"spec": {"containers": [{"name": "web", "image": "web:1", "resources": {"requests": {"cpu": "1"}}}]}}),
            json!({"spec": {"containers": [{"name": "web", "image": "web:1"}, {"name": "more", "image": "more:1"}]}}),
            json!({"spec": {"tolerations": [{"key": "a", "operator": "Exists"}, {"key": "b", "operator": "Exists"}]}}),
            json!({"spec": {"activeDeadlineSeconds": 50}}),
            json!({"spec": {"activeDeadlineSeconds": 200}}),
            json!({"spec": {"terminationGracePeriodSeconds": 5}}),
            json!({"spec": {"restartPolicy": "Never"}}),
            json!({"spec": {"nodeSelector": {"disk": "fast"}}}),
            json!({"spec": {"nodeName": "one"}}),
            json!({"spec": {"hostNetwork": true}}),
        ],
    )
}

fn replication_controller() -> Subject {
    let spec = json!({"replicas": 1, "selector": {"app": "web"}, "template": template("Always")});
    subject(
        "v1",
        "ReplicationController",
        json!({"spec": spec}),
        [
            json!({"spec": {"selector": {"tier": "front"}, "template": {"metadata": {"labels": {"tier": "front"}}}}}),
            json!({"spec": {"replicas": 2, "template": image("web:2")}}),
        ],
    )
}

fn pod_template() -> Subject {
    subject("v1", "PodTemplate", json!({"template": template("Always")}), [json!({"template": image("web:2")})])
}

fn controller_revision() -> Subject {
    subject(
        "apps/v1",
        "ControllerRevision",
        json!({"revision": 1, "data": {"a": 1}}),
        [json!({"revision": 2}), json!({"data": {"a": 2}})],
    )
}
