//! Container images made from nothing: no registry, no Docker.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::programs::program;

/// An image with one layer, in the format of `docker save`, which containerd and Docker both load.
///
/// ```no_run
/// use landfall_bench_cluster::{Cluster, Image};
/// let cluster = Cluster::builder().real_node(true).start();
/// cluster.import(&Image::web("landfall-bench/web:v1").env("START_DELAY", "5s"));
/// ```
#[derive(Debug, Clone)]
pub struct Image {
    name: String,
    files: Vec<(String, PathBuf)>,
    entrypoint: Vec<String>,
    env: Vec<String>,
    architecture: &'static str,
}

impl Image {
    /// An empty image; the name has a tag: `landfall-bench/web:v1`.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            files: Vec::new(),
            entrypoint: Vec::new(),
            env: Vec::new(),
            architecture: architecture(),
        }
    }

    /// The test web server of `bench/images/web`. It answers `GET /` on port 8080 with the tag and its host name; see its
    /// source for the environment variables that make it misbehave.
    pub fn web(name: &str) -> Self {
        let tag = name.rsplit_once(':').map_or("latest", |(_, tag)| tag);
        Self::new(name).program("/web", &program("web")).env("VERSION", tag)
    }

    /// What holds a pod's sandbox.
    pub(crate) fn pause(name: &str) -> Self {
        Self::new(name).program("/pause", &program("pause"))
    }

    /// Adds a file, executable, and makes it the entry point.
    pub fn program(mut self, path: &str, source: &Path) -> Self {
        self.entrypoint = vec![path.to_owned()];
        self.file(path, source)
    }

    /// Adds a file, executable.
    pub fn file(mut self, path: &str, source: &Path) -> Self {
        self.files.push((path.to_owned(), source.to_owned()));
        self
    }

    /// Says that it is for another architecture, such as `s390x`; what is in it stays as it is.
    pub fn architecture(mut self, name: &'static str) -> Self {
        self.architecture = name;
        self
    }

    /// Sets an environment variable of its containers.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push(format!("{name}={value}"));
        self
    }

    /// The name and tag.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes the image as a tar file.
    pub fn write(&self, path: &Path) {
        let layer = self.layer();
        let config = json!({
            "architecture": self.architecture,
            "os": "linux",
            "config": {"Entrypoint": self.entrypoint, "Env": self.env, "WorkingDir": "/"},
            "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{}", hex(&layer))]},
            "history": [{"created_by": "landfall-bench"}],
        });
        let config = config.to_string().into_bytes();
        let config_name = format!("{}.json", hex(&config));
        let manifest = json!([{"Config": config_name, "RepoTags": [self.name], "Layers": ["layer.tar"]}]);
        let mut archive = tar::Builder::new(Vec::new());
        append(&mut archive, &config_name, &config, 0o644);
        append(&mut archive, "layer.tar", &layer, 0o644);
        append(&mut archive, "manifest.json", manifest.to_string().as_bytes(), 0o644);
        let bytes = archive.into_inner().expect("memory can be written");
        fs::write(path, bytes).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
    }

    fn layer(&self) -> Vec<u8> {
        let mut layer = tar::Builder::new(Vec::new());
        for (path, source) in &self.files {
            let bytes = fs::read(source).unwrap_or_else(|error| panic!("cannot read {}: {error}", source.display()));
            append(&mut layer, path.trim_start_matches('/'), &bytes, 0o755);
        }
        layer.into_inner().expect("memory can be written")
    }
}

/// Adds a file of root's, with a fixed time so that the same content gives the same image.
fn append(archive: &mut tar::Builder<Vec<u8>>, path: &str, bytes: &[u8], mode: u32) {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(mode);
    header.set_mtime(0);
    archive.append_data(&mut header, path, bytes).expect("memory can be written");
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// This machine's architecture as Go and images name it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}
