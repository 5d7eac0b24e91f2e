//! APIServices: live when the server behind them answers. While one does not, its kinds cannot be listed. Source:
//! kube-aggregator pkg/controllers/status.

use serde_json::Value;

use super::{
    Health,
    fields::{condition, text},
};

pub(super) fn of(service: &Value) -> Health {
    match condition(service, "Available") {
        None => Health::unobserved(),
        Some(available) if available.is_true() => Health::live(match text(service, "/spec/service/name") {
            "" => "served by the API server itself".to_owned(),
            name => format!("the service {name} answers"),
        }),
        Some(available) => Health::progressing(format!("is not available: {}", available.words())),
    }
}
