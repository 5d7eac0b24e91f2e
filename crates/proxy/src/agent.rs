//! `proxy agent`: holds a deploy's lock by living, and asks pods what Landfall wants to know.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::app::place;
use crate::control::{AGENT_PATIENCE, AgentCommand, AgentReport};
use crate::probe::ask;
use crate::resolve::Resolver;
use crate::runtime;
use crate::session::write_line;

/// Answers that wait to be written; beyond that probes wait.
const QUEUE: usize = 64;

/// Runs until stdin ends, nothing was heard for `patience`, stdout breaks, or SIGTERM.
///
/// # Errors
///
/// A sentence.
pub(crate) fn agent(resolver: Option<SocketAddr>, patience: Option<Duration>) -> Result<(), String> {
    let resolver = match resolver {
        Some(server) => Resolver::new(server),
        None => Resolver::of_system(Path::new("/etc/resolv.conf")),
    };
    let runtime = runtime()?;
    let outcome = runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            outcome = converse(Arc::new(resolver), patience.unwrap_or(AGENT_PATIENCE)) => outcome,
            _ = terminate.recv() => Ok(()),
        }
    });
    // Stdin may be open still, with a thread that waits for it.
    runtime.shutdown_background();
    outcome.map_err(|error| format!("The agent lost its Landfall: {error}."))
}

async fn converse(resolver: Arc<Resolver>, patience: Duration) -> io::Result<()> {
    let (answers, mut queue) = mpsc::channel(QUEUE);
    let writing = async {
        let mut stdout = tokio::io::stdout();
        write_line(&mut stdout, &AgentReport::Hello { version: env!("CARGO_PKG_VERSION").to_owned() }).await?;
        while let Some(answer) = queue.recv().await {
            write_line(&mut stdout, &answer).await?;
        }
        Ok(())
    };
    tokio::select! {
        outcome = listen(resolver, patience, answers) => outcome,
        outcome = writing => outcome,
    }
}

async fn listen(resolver: Arc<Resolver>, patience: Duration, answers: mpsc::Sender<AgentReport>) -> io::Result<()> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    loop {
        let line = match timeout(patience, lines.next_line()).await {
            Ok(Ok(Some(line))) => line,
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                return Err(io::Error::other(format!("it said nothing for {} s", patience.as_secs())));
            }
        };
        if line.trim().is_empty() {
            continue;
        }
        let answer = match serde_json::from_str(&line) {
            Ok(AgentCommand::Alive) => continue,
            Ok(AgentCommand::Probe { id, host, check, timeout_seconds }) => {
                let (answers, resolver) = (answers.clone(), Arc::clone(&resolver));
                tokio::spawn(async move {
                    let limit = Duration::from_secs(timeout_seconds.max(1).into());
                    let fault = ask(&check, &host, limit, &resolver).await.err();
                    // Without a receiver the agent is about to end.
                    _ = answers.send(AgentReport::Result { id, fault }).await;
                });
                continue;
            }
            Err(error) => {
                AgentReport::Refused { reason: format!("The line is no command of this version: {}.", place(&error)) }
            }
        };
        if answers.send(answer).await.is_err() {
            return Ok(());
        }
    }
}
