//! What a Service's proxy is told: a function of the Service and the pods. Pure: no I/O.
//!
//! Source: the endpoint slice controller (staging/src/k8s.io/endpointslice/reconciler.go) and `FindPort`.

use std::collections::BTreeMap;

use landfall_proxy::config::{Endpoint, EndpointState, Protocol as ProxyProtocol, ServiceConfig, ServicePort};
use serde_json::Value;

use super::{
    external,
    object::{Kind, identity, kind, number, ports, protocol, selects},
    pods::{PodView, Standing},
};
use crate::{pod::Protocol, proxies::View};

/// While the pods of a Service are stopped before their successors are started, its clients wait for so many seconds
/// instead of being refused.
const HOLD: u32 = 60;

/// The default of `sessionAffinityConfig.clientIP.timeoutSeconds`.
const AFFINITY: u32 = 10_800;

/// The configuration of a Service's proxy, without revision. `pods` are all of the environment; `view` is what the proxy
/// says itself, which counts for what nobody else knows; `holds` is whether its last pod is being replaced.
pub fn config<'a>(
    service: &Value,
    pods: impl IntoIterator<Item = &'a Standing>,
    view: &View,
    holds: bool,
) -> ServiceConfig {
    let (namespace, name) = identity(service);
    let spec = &service["spec"];
    let endpoints = match kind(service) {
        Kind::External(host) => vec![external::endpoint(service, &host)],
        Kind::Pods | Kind::Headless => {
            let selected =
                pods.into_iter().filter(|pod| pod.view.namespace == namespace && selects(service, &pod.view.labels));
            selected.map(|pod| endpoint(service, pod, view)).collect()
        }
    };
    let affinity = spec["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"].as_u64();
    ServiceConfig {
        revision: 0,
        service: format!("{name} in namespace {namespace}"),
        ports: ports(service).filter_map(port).collect(),
        affinity_seconds: (spec["sessionAffinity"] == "ClientIP")
            .then(|| affinity.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(AFFINITY)),
        hold_seconds: if holds { HOLD } else { 0 },
        endpoints,
    }
}

/// Whether a Service has lost its last pod to a replacement: nothing but leaving ones is there; it stays so until one
/// comes.
pub fn holds(before: bool, endpoints: &[Endpoint]) -> bool {
    let is_active = |endpoint: &Endpoint| endpoint.state == EndpointState::Active;
    if endpoints.is_empty() { before } else { !endpoints.iter().any(is_active) }
}

fn port(port: &Value) -> Option<ServicePort> {
    let protocol = match protocol(port)? {
        Protocol::Udp => ProxyProtocol::Udp,
        _ => ProxyProtocol::Tcp,
    };
    Some(ServicePort { name: port_name(port), listen: number(&port["port"])?, protocol })
}

pub(super) fn port_name(port: &Value) -> String {
    port["name"].as_str().unwrap_or_default().to_owned()
}

fn endpoint(service: &Value, pod: &Standing, view: &View) -> Endpoint {
    let of_proxy = view.pods.get(&(pod.view.name.clone(), pod.view.uid.clone()));
    // A proxy that was made anew knows nothing; a pod that was there before is rather taken for one that serves.
    let is_ready_for_proxy = of_proxy.map_or(pod.is_older, |report| report.ready);
    let is_leaving_for_proxy = of_proxy.is_some_and(|report| report.state == EndpointState::Leaving);
    let always = service["spec"]["publishNotReadyAddresses"] == true;
    Endpoint {
        pod: pod.view.name.clone(),
        uid: pod.view.uid.clone(),
        host: pod.view.host.clone(),
        targets: targets(service, &pod.view),
        // Of a pod that this Landfall has not looked at yet it stays as it was: one that was killed may have begun to
        // stop it.
        state: if pod.leaving || pod.word.is_none() && is_leaving_for_proxy {
            EndpointState::Leaving
        } else {
            EndpointState::Active
        },
        ready: always || !pod.view.needs_word || pod.word.unwrap_or(is_ready_for_proxy),
        probed: pod.word == Some(true),
        probes: if always { Vec::new() } else { pod.view.probes.clone() },
    }
}

/// The port of a pod for each port of the Service; one that the pod does not have is left out.
fn targets(service: &Value, pod: &PodView) -> BTreeMap<String, u16> {
    let target = |port: &Value| {
        let number = match &port["targetPort"] {
            Value::String(name) => match name.parse() {
                Ok(number) => number,
                Err(_) => *pod.ports.get(&(name.clone(), protocol(port)?))?,
            },
            target => number(target).or_else(|| number(&port["port"]))?,
        };
        Some((port_name(port), number))
    };
    ports(service).filter_map(target).collect()
}

