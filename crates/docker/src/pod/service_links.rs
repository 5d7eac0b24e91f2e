//! The variables that tell a container of the Services of its namespace.

use std::collections::BTreeMap;

use serde_json::Value;

use super::node::Node;

/// `WEB_SERVICE_HOST`, `WEB_SERVICE_PORT`, `WEB_SERVICE_PORT_<NAME>` and the variables of Docker's links
/// (`WEB_PORT_80_TCP_ADDR`, ...) of every Service that has an address in a cluster: not of headless ones and not of
/// names of other hosts. In place of the address stands the Service's name, which resolves to its proxy for as long as
/// the Service is there.
///
/// Source: `FromServices` in Kubernetes' `pkg/kubelet/envvars/envvars.go`.
pub(super) fn variables(services: &[&Value]) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    for service in services {
        let service = Node::new(service, "");
        let spec = service.get("spec");
        let Some(name) = service.get("metadata").get("name").text() else { continue };
        if spec.get("clusterIP").text() == Some("None") || spec.get("type").text() == Some("ExternalName") {
            continue;
        }
        let prefix = variable_name(name);
        let mut set = |suffix: &str, value: String| variables.insert(format!("{prefix}_{suffix}"), value);
        for (index, port) in spec.get("ports").items().enumerate() {
            let Some(number) = port.get("port").number() else { continue };
            let protocol = port.get("protocol").text().unwrap_or("TCP");
            let url = format!("{}://{name}:{number}", protocol.to_lowercase());
            if index == 0 {
                set("SERVICE_HOST", name.to_owned());
                set("SERVICE_PORT", number.to_string());
                set("PORT", url.clone());
            }
            if let Some(port_name) = port.get("name").text() {
                set(&format!("SERVICE_PORT_{}", variable_name(port_name)), number.to_string());
            }
            let link = format!("PORT_{number}_{}", protocol.to_uppercase());
            set(&link, url);
            set(&format!("{link}_PROTO"), protocol.to_lowercase());
            set(&format!("{link}_PORT"), number.to_string());
            set(&format!("{link}_ADDR"), name.to_owned());
        }
    }
    variables
}

fn variable_name(name: &str) -> String {
    name.replace('-', "_").to_uppercase()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn services_become_variables() {
        let service = |name: &str, spec: Value| json!({"metadata": {"name": name}, "spec": spec});
        let web = service("web-api", json!({"ports": [{"name": "http", "port": 80}, {"port": 53, "protocol": "UDP"}]}));
        let headless = service("db", json!({"clusterIP": "None", "ports": [{"port": 5432}]}));
        let external = service("far", json!({"type": "ExternalName", "externalName": "example.com"}));
        let variables = variables(&[&web, &headless, &external]);
        let lines: Vec<String> = variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            lines,
            [
                "WEB_API_PORT=tcp://web-api:80",
                "WEB_API_PORT_53_UDP=udp://web-api:53",
                "WEB_API_PORT_53_UDP_ADDR=web-api",
                "WEB_API_PORT_53_UDP_PORT=53",
                "WEB_API_PORT_53_UDP_PROTO=udp",
                "WEB_API_PORT_80_TCP=tcp://web-api:80",
                "WEB_API_PORT_80_TCP_ADDR=web-api",
                "WEB_API_PORT_80_TCP_PORT=80",
                "WEB_API_PORT_80_TCP_PROTO=tcp",
                "WEB_API_SERVICE_HOST=web-api",
                "WEB_API_SERVICE_PORT=80",
                "WEB_API_SERVICE_PORT_HTTP=80",
            ]
        );
    }
}
