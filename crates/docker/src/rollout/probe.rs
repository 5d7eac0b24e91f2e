//! Probes of one run of a container, as the kubelet's prober makes them (pkg/kubelet/prober/worker.go).
//!
//! Other than there, what does not answer yet is asked sooner than `periodSeconds` say: nothing is gained by waiting
//! for 10 s when a program is ready after one. How long a startup probe may fail is not changed by that.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::{Instant, sleep, sleep_until};

use super::shared::Shared;
use crate::pod::{Probe, ProbeCheck, Probes};

/// The first wait of one that does not answer yet; then twice as long each time, up to its period.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// A run of a container that is probed.
#[derive(Clone)]
pub struct Probed {
    /// The pod's UID.
    pub uid: String,
    /// The container's name in the pod.
    pub container: String,
    /// Its id on the engine.
    pub id: String,
    /// When this run started, as the engine tells it.
    pub run: String,
    /// The name by which the pod is found on the network.
    pub host: String,
    /// The grace period of the pod.
    pub grace: Duration,
    /// What is asked.
    pub probes: Probes,
}

/// Probes until the run ends and somebody drops this.
pub async fn probe(shared: Arc<Shared>, probed: Probed) {
    if let Some(startup) = &probed.probes.startup
        && !started(&shared, &probed, startup).await
    {
        return end_run(&shared, &probed, startup, "startup").await;
    }
    let is_asked = probed.probes.readiness.is_some();
    probed.note(&shared, |state| {
        state.started = true;
        state.answered |= !is_asked;
    });
    let readiness = async {
        match &probed.probes.readiness {
            Some(probe) => follow_readiness(&shared, &probed, probe).await,
            None => std::future::pending().await,
        }
    };
    let liveness = async {
        match &probed.probes.liveness {
            Some(probe) => until_dead(&shared, &probed, probe).await,
            None => std::future::pending().await,
        }
    };
    // Readiness is followed for ever; what ends is the container.
    tokio::select! {
        () = readiness => {}
        probe = liveness => end_run(&shared, &probed, probe, "liveness").await,
    }
}

/// Waits until a startup probe succeeds; whether it did in its time.
async fn started(shared: &Shared, probed: &Probed, probe: &Probe) -> bool {
    probed.delay(shared, probe).await;
    let end = Instant::now() + probe.period.saturating_mul(probe.failure_threshold);
    let mut wait = FIRST_WAIT;
    loop {
        match probed.ask(shared, probe).await {
            Ok(()) => return true,
            Err(failure) => probed.fail(shared, failure),
        }
        if Instant::now() >= end {
            return false;
        }
        sleep(wait).await;
        wait = (wait * 2).min(probe.period);
    }
}

/// Notes since when a readiness probe succeeds, and that it does no more.
async fn follow_readiness(shared: &Shared, probed: &Probed, probe: &Probe) {
    probed.delay(shared, probe).await;
    let mut wait = FIRST_WAIT;
    let mut count = Count::default();
    loop {
        let begun = Instant::now();
        let result = probed.ask(shared, probe).await;
        let is_ready = count.take(result.is_ok(), probe);
        match (result, is_ready) {
            (_, true) => probed.note(shared, |state| {
                state.answered = true;
                state.failure = None;
                state.ready_since.get_or_insert_with(|| shared.around.engine.now().to_string());
            }),
            (result, false) => {
                let failure = result.err();
                probed.note(shared, |state| {
                    state.answered = true;
                    state.ready_since = None;
                    state.failure.clone_from(&failure);
                });
            }
        }
        let next = if is_ready || count.successes > 0 { probe.period } else { wait };
        wait = (wait * 2).min(probe.period);
        sleep_until(begun + next).await;
    }
}

/// Waits until a liveness probe has failed too often.
async fn until_dead<'p>(shared: &Shared, probed: &Probed, probe: &'p Probe) -> &'p Probe {
    probed.delay(shared, probe).await;
    let mut failures = 0;
    loop {
        let begun = Instant::now();
        match probed.ask(shared, probe).await {
            Ok(()) => failures = 0,
            Err(failure) => {
                probed.fail(shared, failure);
                failures += 1;
            }
        }
        if failures >= probe.failure_threshold {
            return probe;
        }
        sleep_until(begun + probe.period).await;
    }
}

/// What counts in a row.
#[derive(Default)]
struct Count {
    successes: u32,
    failures: u32,
    is_ready: bool,
}

