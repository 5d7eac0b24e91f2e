//! What kustomize-controller needs of source-controller: an artifact of the repository that can be fetched by HTTP, and the status
//! of a GitRepository that tells of it.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::hex;
use super::repository::Repository;

type Artifacts = Arc<Mutex<HashMap<String, Vec<u8>>>>;

/// Serves artifacts until the process ends.
pub struct Source {
    artifacts: Artifacts,
    address: SocketAddr,
}

impl Source {
    /// On a port of its own.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let artifacts = Artifacts::default();
        let served = Arc::clone(&artifacts);
        std::thread::spawn(move || serve(&listener, &served));
        Self { artifacts, address }
    }

    /// Keeps the repository's manifests as they are now; gives the status that tells of them.
    pub fn store(&self, repository: &Repository, commit: &str) -> Value {
        let artifact = pack(repository);
        let path = format!("/{}/{commit}.tar.gz", repository.namespace());
        let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let revision = format!("main@sha1:{commit:0<40}");
        let status = json!({
            "observedGeneration": 1,
            "conditions": [{
                "type": "Ready", "status": "True", "reason": "Succeeded", "message": format!("stored {revision}"),
                "observedGeneration": 1, "lastTransitionTime": now,
            }],
            "artifact": {
                "path": path, "url": format!("http://{}{path}", self.address), "revision": revision,
                "digest": format!("sha256:{}", hex(&Sha256::digest(&artifact))), "size": artifact.len(),
                "lastUpdateTime": now,
            },
        });
        self.artifacts.lock().unwrap_or_else(PoisonError::into_inner).insert(path, artifact);
        status
    }
}

fn pack(repository: &Repository) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    archive.append_dir_all("base", repository.base()).expect("the manifests can be read");
    archive.into_inner().and_then(GzEncoder::finish).expect("memory can be written")
}

fn serve(listener: &TcpListener, artifacts: &Artifacts) {
    for stream in listener.incoming().map_while(Result::ok) {
        let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
        let path = lines.next().and_then(|line| Some(line.split(' ').nth(1)?.to_owned())).unwrap_or_default();
        // The headers; nothing of them matters.
        lines.take_while(|line| !line.is_empty()).for_each(drop);
        let artifact = artifacts.lock().unwrap_or_else(PoisonError::into_inner).get(&path).cloned();
        let (status, body) = artifact.map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        // Who has gone away needs no answer.
        let _ = (&stream).write_all(&[head.into_bytes(), body].concat());
    }
}
