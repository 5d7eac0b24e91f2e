//! From flags, environment variables and `landfall.yaml` to a cluster.

use std::{env, path::PathBuf};

use landfall_deploy::config::{KubernetesConfig, Reference};
use landfall_kube::{ConnectOptions, KubernetesTarget};

use super::variable;
use crate::{args::ConnectArgs, error::CommandError, xdg};

/// Prepares the connection that flags and configuration name. Flags win.
pub(super) async fn connect(args: &ConnectArgs, config: &KubernetesConfig) -> Result<KubernetesTarget, CommandError> {
    let options = ConnectOptions {
        kubeconfig: kubeconfig(args, config)?,
        context: args.context.clone().or_else(|| config.context.clone()),
        cluster: args.cluster.clone(),
        user: args.user.clone(),
        server: args.server.clone(),
        token: args.token.clone().map(Into::into),
        insecure_skip_tls_verify: args.insecure_skip_tls_verify.unwrap_or_default(),
        certificate_authority: args.certificate_authority.clone(),
        client_certificate: args.client_certificate.clone(),
        client_key: args.client_key.clone(),
        tls_server_name: args.tls_server_name.clone(),
        impersonate: args.impersonate.clone(),
        impersonate_groups: args.impersonate_groups.clone(),
        impersonate_uid: args.impersonate_uid.clone(),
        name: config.name.clone(),
        namespace: args.namespace.clone().or_else(|| config.namespace.clone()),
        in_cluster: env::var_os("KUBERNETES_SERVICE_HOST").is_some(),
    };
    Ok(landfall_kube::connect(&options).await?)
}

/// The kubeconfig files, by kubectl's rules: the flag, else `KUBECONFIG` (several, with colons), else the home's.
fn kubeconfig(args: &ConnectArgs, config: &KubernetesConfig) -> Result<Vec<PathBuf>, CommandError> {
    if let Some(path) = &args.kubeconfig {
        return Ok(vec![path.clone()]);
    }
    match &config.kubeconfig {
        Some(Reference::File(path)) => return Ok(vec![path.clone()]),
        Some(Reference::Env(name)) => {
            let paths = variable(name, "the kubeconfig", "to the path of the kubeconfig, or use --kubeconfig")?;
            return Ok(env::split_paths(&paths).collect());
        }
        None => {}
    }
    if let Some(paths) = env::var_os("KUBECONFIG").filter(|paths| !paths.is_empty()) {
        return Ok(env::split_paths(&paths).filter(|path| !path.as_os_str().is_empty()).collect());
    }
    Ok(xdg::home().map(|home| home.join(".kube/config")).into_iter().collect())
}