#[cfg(test)]
mod tests {
    use landfall_proxy::control::EndpointReport;
    use serde_json::json;

    use super::*;

    fn pod(name: &str, app: &str, change: impl FnOnce(&mut Standing)) -> Standing {
        let mut pod = Standing {
            view: PodView {
                name: name.to_owned(),
                namespace: "shop".to_owned(),
                uid: format!("uid-{name}"),
                labels: [("app".to_owned(), app.to_owned())].into(),
                host: format!("{name}.shop"),
                ports: [(("http".to_owned(), Protocol::Tcp), 8080)].into(),
                probes: Vec::new(),
                needs_word: false,
            },
            word: None,
            is_older: false,
            leaving: false,
        };
        change(&mut pod);
        pod
    }

    fn shown(service: &Value, pods: &[Standing], view: &View) -> String {
        let service = json!({"metadata": {"name": "web", "namespace": "shop"}, "spec": service});
        let lines = config(&service, pods, view, false).endpoints.into_iter().map(|endpoint| {
            let ports: Vec<String> = endpoint.targets.iter().map(|(name, port)| format!("{name}={port}")).collect();
            let ready = if endpoint.ready { "ready" } else { "not ready" };
            format!("{} {:?} {ready} {}", endpoint.host, endpoint.state, ports.join(","))
        });
        lines.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_service_has_the_pods_that_it_selects() {
        let spec = |ports: Value| json!({"selector": {"app": "web"}, "ports": ports});
        let plain = spec(json!([{"port": 80}]));
        let named =
            spec(json!([{"name": "a", "port": 80, "targetPort": "http"}, {"name": "b", "port": 81, "targetPort": 9}]));
        let unknown = spec(json!([{"port": 80, "targetPort": "admin"}]));
        let web = || pod("web-1", "web", |_| ());
        let other_namespace = pod("web-3", "web", |pod| pod.view.namespace = "other".to_owned());
        for (service, pods, expected) in [
            (&plain, vec![web(), pod("db-1", "db", |_| ()), other_namespace], "web-1.shop Active ready =80"),
            (&named, vec![web()], "web-1.shop Active ready a=8080,b=9"),
            (&unknown, vec![web()], "web-1.shop Active ready "),
            (&plain, vec![pod("web-2", "web", |pod| pod.leaving = true)], "web-2.shop Leaving ready =80"),
            (&plain, vec![], ""),
        ] {
            assert_eq!(shown(service, &pods, &View::default()), expected);
        }
    }

    #[test]
    fn readiness_that_only_landfall_finds_out_stays_as_it_was_until_it_has_looked() {
        let service = json!({"selector": {"app": "web"}, "ports": [{"port": 80}]});
        let early = json!({"selector": {"app": "web"}, "ports": [{"port": 80}], "publishNotReadyAddresses": true});
        let report = |ready| EndpointReport {
            pod: "web-1".to_owned(),
            uid: "uid-web-1".to_owned(),
            state: EndpointState::Active,
            ready,
            reason: None,
            connections: 0,
            drained: false,
        };
        let view = |ready| View {
            pods: [(("web-1".to_owned(), "uid-web-1".to_owned()), report(ready))].into(),
            ..View::default()
        };
        for (service, view, is_older, word, expected) in [
            (&service, View::default(), false, None, false),
            (&service, View::default(), true, None, true),
            (&service, view(true), true, None, true),
            (&service, view(false), true, None, false),
            (&service, view(true), true, Some(false), false),
            (&service, view(false), true, Some(true), true),
            (&early, View::default(), false, Some(false), true),
        ] {
            let pod = pod("web-1", "web", |pod| {
                pod.view.needs_word = true;
                pod.word = word;
                pod.is_older = is_older;
            });
            let expected = if expected { "web-1.shop Active ready =80" } else { "web-1.shop Active not ready =80" };
            assert_eq!(shown(service, &[pod], &view), expected);
        }
    }

    #[test]
    fn clients_wait_while_the_last_pod_is_replaced() {
        use EndpointState::{Active, Leaving};
        let endpoints = |states: &[EndpointState]| {
            let service =
                json!({"metadata": {"name": "web", "namespace": "shop"}, "spec": {"selector": {"app": "web"}}});
            let pods: Vec<Standing> =
                states.iter().map(|state| pod("web", "web", |pod| pod.leaving = *state == Leaving)).collect();
            config(&service, &pods, &View::default(), false).endpoints
        };
        for (before, states, expected) in [
            (false, &[][..], false),
            (false, &[Active], false),
            (false, &[Active, Leaving], false),
            (false, &[Leaving], true),
            (true, &[], true),
            (true, &[Active], false),
        ] {
            assert_eq!(holds(before, &endpoints(states)), expected, "{before} {states:?}");
        }
    }
}
