//! The workers of one repository: each takes the oldest event for its sink, tells it, and writes down what came of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use landfall_deploy::config::{Config, notifications::Sink};
use landfall_journal::{Delivery, DeliveryState, Journal, NextDelivery, Time};
use tokio::{
    sync::{Mutex, watch},
    task::JoinHandle,
};

use super::{
    Fault, Http, Secrets,
    opener::Opener,
    pace::{LIMIT, Verdict, verdict},
    send::send,
    story::story,
};

/// How often to look for what others have written, such as a deploy by hand.
const LOOKS: Duration = Duration::from_secs(1);

/// After a fault of the journal.
const REST: Duration = Duration::from_secs(5);

/// Who is told in passing how telling goes: true if it went wrong.
pub type Tell = Arc<dyn Fn(bool, String) + Send + Sync>;

/// Tells the sinks of one repository.
pub struct Notifier {
    /// The repository's address, without credentials.
    pub repository: String,
    /// The environments whose events it tells; all if there are none.
    pub environments: Vec<String>,
    /// The outbox.
    pub journal: Arc<Journal>,
    /// Where secrets come from.
    pub secrets: Secrets,
    /// Where people see the page.
    pub public_url: Option<String>,
    /// How it sends.
    pub http: Http,
    /// Who is told how it goes.
    pub tell: Tell,
    /// The workers by the names of their sinks.
    workers: Mutex<BTreeMap<String, Worker>>,
}

/// A sink that is told.
struct Worker {
    sink: Sink,
    ends: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// What came of one look at the outbox.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// One event was dealt with.
    Done,
    /// Nothing before this time.
    Rest(Duration),
}

impl Notifier {
    /// One without workers; [`configured`](Self::configured) starts them.
    pub fn new(repository: String, journal: Arc<Journal>, http: Http, secrets: Secrets, tell: Tell) -> Self {
        let (environments, public_url, workers) = (Vec::new(), None, Mutex::default());
        Self { repository, environments, journal, secrets, public_url, http, tell, workers }
    }

    /// The same for these environments only (all if there are none), with links to the page.
    pub fn telling_of(self, environments: Vec<String>, public_url: Option<String>) -> Self {
        Self { environments, public_url, ..self }
    }

    /// Makes the sinks of a configuration those that are told; none where there is no configuration. Returns once they
    /// stand in the journal: what happens from then on is told to them.
    pub async fn configured(self: &Arc<Self>, config: Option<&Config>) {
        let mut workers = self.workers.lock().await;
        let sinks = config.map(|config| config.notifications.clone()).unwrap_or_default();
        if let Some(config) = config {
            self.register(config).await;
        }
        let mut leaving = Vec::new();
        let unchanged = |name: &String, worker: &Worker| sinks.get(name) == Some(&worker.sink);
        let changed: Vec<String> =
            workers.iter().filter(|(name, worker)| !unchanged(name, worker)).map(|(name, _)| name.clone()).collect();
        for name in changed {
            if let Some(worker) = workers.remove(&name) {
                worker.ends.send_replace(true);
                leaving.push((name, worker.task));
            }
        }
        let mut leaving: BTreeMap<String, JoinHandle<()>> = leaving.into_iter().collect();
        for (name, sink) in sinks {
            if workers.contains_key(&name) {
                continue;
            }
            let (ends, end) = watch::channel(false);
            // What the one before has begun to tell, it brings to its end.
            let before = leaving.remove(&name);
            let (notifier, of, told) = (Arc::clone(self), sink.clone(), name.clone());
            let task = tokio::spawn(async move {
                if let Some(before) = before {
                    let _ = before.await;
                }
                notifier.work(&told, &of, end).await;
            });
            workers.insert(name, Worker { sink, ends, task });
        }
        drop(workers);
        for (_, task) in leaving {
            // At most one request, which has a time limit.
            let _ = task.await;
        }
    }

    /// Ends the workers, once all is told that can be told now.
    pub async fn finish(&self) {
        let workers = std::mem::take(&mut *self.workers.lock().await);
        for (name, Worker { sink, ends, task }) in workers {
            ends.send_replace(true);
            let _ = task.await;
            let (mut is_failing, mut told) = (false, BTreeSet::new());
            while let Ok(NextDelivery::Now(delivery)) =
                self.journal.next_delivery(&self.repository, &name, &self.environments, Time::now()).await
            {
                // One that is to be tried again at once has had its turn.
                let is_first = told.insert(delivery.event.id.clone());
                if !is_first || self.deliver(&delivery, &sink, &mut is_failing).await.is_err() {
                    break;
                }
            }
        }
    }

