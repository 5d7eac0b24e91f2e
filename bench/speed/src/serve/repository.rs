//! A deployment repository in a folder, and its commits.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::workload;

/// A repository whose folder `base` holds the workload.
pub struct Repository {
    folder: PathBuf,
    namespace: String,
}

/// The ConfigMap that [`Repository::change`] changes.
pub const CHANGED: &str = "load-00003";

impl Repository {
    /// With one commit that has so many objects, as `write` writes them.
    pub fn new(folder: &Path, namespace: &str, write: impl Fn(&Path)) -> Self {
        let repository = Self { folder: folder.to_owned(), namespace: namespace.to_owned() };
        write(&repository.base());
        let configuration =
            "name: load\nenvironments:\n  load: {branch: main, paths: [base], target: {kubernetes: {}}}\n";
        fs::write(folder.join("landfall.yaml"), configuration).expect("the folder is writable");
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.commit();
        repository
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the manifests are.
    pub fn base(&self) -> PathBuf {
        self.folder.join("base")
    }

    /// The namespace of the objects.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Changes one ConfigMap, without a commit.
    pub fn change(&self, text: &str) {
        workload::change_one(&self.base(), &self.namespace, text).expect("the folder is writable");
    }

    /// Changes what no environment deploys, without a commit.
    pub fn change_nothing(&self, text: &str) {
        fs::write(self.folder.join("README.md"), text).expect("the folder is writable");
    }

    /// Commits; gives the moment before it and the first letters of the commit's id.
    pub fn commit(&self) -> (Instant, String) {
        self.git(&["add", "--all"]);
        let author = ["-c", "user.name=Bench", "-c", "user.email=bench@example.com", "-c", "gc.auto=0"];
        let before = Instant::now();
        self.git(&[&author[..], &["commit", "--quiet", "--message=Change"]].concat());
        let id = self.git(&["rev-parse", "HEAD"]);
        (before, id.chars().take(7).collect())
    }

    fn git(&self, args: &[&str]) -> String {
        let output = Command::new("git").args(args).current_dir(&self.folder).output().expect("git is installed");
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}
