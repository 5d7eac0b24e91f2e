//! What a container printed.

use bollard::{container::LogOutput, query_parameters::LogsOptionsBuilder};
use bytes::Bytes;
use futures::{StreamExt, stream::BoxStream};
use jiff::Timestamp;

use super::{Engine, EngineFault};

/// As many lines as are looked through for those of an earlier run.
const LONG_TAIL: &str = "500";

/// Which part of a container's log.
#[derive(Debug, Clone, Copy, Default)]
pub struct Logs {
    /// Only the last lines, this many.
    pub tail: Option<usize>,
    /// Whether to go on with what is printed from now on.
    pub follow: bool,
    /// Only what was printed since this time by the engine's clock, in seconds since 1970.
    pub since: Option<i32>,
}

impl Engine {
    /// What a container printed, on both of its outputs, in parts as the engine sends them.
    pub fn logs(&self, container: &str, logs: Logs) -> BoxStream<'static, Result<Bytes, EngineFault>> {
        let tail = logs.tail.map_or_else(|| "all".to_owned(), |tail| tail.to_string());
        let mut options = LogsOptionsBuilder::default().stdout(true).stderr(true).follow(logs.follow).tail(&tail);
        if let Some(since) = logs.since {
            options = options.since(since);
        }
        let parts = self.docker.logs(container, Some(options.build()));
        let (engine, doing) = (self.clone(), format!("Reading the log of the container '{container}'"));
        let part = move |part: Result<LogOutput, _>| match part {
            Ok(part) => Ok(part.into_bytes()),
            Err(error) => Err(engine.fault(&doing, error)),
        };
        parts.map(part).boxed()
    }

    /// The last lines that a container printed before a time by the engine's clock.
    pub async fn last_lines_before(
        &self,
        container: &str,
        lines: usize,
        end: Timestamp,
    ) -> Result<Vec<String>, EngineFault> {
        let options = LogsOptionsBuilder::default().stdout(true).stderr(true).timestamps(true).tail(LONG_TAIL).build();
        let mut parts = self.docker.logs(container, Some(options));
        let mut text = Vec::new();
        while let Some(part) = parts.next().await {
            let doing = || format!("Reading the log of the container '{container}'");
            text.extend_from_slice(&part.map_err(|error| self.fault(&doing(), error))?.into_bytes());
        }
        let text = String::from_utf8_lossy(&text);
        let before = |line: &str| {
            let (time, words) = line.split_once(' ')?;
            let is_before = time.parse::<Timestamp>().is_ok_and(|time| time < end);
            is_before.then(|| words.to_owned())
        };
        let all: Vec<String> = text.lines().filter_map(before).collect();
        Ok(all.get(all.len().saturating_sub(lines)..).unwrap_or_default().to_vec())
    }

    /// The last lines that a container printed.
    pub async fn last_lines(&self, container: &str, lines: usize) -> Result<Vec<String>, EngineFault> {
        let mut parts = self.logs(container, Logs { tail: Some(lines), ..Logs::default() });
        let mut text = Vec::new();
        while let Some(part) = parts.next().await {
            text.extend_from_slice(&part?);
        }
        Ok(String::from_utf8_lossy(&text).lines().map(str::to_owned).collect())
    }
}