    async fn register(&self, config: &Config) {
        match self.journal.configure_sinks(&self.repository, &config.sinks(), Time::now()).await {
            Ok(dropped) => {
                for sink in dropped.iter().filter(|sink| sink.waiting > 0) {
                    let (name, waiting) = (&sink.name, sink.waiting);
                    (self.tell)(true, format!("{name} is not told any more: {waiting} notifications were dropped"));
                }
            }
            Err(error) => (self.tell)(true, format!("Who is told cannot be recorded, so nobody new is: {error}")),
        }
    }

    async fn work(&self, name: &str, sink: &Sink, mut end: watch::Receiver<bool>) {
        let (mut is_failing, mut is_lost) = (false, false);
        while !*end.borrow() {
            let rest = match self.step(name, sink, &mut is_failing).await {
                Ok(Step::Done) => continue,
                Ok(Step::Rest(rest)) => {
                    is_lost = false;
                    rest
                }
                Err(error) => {
                    if !is_lost {
                        (self.tell)(true, format!("{name} is not told anything now: {error}"));
                    }
                    is_lost = true;
                    REST
                }
            };
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                // A sender that is gone is an end, too.
                changed = end.changed() => if changed.is_err() { return },
            }
        }
    }

    pub(super) async fn step(&self, name: &str, sink: &Sink, is_failing: &mut bool) -> landfall_journal::Result<Step> {
        let now = Time::now();
        match self.journal.next_delivery(&self.repository, name, &self.environments, now).await? {
            NextDelivery::Nothing => Ok(Step::Rest(LOOKS)),
            NextDelivery::At(at) => Ok(Step::Rest(between(now, at).min(LOOKS))),
            NextDelivery::Now(delivery) => {
                let pause = self.deliver(&delivery, sink, is_failing).await?;
                Ok(pause.map_or(Step::Done, Step::Rest))
            }
        }
    }

    /// Tells one event. Returns how long the sink wants to be left alone with all others, too.
    async fn deliver(
        &self,
        delivery: &Delivery,
        sink: &Sink,
        is_failing: &mut bool,
    ) -> landfall_journal::Result<Option<Duration>> {
        let Delivery { event, sink: name, tries, handle, since, .. } = delivery;
        let age = between(*since, Time::now());
        if *tries == 0 && age > LIMIT {
            let why = "It was a day old before anybody could tell it, and no news any more";
            self.journal.give_up_delivery(delivery, DeliveryState::Dropped, why, Time::now()).await?;
            let (kind, environment) = (event.kind, &event.environment);
            (self.tell)(true, format!("{name} is not told of `{kind}` in {environment}, which is more than a day old"));
            return Ok(None);
        }
        let opener = Opener::new(&self.secrets);
        let story = story(event, self.public_url.as_deref());
        let began = Instant::now();
        let taken = send(&self.http, &opener, sink, event, &story, handle.as_deref()).await;
        let now = Time::now();
        let fault = match taken {
            Ok(handle) => {
                self.journal.delivered(delivery, handle.as_deref(), now).await?;
                if std::mem::take(is_failing) {
                    (self.tell)(false, format!("{name} can be told again"));
                }
                return Ok(None);
            }
            Err(fault) => fault,
        };
        let why = opener.hide(fault.why());
        match verdict(&fault, *tries, age.saturating_add(began.elapsed()), rand::random()) {
            Verdict::Again(wait) => {
                let again = Time::from_millis(
                    now.as_millis().saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)),
                );
                self.journal.delivery_failed(delivery, &why, again, now).await?;
                if !std::mem::replace(is_failing, true) {
                    (self.tell)(
                        true,
                        format!("{name} could not be told of `{}`, and is tried again: {why}", event.kind),
                    );
                }
                let is_asked = matches!(fault, Fault::Passing { after: Some(_), .. });
                return Ok(is_asked.then_some(wait));
            }
            Verdict::Dead => {
                self.journal.give_up_delivery(delivery, DeliveryState::Dead, &why, now).await?;
                (self.tell)(
                    true,
                    format!(
                        "{name} was not told of `{}`, and is not tried again: {why}\n`landfall notifications` lists it",
                        event.kind
                    ),
                );
            }
            Verdict::Stop => {
                self.journal.stop_sink(&self.repository, name, &why, now).await?;
                (self.tell)(
                    true,
                    format!("{name} is not told anything any more, since it says that it is gone: {why}"),
                );
            }
        }
        Ok(None)
    }
}

fn between(from: Time, to: Time) -> Duration {
    Duration::from_millis(u64::try_from(to.as_millis() - from.as_millis()).unwrap_or_default())
}
