//! The workers that ask.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use crate::{
    Plan, Report,
    connection::{Answer, Connection, Fault},
    plan::Connections,
};

/// Requests that go on until they are stopped.
pub struct Load {
    stopped: Arc<AtomicBool>,
    count: Arc<AtomicU64>,
    failed: Arc<AtomicU64>,
    started: Instant,
    workers: Vec<JoinHandle<Report>>,
}

impl Load {
    /// Starts asking.
    pub fn start(plan: Plan) -> Self {
        let (stopped, count, failed) =
            (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let started = Instant::now();
        let workers = (0..plan.workers).map(|number| {
            let (plan, stopped) = (plan.clone(), Arc::clone(&stopped));
            let (count, failed) = (Arc::clone(&count), Arc::clone(&failed));
            std::thread::spawn(move || {
                let mut worker = Worker { plan, started, connection: None, report: Report::default() };
                worker.run(number, &stopped, &count, &failed);
                worker.report
            })
        });
        let workers = workers.collect();
        Self { stopped, count, failed, started, workers }
    }

    /// How many requests have ended so far.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// How many of them failed.
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// Ends after the requests that are under way, and tells what became of all.
    pub fn stop(self) -> Report {
        self.stopped.store(true, Ordering::Relaxed);
        let mut report = Report::default();
        for worker in self.workers {
            report.add(worker.join().expect("a worker does not panic"));
        }
        report.seconds = self.started.elapsed().as_secs_f64();
        report
    }
}

struct Worker {
    plan: Plan,
    started: Instant,
    connection: Option<Connection>,
    report: Report,
}

impl Worker {
    fn run(&mut self, number: u32, stopped: &AtomicBool, count: &AtomicU64, failed: &AtomicU64) {
        // Every worker has its places in time, evenly between those of the others; late ones do not wait.
        let step = self.plan.per_second.map(|rate| Duration::from_secs(1) / rate);
        let mut next = self.started + step.unwrap_or_default() * number;
        while !stopped.load(Ordering::Relaxed) {
            if let Some(step) = step {
                std::thread::sleep(next.saturating_duration_since(Instant::now()));
                next += step * self.plan.workers;
            }
            let begun = Instant::now();
            let answer = self.ask();
            self.report.requests += 1;
            match answer {
                Ok(answer) => {
                    *self.report.answers.entry(answer.word).or_default() += 1;
                    self.report.micros.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
                }
                Err(reason) => {
                    self.connection = None;
                    self.report.fail(begun.duration_since(self.started).as_secs_f64(), reason);
                    failed.fetch_add(1, Ordering::Relaxed);
                }
            }
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn ask(&mut self) -> Result<Answer, String> {
        let last = self.plan.connections == Connections::New;
        if let Some(mut connection) = self.connection.take() {
            match connection.ask(&self.plan, last) {
                Ok(answer) => {
                    self.connection = answer.reusable.then_some(connection);
                    return Ok(answer);
                }
                // The server may close a connection that idles, and cannot know that a request is on its way.
                Err(Fault::Closed(_)) if connection.used => self.report.reconnected += 1,
                Err(Fault::Closed(reason) | Fault::Other(reason)) => return Err(reason),
            }
        }
        let fault = |fault| match fault {
            Fault::Closed(reason) | Fault::Other(reason) => reason,
        };
        let mut connection = Connection::open(&self.plan).map_err(fault)?;
        let answer = connection.ask(&self.plan, last).map_err(fault)?;
        self.connection = (answer.reusable && !last).then_some(connection);
        Ok(answer)
    }
}
