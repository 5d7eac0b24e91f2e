//! What a cluster has, and starting it.

use std::fs;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::api_server::ApiServer;
use crate::cluster::Cluster;
use crate::control_plane;
use crate::keeper::keeper;
use crate::kwok;
use crate::node::{self, Node};
use crate::users;

/// What a cluster has besides its API server. Made by [`Cluster::builder`].
#[derive(Debug, Clone, Default)]
pub struct Builder {
    controllers: bool,
    scheduler: bool,
    kwok_nodes: u32,
    real_node: bool,
    service_accounts: Option<bool>,
    api_server_flags: Vec<String>,
}

impl Builder {
    /// Runs kube-controller-manager: Deployments get ReplicaSets, those get Pods, owners are collected, and so on.
    pub fn controllers(mut self, on: bool) -> Self {
        self.controllers = on;
        self
    }

    /// Runs kube-scheduler.
    pub fn scheduler(mut self, on: bool) -> Self {
        self.scheduler = on;
        self
    }

    /// Adds simulated nodes `kwok-1`, `kwok-2`, ..., with controllers and scheduler. A pod's label `bench.landfall.dev/fate`
    /// makes it fail: `unready`, `crash-loop`, `pull-error`, `failed`.
    pub fn kwok_nodes(mut self, count: u32) -> Self {
        self.kwok_nodes = count;
        self
    }

    /// Adds a node `real-node` that runs containers, with controllers and scheduler. Needs root and the packages of
    /// `bench/install-debian`, see [`can_run_real_node`](crate::can_run_real_node). Pods and Services answer on their addresses
    /// and node ports, from this machine too. Inside, the names of Services and pods are resolved.
    pub fn real_node(mut self, on: bool) -> Self {
        self.real_node = on;
        self
    }

    /// Whether the API server gives pods tokens and insists that their service account exists. By default it does where
    /// controllers run, since a controller makes the account `default`.
    pub fn service_account_admission(mut self, on: bool) -> Self {
        self.service_accounts = Some(on);
        self
    }

    /// Starts the API server with one more flag, such as `--disable-http2-serving`.
    pub fn api_server_flag(mut self, flag: &str) -> Self {
        self.api_server_flags.push(flag.to_owned());
        self
    }

    /// Starts the cluster and waits until it is ready, its nodes included.
    pub fn start(self) -> Cluster {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let id = format!("c{}", COUNT.fetch_add(1, Ordering::Relaxed) + 1);
        let folder = keeper().folder().join(&id);
        fs::create_dir(&folder).expect("the bench's folder is writable");

        let has_nodes = self.real_node || self.kwok_nodes > 0;
        let controllers = self.controllers || has_nodes;
        let accounts = self.service_accounts.unwrap_or(controllers);
        let node = self.real_node.then(|| Node::start(&id, &folder));
        let address = node.as_ref().map_or(Ipv4Addr::LOCALHOST.into(), Node::machine_address);
        let services = node.as_ref().map_or("10.96.0.0/16".to_owned(), Node::service_range);
        let mut flags = self.api_server_flags.clone();
        if !accounts {
            flags.push("--disable-admission-plugins=ServiceAccount".to_owned());
        }
        let api_server = ApiServer::start(&id, &folder, address, &services, flags);
        let (url, ca) = (api_server.url(), folder.join("certs/apiserver.crt"));
        for user in users::WEAK_USERS {
            users::write_kubeconfig(&folder, user, &url, &ca, &users::token(user));
        }
        let kubeconfig = users::write_kubeconfig(&folder, users::ADMIN, &url, &ca, &users::token(users::ADMIN));
        let cluster = Cluster { id, folder, api_server, kubeconfig, node, accounts: accounts && controllers };
        if let Some(node) = &cluster.node {
            node.wait_for_containerd();
        }
        cluster.api_server.wait_until_ready(&cluster.kubeconfig);
        self.start_rest(&cluster, controllers, self.scheduler || has_nodes);
        cluster
    }

    /// Starts what needs the API server, all at once, and then waits for each.
    fn start_rest(&self, cluster: &Cluster, controllers: bool, scheduler: bool) {
        let (id, folder) = (&cluster.id, &cluster.folder);
        let (url, ca, user) = (cluster.url(), cluster.ca_path(), users::CONTROL_PLANE);
        let own = users::write_kubeconfig(folder, "control-plane", &url, &ca, &users::token(user));
        if let Some(node) = &cluster.node {
            node.join(&own);
        }
        let controllers = controllers.then(|| control_plane::start_controllers(id, folder, &own));
        let scheduler = scheduler.then(|| control_plane::start_scheduler(id, folder, &own));
        if self.kwok_nodes > 0 {
            kwok::start(id, folder, &own);
            cluster.kubectl_stdin(&["create", "-f", "-"], &kwok::nodes(self.kwok_nodes)).ok();
        }
        if let Some(port) = controllers {
            control_plane::wait_for(id, "kube-controller-manager", port);
        }
        if let Some(port) = scheduler {
            control_plane::wait_for(id, "kube-scheduler", port);
        }
        cluster.wait_for_account("default");
        if let Some(node) = &cluster.node {
            node.wait_for(|| ready_nodes(cluster).contains(&node::NAME.to_owned()));
        }
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.kwok_nodes as usize > ready_nodes(cluster).iter().filter(|name| name.starts_with("kwok-")).count() {
            assert!(Instant::now() < deadline, "kwok: {}", keeper().log_tail(&format!("{id}/kwok")));
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// The names of the nodes that are ready and that pods may go to.
fn ready_nodes(cluster: &Cluster) -> Vec<String> {
    let template =
        "{range .items[*]}{.metadata.name} {.status.conditions[?(@.type=='Ready')].status}{.spec.taints}{'\\n'}{end}";
    let listed = cluster.kubectl(&["get", "nodes", "-o", &format!("jsonpath={template}")]).stdout;
    listed.lines().filter_map(|line| line.strip_suffix(" True")).map(str::to_owned).collect()
}
