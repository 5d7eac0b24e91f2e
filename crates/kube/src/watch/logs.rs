//! The last lines that containers wrote, fetched when they would explain something.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use landfall_core::health::{LogQuery, Run};
use tokio::{sync::Notify, time::Instant};

use super::judge::Logs;
use crate::{
    http::{Api, Call},
    path,
};
use landfall_deploy::task::Task;

/// A container that crashes again and again says something new each time.
const FRESH: Duration = Duration::from_secs(10);

/// One that has said nothing, or whose node did not answer, is asked again sooner.
const EMPTY: Duration = Duration::from_secs(1);

/// So long a state is held back until the lines that belong to it are there.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Lines that are asked for: the last one that says something is told.
const LINES: &str = "20";

/// A line may be as long as the program likes.
const BYTES: &str = "16384";

/// The logs that were fetched, and those under way.
pub struct LogFetcher {
    api: Arc<Api>,
    changed: Arc<Notify>,
    lines: Arc<Mutex<Logs>>,
    asked: HashMap<LogQuery, Asked>,
}

struct Asked {
    first: Instant,
    last: Instant,
    task: Task<()>,
}

impl LogFetcher {
    /// Nothing is fetched yet. `changed` is woken whenever lines have arrived.
    pub fn new(api: Arc<Api>, changed: Arc<Notify>) -> Self {
        Self { api, changed, lines: Arc::default(), asked: HashMap::new() }
    }

    /// What has been fetched so far.
    pub fn lines(&self) -> Logs {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fetches what is not there yet or has become old. Tells whether something is worth waiting for: `judged` are the lines
    /// that the judgement was made with, since more may have come meanwhile.
    pub fn ask(&mut self, queries: &[LogQuery], judged: &Logs) -> bool {
        let now = Instant::now();
        let mut worth_waiting = false;
        for query in queries {
            let lines = || self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            let limit = if lines().get(query).is_some_and(String::is_empty) { EMPTY } else { FRESH };
            // A new question would end the one under way: a slow node would never answer.
            let is_fresh =
                self.asked.get(query).is_some_and(|asked| now - asked.last < limit || !asked.task.is_finished());
            if !is_fresh {
                let first = self.asked.get(query).map_or(now, |asked| asked.first);
                let task = self.fetch(query.clone());
                self.asked.insert(query.clone(), Asked { first, last: now, task });
            }
            let has_come = judged.contains_key(query);
            let is_young = self.asked.get(query).is_some_and(|asked| now - asked.first < PATIENCE);
            worth_waiting |= !has_come && is_young;
        }
        worth_waiting
    }

    fn fetch(&self, query: LogQuery) -> Task<()> {
        let (api, lines, changed) = (Arc::clone(&self.api), Arc::clone(&self.lines), Arc::clone(&self.changed));
        Task::spawn(async move {
            let mut text = read(&api, &query, matches!(query.run, Run::Previous(_))).await;
            if query.run == Run::Ended(0)
                && let Some(previous) = read(&api, &query, true).await
            {
                text = Some(previous);
            }
            let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
            match text {
                Some(text) => drop(lines.insert(query, text)),
                // Without the right to read logs, or with a container that has left none, the state alone must do. One
                // that is gone by now said what it said.
                None => drop(lines.entry(query).or_default()),
            }
            drop(lines);
            changed.notify_one();
        })
    }
}

/// The last lines of a container's present run, or of the one before.
async fn read(api: &Api, query: &LogQuery, previous: bool) -> Option<String> {
    let base = format!("/api/v1/namespaces/{}/pods/{}/log", query.namespace, query.pod);
    let previous = previous.to_string();
    let parameters = [
        ("container", query.container.as_str()),
        ("previous", previous.as_str()),
        ("tailLines", LINES),
        ("limitBytes", BYTES),
    ];
    let answer = api.call(Call::get(path::with_query(&base, &parameters)).accept("*/*")).await;
    answer.ok().map(|answer| String::from_utf8_lossy(&answer.body).into_owned())
}
