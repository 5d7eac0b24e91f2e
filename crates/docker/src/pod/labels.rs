//! What a container says of itself on the engine.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use serde_json::Value;

/// A label of every container of a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// The environment's key.
    Environment,
    /// The pod's namespace.
    Namespace,
    /// The pod's name.
    Pod,
    /// The pod's UID.
    PodUid,
    /// The container's name in the pod; the sandbox has none.
    Container,
    /// `main`, `init`, `sidecar` or `sandbox` ([`super::Role`]).
    Role,
    /// The kind of the workload that the pod belongs to. The pods of a revision have none of the owner's labels.
    OwnerKind,
    /// Its name.
    OwnerName,
    /// Its UID.
    OwnerUid,
    /// The hash of the template that the pod was made from.
    TemplateHash,
    /// The place in a StatefulSet or the completion index of a Job.
    Ordinal,
    /// The pod's labels as an object, a JSON object.
    PodLabels,
    /// The pod as an object, packed so that nothing of it is read by accident; [`pod_document`] unpacks it.
    PodDocument,
}

impl Label {
    /// Its name on the engine.
    pub fn key(self) -> &'static str {
        match self {
            Label::Environment => "landfall.dev/environment",
            Label::Namespace => "landfall.dev/namespace",
            Label::Pod => "landfall.dev/pod",
            Label::PodUid => "landfall.dev/pod-uid",
            Label::Container => "landfall.dev/container",
            Label::Role => "landfall.dev/role",
            Label::OwnerKind => "landfall.dev/owner-kind",
            Label::OwnerName => "landfall.dev/owner-name",
            Label::OwnerUid => "landfall.dev/owner-uid",
            Label::TemplateHash => "landfall.dev/template-hash",
            Label::Ordinal => "landfall.dev/ordinal",
            Label::PodLabels => "landfall.dev/pod-labels",
            Label::PodDocument => "landfall.dev/pod-document",
        }
    }
}

/// The pod that a container's labels carry; `None` without that label, or if it was damaged.
pub fn pod_document(labels: &BTreeMap<String, String>) -> Option<Value> {
    let packed = STANDARD.decode(labels.get(Label::PodDocument.key())?).ok()?;
    let mut text = Vec::new();
    ZlibDecoder::new(packed.as_slice()).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

/// Packs a document for [`Label::PodDocument`].
pub(super) fn pack(document: &Value) -> String {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Neither the value's text nor a vector can fail to be written.
    let packed = encoder.write_all(document.to_string().as_bytes()).and_then(|()| encoder.finish());
    STANDARD.encode(packed.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_comes_back() {
        let document = json!({"metadata": {"name": "web-0"}, "spec": {"containers": []}});
        let labels = BTreeMap::from([(Label::PodDocument.key().to_owned(), pack(&document))]);
        assert_eq!(pod_document(&labels), Some(document));
        assert_eq!(pod_document(&BTreeMap::new()), None);
        assert_eq!(pod_document(&[(Label::PodDocument.key().to_owned(), "eA==".to_owned())].into()), None);
    }
}
