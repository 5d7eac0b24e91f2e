//! Reading all files of a revision at once.

use std::{mem, panic, sync::Arc, thread};

use super::{Manifest, check, decode, duplicates, list};
use crate::{
    diagnostic::{Diagnostic, Place, Source},
    yaml,
};

/// A file as the caller read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestFile {
    /// The path as the user knows it.
    pub path: String,
    /// The whole content.
    pub bytes: Vec<u8>,
}

/// Whether kubectl reads a file that it finds in a folder: its name ends in `.yaml`, `.yml` or `.json`, in lower case.
pub fn is_manifest_path(path: &str) -> bool {
    // A file named `.yaml` counts: Go takes the whole name for its extension.
    [".yaml", ".yml", ".json"].iter().any(|extension| path.ends_with(extension))
}

/// Reads the manifests of all files, lists unpacked, in the order of the files.
///
/// # Errors
/// All faults of all files, sorted by path and position. A document is never left out: what cannot be read, or is no
/// Kubernetes object, is a fault.
pub fn load(files: Vec<ManifestFile>) -> Result<Vec<Manifest>, Vec<Diagnostic>> {
    let (manifests, mut faults) = load_in_batches(files);
    faults.extend(duplicates::of_files(&manifests));
    if faults.is_empty() {
        return Ok(manifests);
    }
    faults.sort_by(|a, b| position(a).cmp(&position(b)));
    Err(faults)
}

/// How many threads read a large revision. Fixed: this crate asks nothing of the machine that it runs on.
const THREADS: usize = 4;
/// A thread is not worth its start for fewer files.
const SMALLEST_BATCH: usize = 50;

fn load_in_batches(mut files: Vec<ManifestFile>) -> (Vec<Manifest>, Vec<Diagnostic>) {
    let size = files.len().div_ceil(THREADS).max(SMALLEST_BATCH);
    let mut batches = Vec::new();
    while files.len() > size {
        let rest = files.split_off(size);
        batches.push(mem::replace(&mut files, rest));
    }
    thread::scope(|scope| {
        let others: Vec<_> = batches.into_iter().map(|batch| scope.spawn(|| load_batch(batch))).collect();
        let last = load_batch(files);
        let (mut manifests, mut faults) = (Vec::new(), Vec::new());
        let loaded = others.into_iter().map(|other| other.join().unwrap_or_else(|panic| panic::resume_unwind(panic)));
        for (some, broken) in loaded.chain([last]) {
            manifests.extend(some);
            faults.extend(broken);
        }
        (manifests, faults)
    })
}

fn load_batch(files: Vec<ManifestFile>) -> (Vec<Manifest>, Vec<Diagnostic>) {
    let (mut manifests, mut faults) = (Vec::new(), Vec::new());
    for file in files {
        match decode::text(file) {
            Ok(source) => load_source(&Arc::new(source), &mut manifests, &mut faults),
            Err(fault) => faults.push(fault),
        }
    }
    (manifests, faults)
}

fn load_source(source: &Arc<Source>, manifests: &mut Vec<Manifest>, faults: &mut Vec<Diagnostic>) {
    let parsed = yaml::read(source);
    faults.extend(parsed.faults);
    for document in parsed.documents {
        for item in list::flatten(source, document.root, faults) {
            manifests.extend(check::manifest(source, item, faults));
        }
    }
}

/// The order in which faults are told: by path, then by place.
pub(super) fn position(fault: &Diagnostic) -> (&str, usize) {
    match &fault.place {
        Place::Span(source, span) => (&source.path, span.start),
        Place::File(path) => (path, 0),
    }
}
