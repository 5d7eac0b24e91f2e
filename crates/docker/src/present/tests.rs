//! States as an engine 20.10 really tells them (`docker inspect`), and what Landfall says of their pods.

use landfall_core::health::{self, HealthState, Surroundings, live_since};
use serde_json::{Value, json};

use super::{Missing, Seen, pod};

const CREATED: &str = "2026-11-25T09:10:20Z";

fn inspect(state: &str, restarts: i64) -> Value {
    json!({
        "Id": "2cd97c", "Name": "/web.prod", "Image": "sha256:2b74", "RestartCount": restarts,
        "State": serde_json::from_str::<Value>(state).unwrap(),
    })
}

fn made(policy: &str, spec: Value) -> Value {
    let mut made = json!({
        "metadata": {"name": "web", "namespace": "prod", "uid": "u1", "creationTimestamp": CREATED},
        "spec": {"restartPolicy": policy, "containers": [{"name": "web", "image": "shop/web:v1"}]},
    });
    made["spec"].as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
    made
}

/// Phase, health and sentence at a time of the same day.
fn judged(pod: &Value, time: &str) -> (String, HealthState, String) {
    let now = format!("2026-11-25T{time}Z");
    let objects = [pod.clone()];
    let health = health::of(pod, &Surroundings::new(&objects, &now));
    (pod["status"]["phase"].as_str().unwrap().to_owned(), health.state, health.sentence)
}

const RUNS: &str = r#"{"Status":"running","Running":true,"Paused":false,"Restarting":false,"OOMKilled":false,"Dead":false,"ExitCode":0,"Error":"","StartedAt":"2026-11-25T09:10:21.309656914Z","FinishedAt":"0001-01-01T00:00:00Z"}"#;
const ENDED_WELL: &str = r#"{"Status":"exited","Running":false,"Paused":false,"Restarting":false,"OOMKilled":false,"Dead":false,"ExitCode":0,"Error":"","StartedAt":"2026-11-25T09:10:21.974429061Z","FinishedAt":"2026-11-25T09:10:21.973649133Z"}"#;
const ENDED_BADLY: &str = r#"{"Status":"exited","Running":false,"Paused":false,"Restarting":false,"OOMKilled":false,"Dead":false,"ExitCode":3,"Error":"","StartedAt":"2026-11-25T09:10:22.363831853Z","FinishedAt":"2026-11-25T09:10:22.367413067Z"}"#;
const WAITS: &str = r#"{"Status":"restarting","Running":true,"Paused":false,"Restarting":true,"OOMKilled":false,"Dead":false,"ExitCode":3,"Error":"","StartedAt":"2026-11-25T09:10:28.528608141Z","FinishedAt":"2026-11-25T09:10:28.592678186Z"}"#;
const OUT_OF_MEMORY: &str = r#"{"Status":"exited","Running":false,"Paused":false,"Restarting":false,"OOMKilled":true,"Dead":false,"ExitCode":137,"Error":"","StartedAt":"2026-11-25T09:10:23.568476706Z","FinishedAt":"2026-11-25T09:10:23.58693027Z"}"#;
const RUNS_AFTER_MEMORY: &str = r#"{"Status":"running","Running":true,"Paused":false,"Restarting":false,"OOMKilled":true,"Dead":false,"ExitCode":0,"Error":"","StartedAt":"2026-11-25T09:10:31.878488591Z","FinishedAt":"2026-11-25T09:10:29.797692362Z"}"#;
const RUNS_AGAIN: &str = r#"{"Status":"running","Running":true,"Paused":false,"Restarting":false,"OOMKilled":false,"Dead":false,"ExitCode":0,"Error":"","StartedAt":"2026-11-25T09:10:32.254505179Z","FinishedAt":"2026-11-25T09:10:28.592678186Z"}"#;
const NO_PROGRAM: &str = r#"{"Status":"created","Running":false,"Paused":false,"Restarting":false,"OOMKilled":false,"Dead":false,"ExitCode":127,"Error":"failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"/bin/nothere\": stat /bin/nothere: no such file or directory: unknown","StartedAt":"0001-01-01T00:00:00Z","FinishedAt":"0001-01-01T00:00:00Z"}"#;
const STOPPED_BY_HAND: &str = r#"{"Status":"exited","Running":false,"Paused":false,"Restarting":false,"OOMKilled":false,"Dead":false,"ExitCode":137,"Error":"","StartedAt":"2026-11-25T09:10:24.609006716Z","FinishedAt":"2026-11-25T09:10:25.713941619Z"}"#;
const PAUSED: &str = r#"{"Status":"paused","Running":true,"Paused":true,"Restarting":false,"OOMKilled":false,"Dead":false,"ExitCode":0,"Error":"","StartedAt":"2026-11-25T09:11:26.26324949Z","FinishedAt":"2026-11-25T09:10:25.713941619Z"}"#;
const MADE: &str = r#"{"Status":"created","Running":false,"Paused":false,"Restarting":false,"OOMKilled":false,"Dead":false,"ExitCode":0,"Error":"","StartedAt":"0001-01-01T00:00:00Z","FinishedAt":"0001-01-01T00:00:00Z"}"#;

