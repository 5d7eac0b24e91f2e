//! The lives of `landfall serve`: each ends by a kill, but for the last one.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{conformance::place::Place, interchange::random::Random, serve::serving::Serving};

/// How often it is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// After a time that nobody can foresee.
    Now,
    /// Once a second.
    EverySecond,
    /// Not any more.
    Never,
}

/// Nothing is killed any more once a test has failed, so that this is told.
pub struct EndsWithPanic<'a>(pub &'a AtomicUsize);

impl Drop for EndsWithPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(usize::MAX, Ordering::Release);
        }
    }
}

/// A process, and those before it.
pub struct Lives<'p> {
    place: &'p Place,
    repo: String,
    variables: Vec<(String, String)>,
    now: Mutex<Option<Serving>>,
    before: Mutex<String>,
    kills: AtomicUsize,
}

impl<'p> Lives<'p> {
    /// Starts the first one.
    pub fn new(place: &'p Place, repo: &str, variables: Vec<(String, String)>) -> Self {
        let lives = Self {
            place,
            repo: repo.to_owned(),
            variables,
            now: Mutex::default(),
            before: Mutex::default(),
            kills: AtomicUsize::new(0),
        };
        lives.start();
        lives
    }

    fn start(&self) {
        *self.now.lock().unwrap() = Some(Serving::follow(self.place, &self.repo, &self.variables, &[]));
    }

    /// Kills it again and again, at the pace that belongs to so many commits.
    pub fn kill(&self, mut random: Random, pushed: &AtomicUsize, pace: impl Fn(usize) -> Pace) {
        loop {
            let now = pace(pushed.load(Ordering::Acquire));
            let life = match now {
                Pace::Never => return,
                Pace::EverySecond => 1000,
                // Most are short; a lock whose holder was killed is free only after 15 seconds.
                Pace::Now => match random.below(8) {
                    0..4 => 200 + random.below(1800),
                    4..7 => 2000 + random.below(3000),
                    _ => 5000 + random.below(15_000),
                },
            };
            let (began, life) = (Instant::now(), Duration::from_millis(life as u64));
            while began.elapsed() < life && pace(pushed.load(Ordering::Acquire)) == now {
                std::thread::sleep(Duration::from_millis(5));
            }
            if let Some(serving) = self.now.lock().unwrap().take() {
                let said = serving.kill();
                *self.before.lock().unwrap() += &(said + "--- killed ---\n");
                self.kills.fetch_add(1, Ordering::Relaxed);
            }
            self.start();
        }
    }

    /// How often it was killed.
    pub fn kills(&self) -> usize {
        self.kills.load(Ordering::Relaxed)
    }

    /// All that was said, in all lives.
    pub fn said(&self) -> String {
        let now = self.now.lock().unwrap().as_ref().map(Serving::said).unwrap_or_default();
        self.before.lock().unwrap().clone() + &now
    }

    /// The memory that the process has for itself, in kB.
    pub fn memory(&self) -> usize {
        let id = self.now.lock().unwrap().as_ref().unwrap().id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Ends the last one as `systemctl stop` does.
    pub fn end(&self) {
        self.now.lock().unwrap().take().unwrap().end();
    }
}
