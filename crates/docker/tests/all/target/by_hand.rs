//! Everything that somebody may do by hand to what Landfall made is seen by the next plan, and put right by the next
//! deploy.

use super::support::{Environment, environment};

const POD: &str = r#"
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, labels: {deploy: hand}}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: db
          image: target/web:v1
          imagePullPolicy: Never
          resources: {limits: {memory: 64Mi}}
          readinessProbe: {httpGet: {path: /ready, port: 8080}, periodSeconds: 1}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"#;

/// What a deploy does after something was done by hand; it must have nothing left to do for the one after it.
async fn after(environment: &Environment, by_hand: &[&str]) -> String {
    environment.bench.docker(by_hand).ok();
    let repaired = environment.deploy(POD).await;
    assert_eq!(environment.deploy(POD).await, "live\n", "after {by_hand:?}");
    repaired.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_by_hand_is_seen_and_put_right() {
    let Some(environment) = environment("hand").await else { return };
    let first = environment.deploy(POD).await;
    assert!(first.contains("live"), "{first}");
    let network = environment.key();
    let mut repaired = Vec::new();
    for by_hand in [
        &["stop", "db-0.hand"][..],
        &["rm", "--force", "db-0.hand"],
        &["pause", "db-0.hand"],
        &["update", "--memory", "32m", "--memory-swap", "64m", "db-0.hand"],
        &["update", "--restart", "no", "db-0.hand"],
        &["network", "disconnect", &network, "db-0.hand"],
        &["rename", "db-0.hand", "mine"],
    ] {
        repaired.push(after(&environment, by_hand).await);
    }
    insta::assert_snapshot!(repaired.join("\n").replace(&network, "NETWORK"), @"
    repair (the container db-0.hand is stopped) statefulset/db
    repair (its pod is missing) statefulset/db
    repair (the container db-0.hand is paused) statefulset/db
    repair (the container db-0.hand was changed: its Memory is 33554432 instead of 67108864) statefulset/db
    repair (the container db-0.hand was changed: its RestartPolicy is no instead of always) statefulset/db
    repair (the container db-0.hand is not connected to the network NETWORK) statefulset/db
    repair (the container db-0.hand was renamed to mine) statefulset/db
    ");
}

/// Objects are recorded in volumes that nothing uses: `docker volume prune` of engines before 23 removes them.
#[tokio::test(flavor = "multi_thread")]
async fn lost_records_are_written_again_and_nothing_is_restarted() {
    let Some(environment) = environment("lost").await else { return };
    let manifests = POD.replace("deploy: hand", "deploy: lost");
    let first = environment.deploy(&manifests).await;
    assert!(first.contains("live"), "{first}");
    let started =
        || environment.bench.docker(&["inspect", "--format", "{{.Id}} {{.State.StartedAt}}", "db-0.lost"]).ok();
    let before = started();
    let filter = format!("label=landfall.dev/environment={}", environment.key());
    let records = environment.bench.docker(&[
        "volume",
        "ls",
        "--quiet",
        "--filter",
        &filter,
        "--filter",
        "label=landfall.dev/record",
    ]);
    for record in records.ok().lines() {
        environment.bench.docker(&["volume", "rm", record]).ok();
    }
    insta::assert_snapshot!(environment.deploy(&manifests).await, @"
    create statefulset/db
    live
    statefulset/db: 1 of 1 pods are ready
    ");
    assert_eq!(started(), before);
    assert_eq!(environment.deploy(&manifests).await, "live\n");
}

const JOB: &str = r#"
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, labels: {deploy: once}}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: migrate
          image: target/web:v1
          imagePullPolicy: Never
          env: [{name: EXIT_AFTER, value: 100ms}, {name: EXIT_CODE, value: "0"}]
"#;

/// Whoever tidies up an engine removes containers that have ended; a migration must not run once more for that.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_has_done_its_work_stays_done_when_its_container_is_removed() {
    let Some(environment) = environment("once").await else { return };
    insta::assert_snapshot!(environment.deploy(JOB).await, @"
    create job/migrate
    live
    job/migrate: done; 1 of 1 completions
    ");
    let filter = format!("label=landfall.dev/environment={}", environment.key());
    let ended = environment.bench.docker(&["ps", "--all", "--quiet", "--filter", &filter, "--filter", "status=exited"]);
    let ended = ended.ok();
    assert_eq!(ended.lines().count(), 1, "{ended}");
    environment.bench.docker(&["rm", ended.trim()]).ok();
    assert_eq!(environment.deploy(JOB).await, "live\n");
    // A change beside it waits for everything once more.
    let more =
        format!("{JOB}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: more, labels: {{deploy: once}}}}\n");
    insta::assert_snapshot!(environment.deploy(&more).await, @"
    create configmap/more
    live
    job/migrate: done; 1 of 1 completions
    ");
    assert_eq!(environment.containers(), "");
}