#[test]
fn what_the_engine_tells_is_said_as_of_a_cluster() {
    use HealthState::{Hopeless, Live, Progressing};
    let table = [
        (
            "Always",
            RUNS,
            0,
            None,
            "Running",
            Progressing,
            "it is ready, but just started and without a readiness probe",
        ),
        ("Never", ENDED_WELL, 0, None, "Succeeded", Live, "it has done its work"),
        ("OnFailure", ENDED_WELL, 0, None, "Succeeded", Live, "it has done its work"),
        ("Never", ENDED_BADLY, 0, None, "Failed", Hopeless, "has failed: it ended with exit code 3"),
        ("Always", WAITS, 1, None, "Running", Progressing, "crashed: it ended with exit code 3"),
        (
            "Always",
            WAITS,
            3,
            None,
            "Running",
            Progressing,
            "keeps crashing: it ended with exit code 3; restarted twice",
        ),
        (
            "OnFailure",
            WAITS,
            3,
            None,
            "Running",
            Progressing,
            "keeps crashing: it ended with exit code 3; restarted twice",
        ),
        (
            "Always",
            WAITS,
            11,
            None,
            "Running",
            Hopeless,
            "keeps crashing: it ended with exit code 3; restarted 10 times",
        ),
        (
            "Always",
            RUNS_AGAIN,
            6,
            Some(3),
            "Running",
            Progressing,
            "crashed: it ended with exit code 3, and has run again for 8 s",
        ),
        (
            "Always",
            RUNS_AGAIN,
            6,
            None,
            "Running",
            Progressing,
            "it is ready, but just started and without a readiness probe",
        ),
        (
            "Always",
            RUNS_AFTER_MEMORY,
            5,
            None,
            "Running",
            Progressing,
            "crashed: out of memory (OOMKilled), without a limit of its own, and has run again for 9 s",
        ),
        (
            "Never",
            OUT_OF_MEMORY,
            0,
            None,
            "Failed",
            Hopeless,
            "has failed: out of memory (OOMKilled), without a limit of its own",
        ),
        (
            "Always",
            NO_PROGRAM,
            0,
            None,
            "Pending",
            Hopeless,
            "cannot start: its program cannot be run: exec: \"/bin/nothere\": stat /bin/nothere: no such file or directory: unknown",
        ),
        (
            "Always",
            STOPPED_BY_HAND,
            0,
            None,
            "Running",
            Progressing,
            "crashed: it was ended by SIGKILL (exit code 137)",
        ),
        ("Always", MADE, 0, None, "Pending", Progressing, "is starting"),
    ];
    for (policy, state, restarts, last_exit, phase, health, sentence) in table {
        let inspect = inspect(state, restarts);
        let seen = Seen { name: "web", inspect: Some(&inspect), last_exit, ..Seen::default() };
        let time = if state == RUNS { "09:10:25" } else { "09:10:40" };
        let found = judged(&pod(&made(policy, json!({})), &[seen]), time);
        assert_eq!(found, (phase.to_owned(), health, sentence.to_owned()), "{policy} {state}");
    }
}