impl Count {
    /// Takes in an answer; whether the probe as a whole succeeds now.
    fn take(&mut self, success: bool, probe: &Probe) -> bool {
        if success {
            self.failures = 0;
            self.successes = self.successes.saturating_add(1);
            self.is_ready |= self.successes >= probe.success_threshold;
        } else {
            self.successes = 0;
            self.failures = self.failures.saturating_add(1);
            self.is_ready &= self.failures < probe.failure_threshold;
        }
        self.is_ready
    }
}

/// A container that is not as it should be is started again: the engine itself does not count that as a crash.
async fn end_run(shared: &Shared, probed: &Probed, probe: &Probe, kind: &str) {
    tracing::info!(container = probed.host, "its {kind} probe failed too often, so that it is started again");
    let grace = probe.grace.unwrap_or(probed.grace);
    let engine = &shared.around.engine;
    let restarted = async {
        engine.stop(&probed.id, grace).await?;
        engine.start(&probed.id).await
    };
    if let Err(fault) = restarted.await {
        shared.warn(format!("container {} of {} cannot be restarted: {fault}", probed.container, probed.host));
    }
}

impl Probed {
    async fn delay(&self, shared: &Shared, probe: &Probe) {
        let now = shared.around.engine.now();
        let started: Option<Timestamp> = self.run.parse().ok();
        let ran = started.and_then(|started| Duration::try_from(now.duration_since(started)).ok());
        let left = probe.initial_delay.saturating_sub(ran.unwrap_or_default());
        if !left.is_zero() {
            // Until then it does not serve, which is known.
            self.note(shared, |state| state.answered = true);
            sleep(left).await;
        }
    }

    async fn ask(&self, shared: &Shared, probe: &Probe) -> Result<(), String> {
        check(shared, &self.id, &self.host, &probe.check, probe.timeout).await
    }

    fn fail(&self, shared: &Shared, failure: String) {
        self.note(shared, |state| {
            state.answered = true;
            state.failure = Some(failure);
        });
    }

    /// Notes what the probes say, if it says anything new, and still of this run.
    fn note(&self, shared: &Shared, note: impl FnOnce(&mut super::pods::Probed)) {
        let now = shared.store.pod(&self.uid);
        let Some(container) = now.as_ref().and_then(|pod| pod.containers.get(&self.container)) else { return };
        if container.id != self.id || container.run() != self.run {
            return;
        }
        let mut state = container.probed.clone();
        if state.run != self.run {
            state = super::pods::Probed { run: self.run.clone(), ..Default::default() };
        }
        note(&mut state);
        if state != container.probed {
            shared.store.change_pod(&self.uid, |pod| {
                if let Some(container) = pod.containers.get_mut(&self.container) {
                    container.probed = state;
                }
            });
        }
    }
}

/// Runs one check of a probe or hook.
///
/// # Errors
/// Why it failed, as a sentence.
pub async fn check(shared: &Shared, id: &str, host: &str, check: &ProbeCheck, timeout: Duration) -> Result<(), String> {
    let around = &shared.around;
    match check {
        ProbeCheck::Exec { command } => match around.engine.run(id, command, timeout).await {
            Ok(ran) if ran.code == 0 => Ok(()),
            Ok(ran) => Err(failed(ran.code, &ran.output)),
            Err(fault) => Err(fault.message),
        },
        check => {
            let answer = around.asker.ask(host, check, timeout).await;
            if answer.is_err() && !around.asker.is_there() {
                shared.lose();
                // Whoever asked is ended before long; a pod that cannot be asked is not one that failed.
                std::future::pending::<()>().await;
            }
            answer
        }
    }
}

/// How a command failed, with the last line that it wrote.
fn failed(code: i64, output: &str) -> String {
    match output.lines().map(str::trim).rfind(|line| !line.is_empty()) {
        Some(line) => format!("the command ended with exit code {code}: {line}"),
        None => format!("the command ended with exit code {code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn successes_and_failures_count_in_a_row() {
        let probe = Probe {
            check: ProbeCheck::Tcp { host: None, port: 1 },
            initial_delay: Duration::ZERO,
            period: Duration::from_secs(1),
            timeout: Duration::from_secs(1),
            success_threshold: 2,
            failure_threshold: 3,
            grace: None,
        };
        let mut count = Count::default();
        let answers = "+-++--+---+++".chars().map(|answer| answer == '+');
        let ready: String = answers.map(|success| if count.take(success, &probe) { 'r' } else { '.' }).collect();
        assert_eq!(ready, "...rrrrrr..rr");
    }

    #[test]
    fn a_command_that_failed_tells_its_last_words() {
        assert_eq!(failed(3, "a\nno database\n\n"), "the command ended with exit code 3: no database");
        assert_eq!(failed(1, ""), "the command ended with exit code 1");
    }
}
