//! The cluster of all these tests, and a place on it for each.

use std::{
    ops::Deref,
    sync::OnceLock,
    time::{Duration, Instant},
};

use landfall_bench_cluster::{Cluster, Image, can_run_real_node};

use super::{running::Running, witness::Witness};
use crate::{
    runner::{Ran, Workspace},
    shop::Shop,
};

/// An environment on a real node, with a witness of what its pods do.
pub struct Stage {
    shop: Shop<'static>,
    pods: Witness,
}

impl Stage {
    /// A new one; `None` where there can be no real node, which is said.
    pub fn open() -> Option<Self> {
        let shop = Shop::on(cluster()?).waiting();
        // The controllers make it a moment after the namespace; pods that come before are refused.
        let deadline = Instant::now() + Duration::from_secs(60);
        while !shop.kubectl(&["get", "serviceaccount", "default"]).status.success() {
            assert!(Instant::now() < deadline, "the controllers make no account in the namespace {}", shop.namespace);
            std::thread::sleep(Duration::from_millis(50));
        }
        let pods = Witness::of(&shop, "/api/v1", "pods");
        Some(Self { shop, pods })
    }

    /// What the cluster said of the environment's pods.
    pub fn pods(&self) -> &Witness {
        &self.pods
    }

    /// Begins to watch other objects: `("/apis/apps/v1", "deployments")`.
    pub fn witness(&self, api: &str, plural: &str) -> Witness {
        Witness::of(&self.shop, api, plural)
    }

    /// Deploys the folder `base` while the test goes on.
    pub fn start(&self, args: &[&str]) -> Running {
        let args = self.shop.deploy_args(args);
        Running::start(&self.shop, &args.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Deploys the folder `base` to its end; panics if that does not become live.
    pub fn deploy_live(&self) -> Ran {
        self.shop.deploy_with(&["--timeout", "120s"]).success()
    }

    /// What differs from run to run is replaced: the names of pods, seconds and times.
    pub fn mask(&self, ran: &Ran) -> String {
        super::masked::mask(&self.pods.names(), &ran.snapshot())
    }

    /// The same of a line that was told.
    pub fn mask_line(&self, line: &str) -> String {
        super::masked::mask(&self.pods.names(), line)
    }
}

impl AsRef<Workspace> for Stage {
    fn as_ref(&self) -> &Workspace {
        &self.shop.work
    }
}

impl Deref for Stage {
    type Target = Shop<'static>;

    fn deref(&self) -> &Shop<'static> {
        &self.shop
    }
}

/// The cluster with a real node. It has the images `landfall-bench/web:v1` and `:v2`.
pub fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let start = || {
        can_run_real_node().then(|| {
            let cluster = Cluster::builder().real_node(true).start();
            for version in ["v1", "v2"] {
                cluster.import(&Image::web(&format!("landfall-bench/web:{version}")));
            }
            cluster
        })
    };
    CLUSTER.get_or_init(start).as_ref()
}

/// A Deployment `web` of one pod that is asked every second whether it is ready; `more` are further lines of its
/// container, such as `env: [{name: EXIT_AFTER, value: 1s}]`.
pub fn web(version: &str, more: &str) -> String {
    let container = container("web", version, more);
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, labels: {{deploy: $NS}}}}
spec:
  replicas: 1
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
{container}"
    )
}

/// The entry of a container in a pod template that stands as deep as that of [`web`].
pub fn container(name: &str, version: &str, more: &str) -> String {
    let probe = if more.contains("Probe:") { "" } else { READY };
    let lines = [&format!("- name: {name}"), &format!("  image: landfall-bench/web:{version}"), probe];
    let more = more.lines().map(|line| format!("  {line}"));
    let all = lines.into_iter().map(str::to_owned).filter(|line| !line.is_empty()).chain(more);
    all.map(|line| format!("      {line}\n")).collect()
}

/// Whether it is ready is asked every second. The machine of a test is a busy one: an answer may take its time.
const READY: &str = "  readinessProbe: {httpGet: {path: /ready, port: 8080}, periodSeconds: 1, timeoutSeconds: 5}";
