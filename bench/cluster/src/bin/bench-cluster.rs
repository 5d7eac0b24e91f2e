//! A cluster for use by hand, in the background: `bench-cluster up`, `status`, `down`.
//!
//! Its state is in `$XDG_STATE_HOME/landfall-bench`, or `~/.local/state/landfall-bench`. `LANDFALL_BENCH_NODE` says what its
//! pods run on: `real` (the default), `kwok` or `none`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a helper for developers"
)]

use std::env;
use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use landfall_bench_cluster::{Cluster, Image, program};

fn main() -> ExitCode {
    let state = State::new();
    match env::args().nth(1).as_deref() {
        Some("up") => state.up(),
        Some("down") => state.down(),
        Some("status") => state.status(),
        Some("serve") => state.serve(),
        _ => {
            eprintln!("usage: bench-cluster up | down | status");
            ExitCode::from(2)
        }
    }
}

/// Becomes `bench-cluster serve` without the descriptors that were inherited: who started us by a pipe, as make does, would
/// wait for its end.
const DETACHED: &str = r#"
for descriptor in "/proc/$$/fd"/*; do
  descriptor=${descriptor##*/}
  if [ "$descriptor" -gt 2 ]; then exec {descriptor}>&-; fi
done
exec -a bench-cluster "$0" serve
"#;

/// The folder in which `up`, `down` and the process in the background find each other.
struct State {
    folder: PathBuf,
}

impl State {
    fn new() -> Self {
        let base = env::var_os("XDG_STATE_HOME").filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = || env::var_os("HOME").map(|home| Path::new(&home).join(".local/state"));
        let folder = base.or_else(home).expect("HOME is set").join("landfall-bench");
        fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("cannot make {}: {error}", folder.display()));
        Self { folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The process in the background, if it runs.
    fn process(&self) -> Option<String> {
        let id = fs::read_to_string(self.file("pid")).ok()?.trim().to_owned();
        let command = fs::read(format!("/proc/{id}/cmdline")).ok()?;
        command.ends_with(b"bench-cluster\0serve\0").then_some(id)
    }

    fn up(&self) -> ExitCode {
        let mut started = None;
        if self.process().is_none() {
            for name in ["kubeconfig", "cluster"] {
                // They are not there after a `down`.
                let _ = fs::remove_file(self.file(name));
            }
            self.remove_abandoned();
            let log = fs::File::create(self.file("log")).expect("the state folder is writable");
            let child = Command::new("bash")
                .args(["-c", DETACHED])
                .arg(env::current_exe().expect("this program has a path"))
                .env("TMPDIR", &self.folder)
                .stdin(Stdio::null())
                .stdout(log.try_clone().expect("a file can be shared"))
                .stderr(log)
                .process_group(0)
                .spawn();
            let child = child.unwrap_or_else(|error| panic!("cannot start the process in the background: {error}"));
            fs::write(self.file("pid"), child.id().to_string()).expect("the state folder is writable");
            started = Some(child);
            eprintln!("Starting a cluster (node: {}) ...", node());
        }
        let mut shown = 0;
        while !self.file("kubeconfig").exists() {
            let running = match &mut started {
                Some(child) => child.try_wait().is_ok_and(|ended| ended.is_none()),
                None => self.process().is_some(),
            };
            self.show_log(&mut shown);
            if !running {
                eprintln!("The cluster did not start; its log is {}", self.file("log").display());
                return ExitCode::FAILURE;
            }
            sleep(Duration::from_millis(200));
        }
        self.status()
    }

    /// Copies what is new in the log to standard error.
    fn show_log(&self, shown: &mut u64) {
        let mut text = Vec::new();
        let read = fs::File::open(self.file("log")).and_then(|mut log| {
            log.seek(SeekFrom::Start(*shown))?;
            log.read_to_end(&mut text)
        });
        *shown += read.unwrap_or(0) as u64;
        eprint!("{}", String::from_utf8_lossy(&text));
    }

    /// Holds the cluster until it is killed; the keeper then cleans up.
    fn serve(&self) -> ExitCode {
        let builder = Cluster::builder().controllers(true).scheduler(true);
        let builder = match node().as_str() {
            "real" => builder.real_node(true),
            "kwok" => builder.kwok_nodes(3),
            "none" => builder,
            other => panic!("LANDFALL_BENCH_NODE is {other}; it may be real, kwok or none"),
        };
        let cluster = builder.start();
        if node() == "real" {
            for tag in ["v1", "v2"] {
                cluster.import(&Image::web(&format!("landfall-bench/web:{tag}")));
            }
        }
        fs::write(self.file("cluster"), cluster.folder().display().to_string()).expect("the state folder is writable");
        // Written in one step: `up` takes its existence for readiness.
        fs::copy(cluster.kubeconfig(), self.file("kubeconfig.new")).expect("the state folder is writable");
        fs::rename(self.file("kubeconfig.new"), self.file("kubeconfig")).expect("the state folder is writable");
        loop {
            std::thread::park();
        }
    }

    fn down(&self) -> ExitCode {
        let Some(process) = self.process() else {
            eprintln!("No cluster runs.");
            return ExitCode::SUCCESS;
        };
        Command::new("kill").arg(&process).status().expect("kill can be started");
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.process().is_some() || self.leftovers().next().is_some() {
            if Instant::now() > deadline {
                let left: Vec<PathBuf> = self.leftovers().collect();
                eprintln!("The cluster is still ending after a minute: process {process}, folders {left:?}");
                return ExitCode::FAILURE;
            }
            sleep(Duration::from_millis(100));
        }
        for name in ["kubeconfig", "cluster", "pid"] {
            // A cluster that was still starting has not written all of them.
            let _ = fs::remove_file(self.file(name));
        }
        eprintln!("The cluster has ended.");
        ExitCode::SUCCESS
    }

    /// Removes folders of clusters whose keeper did not live to do it, since the machine went down.
    fn remove_abandoned(&self) {
        let processes = fs::read_dir("/proc").expect("/proc is there").filter_map(Result::ok);
        let commands: Vec<Vec<u8>> =
            processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok()).collect();
        for folder in self.leftovers() {
            let name = folder.as_os_str().as_encoded_bytes();
            let is_used = commands.iter().any(|command| command.windows(name.len()).any(|part| part == name));
            if !is_used {
                fs::remove_dir_all(&folder)
                    .unwrap_or_else(|error| panic!("cannot remove {}: {error}", folder.display()));
            }
        }
    }

