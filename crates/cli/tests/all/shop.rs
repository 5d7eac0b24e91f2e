//! A small environment for tests: a namespace and a label of its own, a folder `base`, and what is live of it.

use std::{
    fs,
    sync::atomic::{AtomicU32, Ordering},
};

use landfall_bench_cluster::{Cluster, Output};

use crate::runner::{Ran, Workspace};

/// An environment that no other test of the process has. In all texts that it takes, `$NS` stands for its name: it is
/// that of its namespace and the value of its label, so that even objects without a namespace are its own.
pub struct Shop<'c> {
    pub cluster: &'c Cluster,
    pub namespace: String,
    pub work: Workspace,
    waits: bool,
}

impl AsRef<Workspace> for Shop<'_> {
    fn as_ref(&self) -> &Workspace {
        &self.work
    }
}

impl Shop<'static> {
    /// One on the cluster that all tests share.
    pub fn open() -> Self {
        Self::on(Cluster::shared())
    }
}

impl<'c> Shop<'c> {
    /// One on a cluster of the test's own.
    pub fn on(cluster: &'c Cluster) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(100);
        // Of one length, so that columns are as wide in every run.
        let namespace = format!("shop-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        cluster.kubectl(&["create", "namespace", &namespace]).ok();
        let work = Workspace::on(cluster).replace(&namespace, "$NS");
        let shop = Self { cluster, namespace, work, waits: false };
        let kubeconfig = shop.kubeconfig_of("admin");
        Self { work: shop.work.with_kubeconfig(&kubeconfig), ..shop }
    }

    /// The same where deploys wait until everything is live. Most tests are of what is written, and most clusters have
    /// nothing that would make a workload live.
    pub fn waiting(self) -> Self {
        Self { waits: true, ..self }
    }

    /// The same environment as another user sees it.
    pub fn with_user(self, user: &str) -> Self {
        let kubeconfig = self.kubeconfig_of(user);
        Self { work: self.work.with_kubeconfig(&kubeconfig), ..self }
    }

    /// The kubeconfig of a user with the environment's namespace as that of its context.
    fn kubeconfig_of(&self, user: &str) -> std::path::PathBuf {
        let text = fs::read_to_string(self.cluster.kubeconfig_for(user)).unwrap();
        let line = format!("    user: \"{user}\"\n");
        let path = self.cluster.folder().join(format!("{}-{user}.kubeconfig", self.namespace));
        fs::write(&path, text.replacen(&line, &format!("{line}    namespace: {}\n", self.namespace), 1)).unwrap();
        path
    }

    /// Writes a file below the working directory.
    pub fn write(&self, path: &str, text: &str) -> &Self {
        self.work.write(path, &self.fill(text));
        self
    }

    /// Removes a file or folder.
    pub fn remove(&self, path: &str) -> &Self {
        self.work.remove(path);
        self
    }

    /// Deploys the folder `base`, and gives all that is printed.
    pub fn deploy(&self) -> String {
        self.deploy_with(&[]).snapshot()
    }

    /// The same with more arguments.
    pub fn deploy_with(&self, args: &[&str]) -> Ran {
        self.landfall(&[&self.usual(), args].concat())
    }

    /// Runs `landfall`. The name of the environment's record, in which its name is a hash, becomes the same in every run.
    pub fn landfall(&self, args: &[&str]) -> Ran {
        let args: Vec<String> = args.iter().map(|arg| self.fill(arg)).collect();
        let mut ran = self.work.landfall(&args.iter().map(String::as_str).collect::<Vec<_>>());
        ran.stdout = without_hashes(&ran.stdout);
        ran.stderr = without_hashes(&ran.stderr);
        ran
    }

    /// The arguments of [`Self::deploy_with`].
    pub fn deploy_args(&self, args: &[&str]) -> Vec<String> {
        self.usual().iter().chain(args).map(|arg| self.fill(arg)).collect()
    }

    fn usual(&self) -> Vec<&'static str> {
        let mut usual = vec!["deploy", "-f", "base", "-R", "-l", "deploy=$NS"];
        usual.extend((!self.waits).then_some("--no-wait"));
        usual
    }

    /// Runs kubectl as the administrator in the environment's namespace.
    pub fn kubectl(&self, args: &[&str]) -> Output {
        self.kubectl_stdin(args, "")
    }

    /// The same with text on standard input, for `-f -`.
    pub fn kubectl_stdin(&self, args: &[&str], text: &str) -> Output {
        let args: Vec<String> = args.iter().map(|arg| self.fill(arg)).collect();
        let mut all = vec!["--namespace", &self.namespace];
        all.extend(args.iter().map(String::as_str));
        self.cluster.kubectl_stdin(&all, &self.fill(text))
    }

    /// The names of the live objects of some kinds (`configmaps,secrets`) with the environment's label, anywhere.
    pub fn live(&self, kinds: &str) -> String {
        let listed = self.kubectl(&["get", kinds, "-A", "-l", "deploy=$NS", "-o", "name"]).ok();
        let mut names: Vec<&str> = listed.lines().collect();
        names.sort_unstable();
        names.join(" ").replace(&self.namespace, "$NS")
    }

    /// A field of a live object: `.data.level`.
    pub fn field(&self, object: &str, path: &str) -> String {
        self.kubectl(&["get", object, "-o", &format!("jsonpath={{{path}}}")]).ok().replace(&self.namespace, "$NS")
    }

    /// `$NS` replaced by the name.
    pub fn fill(&self, text: &str) -> String {
        text.replace("$NS", &self.namespace)
    }
}

/// `landfall-$NS-366f01af` becomes `landfall-$NS-[HASH]`.
fn without_hashes(text: &str) -> String {
    let mut parts = text.split("landfall-$NS-");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "landfall-$NS-[HASH]" + part.get(8..).unwrap_or_default())
}

/// The manifest of a ConfigMap of the environment.
pub fn config_map(name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  labels: {{deploy: $NS}}\ndata:\n  level: info\n"
    )
}

/// The definition of a kind `Widget` that takes all fields.
pub const WIDGETS: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets, singular: widget, listKind: WidgetList}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
";

/// A Widget of the environment.
pub const WIDGET: &str = "apiVersion: example.com/v1
kind: Widget
metadata: {name: one, labels: {deploy: $NS}}
size: 1
";
