//! Ingresses: live as soon as they exist. Many controllers never report an address, so that its absence says nothing,
//! and waiting for one would end every deploy with them in a time-out.

use serde_json::Value;

use super::{
    Health,
    fields::{list, text},
};

pub(super) fn of(ingress: &Value) -> Health {
    let addresses: Vec<&str> = list(ingress, "/status/loadBalancer/ingress")
        .map(|at| if text(at, "/ip").is_empty() { text(at, "/hostname") } else { text(at, "/ip") })
        .collect();
    Health::live(match addresses.as_slice() {
        [] => "it exists; its controller reports no address".to_owned(),
        addresses => format!("its address is {}", addresses.join(", ")),
    })
}
