//! One watch: a list, then what changes, resumed where it broke off.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{Stream, TryStreamExt};
use kube::{
    api::ApiResource,
    runtime::{
        WatchStreamExt,
        watcher::{self, watcher},
    },
};
use landfall_core::catalog::ServedKind;
use tokio::sync::Notify;

use super::{
    store::{Change, FeedId, Store},
    watched::Watched,
};
use landfall_deploy::task::Task;

/// What one watch delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedQuery {
    /// The kind.
    pub kind: ServedKind,
    /// The namespace; `None` for all, and for kinds without.
    pub namespace: Option<String>,
    /// The label selector; empty for all objects.
    pub labels: String,
    /// The field selector; empty for all objects.
    pub fields: String,
}

/// Where the watches put what they see, and how they wake who waits for it.
#[derive(Clone, Default)]
pub struct Sink {
    /// What they have seen.
    pub store: Arc<Mutex<Store>>,
    /// Woken by every change.
    pub changed: Arc<Notify>,
}

impl Sink {
    /// Looks at the store, or changes it.
    pub fn with<T>(&self, look: impl FnOnce(&mut Store) -> T) -> T {
        look(&mut self.store.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&self, feed: FeedId, change: Change) {
        self.with(|store| store.apply(feed, change));
        self.changed.notify_one();
    }
}

/// Starts a watch that goes on until it is dropped, whatever happens to the connection.
pub fn start(client: kube::Client, id: FeedId, query: FeedQuery, sink: Sink) -> Task<()> {
    Task::spawn(async move {
        let gvk = query.kind.gvk.clone();
        let mut stream = Box::pin(follow(client, &query));
        let mut all = Vec::new();
        loop {
            match stream.try_next().await {
                Ok(None) => return,
                Ok(Some(watcher::Event::Init)) => all.clear(),
                Ok(Some(watcher::Event::InitApply(object))) => all.push(object.into_document(&gvk)),
                Ok(Some(watcher::Event::InitDone)) => sink.put(id, Change::All(std::mem::take(&mut all))),
                Ok(Some(watcher::Event::Apply(object))) => sink.put(id, Change::Applied(object.into_document(&gvk))),
                Ok(Some(watcher::Event::Delete(object))) => sink.put(id, Change::Deleted(object.into_document(&gvk))),
                Err(error) => {
                    if let Some(Blindness { code, reason }) = blindness(&error) {
                        sink.put(id, Change::Blind { code, reason });
                    }
                }
            }
        }
    })
}

/// A list, then what changes; begun anew where it cannot be resumed.
pub fn follow(
    client: kube::Client,
    query: &FeedQuery,
) -> impl Stream<Item = Result<watcher::Event<Watched>, watcher::Error>> + Send + use<> {
    let gvk = &query.kind.gvk;
    let resource = ApiResource {
        group: gvk.group.clone(),
        version: gvk.version.clone(),
        api_version: gvk.api_version(),
        kind: gvk.kind.clone(),
        plural: query.kind.plural.clone(),
    };
    let api: kube::Api<Watched> = match query.namespace.as_deref().filter(|_| query.kind.namespaced) {
        Some(namespace) => kube::Api::namespaced_with(client, namespace, &resource),
        None => kube::Api::all_with(client, &resource),
    };
    let mut config = watcher::Config::default();
    if !query.labels.is_empty() {
        config = config.labels(&query.labels);
    }
    if !query.fields.is_empty() {
        config = config.fields(&query.fields);
    }
    watcher(api, config).default_backoff()
}

/// Why a watch shows nothing.
#[derive(Debug)]
pub struct Blindness {
    /// The HTTP status, 0 where the server was not reached.
    pub code: u16,
    /// Why.
    pub reason: String,
}

impl fmt::Display for Blindness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// What an error means. A connection that broke off after the first list is nothing to tell: it is resumed.
pub fn blindness(error: &watcher::Error) -> Option<Blindness> {
    match error {
        watcher::Error::InitialListFailed(error) | watcher::Error::WatchStartFailed(error) => Some(match error {
            kube::Error::Api(status) => Blindness { code: status.code, reason: status.message.clone() },
            error => Blindness { code: 0, reason: error.to_string() },
        }),
        watcher::Error::NoResourceVersion => {
            Some(Blindness { code: 405, reason: "the server cannot watch this kind".to_owned() })
        }
        watcher::Error::WatchError(_) | watcher::Error::WatchFailed(_) => None,
    }
}
