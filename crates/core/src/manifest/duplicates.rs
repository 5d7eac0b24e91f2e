//! One object, two manifests.

use std::collections::HashMap;

use super::{Manifest, load::position};
use crate::{diagnostic::Diagnostic, object::ObjectId};

/// A fault for each manifest whose object an earlier one already describes. kubectl would apply both, the last one
/// last.
///
/// [`load`](super::load) compares the namespaces as the files set them; call this again when the default namespace and
/// the scope of each kind are known.
pub fn duplicates(manifests: &[(ObjectId, &Manifest)]) -> Vec<Diagnostic> {
    let mut first = HashMap::new();
    let mut faults = Vec::new();
    for (id, manifest) in manifests {
        match first.get(id) {
            None => {
                first.insert(id, *manifest);
            }
            Some(earlier) => faults.push(fault(id, earlier, manifest)),
        }
    }
    faults.sort_by(|a, b| position(a).cmp(&position(b)));
    faults
}

/// The same with the identities that the files alone tell.
pub(super) fn of_files(manifests: &[Manifest]) -> Vec<Diagnostic> {
    let identified: Vec<_> = manifests.iter().map(|manifest| (written_id(manifest), manifest)).collect();
    duplicates(&identified)
}

fn written_id(manifest: &Manifest) -> ObjectId {
    ObjectId {
        group: manifest.gvk.group.clone(),
        kind: manifest.gvk.kind.clone(),
        namespace: manifest.namespace.clone(),
        name: manifest.name.clone(),
    }
}

fn fault(id: &ObjectId, earlier: &Manifest, manifest: &Manifest) -> Diagnostic {
    const NAME: &[&str] = &["metadata", "name"];
    let (line, _) = earlier.origin.source.position(earlier.origin.locate(NAME).start);
    let origin = &manifest.origin;
    let place = format!("{}:{line}", earlier.origin.source.path);
    Diagnostic::at(&origin.source, origin.locate(NAME), format!("{id} is described twice"))
        .hint(format!("Remove one of the two; the first is at {place}"))
}
