//! How many requests a program sent, from the API server's audit log.

use std::io::BufRead;

use crate::audit;

/// What a program sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requests {
    /// Verb and path of each request that was answered, watches apart.
    pub answered: Vec<String>,
    /// Watches that were opened.
    pub watches: usize,
}

impl Requests {
    /// Those of programs whose `User-Agent` begins so.
    pub fn of(log: impl BufRead, agent: &str) -> Self {
        let mut requests = Self::default();
        for line in audit::lines(log, agent) {
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
        let requests = Requests::of(log.join("\n").as_bytes(), "landfall/");
        assert_eq!(requests, Requests { answered: vec!["list /api/v1/pods".to_owned()], watches: 1 });
    }
}
