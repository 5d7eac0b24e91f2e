//! Flux's kustomize-controller, and what it needs in the cluster.

use std::path::Path;

use landfall_bench_cluster::{Cluster, program};
use serde_json::{Value, json};

use super::api::{Kind, Server, Sight};
use super::process::{Process, Usage};
use super::repository::Repository;
use super::source::Source;
use crate::tools::clean;

/// The name of what it deploys and of what it deploys from.
pub const NAME: &str = "load";

/// A kustomize-controller that deploys one repository.
pub struct Flux {
    process: Process,
    source: Source,
    applied: Sight,
    namespace: String,
}

/// Defines the kinds: its own as its module has it, and those that it watches as far as it reads them.
pub fn define(cluster: &Cluster) {
    let own = program("kustomizations.yaml").display().to_string();
    cluster.kubectl(&["create", "-f", &own]).ok();
    let sources = [("GitRepository", "gitrepositories"), ("OCIRepository", "ocirepositories"), ("Bucket", "buckets")];
    let group = "source.toolkit.fluxcd.io";
    let of = |(kind, plural): (&str, &str)| {
        json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": format!("{plural}.{group}")},
            "spec": {
                "group": group, "scope": "Namespaced",
                "names": {"kind": kind, "plural": plural, "singular": kind.to_lowercase(), "listKind": format!("{kind}List")},
                "versions": [{
                    "name": "v1", "served": true, "storage": true, "subresources": {"status": {}},
                    "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
                }],
            },
        })
    };
    let list = json!({"apiVersion": "v1", "kind": "List", "items": sources.map(of)});
    cluster.kubectl_stdin(&["create", "-f", "-"], &list.to_string()).ok();
    let all = ["wait", "--for=condition=Established", "--timeout=60s", "customresourcedefinitions", "--all"];
    cluster.kubectl(&all).ok();
}

impl Flux {
    /// Starts it, with the controller's defaults. `interval` is how often it deploys what it has anyway.
    pub fn start(server: &Server, repository: &Repository, kubeconfig: &Path, home: &Path, interval: &str) -> Self {
        std::fs::create_dir_all(home).expect("the folder is writable");
        let namespace = repository.namespace().to_owned();
        let applied = server.watch(Kind::Kustomization, &namespace);
        let mut command = clean(&program("kustomize-controller"), kubeconfig);
        command.env("HOME", home).env("TMPDIR", home).env("RUNTIME_NAMESPACE", &namespace);
        command.args(["--watch-all-namespaces", "--metrics-addr=127.0.0.1:0", "--health-addr=127.0.0.1:0"]);
        let process = Process::start(command, &home.join("log"));
        let meta = json!({"name": NAME, "namespace": namespace});
        let source = json!({
            "apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository", "metadata": meta,
            "spec": {"interval": "1m", "url": "https://git.example.com/load.git", "ref": {"branch": "main"}},
        });
        server.create(Kind::GitRepository, &namespace, source);
        let kustomization = json!({
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "metadata": meta,
            "spec": {
                "interval": interval, "path": "./base", "prune": true, "timeout": "10m",
                "sourceRef": {"kind": "GitRepository", "name": NAME},
            },
        });
        server.create(Kind::Kustomization, &namespace, kustomization);
        Self { process, source: Source::start(), applied, namespace }
    }

    /// Looks at the objects so often from now on; waits until a pass has ended.
    pub fn look_every(&self, server: &Server, interval: &str) {
        server.patch(Kind::Kustomization, &self.namespace, NAME, &json!({"spec": {"interval": interval}}));
        self.reconcile(server, interval);
    }

    /// Makes the repository as it is now the artifact, without telling of it: what source-controller does before.
    pub fn store(&self, repository: &Repository, commit: &str) -> Value {
        self.source.store(repository, commit)
    }

    /// Tells of an artifact, as source-controller does.
    pub fn tell(&self, server: &Server, status: &Value) {
        server.patch_status(Kind::GitRepository, &self.namespace, NAME, status);
    }

    /// Waits until it says that an artifact is applied.
    pub fn until_applied(&self, status: &Value) -> std::time::Instant {
        let revision = status.pointer("/artifact/revision").cloned();
        self.applied.until("the revision is applied", |_, data| {
            data.pointer("/status/lastAppliedRevision") == revision.as_ref()
        })
    }

    /// Asks for a pass, as `flux reconcile` does, and waits for its end.
    pub fn reconcile(&self, server: &Server, token: &str) -> std::time::Instant {
        let patch = json!({"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": token}}});
        server.patch(Kind::Kustomization, &self.namespace, NAME, &patch);
        self.applied.until("the pass has ended", |_, data| {
            let ready = data.pointer("/status/conditions/0/status").and_then(Value::as_str);
            let handled = data.pointer("/status/lastHandledReconcileAt").and_then(Value::as_str);
            handled == Some(token) && ready == Some("True")
        })
    }

    /// What it uses.
    pub fn usage(&self) -> Usage {
        self.process.usage()
    }
}
