//! The proxy itself.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

use crate::app::App;
use crate::config::EndpointState;
use crate::control::Report;
use crate::live::Stopper;
use crate::resolve::Resolver;
use crate::session;
use crate::workers::Workers;
use crate::{Log, runtime};

/// How a proxy is started.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Folder of the configuration and of the control socket.
    pub(crate) state: PathBuf,
    /// After SIGTERM open requests have so much time. Shorter than the engine's patience, ten seconds.
    pub(crate) grace: Duration,
    /// DNS server; None: the one of `/etc/resolv.conf`.
    pub(crate) resolver: Option<SocketAddr>,
}

/// Runs until SIGTERM or SIGINT.
///
/// # Errors
///
/// A sentence: the folder cannot be used, or what lies in it is no configuration.
pub(crate) fn run(options: Run, log: Log) -> Result<(), String> {
    raise_file_limit();
    runtime()?.block_on(async {
        let failed = |error| format!("Signals cannot be received: {error}.");
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        let resolver = match options.resolver {
            Some(server) => Resolver::new(server),
            None => Resolver::of_system(Path::new("/etc/resolv.conf")),
        };
        let stopper = Stopper::new();
        let state = options.state.display().to_string();
        let listener = session::listen(&options.state)
            .map_err(|error| format!("The control socket in {state} cannot be opened: {error}."))?;
        let (workers, started) = Workers::start();
        if let Err(reason) = started {
            log(&reason);
        }
        let app = Arc::new(App::new(options.state, resolver, workers, stopper.stop()));
        app.load()?;
        let sessions = tokio::spawn(session::serve(listener, Arc::clone(&app)));
        let telling = tokio::spawn(tell(Arc::clone(&app), log));
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        log("Stopping: open requests are finished, new connections are refused.");
        if timeout(options.grace, stopper.end()).await.is_err() {
            log("Connections were still open at the end of the grace period; they are cut.");
        }
        sessions.abort();
        telling.abort();
        Ok(())
    })
}

/// Writes what changes into the container's log, in sentences.
async fn tell(app: Arc<App>, log: Log) {
    let mut changes = app.changes();
    let mut told: Vec<String> = Vec::new();
    loop {
        changes.mark_unchanged();
        let now: Vec<String> = app.reports().iter().filter_map(sentence).collect();
        now.iter().filter(|sentence| !told.contains(sentence)).for_each(|sentence| log(sentence));
        told = now;
        if changes.changed().await.is_err() {
            return;
        }
    }
}

fn sentence(report: &Report) -> Option<String> {
    Some(match report {
        Report::Endpoint(endpoint) if endpoint.drained => format!("Pod {} is drained.", endpoint.pod),
        Report::Endpoint(endpoint) if endpoint.state == EndpointState::Leaving => {
            format!("Pod {} is leaving.", endpoint.pod)
        }
        Report::Endpoint(endpoint) => match &endpoint.reason {
            None => format!("Pod {} is ready.", endpoint.pod),
            Some(reason) => format!("Pod {} is not ready. {reason}", endpoint.pod),
        },
        Report::Listener(listener) => listener.fault.clone()?,
        Report::Hello { .. } | Report::Taken { .. } | Report::Refused { .. } => return None,
    })
}

/// Each connection needs two file descriptors.
fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    // Where it is not allowed, the limit stays as it is.
    _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}
