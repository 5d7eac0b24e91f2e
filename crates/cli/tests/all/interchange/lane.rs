//! One cluster of a comparison, and the tool that takes the next revision to it.

use std::path::Path;

use landfall_bench_cluster::Cluster;

use super::{
    live::{Objects, Reader},
    normal::normal,
    random::Random,
};
use crate::runner::Workspace;

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    Kubectl,
    Landfall,
}

/// Which tool takes which revision.
#[derive(Debug, Clone)]
pub enum Turns {
    Only(Tool),
    /// kubectl takes the even revisions, or the odd ones.
    Alternate,
    Random(Random),
}

/// What a tool did, for messages.
#[derive(Debug)]
pub struct Report {
    pub tool: Tool,
    pub success: bool,
    pub stdout: String,
    pub stderr: String,
}

/// How the tools are called on a revision.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// The folder of manifests.
    pub folder: &'a Path,
    pub selector: &'a str,
    /// Arguments for kubectl alone, such as a full `--prune-allowlist`.
    pub kubectl: &'a [String],
    /// Arguments for Landfall alone, such as `--replace`.
    pub landfall: &'a [String],
}

/// One cluster.
pub struct Lane {
    pub name: &'static str,
    pub cluster: Cluster,
    pub reader: Reader,
    turns: Turns,
    taken: usize,
    controllers: bool,
}

impl Lane {
    /// Starts the cluster.
    pub fn start(name: &'static str, turns: Turns, controllers: bool) -> Self {
        let cluster = Cluster::builder().controllers(controllers).start();
        let reader = Reader::new(cluster.kubeconfig());
        Self { name, cluster, reader, turns, taken: 0, controllers }
    }

    /// The tool whose turn it is.
    pub fn next_tool(&mut self) -> Tool {
        self.taken += 1;
        match &mut self.turns {
            Turns::Only(tool) => *tool,
            Turns::Alternate if self.taken % 2 == 1 => Tool::Kubectl,
            Turns::Alternate => Tool::Landfall,
            Turns::Random(random) => *random.of(&[Tool::Kubectl, Tool::Landfall]),
        }
    }

    /// Applies a folder with a tool: the same command line, but for one word.
    pub fn apply(&self, tool: Tool, call: &Call<'_>) -> Report {
        let folder = call.folder.to_string_lossy();
        let mut args = vec!["apply", "--prune", "-l", call.selector, "-f", &folder, "--recursive"];
        let own = if tool == Tool::Kubectl { call.kubectl } else { call.landfall };
        args.extend(own.iter().map(String::as_str));
        match tool {
            Tool::Kubectl => {
                let output = self.cluster.kubectl(&args);
                Report { tool, success: output.status.success(), stdout: output.stdout, stderr: output.stderr }
            }
            Tool::Landfall => {
                let ran = Workspace::on(&self.cluster).landfall(&args);
                Report { tool, success: ran.status == 0, stdout: ran.stdout, stderr: ran.stderr }
            }
        }
    }

    /// All objects as they are.
    pub fn raw(&self, selector: &str) -> Objects {
        self.reader.objects(selector.split_once('=').expect("a selector of one label"))
    }

    /// All objects as they count.
    pub fn objects(&self, selector: &str) -> Objects {
        self.raw(selector).into_iter().map(|(id, object)| (id, normal(object, self.controllers))).collect()
    }

    /// The resource version of every object: two equal readings mean that nothing was written in between.
    pub fn versions(&self, selector: &str) -> Vec<(String, String)> {
        let version =
            |object: &serde_json::Value| object["metadata"]["resourceVersion"].as_str().unwrap_or_default().to_owned();
        self.raw(selector).into_iter().map(|(id, object)| (id, version(&object))).collect()
    }
}
