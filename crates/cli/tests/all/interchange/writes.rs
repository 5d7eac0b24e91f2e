//! What Landfall asked and wrote, from the API server's audit log.

use std::{
    fs,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use landfall_bench_cluster::Cluster;
use serde_json::Value;

/// Runs something, and gives every request of Landfall in the meantime that could have written, dry runs included:
/// verb, kind and name.
pub fn landfalls_writes(cluster: &Cluster, run: impl FnOnce()) -> Vec<String> {
    let mut requests = landfalls_requests(cluster, run);
    requests.retain(|request| !["get ", "list ", "watch "].iter().any(|verb| request.starts_with(verb)));
    requests
}

/// Runs something, and gives every request of Landfall in the meantime: verb, kind and name.
pub fn landfalls_requests(cluster: &Cluster, run: impl FnOnce()) -> Vec<String> {
    let before = settled_log(cluster).len();
    run();
    settled_log(cluster)[before..]
        .iter()
        .filter(|entry| entry["userAgent"].as_str().is_some_and(|agent| agent.starts_with("landfall")))
        .map(|entry| {
            let text = |field: &str| entry["objectRef"][field].as_str().unwrap_or_default().to_owned();
            let dry =
                if entry["requestURI"].as_str().is_some_and(|uri| uri.contains("dryRun")) { " (dry run)" } else { "" };
            format!("{} {} {}{dry}", entry["verb"].as_str().unwrap_or_default(), text("resource"), text("name"))
        })
        .collect()
}

/// The log once all that was answered so far stands in it: the server writes an entry after the answer.
fn settled_log(cluster: &Cluster) -> Vec<Value> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let mark = format!("/version?mark={}", COUNT.fetch_add(1, Ordering::Relaxed));
    cluster.kubectl(&["get", "--raw", &mark]).ok();
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let text = fs::read_to_string(cluster.audit_log()).unwrap_or_default();
        let entries: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        if entries.iter().any(|entry| entry["requestURI"] == mark.as_str()) {
            return entries;
        }
        assert!(Instant::now() < deadline, "the audit log lacks {mark}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
