//! Services: one proxy each, a container of Landfall's image that has the Service's names in the environment's network and
//! sends connections to its ready pods. It goes on while Landfall is not running.
//!
//! Headless Services have none: their names are the pods' own. An `ExternalName` has one that passes the Service's ports
//! on to the other host: a name that stands for another name cannot be had on the engine.

mod endpoints;
mod external;
mod headless;
mod object;
mod pods;
mod proxy;
mod traffic;

pub use endpoints::config;
pub use object::{Kind, kind, published, selects, spec};
pub use pods::{PodView, Standing};
pub use traffic::Services;

use serde_json::Value;

use crate::{engine::Listed, proxies, site::Site};

/// How a Service differs from what is there for it; empty if it does not. `containers` are those of the environment.
pub fn drift(site: &Site, service: &Value, containers: &[Listed]) -> Vec<String> {
    match kind(service) {
        Kind::Headless => Vec::new(),
        Kind::Pods | Kind::External(_) => proxies::drift(&spec(site, service), containers),
    }
}
