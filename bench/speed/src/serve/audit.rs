//! How many requests a program sent, from the API server's audit log.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Requests from some moment on.
pub struct Audit {
    log: PathBuf,
    from: u64,
}

/// What a program sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requests {
    /// Verb and path of each request that was answered, watches apart.
    pub answered: Vec<String>,
    /// Watches that were opened.
    pub watches: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    stage: String,
    verb: String,
    #[serde(rename = "requestURI")]
    request_uri: String,
    user_agent: Option<String>,
}

impl Audit {
    /// From now on.
    pub fn begin(log: &Path) -> Self {
        let from = fs::metadata(log).map_or(0, |log| log.len());
        Self { log: log.to_owned(), from }
    }

    /// What programs whose `User-Agent` begins so have sent since.
    pub fn requests(&self, agent: &str) -> Requests {
        let mut log = File::open(&self.log).expect("the server writes an audit log");
        log.seek(SeekFrom::Start(self.from)).expect("a file can be read from anywhere");
        count(BufReader::new(log), agent)
    }
}

fn count(log: impl BufRead, agent: &str) -> Requests {
    let mut requests = Requests::default();
    let lines = log.lines().map_while(Result::ok).filter_map(|line| serde_json::from_str::<Line>(&line).ok());
    for line in lines.filter(|line| line.user_agent.as_deref().is_some_and(|found| found.starts_with(agent))) {
        // A watch has a line when it is opened and another one when it ends.
        match (line.verb.as_str(), line.stage.as_str()) {
            ("watch", "ResponseStarted") => requests.watches += 1,
            ("watch", _) => {}
            (verb, "ResponseComplete") => requests.answered.push(format!("{verb} {}", line.request_uri)),
            _ => {}
        }
    }
    requests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn watches_are_counted_apart() {
        let line = |verb: &str, stage: &str, agent: &str| {
            format!(r#"{{"verb":"{verb}","stage":"{stage}","requestURI":"/api/v1/pods","userAgent":"{agent}"}}"#)
        };
        let log = [
            line("list", "ResponseComplete", "landfall/0.1"),
            line("watch", "ResponseStarted", "landfall/0.1"),
            line("watch", "ResponseComplete", "landfall/0.1"),
            line("get", "ResponseComplete", "kubectl/v1"),
        ];
        let requests = count(log.join("\n").as_bytes(), "landfall/");
        assert_eq!(requests, Requests { answered: vec!["list /api/v1/pods".to_owned()], watches: 1 });
    }
}
