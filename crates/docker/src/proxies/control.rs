//! A control session with a proxy that runs.

use std::{collections::BTreeMap, time::Duration};

use landfall_proxy::{
    config::Config,
    control::{Command, EndpointReport, ListenerReport, Report},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::timeout,
};

use super::Lines;
use crate::engine::{Engine, EngineFault, Exec, FaultKind, Part, Session};

/// A proxy answers within milliseconds; the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// A control session. Dropping it ends it; the proxy goes on.
pub struct Control {
    asks: mpsc::Sender<Ask>,
    view: watch::Receiver<View>,
    task: JoinHandle<()>,
}

/// What a proxy says of itself and its pods.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct View {
    /// Whether the session is open; else this is what it last said.
    pub is_open: bool,
    /// The revision of its configuration; `None` before its first.
    pub revision: Option<u64>,
    /// Its pods, by name and UID.
    pub pods: BTreeMap<(String, String), EndpointReport>,
    /// Ports that it could not open, and why.
    pub closed: Vec<ListenerReport>,
}

/// Why a configuration is not in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The proxy refuses it, a sentence without a full stop.
    Refused(String),
    /// The session has ended.
    Closed,
}

struct Ask {
    config: Config,
    answer: oneshot::Sender<Result<(), Refusal>>,
}

impl Control {
    /// Opens a session, and returns when the proxy has said how it is.
    ///
    /// # Errors
    /// The container is not there or does not run, or the proxy ended; then with its last words.
    pub async fn open(engine: &Engine, container: &str) -> Result<Self, EngineFault> {
        let exec =
            Exec { command: ["/landfall", "proxy", "control"].map(str::to_owned).into(), user: None, input: true };
        let session = match engine.exec(container, &exec).await {
            // It has just ended, or ends again and again.
            Err(fault) if fault.kind == FaultKind::State => return Err(silent(engine, container).await),
            session => session?,
        };
        let (asks, queue) = mpsc::channel(1);
        let (sender, mut view) = watch::channel(View::default());
        let task = tokio::spawn(converse(session, queue, sender));
        let control = Self { asks, view: view.clone(), task };
        let opened = timeout(PATIENCE, view.wait_for(|view| view.is_open)).await.is_ok_and(|opened| opened.is_ok());
        match opened {
            true => Ok(control),
            false => Err(silent(engine, container).await),
        }
    }

    /// How the proxy and its pods are.
    pub fn view(&self) -> View {
        self.view.borrow().clone()
    }

    /// Tells of changes of the view.
    pub fn changes(&self) -> watch::Receiver<View> {
        self.view.clone()
    }

    /// Whether the session is open.
    pub fn is_open(&self) -> bool {
        self.view.borrow().is_open
    }

    /// Puts a configuration in force: once this returns, no new connection goes to a pod that it has not.
    ///
    /// # Errors
    /// It is not.
    pub async fn set(&self, config: Config) -> Result<(), Refusal> {
        let (answer, answered) = oneshot::channel();
        self.asks.send(Ask { config, answer }).await.map_err(|_| Refusal::Closed)?;
        match timeout(PATIENCE, answered).await {
            Ok(Ok(answer)) => answer,
            // It says nothing: the session is of no use.
            _ => {
                self.task.abort();
                Err(Refusal::Closed)
            }
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a proxy that says nothing last wrote into its log.
async fn silent(engine: &Engine, container: &str) -> EngineFault {
    let lines = engine.last_lines(container, 3).await.unwrap_or_default();
    let words = match lines.is_empty() {
        true => "it says nothing".to_owned(),
        false => format!("its last lines are: {}", lines.join(" / ")),
    };
    EngineFault::new(FaultKind::State, format!("The proxy in the container '{container}' does not answer: {words}"))
}

async fn converse(mut session: Session, mut queue: mpsc::Receiver<Ask>, view: watch::Sender<View>) {
    let mut lines = Lines::default();
    let mut asked: Option<oneshot::Sender<Result<(), Refusal>>> = None;
    // How its pods are it says before it answers anything: the answer to a question about no pod is the end of that.
    let first = Command::Ready { pod: String::new(), ready: true };
    if let Err(fault) = session.input.write(&Lines::line(&first)).await {
        tracing::debug!(%fault, "a control session broke off");
        return;
    }
    loop {
        tokio::select! {
            part = session.output.next() => match part {
                Ok(Some(Part::Out(part))) => {
                    for report in lines.add::<Report>(&part) {
                        take_in(report, &view, &mut asked);
                    }
                }
                Ok(Some(Part::Err(part))) => {
                    tracing::debug!("a control session says: {}", String::from_utf8_lossy(&part).trim_end());
                }
                Ok(None) => break,
                Err(fault) => {
                    tracing::debug!(%fault, "a control session broke off");
                    break;
                }
            },
            ask = queue.recv(), if asked.is_none() => {
                let Some(ask) = ask else { break };
                asked = Some(ask.answer);
                if let Err(fault) = session.input.write(&Lines::line(&Command::Set(ask.config))).await {
                    tracing::debug!(%fault, "a control session broke off");
                    break;
                }
            }
        }
    }
    view.send_modify(|view| view.is_open = false);
    answer(&mut asked, Err(Refusal::Closed));
}

fn take_in(report: Report, view: &watch::Sender<View>, asked: &mut Option<oneshot::Sender<Result<(), Refusal>>>) {
    match report {
        Report::Hello { revision, .. } => view.send_modify(|view| view.revision = revision),
        Report::Taken { revision } => {
            view.send_modify(|view| view.revision = Some(revision));
            answer(asked, Ok(()));
        }
        Report::Refused { .. } if !view.borrow().is_open => view.send_modify(|view| view.is_open = true),
        Report::Refused { reason } => {
            answer(asked, Err(Refusal::Refused(reason.trim_end_matches('.').to_owned())));
        }
        Report::Endpoint(report) => view.send_modify(|view| {
            view.pods.insert((report.pod.clone(), report.uid.clone()), report);
        }),
        Report::Listener(report) => view.send_modify(|view| {
            view.closed.retain(|other| (other.listen, other.protocol) != (report.listen, report.protocol));
            if report.fault.is_some() {
                view.closed.push(report);
            }
        }),
    }
}

fn answer(asked: &mut Option<oneshot::Sender<Result<(), Refusal>>>, answer: Result<(), Refusal>) {
    if let Some(asked) = asked.take() {
        // Who does not wait any more has given up.
        let _given_up = asked.send(answer);
    }
}
