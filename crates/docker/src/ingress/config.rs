//! What the HTTP entry is told: a function of the Ingresses, Services and Secrets. Pure: no I/O.

use landfall_proxy::config::{Backend, Certificate, IngressConfig, PathType, PrivateKey, Rule};
use serde_json::Value;

use crate::pod::{Sources, object_contents};

/// Inside of its container.
pub const HTTP: u16 = 80;

/// Inside of its container.
pub const HTTPS: u16 = 443;

/// The configuration, without revision, and what of the Ingresses cannot be had: what refers to nothing.
pub fn config(ingresses: &[&Value], sources: &dyn Sources) -> (IngressConfig, Vec<String>) {
    let mut sorted: Vec<&Value> = ingresses.to_vec();
    sorted.sort_by_key(|ingress| identity(ingress));
    let mut notes = Vec::new();
    let mut config = IngressConfig {
        revision: 0,
        http: Some(HTTP),
        https: None,
        rules: Vec::new(),
        default_backend: None,
        certificates: Vec::new(),
    };
    for ingress in sorted {
        let mut reader = Reader { ingress, sources, notes: &mut notes };
        let spec = &ingress["spec"];
        if spec["defaultBackend"].is_object() && config.default_backend.is_none() {
            config.default_backend = reader.backend(&spec["defaultBackend"]);
        }
        config.rules.extend(reader.rules());
        config.certificates.extend(reader.certificates());
    }
    if !config.certificates.is_empty() {
        config.https = Some(HTTPS);
    }
    (config, notes)
}

/// Namespace and name.
fn identity(object: &Value) -> (&str, &str) {
    let text = |field: &str| object["metadata"][field].as_str().unwrap_or_default();
    (text("namespace"), text("name"))
}

struct Reader<'a> {
    ingress: &'a Value,
    sources: &'a dyn Sources,
    notes: &'a mut Vec<String>,
}

impl Reader<'_> {
    fn rules(&mut self) -> Vec<Rule> {
        let mut rules = Vec::new();
        let ingress = self.ingress;
        for rule in ingress["spec"]["rules"].as_array().into_iter().flatten() {
            let host = rule["host"].as_str().filter(|host| !host.is_empty());
            for path in rule["http"]["paths"].as_array().into_iter().flatten() {
                let Some(backend) = self.backend(&path["backend"]) else { continue };
                rules.push(Rule {
                    host: host.map(str::to_owned),
                    path: path["path"].as_str().unwrap_or_default().to_owned(),
                    path_type: match path["pathType"].as_str() {
                        Some("Exact") => PathType::Exact,
                        _ => PathType::Prefix,
                    },
                    backend,
                });
            }
        }
        rules
    }

    fn backend(&mut self, backend: &Value) -> Option<Backend> {
        let (namespace, ingress) = identity(self.ingress);
        let service = &backend["service"];
        let name = service["name"].as_str()?;
        let port = &service["port"];
        let found = self.sources.find("Service", namespace, name);
        let ports = found.and_then(|service| service["spec"]["ports"].as_array()).map(Vec::as_slice);
        let number = match (port["number"].as_u64(), port["name"].as_str()) {
            (Some(number), _) => Some(number),
            (None, Some(wanted)) => ports
                .unwrap_or_default()
                .iter()
                .find(|port| port["name"].as_str() == Some(wanted))
                .and_then(|port| port["port"].as_u64()),
            (None, None) => None,
        };
        let number = number.and_then(|number| u16::try_from(number).ok());
        let (Some(_), Some(port)) = (found, number) else {
            self.notes.push(format!(
                "The Ingress {ingress} in namespace {namespace} names a port of the Service {name} that is not there: requests to it get the answer 404"
            ));
            return None;
        };
        Some(Backend {
            service: format!("{name} in namespace {namespace}"),
            host: format!("{name}.{namespace}.svc"),
            port,
        })
    }

    fn certificates(&mut self) -> Vec<Certificate> {
        let (namespace, ingress) = identity(self.ingress);
        let mut certificates = Vec::new();
        for tls in self.ingress["spec"]["tls"].as_array().into_iter().flatten() {
            let name = tls["secretName"].as_str().unwrap_or_default();
            let contents = self.sources.find("Secret", namespace, name).map(object_contents).unwrap_or_default();
            let text = |key: &str| contents.get(key).and_then(|bytes| String::from_utf8(bytes.clone()).ok());
            let (Some(chain), Some(key)) = (text("tls.crt"), text("tls.key")) else {
                self.notes.push(format!(
                    "The Ingress {ingress} in namespace {namespace} has no TLS: the Secret {name} with `tls.crt` and `tls.key` is not there"
                ));
                continue;
            };
            let hosts = tls["hosts"].as_array().into_iter().flatten().filter_map(Value::as_str);
            certificates.push(Certificate {
                hosts: hosts.map(str::to_owned).collect(),
                secret: format!("Secret {namespace}/{name}"),
                chain,
                key: PrivateKey(key),
            });
        }
        certificates
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::pod::Objects;

    #[test]
    fn rules_go_to_services_by_host_and_path() {
        let mut objects = Objects::default();
        objects.insert(
            json!({"kind": "Service", "metadata": {"name": "web", "namespace": "shop"},
                   "spec": {"ports": [{"name": "http", "port": 8080}]}}),
            "shop",
        );
        objects.insert(
            json!({"kind": "Secret", "metadata": {"name": "cert", "namespace": "shop"},
                   "data": {"tls.crt": "Q0VSVA==", "tls.key": "S0VZ"}}),
            "shop",
        );
        let backend = |name: &str, port: Value| json!({"service": {"name": name, "port": port}});
        let ingress = json!({"metadata": {"name": "shop", "namespace": "shop"}, "spec": {
            "defaultBackend": backend("web", json!({"number": 8080})),
            "tls": [{"hosts": ["shop.example"], "secretName": "cert"}, {"secretName": "gone"}],
            "rules": [
                {"host": "shop.example", "http": {"paths": [
                    {"path": "/api", "pathType": "Exact", "backend": backend("web", json!({"name": "http"}))},
                    {"path": "/x", "pathType": "Prefix", "backend": backend("gone", json!({"number": 1}))},
                ]}},
                {"http": {"paths": [{"pathType": "ImplementationSpecific", "backend": backend("web", json!({"number": 8080}))}]}},
            ],
        }});
        let (config, notes) = config(&[&ingress], &objects);
        let rules: Vec<String> = config
            .rules
            .iter()
            .map(|rule| {
                let host = rule.host.as_deref().unwrap_or("*");
                format!("{host}{} {:?} {}:{}", rule.path, rule.path_type, rule.backend.host, rule.backend.port)
            })
            .collect();
        assert_eq!(rules, ["shop.example/api Exact web.shop.svc:8080", "* Prefix web.shop.svc:8080"]);
        assert_eq!(config.default_backend.map(|backend| backend.port), Some(8080));
        assert_eq!(config.https, Some(443));
        let certificate = &config.certificates[0];
        assert_eq!((certificate.chain.as_str(), certificate.key.0.as_str()), ("CERT", "KEY"));
        assert_eq!(
            notes,
            [
                "The Ingress shop in namespace shop names a port of the Service gone that is not there: requests to it get the answer 404",
                "The Ingress shop in namespace shop has no TLS: the Secret gone with `tls.crt` and `tls.key` is not there",
            ]
        );
    }
}
