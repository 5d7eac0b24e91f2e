//! One object, two manifests.

use std::collections::HashMap;

use super::{Manifest, Origin, load::position};
use crate::{diagnostic::Diagnostic, object::ObjectId};

/// A fault for each manifest whose object an earlier one already describes. kubectl would apply both, the last one
/// last.
///
/// [`load`](super::load) compares the namespaces as the files set them; call this again when the default namespace and
/// the scope of each kind are known.
pub fn duplicates<'a>(manifests: impl IntoIterator<Item = (&'a ObjectId, &'a Origin)>) -> Vec<Diagnostic> {
    let mut first = HashMap::new();
    let mut faults = Vec::new();
    for (id, origin) in manifests {
        match first.get(id) {
            None => {
                first.insert(id, origin);
            }
            Some(earlier) => faults.push(fault(id, earlier, origin)),
        }
    }
    faults.sort_by(|a, b| position(a).cmp(&position(b)));
    faults
}

/// The same with the identities that the files alone tell.
pub(super) fn of_files(manifests: &[Manifest]) -> Vec<Diagnostic> {
    let identified: Vec<_> = manifests.iter().map(|manifest| (written_id(manifest), &manifest.origin)).collect();
    duplicates(identified.iter().map(|(id, origin)| (id, *origin)))
}

fn written_id(manifest: &Manifest) -> ObjectId {
    ObjectId {
        group: manifest.gvk.group.clone(),
        kind: manifest.gvk.kind.clone(),
        namespace: manifest.namespace.clone(),
        name: manifest.name.clone(),
    }
}

fn fault(id: &ObjectId, earlier: &Origin, origin: &Origin) -> Diagnostic {
    const NAME: &[&str] = &["metadata", "name"];
    let (line, _) = earlier.source.position(earlier.locate(NAME).start);
    let place = format!("{}:{line}", earlier.source.path);
    Diagnostic::at(&origin.source, origin.locate(NAME), format!("{id} is described twice"))
        .hint(format!("Remove one of the two; the first is at {place}"))
}
