//! Containers that end though they should run.
//!
//! The kubelet starts a container that ended again: at once, then after 10, 20, 40, 80, 160 and at most 300 s
//! (pkg/kubelet/kuberuntime/kuberuntime_manager.go, doBackOff); a run of 10 minutes sets it back. Its wait therefore
//! counts the crashes of the present loop, which the number of restarts does not: a pod may have 40 of them from a bad
//! month.

use serde_json::Value;

use super::{
    Cause,
    container::{Container, Kind, all},
    probe,
};
use crate::health::{
    Run, Surroundings,
    fields::{at, number, text},
    time,
};

/// The wait after four or five restarts that failed, two and a half minutes in all. Whoever waits for a database by
/// ending and being started again has had that much time.
const LOOP_WAIT: i64 = 80;
/// The wait after two or three: running out of memory does not depend on others.
const MEMORY_LOOP_WAIT: i64 = 20;
/// A run of this length sets the wait back.
const LONG_RUN: i64 = 600;
/// Nodes may be set to wait less (`crashLoopBackOff.maxContainerRestartPeriod`): there the number of restarts of a
/// young pod counts.
const MANY_RESTARTS: i64 = 10;
const YOUNG: i64 = 3600;
/// A container that crashed is stable again after this time.
const SETTLED: i64 = 30;
/// A container without a readiness probe is ready as soon as it is started, even if it ends in the next second.
const UNPROBED: i64 = 10;

/// Why a container is not running, or was not until just now.
pub(super) fn crashed(container: &Container<'_>, around: &Surroundings<'_>) -> Option<Cause> {
    let Container { pod, status, .. } = *container;
    let waiting = text(status, "/state/waiting/reason");
    let start_error = text(status, "/state/waiting/message");
    if waiting == "RunContainerError" && container.last_end().is_none() {
        return Some(start_failure(start_error));
    }
    let end = container.last_end()?;
    if at(status, "/state/running").is_some() && !runs_again(status, around) {
        return None;
    }
    if text(end, "/reason") == "StartError" {
        return Some(start_failure(text(end, "/message")));
    }
    let mut why = match probe::killed_by(container, end, around) {
        Some(answer) if text(end, "/reason") != "OOMKilled" => {
            format!("{answer}, and the kubelet ended it (exit code {})", number(end, "/exitCode").unwrap_or_default())
        }
        _ => end_words(container, end),
    };
    if container.restarts() > 0 {
        let times = match container.restarts() {
            1 => "once".to_owned(),
            2 => "twice".to_owned(),
            times => format!("{times} times"),
        };
        why = format!("{why}; restarted {times}");
    }
    let has_ended = at(status, "/state/terminated").is_some();
    let restarts = container.restarts();
    let run = if has_ended { Run::Ended(restarts) } else { Run::Previous(restarts) };
    let (one, many) =
        if container.restarts() > 1 { ("keeps crashing", "keep crashing") } else { ("crashed", "crashed") };
    let cause = Cause::new(one, many, why).hopeless(is_hopeless(container, end, around));
    let cause = cause.with_log(pod, container.name(), run, around);
    Some(match around.log(pod, container.name(), run).last() {
        Some(line) if is_foreign(line) => {
            let why =
                format!("the program in its image {} is for another kind of machine: {line}", text(status, "/image"));
            Cause { log: cause.log, ..Cause::cannot_start(why).hopeless(true) }
        }
        _ => cause,
    })
}

/// Whether a container's last words are those of the runtime whose kernel cannot run the program (`ENOEXEC`).
fn is_foreign(line: &str) -> bool {
    (line.starts_with("exec ") || line.contains("exec user process")) && line.ends_with("exec format error")
}

/// A program that does not exist in the image will not appear there; anything else that the runtime says may pass.
fn start_failure(message: &str) -> Cause {
    let Some((_, words)) = message.split_once("unable to start container process: ") else {
        return Cause::cannot_start(format!("its container cannot be started: {message}"));
    };
    let permanent =
        ["no such file", "executable file not found", "permission denied", "exec format error", "is a directory"];
    Cause::cannot_start(format!("its program cannot be run: {words}"))
        .hopeless(permanent.iter().any(|reason| words.contains(reason)))
}

