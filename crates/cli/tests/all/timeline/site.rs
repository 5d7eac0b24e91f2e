//! A deployment repository with an environment `prod` in a namespace of its own.

use std::{process::Command, sync::OnceLock};

use landfall_bench_cluster::Cluster;
use serde_json::Value;

use super::steady;
use crate::runner::{Ran, Workspace};

/// The cluster of these tests: its pods become ready, without containers.
pub fn cluster() -> &'static Cluster {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    SHARED.get_or_init(|| Cluster::builder().kwok_nodes(1).start())
}

/// The repository, and where it is deployed to.
pub struct Site {
    pub cluster: &'static Cluster,
    pub namespace: String,
    pub work: Workspace,
}

impl Site {
    /// One on a cluster whose pods become ready.
    pub fn with_pods(namespace: &str) -> Self {
        Self::on(cluster(), namespace)
    }

    /// One on the cluster that all tests share, on which no workload becomes live.
    pub fn plain(namespace: &str) -> Self {
        Self::on(Cluster::shared(), namespace)
    }

    fn on(cluster: &'static Cluster, namespace: &str) -> Self {
        cluster.kubectl(&["create", "namespace", namespace]).ok();
        let account = ["get", "serviceaccount", "default", "-n", namespace];
        let has_accounts = !std::ptr::eq(cluster, Cluster::shared());
        while has_accounts && !cluster.kubectl(&account).status.success() {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        let work = Workspace::on(cluster);
        let target = format!("{{kubernetes: {{namespace: {namespace}}}}}");
        let config = format!("name: shop\nenvironments:\n  prod: {{branch: main, paths: [base], target: {target}}}\n");
        work.write("landfall.yaml", &config);
        Self { cluster, namespace: namespace.to_owned(), work }
    }

    /// Writes a ConfigMap with a level.
    pub fn settings(&self, name: &str, level: &str) -> &Self {
        let text = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, labels: {{deploy: shop}}}}\ndata: {{level: {level}}}\n"
        );
        self.work.write(&format!("base/{name}.yaml"), &text);
        self
    }

    /// Writes a Deployment of one pod. Without grace its pods go at once.
    pub fn web(&self, image: &str) -> &Self {
        self.workload("web", image, "")
    }

    /// The same with another name, and more labels of its pods: `, bench.landfall.dev/fate: unready`.
    pub fn workload(&self, name: &str, image: &str, labels: &str) -> &Self {
        let text = format!(
            "apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, labels: {{deploy: shop}}}}
spec:
  replicas: 1
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}{labels}}}}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: {name}
        image: \"{image}\"
        # Without one a pod counts as live only after a while.
        readinessProbe: {{httpGet: {{port: 80}}}}
"
        );
        self.work.write(&format!("base/{name}.yaml"), &text);
        self
    }

    pub fn remove(&self, name: &str) -> &Self {
        self.work.remove(&format!("base/{name}.yaml"));
        self
    }

    /// Commits everything, and tells the revision.
    pub fn commit(&self, message: &str) -> String {
        self.work.commit(message)
    }

    /// Runs `landfall`, and gives all that is printed, steady.
    pub fn shown(&self, args: &[&str]) -> String {
        steady(&self.landfall(args).snapshot())
    }

    /// Runs `landfall` in a time zone in which it is about noon, so that no test meets midnight.
    pub fn landfall(&self, args: &[&str]) -> Ran {
        self.work.ran(&self.command(args).output().unwrap())
    }

    /// The command itself.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.work.command(args);
        command.env("TZ", noon());
        command
    }

    /// Runs `landfall` with `-o json`, which must succeed, and reads what it prints.
    #[track_caller]
    pub fn json(&self, args: &[&str]) -> Value {
        let ran = self.landfall(&[args, &["-o", "json"]].concat()).success();
        serde_json::from_str(&ran.stdout).unwrap()
    }

    /// Runs kubectl in the namespace; it must succeed.
    pub fn kubectl(&self, args: &[&str]) -> String {
        self.cluster.kubectl(&[&["-n", &self.namespace], args].concat()).ok()
    }

    /// The level of a live ConfigMap.
    pub fn live(&self, name: &str) -> String {
        self.kubectl(&["get", "configmap", name, "-o", "jsonpath={.data.level}"])
    }
}

/// A time zone, as POSIX writes it, in which it is between noon and one o'clock.
pub fn noon() -> String {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let hour = i64::try_from(seconds / 3600 % 24).unwrap();
    // West of Greenwich is positive there.
    format!("NOON{:+}", hour - 12)
}
