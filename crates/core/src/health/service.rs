//! Services: only a load balancer is something to wait for. Whether pods stand behind a Service is told by the workload
//! that makes them; one without a selector has its endpoints from elsewhere.
//!
//! Source: k8s.io/cloud-provider controllers/service/controller.go; that a Service with external addresses is not
//! waited for is Helm's rule (pkg/kube/ready.go).

use serde_json::Value;

use super::{
    Health, Surroundings,
    fields::{list, text},
};

pub(super) fn of(service: &Value, around: &Surroundings<'_>) -> Health {
    if text(service, "/spec/type") != "LoadBalancer" {
        return Health::live("it exists");
    }
    let addresses: Vec<&str> = list(service, "/status/loadBalancer/ingress")
        .map(|ingress| if text(ingress, "/ip").is_empty() { text(ingress, "/hostname") } else { text(ingress, "/ip") })
        .collect();
    if !addresses.is_empty() {
        return Health::live(format!("its load balancer is {}", addresses.join(", ")));
    }
    if list(service, "/spec/externalIPs").next().is_some() {
        return Health::live("it has external addresses");
    }
    let failed = around.events(service).find(|event| event.reason == "SyncLoadBalancerFailed");
    Health::progressing(match failed {
        Some(event) => {
            let words = event.message.strip_prefix("Error syncing load balancer: ").unwrap_or(event.message);
            format!("it has no load balancer: {words}")
        }
        None if around.events(service).next().is_none() => {
            "it waits for a load balancer; does the cluster have something that makes one?".to_owned()
        }
        None => "it waits for a load balancer".to_owned(),
    })
}
