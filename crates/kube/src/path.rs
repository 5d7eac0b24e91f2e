//! Request paths of the Kubernetes API.
//!
//! Source: <https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris>.

use landfall_core::{catalog::ServedKind, object::ObjectId};

/// The path of a kind's objects, in a namespace or in the whole cluster: `/apis/apps/v1/namespaces/prod/deployments`.
pub fn collection(kind: &ServedKind, namespace: Option<&str>) -> String {
    let gvk = &kind.gvk;
    let root = match gvk.group.as_str() {
        "" => format!("/api/{}", gvk.version),
        group => format!("/apis/{group}/{}", gvk.version),
    };
    match namespace.filter(|_| kind.namespaced) {
        Some(namespace) => format!("{root}/namespaces/{namespace}/{}", kind.plural),
        None => format!("{root}/{}", kind.plural),
    }
}

/// The path of one object.
pub fn object(kind: &ServedKind, id: &ObjectId) -> String {
    format!("{}/{}", collection(kind, id.namespace.as_deref()), id.name)
}

/// A path with a query; values are encoded.
pub fn with_query(path: &str, query: &[(&str, &str)]) -> String {
    let mut encoded = form_urlencoded::Serializer::new(String::new());
    encoded.extend_pairs(query);
    format!("{path}?{}", encoded.finish())
}

#[cfg(test)]
mod tests {
    use landfall_core::object::Gvk;

    use super::*;

    #[test]
    fn follows_the_api() {
        let kind = |api_version: &str, plural: &str, namespaced| ServedKind {
            gvk: Gvk::new(api_version, "X"),
            plural: plural.into(),
            namespaced,
            prunable: true,
        };
        assert_eq!(collection(&kind("v1", "pods", true), Some("prod")), "/api/v1/namespaces/prod/pods");
        assert_eq!(collection(&kind("apps/v1", "deployments", true), None), "/apis/apps/v1/deployments");
        assert_eq!(collection(&kind("v1", "nodes", false), Some("prod")), "/api/v1/nodes");
        assert_eq!(with_query("/api", &[("labelSelector", "a in (b,c)")]), "/api?labelSelector=a+in+%28b%2Cc%29");
    }
}
