//! Names on the engine, and names that pods find each other by.

use std::collections::BTreeMap;

use serde_json::Value;

use super::node::Node;

/// The domain of a cluster.
const CLUSTER_DOMAIN: &str = "cluster.local";

/// The engine's name of a container: that of its pod and namespace alone for the only container of a pod, with its own
/// behind it else.
pub fn container_name(pod: &str, namespace: &str, container: Option<&str>) -> String {
    match container {
        Some(container) => format!("{pod}.{namespace}.{container}"),
        None => format!("{pod}.{namespace}"),
    }
}

/// The engine's name of a pod's sandbox.
pub fn sandbox_name(pod: &str, namespace: &str) -> String {
    container_name(pod, namespace, None)
}

/// The names that a Service is found by: `svc`, `svc.ns`, `svc.ns.svc` and `svc.ns.svc.cluster.local`. With a host before
/// it, such as `db-0.db`, those of one pod of it.
///
/// Source: <https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/>, with what the search domains of
/// a pod's resolver add to it.
pub fn service_aliases(name: &str, namespace: &str) -> Vec<String> {
    ["".to_owned(), format!(".{namespace}"), format!(".{namespace}.svc"), format!(".{namespace}.svc.{CLUSTER_DOMAIN}")]
        .map(|rest| format!("{name}{rest}"))
        .into()
}

/// The full domain of the pods below a Service.
pub(super) fn domain(subdomain: &str, namespace: &str) -> String {
    format!("{subdomain}.{namespace}.svc.{CLUSTER_DOMAIN}")
}

/// The names that others find a pod by: those of the headless Services that select it, and its own (`hostname`) below
/// its `subdomain`. Other Services have their own container with their names.
pub fn dns_aliases(
    labels: &BTreeMap<String, String>,
    namespace: &str,
    services: &[&Value],
    hostname: &str,
    subdomain: Option<&str>,
) -> Vec<String> {
    let mut aliases = Vec::new();
    for service in services {
        let service = Node::new(service, "");
        let spec = service.get("spec");
        let Some(name) = service.get("metadata").get("name").text() else { continue };
        if spec.get("clusterIP").text() == Some("None") && selects(&spec, labels) {
            aliases.extend(service_aliases(name, namespace));
        }
    }
    if let Some(subdomain) = subdomain {
        aliases.extend(service_aliases(&format!("{hostname}.{subdomain}"), namespace));
    }
    aliases.sort();
    aliases.dedup();
    aliases
}

/// Whether a Service selects pods of these labels; one without a selector selects none.
fn selects(spec: &Node<'_>, labels: &BTreeMap<String, String>) -> bool {
    let selector = spec.get("selector");
    let mut wanted = selector.entries().peekable();
    wanted.peek().is_some() && wanted.all(|(key, value)| labels.get(key).map(String::as_str) == value.value.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pod_is_found_by_headless_services_and_by_its_own_name() {
        let service = |name: &str, spec: Value| json!({"metadata": {"name": name}, "spec": spec});
        let headless = service("db", json!({"clusterIP": "None", "selector": {"app": "db"}}));
        let other = service("other", json!({"clusterIP": "None", "selector": {"app": "other"}}));
        let manual = service("manual", json!({"clusterIP": "None"}));
        let usual = service("usual", json!({"selector": {"app": "db"}}));
        let labels = BTreeMap::from([("app".to_owned(), "db".to_owned()), ("tier".to_owned(), "x".to_owned())]);
        let services = [&headless, &other, &manual, &usual];
        assert_eq!(
            dns_aliases(&labels, "shop", &services, "db-0", Some("db")),
            [
                "db",
                "db-0.db",
                "db-0.db.shop",
                "db-0.db.shop.svc",
                "db-0.db.shop.svc.cluster.local",
                "db.shop",
                "db.shop.svc",
                "db.shop.svc.cluster.local",
            ]
        );
        assert_eq!(dns_aliases(&BTreeMap::new(), "shop", &services, "x", None), Vec::<String>::new());
    }

    #[test]
    fn containers_are_named_after_pod_and_namespace() {
        assert_eq!(container_name("db-0", "shop", None), "db-0.shop");
        assert_eq!(container_name("db-0", "shop", Some("backup")), "db-0.shop.backup");
    }
}
