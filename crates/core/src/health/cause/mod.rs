//! Why a pod is not ready, or why there is none.

mod container;
mod crash;
mod image;
mod probe;
mod refusal;
mod scheduling;
mod settings;
mod stopping;
mod tell;
mod volume;

use serde_json::Value;

pub(super) use container::failed_container;
pub(super) use crash::{is_unproved, just_restarted};
pub(super) use refusal::{Refusal, refusal};
pub(super) use stopping::stopping;
pub(super) use tell::tell;

use super::{
    LogQuery, Run, Surroundings,
    fields::{at, condition, is_deleted, name, namespace, text, uid},
};

/// Images are often pushed by the same pipeline that writes the commit, a little later; the kubelet asks again after
/// 10, 20 and 40 s.
pub(super) const IMAGE_GRACE: i64 = 60;
/// Operators (of certificates, of secret stores) make ConfigMaps and Secrets in answer to objects of the same deploy.
pub(super) const MISSING_GRACE: i64 = 120;
/// Pods of other workloads, and this one's old ones, may be on their way out and free room in a quota.
pub(super) const QUOTA_GRACE: i64 = 300;

/// Why a pod is not ready.
#[derive(Debug)]
pub(crate) struct Cause {
    /// What is wrong, after one pod: `cannot start`.
    pub(super) one: &'static str,
    /// And after several.
    pub(super) many: &'static str,
    /// The reason, as a clause; empty where there is none to tell.
    pub(super) why: String,
    /// Whether it will not pass.
    pub(super) hopeless: bool,
    /// Whether it is an ordinary step on the way to ready: told only where nothing is wrong.
    pub(super) ordinary: bool,
    /// Whose log says more.
    pub(super) log: Option<LogQuery>,
}

impl Cause {
    pub(super) fn new(one: &'static str, many: &'static str, why: impl Into<String>) -> Self {
        Self { one, many, why: why.into(), hopeless: false, ordinary: false, log: None }
    }

    pub(super) fn cannot_start(why: impl Into<String>) -> Self {
        Self::new("cannot start", "cannot start", why)
    }

    pub(super) fn not_ready(why: impl Into<String>) -> Self {
        Self::new("is not ready", "are not ready", why)
    }

    pub(super) fn starting(why: impl Into<String>) -> Self {
        Self { ordinary: true, ..Self::new("is starting", "are starting", why) }
    }

    pub(super) fn hopeless(self, hopeless: bool) -> Self {
        Self { hopeless, ..self }
    }

    /// Hopeless if it is older than a grace.
    pub(super) fn hopeless_after(self, grace: i64, age: Option<i64>) -> Self {
        self.hopeless(age.is_some_and(|age| age >= grace))
    }

    /// Asks for a container's log, and quotes its last line if it is there.
    pub(super) fn with_log(mut self, pod: &Value, container: &str, run: Run, around: &Surroundings<'_>) -> Self {
        if let Some(line) = around.log(pod, container, run).last() {
            let line: String = line.chars().take(200).collect();
            self.why = format!("{}; its last line: {line}", self.why);
        }
        self.log = Some(LogQuery {
            namespace: namespace(pod).to_owned(),
            pod: name(pod).to_owned(),
            pod_uid: uid(pod).to_owned(),
            container: container.to_owned(),
            run,
        });
        self
    }
}

/// Whether a pod is ready: what its condition says, as the controllers of all workloads count it.
pub(super) fn is_ready(pod: &Value) -> bool {
    !is_deleted(pod) && condition(pod, "Ready").is_some_and(|ready| ready.is_true())
}

/// For how many seconds a pod has had a node: before that, nobody asked for its images and settings.
fn age(pod: &Value, around: &Surroundings<'_>) -> Option<i64> {
    let scheduled = condition(pod, "PodScheduled").and_then(|scheduled| around.age(scheduled.since));
    scheduled.or_else(|| around.age(text(pod, "/metadata/creationTimestamp")))
}

/// Why a pod is not ready, in the order in which it comes to life: a node, volumes, init containers, containers,
/// probes, gates. `None` for one that is ready.
pub(super) fn of_pod(pod: &Value, around: &Surroundings<'_>) -> Option<Cause> {
    if is_ready(pod) {
        return None;
    }
    if is_deleted(pod) {
        return Some(stopping(pod, around));
    }
    Some(
        ended(pod)
            .or_else(|| scheduling::unscheduled(pod, around))
            .or_else(|| lost_node(pod, around))
            .or_else(|| container::worst(pod, around))
            .or_else(|| volume::unmounted(pod, around))
            .or_else(|| container::starting(pod, around))
            .or_else(|| gate(pod))
            .unwrap_or_else(|| Cause::starting("")),
    )
}

/// A pod that has ended and will not run again: evicted, refused by its node (`OutOfcpu`, `NodeAffinity`, ...), past
/// its deadline. Its controller replaces it; kubelet/eviction, kubelet/lifecycle/predicate.go.
fn ended(pod: &Value) -> Option<Cause> {
    if text(pod, "/status/phase") != "Failed" {
        return None;
    }
    let message = text(pod, "/status/message").trim().trim_end_matches('.');
    Some(match text(pod, "/status/reason") {
        "Evicted" => Cause::new("was evicted", "were evicted", message),
        "" => Cause::new("has failed", "have failed", container::exit(pod)),
        reason if message.is_empty() => Cause::new("has failed", "have failed", reason),
        reason => Cause::new("has failed", "have failed", format!("{message} ({reason})")),
    })
}

/// A pod on a node that does not answer; pkg/controller/nodelifecycle marks it and tells by an event, and deletes it
/// after 5 minutes.
fn lost_node(pod: &Value, around: &Surroundings<'_>) -> Option<Cause> {
    let ready = condition(pod, "Ready")?;
    let contained = condition(pod, "ContainersReady").is_some_and(|containers| containers.is_true());
    let told = around.events(pod).next().is_some_and(|latest| latest.reason == "NodeNotReady");
    let lost = text(pod, "/status/reason") == "NodeLost" || told && ready.is_false() && contained;
    let node = text(pod, "/spec/nodeName");
    lost.then(|| Cause::not_ready(format!("its node {node} does not answer")))
}

/// Containers are ready, but a readiness gate is not; kubelet/status/generate.go.
fn gate(pod: &Value) -> Option<Cause> {
    let ready = condition(pod, "Ready").filter(|ready| ready.reason == "ReadinessGatesNotReady")?;
    at(pod, "/spec/readinessGates")
        .map(|_| Cause::not_ready(format!("it waits for a readiness gate: {}", ready.words())))
}
