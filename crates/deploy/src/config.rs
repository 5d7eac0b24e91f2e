//! `landfall.yaml`: all the configuration, in the root of the deployment repository.

mod check;
mod edit;
pub mod notifications;
mod paused;
#[cfg(test)]
mod tests;
mod validate;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use landfall_core::{
    diagnostic::{CONFIGURATION, Diagnostic, Source},
    health::ReadyConditions,
    selector::Selector,
    yaml,
};
use landfall_journal::NewSink;
use schemars::JsonSchema;
use serde::Deserialize;

pub use edit::with_pause;
pub use paused::Paused;

use self::notifications::Sink;

/// The name of the file.
pub const FILE_NAME: &str = CONFIGURATION;

const DOCUMENTATION: &str = "docs/configuration.md describes every field of landfall.yaml";

/// The configuration of a deployment repository.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The name of what is deployed. Objects belong to it by the label `deploy: NAME`.
    pub name: String,
    /// The places to deploy to, by their names.
    pub environments: BTreeMap<String, Environment>,
    /// The condition that says that an object of a custom kind is live, by kind and group:
    /// `Widget.example.com: Established`. Kinds that are not named here are live by the usual ones: `Ready`, `Available`,
    /// `Healthy`, `Programmed`, `Accepted`. The annotation `landfall.dev/ready-condition` of an object wins.
    #[serde(default)]
    pub ready_conditions: BTreeMap<String, String>,
    /// Who is told of deploys, by names of your choice. Only that of the newest commit of the default branch counts.
    #[serde(default)]
    pub notifications: BTreeMap<String, Sink>,
}

/// A place to deploy to.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Environment {
    /// The branch whose commits are deployed.
    pub branch: String,
    /// Folders and files of manifests, from the root of the repository. Folders are read with all folders in them.
    pub paths: Vec<String>,
    /// Which objects belong to the environment: a label selector. `deploy=NAME` where it is left out.
    #[serde(default)]
    pub selector: Option<String>,
    /// Where the objects live.
    pub target: TargetConfig,
    /// The share of its objects, in per cent, that one deploy may prune without their approval by name. 50 where it is
    /// left out.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100))]
    pub max_prune_share: Option<u8>,
    /// What `landfall serve` does about objects that somebody else has changed: `correct`, `report` or `ignore`.
    #[serde(default)]
    pub drift: DriftMode,
    /// That nothing is deployed for now, and why: `landfall pause`.
    #[serde(default)]
    pub paused: Option<Paused>,
}

/// What to do about changes by others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DriftMode {
    /// What was applied is applied again.
    #[default]
    Correct,
    /// It is told, and left as it is.
    Report,
    /// Nobody looks.
    Ignore,
}

/// Where objects live: `{kubernetes: {...}}` or `{docker: {...}}`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum TargetConfig {
    /// A Kubernetes cluster.
    Kubernetes(KubernetesConfig),
    /// One host with a Docker engine, or Podman.
    Docker(DockerConfig),
}

/// A Kubernetes cluster.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KubernetesConfig {
    /// The context of the kubeconfig; the current one where it is left out.
    #[serde(default)]
    pub context: Option<String>,
    /// The namespace of objects that name none; that of the context where it is left out.
    #[serde(default)]
    pub namespace: Option<String>,
    /// What the journal calls the cluster, so that who reaches it by another address, such as from inside, has the same
    /// timeline; its address where it is left out.
    #[serde(default)]
    pub name: Option<String>,
    /// Where the kubeconfig is; `KUBECONFIG` or `~/.kube/config` where it is left out.
    #[serde(default)]
    pub kubeconfig: Option<Reference>,
}

/// One host with a Docker engine, or Podman.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DockerConfig {
    /// Where the engine is: `unix:///PATH`, `tcp://HOST:PORT` or `ssh://USER@HOST`; that of `DOCKER_HOST`, or this
    /// machine's, where it is left out.
    #[serde(default)]
    pub host: Option<String>,
    /// The folder with `ca.pem`, `cert.pem` and `key.pem` for an engine at `tcp://`; `DOCKER_CERT_PATH` where it is left
    /// out and `DOCKER_TLS_VERIFY` is set.
    #[serde(default)]
    pub certificates: Option<Reference>,
    /// The namespace of objects that name none; `default` where it is left out.
    #[serde(default)]
    pub namespace: Option<String>,
}

/// Something that differs from place to place or is secret, and therefore is not in the repository.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Reference {
    /// An environment variable with this name.
    Env(String),
    /// A file at this path.
    File(PathBuf),
}

impl Config {
    /// Reads the configuration.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn read(source: &Arc<Source>) -> Result<Self, Vec<Diagnostic>> {
        let documents = yaml::parse(source)?;
        let root = match documents.as_slice() {
            [only] => &only.root,
            [] => return Err(vec![Diagnostic::of_file(&source.path, "The file is empty").hint(DOCUMENTATION)]),
            [_, second, ..] => {
                let start = second.span.start..second.span.start;
                return Err(vec![
                    Diagnostic::at(source, start, "The file has more than one document").hint(DOCUMENTATION),
                ]);
            }
        };
        let faults = validate::validate(source, schemars::schema_for!(Self).as_value(), root);
        if !faults.is_empty() {
            return Err(faults);
        }
        let unreadable =
            |error: serde_json::Error| vec![Diagnostic::of_file(&source.path, error.to_string()).hint(DOCUMENTATION)];
        let config: Self = serde_json::from_value(root.to_json()).map_err(unreadable)?;
        let faults = check::check(&config, source, root);
        if faults.is_empty() { Ok(config) } else { Err(faults) }
    }

    /// Which conditions say that objects of custom kinds are live.
    pub fn ready_conditions(&self) -> ReadyConditions {
        // Names that are none were refused by `Self::read`.
        let kind_of =
            |(name, condition): (&String, &String)| Some((ReadyConditions::parse_kind(name).ok()?, condition.clone()));
        self.ready_conditions.iter().filter_map(kind_of).collect()
    }

    /// Who is told of deploys, as the journal keeps it.
    pub fn sinks(&self) -> Vec<NewSink> {
        notifications::new_sinks(&self.notifications)
    }
}

impl Environment {
    /// Which objects belong to the environment.
    pub fn selector(&self, name: &str) -> Selector {
        let text = self.selector.clone().unwrap_or_else(|| format!("deploy={name}"));
        // Read before, by `Config::read`; a name that is no label value selects nothing rather than everything.
        Selector::parse(&text).unwrap_or_else(|_| Selector::nothing())
    }
}
