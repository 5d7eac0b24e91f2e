//! The programs that are compared, each started in the same clean environment.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use landfall_bench_cluster::program;

use crate::workload::SELECTOR;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// Landfall, `landfall apply`.
    Landfall,
    /// kubectl of the server's version.
    Kubectl,
    /// Flux's engine, `github.com/fluxcd/pkg/ssa`, with its defaults: one object at a time.
    Flux,
    /// The same with the concurrency that kustomize-controller gives it by default.
    FluxAtOnce,
    /// The same requests as Landfall's, and nothing else, over a connection for each that is under way.
    Bare,
    /// The same over one connection, as Landfall has it.
    BareShared,
}

impl Tool {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 6] =
        [Self::Landfall, Self::Kubectl, Self::Flux, Self::FluxAtOnce, Self::Bare, Self::BareShared];

    /// Whether it only sends the requests of a script.
    pub fn is_bare(self) -> bool {
        matches!(self, Self::Bare | Self::BareShared)
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Landfall => "Landfall",
            Self::Kubectl => "kubectl",
            Self::Flux => "Flux's engine",
            Self::FluxAtOnce => "the same, 4 at once",
            Self::Bare => "bare requests",
            Self::BareShared => "the same, one connection",
        })
    }
}

/// A program in an environment that has nothing but the kubeconfig; its home is the kubeconfig's folder.
pub fn clean(program: &Path, kubeconfig: &Path) -> Command {
    let home = kubeconfig.parent().expect("a kubeconfig is in a folder");
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("KUBECONFIG", kubeconfig)
        .env("HOME", home)
        .env("PATH", env::var_os("PATH").unwrap_or_default());
    command
}

/// The program beside this one.
pub fn beside(name: &str) -> PathBuf {
    let path = env::current_exe().expect("this program knows its own path").with_file_name(name);
    assert!(path.exists(), "{} is not there; build it with the same profile, as `make bench` does", path.display());
    path
}

/// The default of kustomize-controller's `--concurrent-ssa`.
const CONCURRENT_SSA: &str = "4";

/// Applies a folder. All tools apply and prune; the kubeconfig's namespace is where each keeps its records.
pub fn apply(tool: Tool, kubeconfig: &Path, folder: &Path) -> Command {
    match tool {
        Tool::Landfall => apply_as_kubectl(&beside("landfall"), kubeconfig, folder),
        Tool::Kubectl => apply_as_kubectl(&program("kubectl"), kubeconfig, folder),
        Tool::Flux => flux_engine(kubeconfig, folder),
        Tool::FluxAtOnce => {
            let mut command = flux_engine(kubeconfig, folder);
            command.args(["-concurrency", CONCURRENT_SSA]);
            command
        }
        Tool::Bare | Tool::BareShared => panic!("bare requests need a script"),
    }
}

fn apply_as_kubectl(program: &Path, kubeconfig: &Path, folder: &Path) -> Command {
    let mut command = clean(program, kubeconfig);
    command.args(["apply", "--prune", "-l", SELECTOR, "--recursive", "-f"]).arg(folder);
    command
}

fn flux_engine(kubeconfig: &Path, folder: &Path) -> Command {
    let mut command = clean(&program("flux-engine"), kubeconfig);
    command.arg("-kubeconfig").arg(kubeconfig).arg("-dir").arg(folder);
    command.arg("-inventory").arg(kubeconfig.with_extension("flux-inventory"));
    command
}

/// Sends the requests of a script with [`crate::bare`], reading the files of a folder meanwhile.
pub fn bare(tool: Tool, kubeconfig: &Path, script: &Path, folder: &Path) -> Command {
    let mut command = clean(&env::current_exe().expect("this program knows its own path"), kubeconfig);
    command.arg("bare").arg("--script").arg(script).arg("--read").arg(folder).arg("--kubeconfig").arg(kubeconfig);
    if tool == Tool::BareShared {
        command.arg("--shared");
    }
    command
}
