//! The tables in testdata/health: one file a kind. A case gives an object and what is around it, and says how far it is
//! and in which words. What they have in common stands once at the head of a file, under `every`, and is laid beneath
//! each case's `object`; lists are replaced whole.
//!
//! Short forms: `owner: UID` for an owner reference, `events: [{about, container, reason, message, at}]`,
//! `logs: [{pod, container, previous, lines}]`.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{LogQuery, Run, Surroundings, fields::text, of};
use crate::{diagnostic::Source, yaml};

/// All tables.
const TABLES: [(&str, &str); 11] = [
    ("deployment", include_str!("../../testdata/health/deployment.yaml")),
    ("stateful_set", include_str!("../../testdata/health/stateful_set.yaml")),
    ("daemon_set", include_str!("../../testdata/health/daemon_set.yaml")),
    ("replica_set", include_str!("../../testdata/health/replica_set.yaml")),
    ("pod", include_str!("../../testdata/health/pod.yaml")),
    ("crash", include_str!("../../testdata/health/crash.yaml")),
    ("image", include_str!("../../testdata/health/image.yaml")),
    ("job", include_str!("../../testdata/health/job.yaml")),
    ("storage", include_str!("../../testdata/health/storage.yaml")),
    ("network", include_str!("../../testdata/health/network.yaml")),
    ("custom", include_str!("../../testdata/health/custom.yaml")),
];

struct Case {
    name: String,
    object: Value,
    around: Vec<Value>,
    logs: Vec<(LogQuery, String)>,
    now: String,
    expected: (String, String),
    /// The containers whose logs are asked for, as `pod/container` or `pod/container previous`; not looked at if it is
    /// null.
    asks: Value,
}