fn is_hopeless(container: &Container<'_>, end: &Value, around: &Surroundings<'_>) -> bool {
    let Some(wait) = present_wait(container.status) else { return false };
    let enough = if text(end, "/reason") == "OOMKilled" { MEMORY_LOOP_WAIT } else { LOOP_WAIT };
    let young = around.age(text(container.pod, "/metadata/creationTimestamp")).is_some_and(|age| age < YOUNG);
    wait >= enough || young && container.restarts() >= MANY_RESTARTS
}

/// How long the kubelet waits before the next start. It says so only in the state `waiting`; for a part of that time,
/// up to minutes, the state is the end of the last run, and its wait is twice the one before that run.
fn present_wait(status: &Value) -> Option<i64> {
    if let Some(back_off) = text(status, "/state/waiting/message").strip_prefix("back-off ") {
        return time::duration(back_off.split(' ').next()?);
    }
    at(status, "/state/terminated")?;
    let [started, ended] =
        ["startedAt", "finishedAt"].map(|name| time::seconds(text(status, &format!("/state/terminated/{name}"))));
    let before = time::seconds(text(status, "/lastState/terminated/finishedAt"))?;
    let (started, ended) = (started?, ended?);
    if ended - started >= LONG_RUN {
        return None;
    }
    // Half a minute may be the kubelet's own slowness, but not from the third restart on.
    if number(status, "/restartCount") >= Some(3) { Some((started - before) * 2) } else { None }
}

/// Whether a running container ended badly just before: between two crashes it looks as if all were well.
fn runs_again(status: &Value, around: &Surroundings<'_>) -> bool {
    at(status, "/lastState/terminated").is_some()
        // Clocks differ: a start in the future says nothing.
        && around.age(text(status, "/state/running/startedAt")).is_some_and(|age| (0..SETTLED).contains(&age))
}

/// Why a pod that is ready may not stay so: one of its containers crashed, and has just been started again. Without it
/// a program that ends a second after its start, without a readiness probe, would be live once in every round of its
/// loop.
pub(crate) fn just_restarted(pod: &Value, around: &Surroundings<'_>) -> Option<Cause> {
    let container = all(pod).find(|container| container.kind != Kind::Init && runs_again(container.status, around))?;
    let end = container.last_end()?;
    let age = around.age(text(container.status, "/state/running/startedAt")).map(time::words).unwrap_or_default();
    let why = format!("{}, and has run again for {age}", end_words(&container, end));
    Some(Cause::new("crashed", "crashed", why).with_log(
        pod,
        container.name(),
        Run::Previous(container.restarts()),
        around,
    ))
}

/// Whether a pod is ready only because nobody asks it: a container without a readiness probe was started a moment ago.
/// Most programs that cannot run end in their first seconds.
pub(crate) fn is_unproved(pod: &Value, around: &Surroundings<'_>) -> bool {
    all(pod).any(|container| {
        let age = around.age(text(container.status, "/state/running/startedAt"));
        let fresh = age.is_some_and(|age| (0..UNPROBED).contains(&age));
        container.kind == Kind::Main && at(container.spec, "/readinessProbe").is_none() && fresh
    })
}

/// How a run ended: `it ended with exit code 3`.
pub(super) fn end_words(container: &Container<'_>, end: &Value) -> String {
    let said = text(end, "/message").lines().map(str::trim).find(|line| !line.is_empty());
    let said =
        said.map_or_else(String::new, |line| format!(", saying: {}", line.chars().take(200).collect::<String>()));
    if text(end, "/reason") == "OOMKilled" {
        return match text(container.spec, "/resources/limits/memory") {
            "" => format!("out of memory (OOMKilled), without a limit of its own{said}"),
            limit => format!("out of memory: it used more than its limit of {limit} (OOMKilled){said}"),
        };
    }
    format!("{}{said}", exit_words(end))
}

/// An exit code or signal in words; the numbers above 128 are signals, as shells count them.
pub(crate) fn exit_words(end: &Value) -> String {
    let code = number(end, "/exitCode").unwrap_or_default();
    let signal = number(end, "/signal").unwrap_or(if code > 128 { code - 128 } else { 0 });
    let name = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        _ => "",
    };
    match (code, name) {
        (0, "") => "it ended by itself (exit code 0), though it should keep running".to_owned(),
        (126, _) => "its command cannot be run (exit code 126)".to_owned(),
        (127, _) => "its command was not found (exit code 127)".to_owned(),
        (_, "") => format!("it ended with exit code {code}"),
        (_, signal) => format!("it was ended by {signal} (exit code {code})"),
    }
}
