//! What the cluster said, and when: a watch of the test's own, which shares nothing with Landfall's.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use serde_json::Value;

use crate::shop::Shop;

/// How long a test waits for something to happen.
const PATIENCE: Duration = Duration::from_secs(90);

/// Watches all objects of a kind in a namespace until it is dropped.
pub struct Witness {
    seen: Arc<Mutex<Vec<Seen>>>,
    what: String,
    watch: Child,
}

/// An object as it was told.
#[derive(Clone)]
pub struct Seen {
    /// When.
    pub at: SystemTime,
    /// The object; as it last was if it is gone.
    pub object: Value,
    /// Whether it is gone.
    pub gone: bool,
}

impl Witness {
    /// Begins, and returns when the watch has begun.
    pub fn of(shop: &Shop<'_>, api: &str, plural: &str) -> Self {
        let (cluster, namespace) = (shop.cluster, &shop.namespace);
        let url = format!(
            "{}{api}/namespaces/{namespace}/{plural}?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan",
            cluster.url()
        );
        let mut watch = Command::new("curl")
            .args(["--silent", "--show-error", "--no-buffer", "--fail", "--cacert"])
            .arg(cluster.ca_path())
            .args(["--header", &format!("Authorization: Bearer {}", cluster.token()), &url])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("curl is installed");
        let lines = BufReader::new(watch.stdout.take().unwrap()).lines();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (begun, has_begun) = std::sync::mpsc::channel();
        let sink = Arc::clone(&seen);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let at = SystemTime::now();
                let mut event: Value = serde_json::from_str(&line).unwrap();
                if event["type"] == "BOOKMARK" {
                    let _nobody_waits_any_more = begun.send(());
                    continue;
                }
                let seen = Seen { at, object: event["object"].take(), gone: event["type"] == "DELETED" };
                sink.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
            }
        });
        has_begun.recv_timeout(PATIENCE).expect("the API server tells when the watch has begun");
        Self { seen, what: plural.to_owned(), watch }
    }

    /// Everything so far, oldest first.
    pub fn all(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until an object is as described, and tells when that was first told.
    #[track_caller]
    pub fn first(&self, is_meant: impl Fn(&Value) -> bool) -> SystemTime {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(seen) = self.all().iter().find(|seen| !seen.gone && is_meant(&seen.object)) {
                return seen.at;
            }
            if Instant::now() > deadline {
                let last: BTreeMap<String, Value> =
                    self.all().into_iter().map(|seen| (name(&seen.object), seen.object["status"].clone())).collect();
                panic!("none of the {} was as expected; at last they were {last:#?}", self.what);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The names of all objects there were, with the names that they were made from where a controller made them up.
    pub fn names(&self) -> BTreeMap<String, String> {
        let made_up = |object: &Value| {
            let from = object.pointer("/metadata/generateName")?.as_str()?;
            // The names of a ReplicaSet's pods hold a hash of their template, which is Kubernetes' own business.
            let hash = object.pointer("/metadata/labels/pod-template-hash").and_then(Value::as_str);
            let from = hash.map_or(from.to_owned(), |hash| from.replace(&format!("{hash}-"), ""));
            let is_numbered = object.pointer("/metadata/ownerReferences/0/kind")? == "StatefulSet";
            (!is_numbered).then(|| (name(object), from))
        };
        self.all().iter().filter_map(|seen| made_up(&seen.object)).collect()
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        let _it_may_have_ended = self.watch.kill();
        let _its_status_says_nothing = self.watch.wait();
    }
}

fn name(object: &Value) -> String {
    object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Whether a container of a pod is, or was before it was started again, in a state: `terminated`, `waiting`; with a
/// field as given.
pub fn container_is(pod: &Value, state: &str, field: &str, value: impl Into<Value>) -> bool {
    let value = value.into();
    let statuses = ["initContainerStatuses", "containerStatuses"].map(|list| pod["status"][list].as_array());
    let is = |status: &Value| {
        ["state", "lastState"].iter().any(|when| status[when][state].get(field).is_some_and(|found| *found == value))
    };
    statuses.into_iter().flatten().flatten().any(is)
}

/// Whether a pod is ready to serve.
pub fn is_ready(pod: &Value) -> bool {
    let conditions = pod.pointer("/status/conditions").and_then(Value::as_array);
    let is_true = |condition: &Value| condition["type"] == "Ready" && condition["status"] == "True";
    pod.pointer("/metadata/deletionTimestamp").is_none() && conditions.into_iter().flatten().any(is_true)
}
