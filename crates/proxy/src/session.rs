//! Control sessions, as the running proxy serves them on a socket in its state folder.

use std::io;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use tokio::io::{AsyncBufReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

use crate::app::{App, place};
use crate::config::EndpointState;
use crate::control::{EndpointReport, Report};

/// The socket's name in the state folder.
pub(crate) const SOCKET: &str = "control.sock";

/// Opens the socket; what a killed proxy left of it is removed.
///
/// # Errors
///
/// As the system says, above all if the folder is not there.
pub(crate) fn listen(state: &Path) -> io::Result<UnixListener> {
    let path = state.join(SOCKET);
    match std::fs::remove_file(&path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    UnixListener::bind(path)
}

/// Serves all sessions, for ever.
pub(crate) async fn serve(listener: UnixListener, app: Arc<App>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // A session that broke off has nobody to be told.
                let app = Arc::clone(&app);
                tokio::spawn(async move { session(stream, &app).await });
            }
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
        }
    }
}

async fn session(mut stream: UnixStream, app: &App) -> io::Result<()> {
    let (reader, mut writer) = stream.split();
    let mut lines = BufReader::new(reader).lines();
    let mut changes = app.changes();
    let mut news = News::default();
    let hello = Report::Hello { version: env!("CARGO_PKG_VERSION").to_owned(), revision: app.revision() };
    write_line(&mut writer, &hello).await?;
    let mut answer = None;
    loop {
        changes.mark_unchanged();
        for report in news.since(app) {
            write_line(&mut writer, &report).await?;
        }
        // After what it has changed, so that who has the answer knows how the pods are.
        if let Some(answer) = answer.take() {
            write_line(&mut writer, &answer).await?;
        }
        tokio::select! {
            line = lines.next_line() => {
                let Some(line) = line? else { return Ok(()) };
                answer = answer_to(&line, app);
            }
            changed = changes.changed() => changed.map_err(io::Error::other)?,
        }
    }
}

fn answer_to(line: &str, app: &App) -> Option<Report> {
    if line.trim().is_empty() {
        return None;
    }
    match serde_json::from_str(line) {
        Ok(command) => app.take(command),
        Err(error) => {
            Some(Report::Refused { reason: format!("The line is no command of this version: {}.", place(&error)) })
        }
    }
}

/// Writes one JSON line.
pub(crate) async fn write_line(to: &mut (impl AsyncWrite + Unpin), value: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    to.write_all(&line).await?;
    to.flush().await
}

/// What somebody was told already.
#[derive(Default)]
struct News {
    told: Vec<Report>,
}

impl News {
    /// What has changed since the last time.
    fn since(&mut self, app: &App) -> Vec<Report> {
        let now = app.reports();
        let fresh = now.iter().filter(|report| !self.told.iter().any(|told| is_same(told, report))).cloned().collect();
        self.told = now;
        fresh
    }
}

fn is_same(a: &Report, b: &Report) -> bool {
    match (a, b) {
        // The connections of an active pod come and go all the time.
        (Report::Endpoint(a), Report::Endpoint(b)) if a.state == EndpointState::Active => {
            *a == EndpointReport { connections: a.connections, ..b.clone() }
        }
        _ => a == b,
    }
}
