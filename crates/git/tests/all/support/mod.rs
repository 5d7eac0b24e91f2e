//! Repositories and servers, made for one test and gone with it.

pub mod forge;
pub mod http;
pub mod silent;
pub mod ssh;

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use landfall_git::{GitOptions, Mirror, RepoUrl, Result};
use tempfile::TempDir;

/// A folder of its own for a test: repositories, and a cache for mirrors.
pub struct Sandbox {
    dir: TempDir,
}

impl Sandbox {
    pub fn new() -> Self {
        Self { dir: tempfile::Builder::new().prefix("landfall-git-").tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().canonicalize().unwrap().join(name)
    }

    pub fn cache(&self) -> PathBuf {
        self.path("cache")
    }

    /// An empty repository with a work tree.
    pub fn repo(&self, name: &str) -> Repo {
        let path = self.path(name);
        std::fs::create_dir_all(&path).unwrap();
        let repo = Repo { path };
        repo.git(["init", "--quiet", "--initial-branch=main"]);
        repo
    }

    pub fn mirror(&self, url: &str) -> Result<Mirror> {
        Mirror::open(&self.cache(), &RepoUrl::parse(url).unwrap(), options())
    }
}

/// Options that keep the configuration of whoever runs the tests out of them.
pub fn options() -> GitOptions {
    let pairs = [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("HOME", "/nonexistent")];
    let extra_env = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    GitOptions { extra_env, time_limit: Duration::from_secs(60), ..GitOptions::default() }
}

pub fn options_with(env: &[(&str, &str)]) -> GitOptions {
    let mut options = options();
    options.extra_env.extend(env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    options
}

/// A repository that a test changes with the git program.
pub struct Repo {
    pub path: PathBuf,
}

impl Repo {
    pub fn git<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> String {
        git(&self.path, args)
    }

    pub fn write(&self, path: &str, content: &str) -> &Self {
        let path = self.path.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    pub fn symlink(&self, path: &str, target: &str) -> &Self {
        let path = self.path.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, path).unwrap();
        self
    }

    /// Commits everything; returns the id.
    pub fn commit(&self, message: &str) -> String {
        self.git(["add", "--all"]);
        self.git(["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(["rev-parse", "HEAD"])
    }

    pub fn url(&self) -> String {
        self.path.display().to_string()
    }
}

/// Runs git, which must succeed. Each commit is a minute later than the one before.
pub fn git<S: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = S>) -> String {
    static CLOCK: AtomicU64 = AtomicU64::new(1_530_000_000);
    let date = format!("{} +0200", CLOCK.fetch_add(60, Ordering::Relaxed));
    let mut command = Command::new("git");
    command.current_dir(folder).args([
        "-c",
        "user.name=Ada",
        "-c",
        "user.email=ada@example.com",
        "-c",
        "protocol.file.allow=always",
        "-c",
        "gc.auto=0",
    ]);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C");
    command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
    let output = command.args(args).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

pub fn yaml(path: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|extension| path.ends_with(extension))
}

/// Paths of the files that were read.
pub fn paths(read: &landfall_git::TreeRead) -> Vec<&str> {
    read.files.iter().map(|file| file.path.as_str()).collect()
}

pub fn wait_until(what: &str, limit: Duration, mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < limit, "{what} did not happen within {limit:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Runs another test of this binary, one marked `#[ignore]`, as a process of its own.
pub fn other_process(test: &str, env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--ignored", "--nocapture", "--test-threads=1"]).envs(env.iter().copied());
    command
}
