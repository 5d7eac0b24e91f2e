//! Whether a workload still gets further (`progressDeadlineSeconds`).
//!
//! Source: DeploymentProgressing and DeploymentTimedOut of pkg/controller/deployment/util/deployment_util.go.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use crate::reconcile::{Pod, Stage};

/// How far a workload's pods were at best, and when they last got further.
pub struct Progress {
    best: BTreeMap<String, Stage>,
    at: Instant,
}

impl Progress {
    /// Of a workload that begins now.
    pub fn new() -> Self {
        Self { best: BTreeMap::new(), at: Instant::now() }
    }

    /// Remembers when pods last came, went or got further. One that falls back and rises again gets no further by that.
    pub fn follow(&mut self, pods: &[Pod]) {
        let best = |pod: &Pod| self.best.get(&pod.name).copied();
        let is_further = pods.iter().any(|pod| best(pod).is_none_or(|best| pod.stage > best));
        let has_gone = self.best.keys().any(|name| !pods.iter().any(|pod| pod.name == *name));
        if is_further || has_gone {
            let now =
                pods.iter().map(|pod| (pod.name.clone(), best(pod).map_or(pod.stage, |best| best.max(pod.stage))));
            self.best = now.collect();
            self.at = Instant::now();
        }
    }

    /// Whether it is not done, and has not got further for so many seconds.
    pub fn is_stuck(&self, limit: Option<i64>) -> bool {
        let is_done = self.best.values().all(|stage| *stage >= Stage::Available);
        let limit = limit.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs);
        limit.is_some_and(|limit| !is_done && self.at.elapsed() >= limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_gets_further_counts() {
        let pod = |name: &str, stage| Pod {
            name: name.to_owned(),
            version: "v1".to_owned(),
            stage,
            ordinal: None,
            created: 0,
        };
        let mut progress = Progress::new();
        let mut after = |seconds: u64, pods: &[Pod]| {
            progress.at -= Duration::from_secs(seconds);
            progress.follow(pods);
            progress.is_stuck(Some(10))
        };
        assert!(!after(0, &[pod("a", Stage::Starting)]));
        assert!(!after(9, &[pod("a", Stage::Starting)]));
        assert!(!after(9, &[pod("a", Stage::Ready)]), "it got further");
        assert!(!after(9, &[pod("a", Stage::Starting)]));
        assert!(after(2, &[pod("a", Stage::Ready)]), "it fell back and rose again");
        assert!(!after(0, &[pod("a", Stage::Ready), pod("b", Stage::Starting)]), "one came");
        assert!(!after(9, &[pod("a", Stage::Available), pod("b", Stage::Available)]));
        assert!(!after(99, &[pod("a", Stage::Available), pod("b", Stage::Available)]), "it is done");
        assert!(!progress.is_stuck(None));
    }
}
