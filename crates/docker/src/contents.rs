//! What would be deleted together with a namespace.

use std::collections::BTreeMap;

use landfall_core::object::ObjectId;

use crate::record::Record;

/// The recorded objects in a namespace; inventories count, too: without its own, an environment forgets what it applied.
pub fn contents(records: &BTreeMap<ObjectId, Record>, id: &ObjectId) -> Vec<ObjectId> {
    // Definitions are not served, so that there is none to be deleted.
    if id.is_definition() {
        return Vec::new();
    }
    records.keys().filter(|other| other.namespace.as_deref() == Some(id.name.as_str())).cloned().collect()
}
