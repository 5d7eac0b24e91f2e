//! The machine and the versions, for whoever wants to repeat the run.

use std::fs;
use std::process::Command;
use std::thread;

/// One line for each.
pub fn describe() -> Vec<String> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    vec![
        format!(
            "{} with {cores} cores ({}) and {} GB of memory, shared by server, etcd and client",
            std::env::consts::ARCH,
            processor(),
            memory_gb()
        ),
        format!(
            "Kubernetes {} (kube-apiserver and kubectl), etcd without fsync, no controllers",
            version("k8s.io/kubernetes", "kubernetes")
        ),
        format!("Flux's engine: github.com/fluxcd/pkg/ssa {}", version("github.com/fluxcd/pkg/ssa", "flux")),
        format!("{}, {}", first_line("rustc", "--version"), first_line("go", "version")),
    ]
}

fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or_else(|| "unknown model".to_owned(), |(_, model)| model.trim().to_owned())
}

fn memory_gb() -> u64 {
    let info = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total =
        info.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    total.unwrap_or_default().div_ceil(1024 * 1024)
}

/// The version of a module in the go.mod of one of the bench's programs.
fn version(module: &str, program: &str) -> String {
    let path = format!("{}/../modules/{program}/go.mod", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(path).unwrap_or_default();
    let found = text
        .lines()
        .find_map(|line| line.trim().trim_start_matches("require ").strip_prefix(module)?.strip_prefix(' '));
    found.and_then(|rest| rest.split(' ').next()).unwrap_or("of unknown version").to_owned()
}

fn first_line(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).lines().next().unwrap_or_default().to_owned()
}
