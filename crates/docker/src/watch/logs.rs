//! The last lines that containers wrote, fetched when they would explain something. They outlive their container.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use landfall_core::health::{LogQuery, Run};
use landfall_deploy::task::Task;
use tokio::{sync::Notify, time::Instant};

use super::judge::Logs;
use crate::{
    engine::Engine,
    rollout::{ContainerState, PodState},
};

/// A container that crashes again and again says something new each time.
const FRESH: Duration = Duration::from_secs(10);

/// One that has said nothing is asked again sooner: a busy engine writes the last words of a container after its end.
const EMPTY: Duration = Duration::from_millis(200);

/// So long a state is held back until the lines that belong to it are there.
const PATIENCE: Duration = Duration::from_secs(3);

/// Lines that are asked for: the last one that says something is told.
const LINES: usize = 20;

/// The logs that were fetched, and those under way.
pub struct LogFetcher {
    engine: Engine,
    arrived: Arc<Notify>,
    lines: Arc<Mutex<Logs>>,
    asked: HashMap<LogQuery, Asked>,
}

struct Asked {
    first: Instant,
    last: Instant,
    task: Task<()>,
}

impl LogFetcher {
    /// Nothing is fetched yet. `arrived` is woken whenever lines have arrived.
    pub fn new(engine: Engine, arrived: Arc<Notify>) -> Self {
        Self { engine, arrived, lines: Arc::default(), asked: HashMap::new() }
    }

    /// What has been fetched so far.
    pub fn lines(&self) -> Logs {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fetches what is not there yet or has become old. Tells whether something is worth waiting for: `judged` are the lines
    /// that the judgement was made with, since more may have come meanwhile.
    pub fn ask(&mut self, queries: &[LogQuery], pods: &[PodState], judged: &Logs) -> bool {
        let now = Instant::now();
        let mut worth_waiting = false;
        for query in queries {
            let lines = || self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            let limit = if lines().get(query).is_some_and(String::is_empty) { EMPTY } else { FRESH };
            let is_fresh =
                self.asked.get(query).is_some_and(|asked| now - asked.last < limit || !asked.task.is_finished());
            if let Some(container) = container(query, pods).filter(|_| !is_fresh) {
                let first = self.asked.get(query).map_or(now, |asked| asked.first);
                let task = self.fetch(query.clone(), container);
                self.asked.insert(query.clone(), Asked { first, last: now, task });
            }
            // The engine may note the end of a container before its last words.
            let has_come = judged.get(query).is_some_and(|lines| !lines.is_empty());
            let is_young = self.asked.get(query).is_some_and(|asked| now - asked.first < PATIENCE);
            worth_waiting |= !has_come && is_young;
        }
        worth_waiting
    }

    fn fetch(&self, query: LogQuery, container: &ContainerState) -> Task<()> {
        let (engine, lines, arrived) = (self.engine.clone(), Arc::clone(&self.lines), Arc::clone(&self.arrived));
        let id = container.id.clone();
        // The engine keeps one log of all runs. What the present run wrote is no word of the one before.
        let wants_previous = container.is_running() && matches!(query.run, Run::Previous(_));
        let end = between(container.end(), container.run()).filter(|_| wants_previous);
        let (run, is_over) = (container.run().to_owned(), !matches!(query.run, Run::Present(_)));
        Task::spawn(async move {
            let text = match end {
                Some(end) => engine.last_lines_before(&id, LINES, end).await,
                None => {
                    let all = engine.last_lines(&id, LINES).await;
                    // The engine may have started it again before it read the log.
                    match next_run(&engine, &id, &run).await.filter(|_| is_over) {
                        Some(next) => engine.last_lines_before(&id, LINES, next).await,
                        None => all,
                    }
                }
            };
            let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
            match text {
                Ok(text) => drop(lines.insert(query, text.join("\n"))),
                // One that is gone by now said what it said.
                Err(fault) => {
                    tracing::debug!(%fault, "the log of a container cannot be read");
                    lines.entry(query).or_default();
                }
            }
            drop(lines);
            arrived.notify_one();
        })
    }
}

/// A moment before the run that a container began after the one in which it was seen, if it has.
async fn next_run(engine: &Engine, id: &str, run: &str) -> Option<Timestamp> {
    let inspect = engine.inspect(id).await.ok()?;
    let text = |path: &str| inspect.pointer(path)?.as_str();
    let begun = text("/State/StartedAt").filter(|begun| *begun != run)?;
    between(text("/State/FinishedAt")?, begun)
}

/// A moment between a run and the next one. The engine rests for at least 0.1 s between the two; it may note the start
/// after the first words of the new run, and the end before the last ones of the old one.
fn between(end: &str, start: &str) -> Option<Timestamp> {
    let (end, start): (Timestamp, Timestamp) = (end.parse().ok()?, start.parse().ok()?);
    Timestamp::from_nanosecond(end.as_nanosecond().midpoint(start.as_nanosecond())).ok()
}

/// The container that a query means.
fn container<'a>(query: &LogQuery, pods: &'a [PodState]) -> Option<&'a ContainerState> {
    let is_meant = |pod: &&PodState| pod.name == query.pod && pod.namespace == query.namespace;
    pods.iter().filter(is_meant).find_map(|pod| pod.containers.get(&query.container))
}
