//! The agent of a deploy in its environment's network.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use landfall_proxy::control::{AgentCommand, AgentReport};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{MissedTickBehavior, interval, timeout},
};

use crate::{
    ask,
    engine::{EngineFault, FaultKind, Part, Session},
    pod::ProbeCheck,
    proxies::Lines,
    rollout::Asker,
};

/// So often it is told that somebody is there; after `landfall_proxy::control::AGENT_PATIENCE` without it ends.
const ALIVE: Duration = Duration::from_secs(5);

/// The time that an answer has beside that of the check itself.
const WAY: Duration = Duration::from_secs(5);

/// The longest from the start of its container to its first word.
const START: Duration = Duration::from_secs(60);

/// Why nobody answers any more.
const GONE: &str = "the deploy's agent in the environment's network has ended";

type Answer = Result<(), String>;

/// The agent. Clones speak with the same one; it ends with [`super::Session`].
#[derive(Clone)]
pub struct Agent(Arc<Shared>);

struct Shared {
    commands: mpsc::Sender<AgentCommand>,
    asked: Mutex<BTreeMap<u64, oneshot::Sender<Answer>>>,
    next: AtomicU64,
    /// Whether it is to end.
    ending: watch::Sender<bool>,
    /// Whether it has.
    ended: watch::Sender<bool>,
}

impl Agent {
    /// Is attached to the agent's container, and waits for its first word.
    ///
    /// # Errors
    /// It ended before that, with what it said.
    pub(super) async fn begin(mut session: Session) -> Result<Self, EngineFault> {
        let mut lines = Lines::default();
        match timeout(START, first_word(&mut session, &mut lines)).await {
            Ok(word) => word?,
            Err(_) => return Err(failed("it did not say a word in time")),
        }
        let (commands, queue) = mpsc::channel(64);
        let agent = Self(Arc::new(Shared {
            commands,
            asked: Mutex::default(),
            next: AtomicU64::new(1),
            ending: watch::Sender::new(false),
            ended: watch::Sender::new(false),
        }));
        tokio::spawn(converse(Arc::clone(&agent.0), session, lines, queue));
        Ok(agent)
    }

    /// Whether it lives.
    pub(super) fn is_alive(&self) -> bool {
        !*self.0.ended.borrow() && !*self.0.ending.borrow()
    }

    /// Lets it end.
    pub(super) fn let_go(&self) {
        self.0.ending.send_replace(true);
    }

    /// Ends it, and returns when it has ended.
    pub(super) async fn end(&self) {
        self.let_go();
        // The sender is part of what `self` holds.
        let mut ended = self.0.ended.subscribe();
        let _closed = ended.wait_for(|ended| *ended).await;
    }
}

#[async_trait]
impl Asker for Agent {
    async fn ask(&self, host: &str, check: &ProbeCheck, limit: Duration) -> Result<(), String> {
        let Some(check) = ask::check(check) else {
            return Err("a command is run by the engine, not by the agent".to_owned());
        };
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        self.0.asked().insert(id, sender);
        let _forget = Forget(&self.0, id);
        let timeout_seconds = ask::seconds(limit);
        let command = AgentCommand::Probe { id, host: host.to_owned(), check, timeout_seconds };
        let asked = async {
            self.0.commands.send(command).await.map_err(|_| GONE.to_owned())?;
            if !self.is_alive() {
                return Err(GONE.to_owned());
            }
            answer.await.unwrap_or_else(|_| Err(GONE.to_owned()))
        };
        let all = Duration::from_secs(timeout_seconds.into()) + WAY;
        timeout(all, asked).await.unwrap_or_else(|_| Err("the deploy's agent did not answer in time".to_owned()))
    }

    fn is_there(&self) -> bool {
        self.is_alive()
    }
}

impl Shared {
    fn asked(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, oneshot::Sender<Answer>>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets a question when nobody waits for its answer any more.
struct Forget<'a>(&'a Shared, u64);

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.0.asked().remove(&self.1);
    }
}

async fn first_word(session: &mut Session, lines: &mut Lines) -> Result<(), EngineFault> {
    let mut complaint = String::new();
    loop {
        match session.output.next().await? {
            Some(Part::Out(part)) => {
                if !lines.add::<AgentReport>(&part).is_empty() {
                    return Ok(());
                }
            }
            Some(Part::Err(part)) => complaint.push_str(&String::from_utf8_lossy(&part)),
            None if complaint.trim().is_empty() => return Err(failed("it ended at once")),
            None => return Err(failed(complaint.trim().trim_end_matches('.'))),
        }
    }
}

fn failed(why: &str) -> EngineFault {
    EngineFault::new(FaultKind::State, format!("The deploy's agent cannot be started on the engine: {why}"))
}

/// Speaks with the agent until one of the two ends; dropping the session then ends the other.
async fn converse(
    shared: Arc<Shared>,
    mut session: Session,
    mut lines: Lines,
    mut queue: mpsc::Receiver<AgentCommand>,
) {
    let mut alive = interval(ALIVE);
    alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ending = shared.ending.subscribe();
    let fault = loop {
        let command = tokio::select! {
            _ = ending.wait_for(|ending| *ending) => break None,
            part = session.output.next() => {
                match part {
                    Ok(Some(Part::Out(part))) => take_in(&shared, lines.add(&part)),
                    Ok(Some(Part::Err(part))) => {
                        tracing::debug!("the agent says: {}", String::from_utf8_lossy(&part).trim_end());
                    }
                    Ok(None) => break Some("its container ended".to_owned()),
                    Err(fault) => break Some(fault.message),
                }
                continue;
            }
            Some(command) = queue.recv() => command,
            _ = alive.tick() => AgentCommand::Alive,
        };
        if let Err(fault) = session.input.write(&Lines::line(&command)).await {
            break Some(fault.message);
        }
    };
    match fault {
        None => {
            // Its output ends with it; a connection that is cut ends, too.
            let _closed = session.input.close().await;
            while let Ok(Some(_)) = session.output.next().await {}
        }
        Some(fault) => tracing::warn!(fault, "the lock is lost: the deploy's agent has ended"),
    }
    shared.ended.send_replace(true);
    shared.asked().clear();
}

fn take_in(shared: &Shared, reports: Vec<AgentReport>) {
    for report in reports {
        match report {
            AgentReport::Result { id, fault } => {
                if let Some(waiting) = shared.asked().remove(&id) {
                    // Nobody waits any more: then nobody is interested.
                    let _unasked = waiting.send(fault.map_or(Ok(()), |fault| Err(sentence(&fault))));
                }
            }
            AgentReport::Refused { reason } => tracing::warn!(reason, "the agent did not understand a line"),
            AgentReport::Hello { .. } => {}
        }
    }
}

/// Reasons of ours are parts of longer sentences.
fn sentence(fault: &str) -> String {
    fault.trim_end_matches('.').to_owned()
}
