//! The API server's audit log: which program sent which request.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::PathBuf;

use jiff::Timestamp;
use landfall_bench_cluster::Cluster;
use serde::Deserialize;

/// What the log grows by from some moment on: it holds everything that was asked before, too.
pub struct Audit {
    log: PathBuf,
    from: u64,
}

/// A request at one of its stages.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// `ResponseStarted` for a watch that was opened, `ResponseComplete` for what was answered.
    #[serde(default)]
    pub stage: String,
    pub verb: String,
    #[serde(rename = "requestURI")]
    pub request_uri: String,
    user_agent: Option<String>,
    pub request_received_timestamp: Option<Timestamp>,
}

impl Audit {
    /// From now on.
    pub fn begin(cluster: &Cluster) -> Self {
        let log = cluster.audit_log();
        let from = fs::metadata(&log).expect("the server writes an audit log").len();
        Self { log, from }
    }

    /// What has come since.
    pub fn grown(&self) -> impl BufRead {
        let mut log = File::open(&self.log).expect("the server writes an audit log");
        log.seek(SeekFrom::Start(self.from)).expect("a file can be read from anywhere");
        BufReader::new(log)
    }
}

/// The lines of programs whose `User-Agent` begins so.
pub fn lines(log: impl BufRead, agent: &str) -> impl Iterator<Item = Line> {
    let lines = log.lines().map_while(Result::ok).filter_map(|line| serde_json::from_str::<Line>(&line).ok());
    lines.filter(move |line| line.user_agent.as_deref().is_some_and(|found| found.starts_with(agent)))
}
