//! One cluster, and the namespaces, folders and scripts of the scenarios that run on it.

use std::fs;
use std::path::{Path, PathBuf};

use landfall_bench_cluster::Cluster;
use serde_json::json;
use tempfile::TempDir;

use crate::audit::Audit;
use crate::measure::{self, Cost, median};
use crate::script::{self, Call};
use crate::tools::{self, Tool};

/// What the command line says.
#[derive(Debug, Clone)]
pub struct Options {
    /// Fewer runs and objects.
    pub quick: bool,
    /// Only scenarios whose name contains this.
    pub only: Option<String>,
    /// Times each quick command is run.
    pub rounds: usize,
}

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Row {
    /// What is done.
    pub scenario: &'static str,
    /// To how many objects.
    pub objects: usize,
    /// What each run cost, in the order in which they ran.
    pub runs: Vec<(Tool, Cost)>,
}

/// The row of a scenario, if it was measured.
pub fn row<'r>(rows: &'r [Row], scenario: &str, objects: usize) -> Option<&'r Row> {
    rows.iter().find(|row| row.scenario == scenario && row.objects == objects)
}

impl Row {
    /// A row without runs.
    pub fn new(scenario: &'static str, objects: usize) -> Self {
        Self { scenario, objects, runs: Vec::new() }
    }

    fn figures(&self, tool: Tool, figure: impl Fn(&Cost) -> f64) -> Vec<f64> {
        self.runs.iter().filter(|(ran, _)| *ran == tool).map(|(_, cost)| figure(cost)).collect()
    }

    /// The median of the seconds.
    pub fn seconds(&self, tool: Tool) -> Option<f64> {
        median(self.figures(tool, |cost| cost.seconds))
    }

    /// The median of the processor time.
    pub fn cpu_seconds(&self, tool: Tool) -> Option<f64> {
        median(self.figures(tool, |cost| cost.cpu_seconds))
    }

    /// The most memory of any run.
    pub fn peak_mb(&self, tool: Tool) -> Option<f64> {
        self.figures(tool, |cost| cost.peak_mb).into_iter().reduce(f64::max)
    }

    /// How often it ran.
    pub fn count(&self, tool: Tool) -> usize {
        self.figures(tool, |_| 0.0).len()
    }

    /// How many times longer another tool takes than Landfall.
    pub fn ratio(&self, tool: Tool) -> Option<f64> {
        Some(self.seconds(tool)? / self.seconds(Tool::Landfall)?)
    }

    /// Adds a run, and says so.
    pub fn add(&mut self, tool: Tool, cost: Cost) {
        eprintln!(
            "bench: {}, {} objects: {tool} {:.2} s ({:.2} s of CPU, {:.0} MB)",
            self.scenario, self.objects, cost.seconds, cost.cpu_seconds, cost.peak_mb
        );
        self.runs.push((tool, cost));
    }
}

/// A fresh API server without controllers, and a folder for what the scenarios need.
pub struct Bench {
    /// The cluster.
    pub cluster: Cluster,
    folder: TempDir,
}

impl Bench {
    /// Starts the cluster.
    pub fn start() -> Self {
        eprintln!("bench: starts an API server");
        Self {
            cluster: Cluster::start(),
            folder: tempfile::tempdir().expect("the folder for temporary files is writable"),
        }
    }

    /// A new namespace, and a kubeconfig whose namespace it is.
    pub fn namespace(&self) -> (String, PathBuf) {
        let namespace = self.cluster.namespace();
        let kubeconfig = self.kubeconfig(&namespace);
        (namespace, kubeconfig)
    }

    /// A kubeconfig for a namespace that exists.
    pub fn kubeconfig(&self, namespace: &str) -> PathBuf {
        let path = self.path(&format!("{namespace}.kubeconfig"));
        let (server, token, ca) = (self.cluster.url(), self.cluster.token(), self.cluster.ca_path());
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "bench",
            "clusters": [{"name": "bench", "cluster": {"server": server, "certificate-authority": ca}}],
            "users": [{"name": "bench", "user": {"token": token}}],
            "contexts": [{"name": "bench", "context": {"cluster": "bench", "user": "bench", "namespace": namespace}}],
        });
        fs::write(&path, config.to_string()).expect("the folder is writable");
        let access = json!({"server": server, "token": token, "ca": ca});
        fs::write(path.with_extension("access"), access.to_string()).expect("the folder is writable");
        path
    }

    /// A path for a file or folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Applies a folder with a tool.
    pub fn apply(&self, tool: Tool, kubeconfig: &Path, folder: &Path) -> Cost {
        measure::run(tools::apply(tool, kubeconfig, folder)).0
    }

    /// Applies a folder with Landfall; also gives the requests that it sent.
    pub fn apply_audited(&self, kubeconfig: &Path, folder: &Path) -> (Cost, Vec<(String, String)>) {
        let audit = Audit::begin(&self.cluster);
        let cost = self.apply(Tool::Landfall, kubeconfig, folder);
        // The server writes the line of a request after its answer.
        std::thread::sleep(std::time::Duration::from_millis(300));
        (cost, script::sent(audit.grown()))
    }

    /// Sends a script's requests, reading a folder meanwhile.
    pub fn bare(&self, tool: Tool, kubeconfig: &Path, phases: &[Vec<Call>], folder: &Path) -> Cost {
        let script = self.path("script.json");
        fs::write(&script, serde_json::to_vec(phases).expect("JSON")).expect("the folder is writable");
        measure::run(tools::bare(tool, kubeconfig, &script, folder)).0
    }
}
