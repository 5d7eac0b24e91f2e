//! Where an environment is: what all that is made for it has in common.

use std::{collections::BTreeMap, net::IpAddr};

use crate::{engine::Engine, pod::Label};

/// Where an environment is.
#[derive(Debug, Clone)]
pub struct Site {
    /// The engine.
    pub engine: Engine,
    /// The environment's key, as the label of all that belongs to it has it.
    pub environment: String,
    /// Its network.
    pub network: String,
    /// Landfall's own image, which is there.
    pub image: String,
    /// The machine's address as its pods reach it: the gateway of the network. Pods with the machine's own network are
    /// found there.
    pub host_address: Option<IpAddr>,
}

/// What something of Landfall's own is, beside the pods.
pub const PART: &str = "landfall.dev/part";

impl Site {
    /// The labels of something that belongs to the environment.
    pub fn labels(&self, part: &str) -> BTreeMap<String, String> {
        [(Label::Environment.key(), self.environment.as_str()), (PART, part)]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into()
    }

    /// Whether something belongs to the environment.
    pub fn owns<'a>(&self, mut labels: impl Iterator<Item = (&'a String, &'a String)>) -> bool {
        labels.any(|(key, value)| key == Label::Environment.key() && *value == self.environment)
    }
}
