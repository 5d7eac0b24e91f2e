//! One container's status: pkg/kubelet/kuberuntime/kuberuntime_container.go and pkg/kubelet/kubelet_pods.go
//! (`convertToAPIContainerStatuses`), from what the engine says of it.

use serde_json::{Map, Value, json};

use super::Seen;

/// How the engine writes a time that has not come.
const NEVER: &str = "0001-";

/// The longest wait of the engine before it starts a container again, in seconds; moby, restartmanager.go.
const LONGEST_WAIT: u64 = 60;

/// The status of a container. `spec` is the pod's entry for it.
pub fn status(spec: &Value, seen: Option<&Seen<'_>>) -> Value {
    let nothing = Seen::default();
    let seen = seen.unwrap_or(&nothing);
    let state = state(seen);
    let is_running = state.get("running").is_some();
    let started = is_running && (spec.get("startupProbe").is_none() || seen.started);
    let mut status = json!({
        "name": spec["name"],
        "image": spec["image"],
        "imageID": text(seen, "/Image"),
        "restartCount": restarts(seen),
        "started": started,
        "ready": started && ready_since(spec, seen, &state).is_some(),
        "state": state,
        "lastState": last_state(seen),
    });
    let id = text(seen, "/Id");
    if !id.is_empty() {
        status["containerID"] = format!("docker://{id}").into();
    }
    status
}

/// Since when a container is ready: without a probe it is as soon as it runs.
fn ready_since<'a>(spec: &Value, seen: &Seen<'a>, state: &'a Value) -> Option<&'a str> {
    match spec.get("readinessProbe") {
        Some(_) => seen.ready_since,
        None => state.pointer("/running/startedAt").and_then(Value::as_str),
    }
}

/// When a container that is ready became so.
pub fn became_ready(spec: &Value, seen: &Seen<'_>) -> Option<String> {
    ready_since(spec, seen, &state(seen)).map(whole_seconds)
}

fn state(seen: &Seen<'_>) -> Value {
    let Some(inspect) = seen.inspect else {
        return match seen.missing {
            Some(missing) => waiting(missing.reason, missing.message),
            None => waiting("ContainerCreating", ""),
        };
    };
    let fault = text(seen, "/State/Error");
    match text(seen, "/State/Status") {
        // Whoever stopped it (`docker pause`) finds it running, as the kubelet does; that is drift, not its state.
        "running" | "paused" => json!({"running": {"startedAt": whole_seconds(text(seen, "/State/StartedAt"))}}),
        // The kubelet calls the wait so after every end, be it a good one.
        "restarting" => {
            let name = inspect.pointer("/Name").and_then(Value::as_str).unwrap_or_default().trim_start_matches('/');
            let words = format!("back-off {}s restarting failed container={name}", wait(engine_restarts(seen)));
            waiting("CrashLoopBackOff", &words)
        }
        "created" if fault.is_empty() => waiting("ContainerCreating", ""),
        "created" => waiting("RunContainerError", fault),
        _ => json!({"terminated": terminated(seen, number(seen, "/State/ExitCode"))}),
    }
}

/// How the run before the present state ended, as far as anybody knows.
fn last_state(seen: &Seen<'_>) -> Value {
    let has_ended = is_time(text(seen, "/State/FinishedAt"));
    let code = match text(seen, "/State/Status") {
        "restarting" => Some(number(seen, "/State/ExitCode")),
        // The engine keeps whether it ran out of memory, but not the exit code: that is 0 as soon as it runs again.
        "running" | "paused" if is_out_of_memory(seen) => Some(seen.last_exit.unwrap_or(137)),
        "running" | "paused" => seen.last_exit,
        _ => None,
    };
    match code.filter(|_| has_ended) {
        Some(code) => {
            let mut end = terminated(seen, code);
            if text(seen, "/State/Status") != "restarting" {
                // What the engine has is the start of the present run.
                end.remove("startedAt");
            }
            json!({"terminated": end})
        }
        None => json!({}),
    }
}

fn terminated(seen: &Seen<'_>, code: i64) -> Map<String, Value> {
    let reason = match code {
        _ if is_out_of_memory(seen) => "OOMKilled",
        0 => "Completed",
        _ => "Error",
    };
    let mut end = Map::new();
    end.insert("exitCode".to_owned(), code.into());
    end.insert("reason".to_owned(), reason.into());
    for (key, path) in [("startedAt", "/State/StartedAt"), ("finishedAt", "/State/FinishedAt")] {
        if is_time(text(seen, path)) {
            end.insert(key.to_owned(), whole_seconds(text(seen, path)).into());
        }
    }
    let fault = text(seen, "/State/Error");
    if !fault.is_empty() {
        end.insert("message".to_owned(), fault.into());
    }
    end
}

fn waiting(reason: &str, message: &str) -> Value {
    match message {
        "" => json!({"waiting": {"reason": reason}}),
        message => json!({"waiting": {"reason": reason, "message": message}}),
    }
}

/// How often it was started again. The engine counts a start when it begins to wait for it, the kubelet when it is made.
fn restarts(seen: &Seen<'_>) -> i64 {
    let is_waiting = text(seen, "/State/Status") == "restarting";
    (engine_restarts(seen) - i64::from(is_waiting)).max(0)
}

fn engine_restarts(seen: &Seen<'_>) -> i64 {
    number(seen, "/RestartCount")
}

/// How many seconds the engine waits before the start of this number: 0.1 s, then twice as long each time; a run of more
/// than 10 s sets it back, which the number does not show.
fn wait(restart: i64) -> u64 {
    let doublings = u32::try_from((restart - 1).max(0)).unwrap_or(u32::MAX);
    2_u64.checked_pow(doublings).map_or(LONGEST_WAIT, |tenths| (tenths / 10).min(LONGEST_WAIT))
}

fn is_out_of_memory(seen: &Seen<'_>) -> bool {
    seen.inspect.and_then(|inspect| inspect.pointer("/State/OOMKilled")?.as_bool()).unwrap_or(false)
}

fn is_time(text: &str) -> bool {
    !text.is_empty() && !text.starts_with(NEVER)
}

/// The engine counts nanoseconds, Kubernetes' times are whole seconds.
fn whole_seconds(time: &str) -> String {
    match time.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => time.to_owned(),
    }
}

fn text<'a>(seen: &Seen<'a>, path: &str) -> &'a str {
    seen.inspect.and_then(|inspect| inspect.pointer(path)?.as_str()).unwrap_or_default()
}

fn number(seen: &Seen<'_>, path: &str) -> i64 {
    seen.inspect.and_then(|inspect| inspect.pointer(path)?.as_i64()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Measured with an engine 20.10: its 7th start came 6.8 s after the end, the 10th was 51 s away.
    #[test]
    fn the_wait_is_the_engines() {
        for (restart, seconds) in [(0, 0), (1, 0), (4, 0), (5, 1), (7, 6), (10, 51), (11, 60), (500, 60)] {
            assert_eq!(wait(restart), seconds, "{restart}");
        }
    }
}
