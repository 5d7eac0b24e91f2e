//! Runs the program as a user does, and turns what it prints into a snapshot that is the same everywhere.

use std::{
    fs,
    io::Write,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use landfall_bench_cluster::Cluster;
use tempfile::TempDir;

/// Whether the tests run as root.
pub fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// A working directory with a home of its own.
pub struct Workspace {
    root: TempDir,
    kubeconfig: Option<PathBuf>,
    replacements: Vec<(String, &'static str)>,
}

/// What a command printed, and its exit status.
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub status: i32,
}

impl Workspace {
    /// A workspace without any cluster.
    pub fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("work")).unwrap();
        fs::create_dir_all(root.path().join("home")).unwrap();
        let replacements = vec![(root.path().to_string_lossy().into_owned(), "$ROOT")];
        Self { root, kubeconfig: None, replacements }
    }

    /// A workspace whose kubeconfig is that of a cluster's administrator.
    pub fn on(cluster: &Cluster) -> Self {
        Self { kubeconfig: Some(cluster.kubeconfig().to_owned()), ..Self::new() }.replace(&cluster.url(), "$SERVER")
    }

    /// Another kubeconfig, such as a weaker user's.
    pub fn with_kubeconfig(mut self, path: &Path) -> Self {
        self.kubeconfig = Some(path.to_owned());
        self
    }

    /// Replaces a text in everything that is printed, such as a generated namespace.
    pub fn replace(mut self, text: &str, by: &'static str) -> Self {
        self.replacements.push((text.to_owned(), by));
        self
    }

    /// The working directory.
    pub fn dir(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// Writes a file below the working directory.
    pub fn write(&self, path: &str, text: &str) -> &Self {
        let path = self.dir().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Removes a file or folder below the working directory.
    pub fn remove(&self, path: &str) -> &Self {
        let path = self.dir().join(path);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap()
        } else {
            fs::remove_file(path).unwrap()
        }
        self
    }

    /// Runs git in the working directory; panics if it fails.
    pub fn git(&self, args: &[&str]) -> String {
        let output = self
            .isolated(Command::new("git"))
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main"])
            .args(args)
            .output()
            .unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Commits everything in the working directory, which becomes a repository if it is none, and tells the revision.
    pub fn commit(&self, message: &str) -> String {
        if !self.dir().join(".git").exists() {
            self.git(&["init", "--quiet"]);
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs `landfall` with these arguments in the working directory.
    pub fn landfall(&self, args: &[&str]) -> Ran {
        self.landfall_with_input(args, "")
    }

    /// The same with text on standard input.
    pub fn landfall_with_input(&self, args: &[&str], input: &str) -> Ran {
        let mut child =
            self.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        self.ran(&child.wait_with_output().unwrap())
    }

    /// The command itself, for tests that kill it or set more.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.isolated(Command::new(env!("CARGO_BIN_EXE_landfall")));
        command.args(args);
        command
    }

    fn isolated(&self, mut command: Command) -> Command {
        let home = self.root.path().join("home");
        command.current_dir(self.dir()).env_clear();
        for name in ["PATH", "TMPDIR"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("HOME", &home).env("USER", "ada").env("GIT_CONFIG_NOSYSTEM", "1").env("NO_COLOR", "1");
        // One time for all commits, so that revisions are the same in every run.
        for name in ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"] {
            command.env(name, "2026-01-02T03:04:05Z");
        }
        if let Some(kubeconfig) = &self.kubeconfig {
            command.env("KUBECONFIG", kubeconfig);
        }
        command
    }

    /// Takes what a command printed, with what differs from run to run replaced.
    pub fn ran(&self, output: &Output) -> Ran {
        let text = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            self.replacements.iter().fold(text, |text, (from, to)| text.replace(from.as_str(), to))
        };
        Ran { stdout: text(&output.stdout), stderr: text(&output.stderr), status: output.status.code().unwrap_or(-1) }
    }
}

impl Ran {
    /// Everything, for a snapshot; the seconds that something took are replaced.
    pub fn snapshot(&self) -> String {
        let mut text = String::new();
        for (name, stream) in [("", &self.stdout), ("--- stderr ---\n", &self.stderr)] {
            if !stream.is_empty() {
                text.push_str(name);
                text.push_str(stream.trim_end());
                text.push('\n');
            }
        }
        format!("{}--- exit status {} ---", without_seconds(&text), self.status)
    }

    /// Panics with all that was printed if the command failed.
    #[track_caller]
    pub fn success(self) -> Self {
        assert_eq!(self.status, 0, "{}", self.snapshot());
        self
    }
}

/// `Done in 0.3 s` becomes `Done in [N] s`, `Live since 14:32:05 (0.3 s)` becomes `Live since [TIME] ([N] s)`, and so on;
/// the lines of progress that a slow machine adds go.
fn without_seconds(text: &str) -> String {
    let seconds = |line: &str| {
        let rest = |begin: &str, end: &str| line.strip_prefix(begin)?.split_once(end).map(|(_, rest)| rest.to_owned());
        let done = rest("Done in ", " s: ").map(|rest| format!("Done in [N] s: {rest}"));
        let live = rest("Live since ", " s): ").map(|rest| format!("Live since [TIME] ([N] s): {rest}"));
        let already = rest("Already live (", " s): ").map(|rest| format!("Already live ([N] s): {rest}"));
        done.or(live).or(already).unwrap_or_else(|| line.to_owned())
    };
    text.lines().filter(|line| !is_progress(line)).map(|line| without_kinds(&seconds(line)) + "\n").collect()
}

/// Which kinds a server has, its version decides, and other tests that define some.
fn without_kinds(line: &str) -> String {
    let told = "warning: kinds that may not be read are not pruned, such as ";
    if line.starts_with(told) { format!("{told}[KINDS]") } else { line.to_owned() }
}

/// `Applying workloads: 3 of 7`.
fn is_progress(line: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let begins = ["Checking with the server: ", "Applying ", "Pruning: "].iter().any(|doing| line.starts_with(doing));
    let count = line.rsplit_once(": ").and_then(|(_, count)| count.split_once(" of "));
    begins && count.is_some_and(|(done, total)| is_number(done) && is_number(total))
}