    /// The keeper's folders; it deletes its own last.
    fn leftovers(&self) -> impl Iterator<Item = PathBuf> {
        let entries = fs::read_dir(&self.folder).expect("the state folder is readable");
        let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
        paths.filter(|path| path.is_dir() && path.to_string_lossy().contains("/landfall-bench-"))
    }

    fn status(&self) -> ExitCode {
        let Ok(cluster) = fs::read_to_string(self.file("cluster")) else {
            eprintln!("No cluster runs.");
            return ExitCode::FAILURE;
        };
        if self.process().is_none() {
            eprintln!("The cluster was killed. `bench-cluster up` starts a new one.");
            return ExitCode::FAILURE;
        }
        let socket = Path::new(&cluster).join("node/containerd.sock");
        eprintln!("The cluster runs. Its folder, with logs and the kubeconfigs of weaker users: {cluster}");
        if socket.exists() {
            eprintln!("The images landfall-bench/web:v1 and :v2 are loaded; more from a tar file:");
            eprintln!("  {} -a {} -n k8s.io images import FILE", program("ctr").display(), socket.display());
        }
        let bin = program("kubectl").parent().expect("a program is in a folder").display().to_string();
        println!("export KUBECONFIG={}\nexport PATH={bin}:$PATH", self.file("kubeconfig").display());
        ExitCode::SUCCESS
    }
}

fn node() -> String {
    env::var("LANDFALL_BENCH_NODE").ok().filter(|value| !value.is_empty()).unwrap_or_else(|| "real".to_owned())
}