#[test]
fn it_is_live_since_the_last_container_became_ready() {
    let two = json!({"containers": [
        {"name": "web", "image": "shop/web:v1"},
        {"name": "side", "image": "shop/side:v1", "readinessProbe": {}},
    ]});
    let inspect = inspect(RUNS, 0);
    let seen = |ready_since| {
        [
            Seen { name: "web", inspect: Some(&inspect), ..Seen::default() },
            Seen { name: "side", inspect: Some(&inspect), ready_since, ..Seen::default() },
        ]
    };
    let since = |pod: &Value| live_since(pod, &Surroundings::new([pod], ""));

    let unready = pod(&made("Always", two.clone()), &seen(None));
    let (_, state, sentence) = judged(&unready, "09:11:00");
    assert_eq!(state, HealthState::Progressing);
    assert_eq!(
        sentence,
        "is starting: container side: it has run for 39 s, and its readiness probe has not succeeded yet"
    );
    assert_eq!(since(&unready), None);

    let ready = pod(&made("Always", two), &seen(Some("2026-11-25T09:10:30.5Z")));
    assert_eq!(judged(&ready, "09:11:00").1, HealthState::Live);
    assert_eq!(since(&ready).as_deref(), Some("2026-11-25T09:10:30Z"));
}

#[test]
fn a_run_that_ended_is_not_ready_whatever_its_probe_said_before() {
    let spec =
        json!({"containers": [{"name": "web", "image": "shop/web:v1", "readinessProbe": {}, "startupProbe": {}}]});
    for (state, started, ready) in [
        (RUNS, true, true),
        (PAUSED, true, true),
        (RUNS, false, false),
        (WAITS, true, false),
        (STOPPED_BY_HAND, true, false),
    ] {
        let inspect = inspect(state, 0);
        let seen =
            Seen { name: "web", inspect: Some(&inspect), started, ready_since: Some(CREATED), ..Seen::default() };
        let pod = pod(&made("Always", spec.clone()), &[seen]);
        assert_eq!(pod["status"]["containerStatuses"][0]["ready"], ready, "{started} {state}");
    }
}

#[test]
fn what_could_not_be_made_says_why() {
    use HealthState::{Hopeless, Progressing};
    let table = [
        (None, "09:20:00", Progressing, "is starting"),
        (
            Some(Missing { reason: "ErrImagePull", message: "manifest for shop/web:v1 not found: manifest unknown" }),
            "09:20:00",
            Hopeless,
            "cannot start: the image shop/web:v1 does not exist; the registry answers: manifest for shop/web:v1 not found: manifest unknown",
        ),
        (
            Some(Missing { reason: "CreateContainerConfigError", message: "secret \"db\" not found" }),
            "09:10:30",
            Progressing,
            "cannot start: the Secret db does not exist",
        ),
    ];
    for (missing, time, state, sentence) in table {
        let pod = pod(&made("Always", json!({})), &[Seen { name: "web", missing, ..Seen::default() }]);
        assert_eq!(judged(&pod, time), ("Pending".to_owned(), state, sentence.to_owned()));
    }
}

#[test]
fn init_containers_come_first() {
    use HealthState::{Hopeless, Live, Progressing};
    let table = [
        ("Always", None, MADE, None, "Pending", Progressing),
        ("Always", None, WAITS, None, "Pending", Progressing),
        ("Never", None, ENDED_BADLY, None, "Failed", Hopeless),
        ("Always", None, ENDED_WELL, None, "Pending", Progressing),
        ("Always", None, ENDED_WELL, Some(RUNS), "Running", Live),
        // A sidecar is started, and stays.
        ("Always", Some("Always"), MADE, None, "Pending", Progressing),
        ("Always", Some("Always"), RUNS, Some(RUNS), "Running", Live),
        ("Never", Some("Always"), RUNS, Some(ENDED_WELL), "Succeeded", Live),
    ];
    for (policy, own_policy, init_state, main_state, phase, state) in table {
        let mut init = json!({"name": "init", "image": "shop/init:v1"});
        if let Some(policy) = own_policy {
            init["restartPolicy"] = policy.into();
        }
        let made = made(policy, json!({"initContainers": [init]}));
        let (init, main) = (inspect(init_state, 1), main_state.map(|state| inspect(state, 0)));
        let seen = [
            Seen { name: "init", inspect: Some(&init), ..Seen::default() },
            Seen { name: "web", inspect: main.as_ref(), ..Seen::default() },
        ];
        let pod = pod(&made, &seen);
        let (found, health, sentence) = judged(&pod, "09:12:00");
        let is_done = init_state == ENDED_WELL || init_state == RUNS;
        assert_eq!(pod["status"]["initContainerStatuses"][0]["ready"], is_done, "{own_policy:?} {init_state}");
        assert_eq!((found.as_str(), health), (phase, state), "{policy} {own_policy:?} {init_state}: {sentence}");
    }
}
