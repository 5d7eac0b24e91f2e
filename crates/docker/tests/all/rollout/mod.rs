//! Workloads become what they ask for, on a real engine.

mod killed;
mod support;

use std::sync::Arc;

use landfall_core::health::HealthState;
use serde_json::json;
use support::{all_ready, environment, extend, is_ready, shown, start, told, until, watch, workload};

/// A sentence without the times that the test server writes.
fn without_times(sentence: &str) -> String {
    let is_time = |word: &&str| word.len() == 8 && word.contains(':');
    let words = sentence.split(' ').filter(|word| !is_time(word));
    words
        .map(|word| if word.starts_with("202") && word.contains('/') { "TIME" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

fn probed() -> serde_json::Value {
    json!({"readinessProbe": {"httpGet": {"port": 8080, "path": "/ready"}, "periodSeconds": 1}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_takes_the_place_of_another() {
    let Some(env) = environment("switch").await else { return };
    let rollouts = env.rollouts().await;
    let old = workload("Deployment", "web", "v1", &json!({}), &probed());
    start(&rollouts, &old).await;
    until(&rollouts, &old, all_ready(&old, 1)).await;
    rollouts.end().await;
    assert_eq!(env.traffic.words(), "ready v1");
    drop(rollouts);

    let rollouts = env.rollouts().await;
    let new = workload("Deployment", "web", "v2", &json!({}), &probed());
    start(&rollouts, &new).await;
    until(&rollouts, &new, all_ready(&new, 1)).await;
    rollouts.end().await;
    assert_eq!(env.traffic.words(), "ready v1, ready v1, ready v2, leaving v1, gone v1");
    let containers = env.containers().await;
    assert_eq!(containers.len(), 1, "{containers:?}");
    assert!(containers[0].starts_with(&format!("web-{}-", new.version)), "{containers:?}");
    assert!(containers[0].ends_with(".prod running"), "{containers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_never_gets_ready_leaves_the_old_one_serving() {
    let Some(env) = environment("never").await else { return };
    let rollouts = env.rollouts().await;
    let old = workload("Deployment", "web", "v1", &json!({"replicas": 2}), &probed());
    start(&rollouts, &old).await;
    let first = until(&rollouts, &old, all_ready(&old, 2)).await;
    rollouts.end().await;
    drop(rollouts);

    let rollouts = env.rollouts().await;
    let mut bad = probed();
    extend(&mut bad, &json!({"env": [{"name": "NOT_READY", "value": "1"}]}));
    let new = workload("Deployment", "web", "v2", &json!({"replicas": 2}), &bad);
    start(&rollouts, &new).await;
    until(&rollouts, &new, |pods| pods.iter().any(|pod| pod.version == new.version && pod.is_whole())).await;
    rollouts.end().await;
    let left = rollouts.pods(&old.id);
    assert_eq!(
        left.iter().map(|pod| &pod.uid).collect::<Vec<_>>(),
        first.iter().map(|pod| &pod.uid).collect::<Vec<_>>(),
        "{:?}",
        shown(&left)
    );
    assert!(left.iter().all(is_ready), "{:?}", shown(&left));
    assert_eq!(env.containers().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_is_not_there_stops_nothing() {
    let Some(env) = environment("no-image").await else { return };
    let rollouts = Arc::new(env.rollouts().await);
    let recreate = json!({"strategy": {"type": "Recreate"}});
    let old = workload("Deployment", "web", "v1", &recreate, &probed());
    start(&rollouts, &old).await;
    let first = until(&rollouts, &old, all_ready(&old, 1)).await;
    let mut bad = probed();
    extend(&mut bad, &json!({"image": "localhost:9/shop/web:v9"}));
    let new = workload("Deployment", "web", "v9", &recreate, &bad);
    let mut watch = watch(&rollouts, &[&new]);
    start(&rollouts, &new).await;
    let rollout = told(&mut watch, |rollout| rollout.sentence.contains("image")).await;
    assert!(rollout.sentence.contains("localhost:9/shop/web:v9"), "{}", rollout.sentence);
    rollouts.end().await;
    let left = rollouts.pods(&old.id);
    assert_eq!(left.len(), 1, "{:?}", shown(&left));
    assert_eq!(left[0].uid, first[0].uid);
    assert!(!env.traffic.words().contains("leaving"), "{}", env.traffic.words());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_loop_is_told_within_three_restarts() {
    let Some(env) = environment("crash").await else { return };
    let rollouts = Arc::new(env.rollouts().await);
    let crash = json!({"env": [{"name": "NEEDS_FILE", "value": "/not/here"}]});
    let bad = workload("Deployment", "web", "v1", &json!({}), &crash);
    let mut watch = watch(&rollouts, &[&bad]);
    start(&rollouts, &bad).await;
    let rollout = told(&mut watch, |rollout| rollout.sentence.contains("crash")).await;
    let restarts = rollouts.pods(&bad.id)[0].containers["web"].restarts();
    assert!(restarts <= 3, "{restarts}: {}", rollout.sentence);
    // How often it was started again by then depends on how busy the machine is.
    let rollout = told(&mut watch, |rollout| rollout.sentence.contains("its last line")).await;
    assert!(rollout.sentence.contains("crash"), "{}", rollout.sentence);
    assert!(rollout.sentence.contains(": it ended with exit code 1; "), "{}", rollout.sentence);
    assert!(
        rollout.sentence.ends_with("cannot start: stat /not/here: no such file or directory"),
        "{}",
        rollout.sentence
    );
    rollouts.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pods_of_a_stateful_set_are_replaced_one_by_one_and_keep_their_claims() {
    let Some(env) = environment("stateful").await else { return };
    let rollouts = Arc::new(env.rollouts().await);
    let spec = json!({
        "replicas": 2, "serviceName": "db",
        "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]}}],
    });
    let mut mounted = probed();
    extend(&mut mounted, &json!({"volumeMounts": [{"name": "data", "mountPath": "/data"}]}));
    let old = workload("StatefulSet", "db", "v1", &spec, &mounted);
    start(&rollouts, &old).await;
    until(&rollouts, &old, all_ready(&old, 2)).await;
    rollouts.end().await;
    env.traffic.forget();
    let new = workload("StatefulSet", "db", "v2", &spec, &mounted);
    let mut watch = watch(&rollouts, &[&new]);
    start(&rollouts, &new).await;
    until(&rollouts, &new, all_ready(&new, 2)).await;
    let rollout = told(&mut watch, |rollout| rollout.state == HealthState::Live).await;
    assert_eq!(rollout.sentence, "2 of 2 pods are ready");
    rollouts.end().await;
    assert_eq!(env.containers().await, ["db-0.prod running", "db-1.prod running"]);
    let order = "ready v1, ready v1, leaving v1, gone v1, ready v2, leaving v1, gone v1, ready v2";
    assert_eq!(env.traffic.words(), order);
    assert_eq!(env.volumes().await, ["data-db-0.prod", "data-db-1.prod"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_end_well_or_fail() {
    let Some(env) = environment("jobs").await else { return };
    let rollouts = Arc::new(env.rollouts().await);
    let job = |name: &str, code: &str, limit: i64| {
        let spec = json!({"backoffLimit": limit, "template": {"spec": {"restartPolicy": "Never"}}});
        let ends = json!({"env": [{"name": "EXIT_AFTER", "value": "100ms"}, {"name": "EXIT_CODE", "value": code}]});
        workload("Job", name, "v1", &spec, &ends)
    };
    let (good, bad) = (job("migrate", "0", 0), job("broken", "3", 0));
    let (mut good_watch, mut bad_watch) = (watch(&rollouts, &[&good]), watch(&rollouts, &[&bad]));
    start(&rollouts, &good).await;
    start(&rollouts, &bad).await;
    let done = told(&mut good_watch, |rollout| !rollout.state.is_waiting()).await;
    assert_eq!((done.state, done.sentence.as_str()), (HealthState::Live, "done; 1 of 1 completions"));
    let failed = told(&mut bad_watch, |rollout| !rollout.state.is_waiting()).await;
    let pod = rollouts.pods(&bad.id)[0].name.clone();
    assert_eq!(failed.state, HealthState::Hopeless);
    insta::assert_snapshot!(without_times(&failed.sentence.replace(&pod, "POD")), @"it failed after 1 attempt (backoffLimit 0); pod POD has failed: it ended with exit code 3; its last line: TIME ends after 100ms, as told");
    rollouts.end().await;
    drop(rollouts);
    // Whoever comes next makes no pod again.
    let rollouts = Arc::new(env.rollouts().await);
    let mut again = watch(&rollouts, &[&good]);
    start(&rollouts, &good).await;
    told(&mut again, |rollout| rollout.state == HealthState::Live).await;
    rollouts.end().await;
    assert_eq!(env.containers().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn containers_of_a_pod_share_its_network_and_hooks_are_run() {
    let Some(env) = environment("several").await else { return };
    let rollouts = env.rollouts().await;
    let side = json!({
        "name": "side", "image": "landfall-bench/web:v1", "imagePullPolicy": "IfNotPresent",
        "restartPolicy": "Always", "env": [{"name": "PORT", "value": "9000"}],
        "startupProbe": {"tcpSocket": {"port": 9000}, "periodSeconds": 1},
    });
    let spec = json!({"template": {"spec": {"initContainers": [side]}}});
    let mut container = probed();
    let hook = |seconds: u32| json!({"sleep": {"seconds": seconds}});
    extend(&mut container, &json!({"lifecycle": {"postStart": hook(1), "preStop": hook(1)}}));
    let workload = workload("Deployment", "web", "v1", &spec, &container);
    start(&rollouts, &workload).await;
    let pods = until(&rollouts, &workload, all_ready(&workload, 1)).await;
    assert_eq!(pods[0].containers.keys().collect::<Vec<_>>(), ["", "side", "web"]);
    rollouts.end().await;
    let begun = std::time::Instant::now();
    rollouts.remove(&workload.id).await.unwrap();
    assert!(begun.elapsed().as_secs_f64() > 1.0, "{:?}", begun.elapsed());
    assert_eq!(env.containers().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_whose_liveness_probe_fails_is_started_again() {
    let Some(env) = environment("liveness").await else { return };
    let rollouts = env.rollouts().await;
    let dead = json!({"livenessProbe": {"httpGet": {"port": 8080, "path": "/nothing"}, "periodSeconds": 1,
                                        "failureThreshold": 2, "initialDelaySeconds": 1}});
    let workload = workload("Deployment", "web", "v1", &json!({}), &dead);
    start(&rollouts, &workload).await;
    let first = until(&rollouts, &workload, |pods| pods.iter().any(is_ready)).await;
    let run = first[0].containers["web"].run().to_owned();
    let is_again = |pods: &[landfall_docker::rollout::PodState]| {
        pods.iter().any(|pod| pod.containers["web"].is_running() && pod.containers["web"].run() != run)
    };
    let again = until(&rollouts, &workload, is_again).await;
    assert_eq!(again[0].containers["web"].id, first[0].containers["web"].id);
    rollouts.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_stopped_or_removed_by_hand_comes_back() {
    let Some(env) = environment("by-hand").await else { return };
    let rollouts = env.rollouts().await;
    let workload = workload("Deployment", "web", "v1", &json!({"replicas": 2}), &probed());
    start(&rollouts, &workload).await;
    let pods = until(&rollouts, &workload, all_ready(&workload, 2)).await;
    rollouts.end().await;
    drop(rollouts);
    let id = |index: usize| pods[index].containers["web"].id.as_str();
    env.bench.docker(&["stop", "--time=0", id(0)]).ok();
    env.bench.docker(&["rm", "--force", id(1)]).ok();
    let rollouts = env.rollouts().await;
    start(&rollouts, &workload).await;
    let again = until(&rollouts, &workload, all_ready(&workload, 2)).await;
    assert!(again.iter().any(|pod| pod.uid == pods[0].uid), "{:?}", shown(&again));
    assert!(!again.iter().any(|pod| pod.uid == pods[1].uid), "{:?}", shown(&again));
    rollouts.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_ends_at_its_deadline() {
    let Some(env) = environment("deadline").await else { return };
    let rollouts = Arc::new(env.rollouts().await);
    let pod = json!({"restartPolicy": "Never", "activeDeadlineSeconds": 2});
    let spec = json!({"backoffLimit": 0, "template": {"spec": pod}});
    let job = workload("Job", "slow", "v1", &spec, &json!({}));
    let mut watch = watch(&rollouts, &[&job]);
    start(&rollouts, &job).await;
    let failed = told(&mut watch, |rollout| !rollout.state.is_waiting()).await;
    assert_eq!(failed.state, HealthState::Hopeless, "{}", failed.sentence);
    let stopped = |pods: &[landfall_docker::rollout::PodState]| !pods[0].containers["web"].is_running();
    until(&rollouts, &job, stopped).await;
    rollouts.end().await;
}
