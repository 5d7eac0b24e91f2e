//! From flags, environment variables and `landfall.yaml` to a target.

mod cluster;
mod engine;

use std::{env, ffi::OsString, ops::Deref};

use landfall_core::{object::ObjectId, selector::Selector};
use landfall_deploy::{
    config::{DockerConfig, KubernetesConfig, TargetConfig},
    target::Target,
};
use landfall_docker::DockerTarget;
use landfall_kube::KubernetesTarget;
use serde_json::Value;

use crate::{args::ConnectArgs, error::CommandError};

/// A target, and the few things that only one kind of it can do.
pub enum Connected {
    /// A cluster.
    Cluster(Box<KubernetesTarget>),
    /// One host.
    Host(Box<DockerTarget>),
}

/// Prepares the connection that flags and an environment of `landfall.yaml` name. Flags win.
pub async fn connect(args: &ConnectArgs, config: Option<&TargetConfig>) -> Result<Connected, CommandError> {
    match config {
        Some(TargetConfig::Kubernetes(config)) => {
            if args.docker.is_some() {
                let message = "--docker names an engine, but this environment is deployed to a cluster";
                return Err(CommandError::user(message)
                    .hint("add an environment with `target: {docker: {}}` to landfall.yaml, and name that"));
            }
            to_cluster(args, config).await
        }
        Some(TargetConfig::Docker(config)) => {
            if let Some(flag) = args.cluster_flag() {
                let message = format!("{flag} names a cluster, but this environment is deployed to a Docker engine");
                return Err(
                    CommandError::user(message).hint("another engine is named by --docker=HOST; leave the flag out")
                );
            }
            to_host(args, config).await
        }
        None if args.docker.is_some() => to_host(args, &DockerConfig::default()).await,
        None => to_cluster(args, &KubernetesConfig::default()).await,
    }
}

async fn to_cluster(args: &ConnectArgs, config: &KubernetesConfig) -> Result<Connected, CommandError> {
    Ok(Connected::Cluster(Box::new(cluster::connect(args, config).await?)))
}

async fn to_host(args: &ConnectArgs, config: &DockerConfig) -> Result<Connected, CommandError> {
    Ok(Connected::Host(Box::new(engine::connect(args, config).await?)))
}

impl Connected {
    /// It as any target.
    pub fn into_target(self) -> Box<dyn Target> {
        match self {
            Self::Cluster(target) => target,
            Self::Host(target) => target,
        }
    }

    /// Lets a cluster answer while the manifests are read.
    pub fn read_ahead(&self, selector: &Selector, namespace: Option<&str>, prune: bool) {
        if let Self::Cluster(target) = self {
            target.read_ahead(selector, namespace, prune);
        }
    }

    /// From now on what a cluster answers to writes is kept, to be shown.
    pub fn keep_answers(&self) {
        if let Self::Cluster(target) = self {
            target.keep_answers();
        }
    }

    /// What a cluster answered to the write of an object, once.
    pub fn take_answer(&self, id: &ObjectId) -> Option<Value> {
        match self {
            Self::Cluster(target) => target.take_answer(id),
            Self::Host(_) => None,
        }
    }
}

impl Deref for Connected {
    type Target = dyn Target;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Cluster(target) => target.as_ref(),
            Self::Host(target) => target.as_ref(),
        }
    }
}

/// The value of a variable that `landfall.yaml` names for `what`. `how` says what to set it to.
fn variable(name: &str, what: &str, how: &str) -> Result<OsString, CommandError> {
    env::var_os(name).filter(|value| !value.is_empty()).ok_or_else(|| {
        CommandError::user(format!("landfall.yaml takes {what} from ${name}, which is not set"))
            .hint(format!("set {name} {how}"))
    })
}
