//! Reading all files of a revision at once.

use std::sync::Arc;

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
    let mut manifests = Vec::new();
    let mut faults = Vec::new();
    for file in files {
        match decode::text(file) {
            Ok(source) => load_source(&Arc::new(source), &mut manifests, &mut faults),
            Err(fault) => faults.push(fault),
        }
    }
    faults.extend(duplicates::of_files(&manifests));
    if faults.is_empty() {
        return Ok(manifests);
    }
    faults.sort_by(|a, b| position(a).cmp(&position(b)));
    Err(faults)
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
