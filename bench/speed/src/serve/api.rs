//! The benchmark's own look at the API server: a watch that notes when something was seen, and a few writes.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt, stream};
use kube::api::{Api, ApiResource, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::runtime::watcher::{self, watcher};
use kube::{Client, Config};
use landfall_bench_cluster::Cluster;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

/// Longer than anything takes that is waited for.
const PATIENCE: Duration = Duration::from_secs(600);

/// A client with threads of its own.
pub struct Server {
    runtime: Runtime,
    client: Client,
}

/// The kinds that are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    ConfigMap,
    Deployment,
    GitRepository,
    Kustomization,
}

impl Kind {
    fn resource(self) -> ApiResource {
        let (group, version, kind, plural) = match self {
            Self::ConfigMap => ("", "v1", "ConfigMap", "configmaps"),
            Self::Deployment => ("apps", "v1", "Deployment", "deployments"),
            Self::GitRepository => ("source.toolkit.fluxcd.io", "v1", "GitRepository", "gitrepositories"),
            Self::Kustomization => ("kustomize.toolkit.fluxcd.io", "v1", "Kustomization", "kustomizations"),
        };
        let api_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
        ApiResource {
            group: group.to_owned(),
            version: version.to_owned(),
            api_version,
            kind: kind.to_owned(),
            plural: plural.to_owned(),
        }
    }
}

impl Server {
    /// As the administrator.
    pub fn of(cluster: &Cluster) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("tokio starts");
        let kubeconfig = Kubeconfig::read_from(cluster.kubeconfig()).expect("the cluster wrote a kubeconfig");
        let client = runtime.block_on(async {
            let options = KubeConfigOptions::default();
            let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
            Client::try_from(config.expect("the kubeconfig is complete")).expect("a client can be made")
        });
        Self { runtime, client }
    }

    fn api(&self, kind: Kind, namespace: &str) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), namespace, &kind.resource())
    }

    /// Begins to watch the objects of a kind, and waits until it sees them.
    pub fn watch(&self, kind: Kind, namespace: &str) -> Sight {
        let api = self.api(kind, namespace);
        let (sender, seen) = channel();
        let (begun, has_begun) = channel();
        let task = self.runtime.spawn(async move {
            let mut events = Box::pin(watcher(api, watcher::Config::default()));
            while let Some(event) = events.next().await {
                let at = Instant::now();
                match event.expect("the API server goes on running") {
                    // Who waited for it may have gone.
                    watcher::Event::Apply(object) => drop(sender.send((at, object))),
                    // Nobody waits for the end of a later list.
                    watcher::Event::InitDone => drop(begun.send(())),
                    _ => {}
                }
            }
        });
        has_begun.recv_timeout(PATIENCE).expect("the API server lists them");
        Sight { seen, task }
    }

    /// Creates an object.
    pub fn create(&self, kind: Kind, namespace: &str, object: Value) {
        let object: DynamicObject = serde_json::from_value(object).expect("an object");
        let api = self.api(kind, namespace);
        self.runtime.block_on(api.create(&PostParams::default(), &object)).expect("it can be created");
    }

    /// Changes an object as `kubectl patch --type=merge` does.
    pub fn patch(&self, kind: Kind, namespace: &str, name: &str, patch: &Value) {
        let api = self.api(kind, namespace);
        let (parameters, patch) = (PatchParams::default(), Patch::Merge(patch));
        self.runtime.block_on(api.patch(name, &parameters, &patch)).expect("it can be changed");
    }

    /// Changes the status of an object.
    pub fn patch_status(&self, kind: Kind, namespace: &str, name: &str, status: &Value) {
        let api = self.api(kind, namespace);
        let (parameters, patch) = (PatchParams::default(), Patch::Merge(json!({ "status": status })));
        self.runtime.block_on(api.patch_status(name, &parameters, &patch)).expect("its status can be changed");
    }

    /// Says of all Deployments without replicas what their controller would say: it has seen them.
    pub fn observe_deployments(&self, namespace: &str) {
        let api = self.api(Kind::Deployment, namespace);
        let listed = self.runtime.block_on(api.list(&ListParams::default())).expect("Deployments can be listed");
        let untold =
            listed.items.into_iter().filter(|object| object.data.pointer("/status/observedGeneration").is_none());
        let tell = |object: DynamicObject| {
            let api = api.clone();
            async move {
                let status = json!({"status": {"observedGeneration": object.metadata.generation}});
                let name = object.metadata.name.unwrap_or_default();
                api.patch_status(&name, &PatchParams::default(), &Patch::Merge(status)).await
            }
        };
        let told = stream::iter(untold.map(tell)).buffer_unordered(16).try_collect::<Vec<_>>();
        self.runtime.block_on(told).expect("their status can be changed");
    }
}

/// What a watch has seen and nobody has asked for yet.
pub struct Sight {
    seen: Receiver<(Instant, DynamicObject)>,
    task: JoinHandle<()>,
}

impl Sight {
    /// Waits for an object of which something holds, and tells when it was seen. What was seen before is forgotten.
    pub fn until(&self, what: &str, holds: impl Fn(&str, &Value) -> bool) -> Instant {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.seen.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok((at, object)) if holds(object.metadata.name.as_deref().unwrap_or_default(), &object.data) => {
                    return at;
                }
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => panic!("not seen: {what}"),
            }
        }
    }

    /// The same for the field `version` of a ConfigMap of the workload.
    pub fn until_version(&self, name: &str, version: &str) -> Instant {
        self.until(&format!("{name} with {version}"), |seen, data| {
            seen == name && data.pointer("/data/version").and_then(Value::as_str) == Some(version)
        })
    }
}

impl Drop for Sight {
    fn drop(&mut self) {
        self.task.abort();
    }
}