#[test]
fn tables() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (table, text) in TABLES {
        for case in read(table, text) {
            count += 1;
            let mut around = Surroundings::new(&case.around, &case.now);
            for (query, lines) in &case.logs {
                around = around.with_log(query, lines);
            }
            let health = of(&case.object, &around);
            let state = serde_json::to_value(health.state).unwrap().as_str().unwrap().to_owned();
            let asks = health.logs.iter().map(|log| {
                format!(
                    "{}/{}{}",
                    log.pod,
                    log.container,
                    if matches!(log.run, Run::Previous(_)) { " previous" } else { "" }
                )
            });
            let asks = Value::from_iter(asks);
            let found = (state, health.sentence);
            if found != case.expected || !case.asks.is_null() && asks != case.asks {
                wrong.push(format!(
                    "{table}: {}\n  expected {:?}\n  found    {found:?} {asks}",
                    case.name, case.expected
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} cases:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 120, "{count} cases");
}

/// 1,000 pods with one cause make one clause, and one pass.
#[test]
fn many_pods_are_told_once() {
    let set =
        json!({"kind": "ReplicaSet", "apiVersion": "apps/v1", "metadata": {"uid": "s"}, "spec": {"replicas": 1000}});
    let pod = |number: usize| {
        json!({
            "kind": "Pod",
            "metadata": {"name": format!("web-{number}"), "uid": number.to_string(), "ownerReferences": [{"uid": "s", "controller": true}]},
            "spec": {"containers": [{"name": "web", "image": "A"}]},
            "status": {"containerStatuses": [{"name": "web", "image": "A", "state": {"waiting": {"reason": "ErrImageNeverPull"}}}]},
        })
    };
    let pods: Vec<Value> = (0..1000).map(pod).collect();
    let sentence = of(&set, &Surroundings::new(&pods, "")).sentence;
    assert_eq!(
        sentence,
        "0 of 1000 pods are ready; 1000 pods, such as web-0, cannot start: the image A is not on its node, and is never \
         pulled (imagePullPolicy: Never)"
    );
}

/// A log that was read while a container ran lacks its last lines, and that of an earlier run is another.
#[test]
fn a_log_belongs_to_one_run() {
    let pod = |restarts: i64, state: Value| {
        json!({
            "kind": "Pod", "apiVersion": "v1", "metadata": {"name": "a", "uid": "a"},
            "spec": {"containers": [{"name": "web", "readinessProbe": {}}]},
            "status": {"containerStatuses": [{"name": "web", "restartCount": restarts, "state": state, "started": true}]},
        })
    };
    let ended = || json!({"terminated": {"exitCode": 3, "reason": "Error"}});
    let log_of = |pod: &Value| of(pod, &Surroundings::new([pod], "")).logs.remove(0);
    let (first, second) = (pod(0, ended()), pod(1, ended()));
    assert_eq!(log_of(&first).run, Run::Ended(0));
    let read_of_first = log_of(&first);
    let read_while_it_ran = LogQuery { run: Run::Present(1), ..log_of(&second) };
    let around = Surroundings::default().with_log(&read_of_first, "one").with_log(&read_while_it_ran, "starts");
    assert_eq!(of(&first, &around).sentence, "crashed: it ended with exit code 3; its last line: one");
    assert_eq!(of(&second, &around).sentence, "crashed: it ended with exit code 3; restarted once");
}

/// The runtime says it in the log, and the next start says it again.
#[test]
fn a_program_for_another_kind_of_machine_never_runs() {
    let pod = json!({
        "kind": "Pod", "apiVersion": "v1", "metadata": {"name": "a", "uid": "a"},
        "spec": {"containers": [{"name": "web"}]},
        "status": {"containerStatuses": [{
            "name": "web", "image": "shop/web:v1", "restartCount": 0,
            "state": {"terminated": {"exitCode": 1, "reason": "Error"}},
        }]},
    });
    let query = of(&pod, &Surroundings::new([&pod], "")).logs.remove(0);
    let told = |line: &str| {
        let health = of(&pod, &Surroundings::default().with_log(&query, line));
        format!("{:?}: {}", health.state, health.sentence)
    };
    assert_eq!(
        told("exec /web: exec format error"),
        "Hopeless: cannot start: the program in its image shop/web:v1 is for another kind of machine: exec /web: exec \
         format error"
    );
    assert_eq!(
        told("plugin: exec format error"),
        "Progressing: crashed: it ended with exit code 1; its last line: plugin: exec format error"
    );
}

/// What no server would send must not break anything.
#[test]
fn nonsense_is_survived() {
    let kinds = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod", "Job", "CronJob", "Service", "Widget"];
    let nonsense = [json!(null), json!("?"), json!(-1), json!([null, 1]), json!({"conditions": 3, "replicas": "x"})];
    for (kind, value) in kinds.iter().flat_map(|kind| nonsense.iter().map(move |value| (kind, value))) {
        for group in ["", "apps/", "batch/"] {
            let object = json!({"apiVersion": format!("{group}v1"), "kind": kind, "metadata": value, "spec": value, "status": value});
            let around = Surroundings::new([&object, value], "yesterday");
            assert!(!of(&object, &around).sentence.is_empty());
        }
    }
}

fn read(table: &str, content: &str) -> Vec<Case> {
    let source = Arc::new(Source { path: format!("{table}.yaml"), text: content.to_owned() });
    let documents = yaml::parse(&source).unwrap_or_else(|faults| panic!("{table}: {faults:?}"));
    let table = documents[0].root.to_json();
    table["cases"].as_array().unwrap().iter().map(|case| parse(&table["every"], case)).collect()
}

fn parse(every: &Value, case: &Value) -> Case {
    let field = |name: &str| case.get(name).or_else(|| every.get(name)).cloned().unwrap_or_default();
    let items = |name: &str| field(name).as_array().cloned().unwrap_or_default();
    let mut object = every["object"].clone();
    lay(&mut object, &case["object"]);
    let mut around: Vec<Value> = items("around");
    for object in &mut around {
        let mut whole = every.get(text(object, "/kind")).cloned().unwrap_or(json!({}));
        lay(&mut whole, object);
        if let Some(owner) = whole.get("owner").cloned() {
            whole["metadata"]["ownerReferences"] = json!([{"uid": owner, "controller": true}]);
        }
        if whole.pointer("/metadata/uid").is_none() {
            whole["metadata"]["uid"] = whole["metadata"]["name"].clone();
        }
        *object = whole;
    }
    around.extend(items("events").iter().map(|event| {
        json!({
            "kind": "Event", "reason": event["reason"], "message": event["message"], "lastTimestamp": event["at"],
            "involvedObject": {"uid": event["about"], "fieldPath": format!("spec.containers{{{}}}", text_of(event, "container"))},
        })
    }));
    let expected = (text_of(case, "is").to_owned(), text_of(case, "says").to_owned());
    let name = text_of(case, "case").to_owned();
    let now = field("now").as_str().unwrap_or_default().to_owned();
    let logs = items("logs").iter().flat_map(logs_of).collect();
    Case { name, object, around, logs, now, expected, asks: case["asks"].clone() }
}

fn logs_of(log: &Value) -> Vec<(LogQuery, String)> {
    let text = |key: &str| text_of(log, key).to_owned();
    let runs: &[fn(i64) -> Run] = if log["previous"] == true { &[Run::Previous] } else { &[Run::Present, Run::Ended] };
    let of = |run| {
        let (pod_uid, container) = (text("pod"), text("container"));
        (LogQuery { namespace: String::new(), pod: String::new(), pod_uid, container, run }, text("lines"))
    };
    runs.iter().flat_map(|run| (0..10).map(run)).map(of).collect()
}

fn text_of<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Lays a value over another; null removes.
fn lay(beneath: &mut Value, over: &Value) {
    match (beneath, over) {
        (_, Value::Null) => {}
        (Value::Object(beneath), Value::Object(over)) => {
            for (key, value) in over {
                if value.is_null() {
                    beneath.remove(key);
                } else {
                    lay(beneath.entry(key).or_insert(Value::Object(Map::new())), value);
                }
            }
        }
        (beneath, over) => *beneath = over.clone(),
    }
}
