//! Workloads become what they ask for, on a real engine.

mod support;

use serde_json::json;
use support::{all_ready, environment, is_ready, start, until, workload};

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
    support::extend(&mut bad, &json!({"env": [{"name": "NOT_READY", "value": "1"}]}));
    let new = workload("Deployment", "web", "v2", &json!({"replicas": 2}), &bad);
    start(&rollouts, &new).await;
    until(&rollouts, &new, |pods| pods.iter().any(|pod| pod.version == new.version && pod.is_whole())).await;
    rollouts.end().await;
    let left = rollouts.pods(&old.id);
    assert_eq!(
        left.iter().map(|pod| &pod.uid).collect::<Vec<_>>(),
        first.iter().map(|pod| &pod.uid).collect::<Vec<_>>(),
        "{:?}",
        support::shown(&left)
    );
    assert!(left.iter().all(is_ready), "{:?}", support::shown(&left));
    assert_eq!(env.containers().await.len(), 2);
}
