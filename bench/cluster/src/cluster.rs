//! One cluster, as a test sees it.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::api_server::ApiServer;
use crate::builder::Builder;
use crate::image::Image;
use crate::keeper::keeper;
use crate::kubectl::{self, Output};
use crate::node::Node;
use crate::users;

/// A cluster of its own: empty at the start, gone at the end.
///
/// Dropping it ends its programs; so does the end of the process, however it comes about.
pub struct Cluster {
    pub(crate) id: String,
    pub(crate) folder: PathBuf,
    pub(crate) api_server: ApiServer,
    pub(crate) kubeconfig: PathBuf,
    pub(crate) node: Option<Node>,
    /// Whether pods need the account `default`, which a controller makes in every namespace.
    pub(crate) accounts: bool,
}

impl Cluster {
    /// Starts an API server without controllers: objects are stored and validated, nothing acts on them. Takes about 5 s.
    pub fn start() -> Self {
        Self::builder().start()
    }

    /// For a cluster with more than an API server.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A plain cluster that all tests of the process share; for tests that stay in a [`Cluster::namespace`] of their own.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// The cluster's folder: keys, logs, kubeconfigs. Tests may put files into it; it is deleted with the cluster.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The administrator's kubeconfig; its only context is `admin`.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// The kubeconfig of one of [`WEAK_USERS`](crate::WEAK_USERS) or of [`ADMIN`](crate::ADMIN); its context has the user's name.
    pub fn kubeconfig_for(&self, user: &str) -> PathBuf {
        let path = self.folder.join(format!("{user}.kubeconfig"));
        assert!(path.exists(), "no user {user}; there are {} and {:?}", users::ADMIN, users::WEAK_USERS);
        path
    }

    /// A kubeconfig whose token the server does not know: every request gets 401.
    pub fn kubeconfig_with_wrong_token(&self) -> PathBuf {
        users::write_kubeconfig(&self.folder, "wrong-token", &self.url(), &self.ca_path(), "no-such-token")
    }

    /// A kubeconfig that trusts another authority than the server's: every connection fails.
    pub fn kubeconfig_with_wrong_ca(&self) -> PathBuf {
        let ca = self.folder.join("wrong-ca.crt");
        let made = rcgen::generate_simple_self_signed(["wrong.example".to_owned()]).expect("a certificate can be made");
        fs::write(&ca, made.cert.pem()).expect("the cluster's folder is writable");
        users::write_kubeconfig(&self.folder, "wrong-ca", &self.url(), &ca, &self.token())
    }

    /// The server's URL.
    pub fn url(&self) -> String {
        self.api_server.url()
    }

    /// The administrator's bearer token.
    pub fn token(&self) -> String {
        users::token(users::ADMIN)
    }

    /// The server's certificate, which signed itself, as PEM.
    pub fn ca_path(&self) -> PathBuf {
        self.folder.join("certs/apiserver.crt")
    }

    /// The API server's audit log: one JSON line for each answered request, without bodies and without those of the control
    /// plane itself. For counting requests.
    pub fn audit_log(&self) -> PathBuf {
        self.folder.join("audit.log")
    }

    /// Runs kubectl as the administrator.
    pub fn kubectl(&self, args: &[&str]) -> Output {
        kubectl::run(&self.kubeconfig, args, None)
    }

    /// Runs kubectl as the administrator with text on its standard input, for `-f -`.
    pub fn kubectl_stdin(&self, args: &[&str], stdin: &str) -> Output {
        kubectl::run(&self.kubeconfig, args, Some(stdin))
    }

    /// Runs kubectl as another user.
    pub fn kubectl_as(&self, user: &str, args: &[&str]) -> Output {
        kubectl::run(&self.kubeconfig_for(user), args, None)
    }

    /// Makes a new namespace and gives its name, which no other test of the process has. Where pods need the account
    /// `default`, waits for it.
    pub fn namespace(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        // Of one length, so that columns are the same in every run.
        let name = format!("test-{:02}", COUNT.fetch_add(1, Ordering::Relaxed) + 1);
        self.kubectl(&["create", "namespace", &name]).ok();
        self.wait_for_account(&name);
        name
    }

    pub(crate) fn wait_for_account(&self, namespace: &str) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.accounts && !self.kubectl(&["get", "serviceaccount", "default", "-n", namespace]).status.success() {
            assert!(Instant::now() < deadline, "the controllers make no account in the namespace {namespace}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Loads an image into the real node.
    pub fn import(&self, image: &Image) {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let tar = self.folder.join(format!("image-{}.tar", COUNT.fetch_add(1, Ordering::Relaxed) + 1));
        image.write(&tar);
        self.import_image(&tar);
        fs::remove_file(tar).expect("it was just written");
    }

    /// Loads an image into the real node from a tar file in the format of `docker save` or OCI.
    pub fn import_image(&self, tar: &Path) {
        self.node().import(tar);
    }

    /// The address of this machine as the real node and its pods see it. A server that listens there can be reached from them.
    pub fn machine_address(&self) -> IpAddr {
        self.node().machine_address()
    }

    /// The address of the real node, where NodePorts and host ports answer.
    pub fn node_address(&self) -> IpAddr {
        self.node().address()
    }

    fn node(&self) -> &Node {
        self.node.as_ref().expect("the cluster was not started with real_node(true)")
    }

    /// Allows a user some verbs on some resources of a namespace (both comma separated), and waits until it counts.
    ///
    /// The built-in ClusterRoles `view`, `edit` and `admin` are empty without controllers: a controller fills them.
    pub fn grant(&self, namespace: &str, user: &str, verbs: &str, resources: &str) {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{user}-{}", COUNT.fetch_add(1, Ordering::Relaxed) + 1);
        let (verb, resource) = (format!("--verb={verbs}"), format!("--resource={resources}"));
        self.kubectl(&["create", "role", &name, "-n", namespace, &verb, &resource]).ok();
        let (role, subject) = (format!("--role={name}"), format!("--user={user}"));
        self.kubectl(&["create", "rolebinding", &name, "-n", namespace, &role, &subject]).ok();
        let verb = verbs.rsplit(',').next().unwrap_or(verbs);
        let resource = resources.rsplit(',').next().unwrap_or(resources);
        while !self.kubectl_as(user, &["auth", "can-i", verb, resource, "-n", namespace]).status.success() {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Stops the API server in good order. Clients see connections closed, then refused.
    pub fn stop_api_server(&self) {
        self.api_server.stop();
    }

    /// Kills the API server at once, as a crash would.
    pub fn kill_api_server(&self) {
        self.api_server.kill();
    }

    /// Starts a stopped API server on the same port with the same data, and waits until it is ready.
    pub fn start_api_server(&self) {
        self.api_server.start_again();
        self.api_server.wait_until_ready(&self.kubeconfig);
    }

    /// Stops the API server and starts it again.
    pub fn restart_api_server(&self) {
        self.stop_api_server();
        self.start_api_server();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        keeper().end(&self.id);
    }
}
