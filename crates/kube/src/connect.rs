//! Finds the cluster: kubeconfig, context, and what the command line says otherwise.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicBool, AtomicI64},
};

use ::http::{HeaderName, HeaderValue};
use kube::config::{AuthInfo, KubeConfigOptions, Kubeconfig};
use secrecy::SecretString;
use thiserror::Error;

use crate::{answers::Answers, client, http::Api, kubeconfig_fault, target::KubernetesTarget, throttle::Throttle};

/// Which cluster, and as whom: kubectl's flags of the same names.
#[derive(Debug, Clone, Default)]
pub struct ConnectOptions {
    /// The kubeconfig files, merged in this order; those of `KUBECONFIG`, or `~/.kube/config`.
    pub kubeconfig: Vec<PathBuf>,
    /// The context instead of the current one.
    pub context: Option<String>,
    /// The cluster instead of the context's.
    pub cluster: Option<String>,
    /// The user instead of the context's.
    pub user: Option<String>,
    /// The address of the API server instead of the cluster's.
    pub server: Option<String>,
    /// A bearer token instead of the user's credentials.
    pub token: Option<SecretString>,
    /// Does not verify the server's certificate.
    pub insecure_skip_tls_verify: bool,
    /// The certificate authority's file instead of the cluster's.
    pub certificate_authority: Option<PathBuf>,
    /// The client certificate's file instead of the user's credentials.
    pub client_certificate: Option<PathBuf>,
    /// The file of its key.
    pub client_key: Option<PathBuf>,
    /// The name that the server's certificate must have, instead of the address.
    pub tls_server_name: Option<String>,
    /// Acts as this user instead of the one of the kubeconfig's `as`.
    pub impersonate: Option<String>,
    /// Acts as a member of these groups.
    pub impersonate_groups: Vec<String>,
    /// Acts as the user with this UID.
    pub impersonate_uid: Option<String>,
    /// What the journal calls the cluster, instead of its address.
    pub name: Option<String>,
    /// Namespace instead of the context's.
    pub namespace: Option<String>,
    /// Uses the account of the pod that the program runs in where there is no kubeconfig.
    pub in_cluster: bool,
}

/// Why there is no connection to try.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// There is no kubeconfig.
    #[error("There is no kubeconfig at {0}")]
    Missing(String),
    /// The kubeconfig cannot be read.
    #[error("The kubeconfig {path} cannot be read: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The kubeconfig does not have what was asked for.
    #[error("The kubeconfig has no context '{wanted}'; it has {known}")]
    NoContext {
        /// The context.
        wanted: String,
        /// Those that it has.
        known: String,
    },
    /// The kubeconfig names no context.
    #[error("The kubeconfig has no current context; it has {0}")]
    NoCurrentContext(String),
    /// The kubeconfig does not have the user that was asked for, or that the context names.
    #[error("The kubeconfig has no user '{wanted}'; it has {known}")]
    NoUser {
        /// The user.
        wanted: String,
        /// Those that it has.
        known: String,
    },
    /// What it says cannot be used.
    #[error("The connection to context '{context}' cannot be set up: {reason}")]
    Unusable {
        /// The context.
        context: String,
        /// Why.
        reason: String,
    },
}

/// Prepares the connection. Sends nothing yet.
///
/// # Errors
/// Where the kubeconfig is missing or wrong.
pub async fn connect(options: &ConnectOptions) -> Result<KubernetesTarget, ConnectError> {
    let (context, mut config) = match read_all(&options.kubeconfig)? {
        Some(kubeconfig) => of_kubeconfig(kubeconfig, options).await?,
        None if options.in_cluster => {
            let unusable = |error: kube::config::InClusterError| unusable("in-cluster", &error);
            ("in-cluster".to_owned(), kube::Config::incluster().map_err(unusable)?)
        }
        None => return Err(ConnectError::Missing(names(&options.kubeconfig))),
    };
    config.accept_invalid_certs |= options.insecure_skip_tls_verify;
    config.cluster_url = without_user(&config.cluster_url);
    let address = config.cluster_url.to_string().trim_end_matches('/').to_owned();
    let description = format!("context {context} ({address})");
    let default_namespace = options.namespace.clone().unwrap_or_else(|| config.default_namespace.clone());
    let program = config.auth_info.exec.as_ref().and_then(|exec| exec.command.clone());
    let client = client::client(config).map_err(|error| match (unusable(&context, &error), program) {
        (ConnectError::Unusable { context, reason }, Some(program)) => {
            let reason = reason.replace("(user.exec.command)", &format!("'{program}'"));
            ConnectError::Unusable { context, reason }
        }
        (error, _) => error,
    })?;
    let api = Api {
        client,
        throttle: Throttle::new(),
        description,
        address: options.name.clone().unwrap_or(address),
        reached: AtomicBool::new(false),
        ahead: AtomicI64::new(0),
        answers: Answers::default(),
    };
    Ok(KubernetesTarget::new(api, default_namespace))
}

fn unusable(context: &str, error: &(dyn std::error::Error + 'static)) -> ConnectError {
    ConnectError::Unusable { context: context.to_owned(), reason: kubeconfig_fault::tell(error) }
}

/// The address without a user and password that may stand in it: they are sent nowhere, but could be shown.
fn without_user(address: &::http::Uri) -> ::http::Uri {
    let mut parts = address.clone().into_parts();
    let host = parts
        .authority
        .as_ref()
        .and_then(|authority| authority.as_str().rsplit_once('@'))
        .map(|(_, host)| host.to_owned());
    let Some(host) = host else { return address.clone() };
    parts.authority = host.parse().ok();
    ::http::Uri::from_parts(parts).unwrap_or_else(|_| address.clone())
}

fn names(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// All files merged; a file that does not exist counts as empty, as with kubectl, unless none does.
fn read_all(paths: &[PathBuf]) -> Result<Option<Kubeconfig>, ConnectError> {
    let mut merged: Option<Kubeconfig> = None;
    for path in paths.iter().filter(|path| path.exists()) {
        let unreadable = |error: kube::config::KubeconfigError| ConnectError::Unreadable {
            path: path.display().to_string(),
            reason: std::fs::read_to_string(path)
                .ok()
                .and_then(kubeconfig_fault::syntax)
                .unwrap_or_else(|| kubeconfig_fault::tell(&error)),
        };
        let read = Kubeconfig::read_from(path).map_err(unreadable)?;
        merged = Some(match merged {
            Some(before) => before.merge(read).map_err(unreadable)?,
            None => read,
        });
    }
    Ok(merged)
}

async fn of_kubeconfig(
    mut kubeconfig: Kubeconfig,
    options: &ConnectOptions,
) -> Result<(String, kube::Config), ConnectError> {
    let known = || match kubeconfig.contexts.iter().map(|context| context.name.as_str()).collect::<Vec<_>>() {
        names if names.is_empty() => "no contexts at all".to_owned(),
        names => names.join(", "),
    };
    let wanted = options.context.clone().or_else(|| kubeconfig.current_context.clone()).filter(|name| !name.is_empty());
    let context = wanted.ok_or_else(|| ConnectError::NoCurrentContext(known()))?;
    if !kubeconfig.contexts.iter().any(|known| known.name == context) {
        return Err(ConnectError::NoContext { wanted: context, known: known() });
    }
    override_cluster(&mut kubeconfig, options);
    let named = kubeconfig.contexts.iter().find(|named| named.name == context).and_then(|named| named.context.as_ref());
    let user = options.user.clone().or_else(|| named.and_then(|named| named.user.clone()));
    if let Some(wanted) = user.filter(|user| !user.is_empty())
        && !kubeconfig.auth_infos.iter().any(|known| known.name == wanted)
    {
        // kube would go on as nobody.
        let known: Vec<&str> = kubeconfig.auth_infos.iter().map(|known| known.name.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(ConnectError::NoUser { wanted, known });
    }
    let selection = KubeConfigOptions {
        context: Some(context.clone()),
        cluster: options.cluster.clone(),
        user: options.user.clone(),
    };
    let mut config = kube::Config::from_custom_kubeconfig(kubeconfig, &selection)
        .await
        .map_err(|error| unusable(&context, &error))?;
    if let Some(token) = &options.token {
        config.auth_info = AuthInfo { token: Some(token.clone()), ..without_credentials(&config.auth_info) };
    }
    if let (Some(certificate), Some(key)) = (&options.client_certificate, &options.client_key) {
        config.auth_info = AuthInfo {
            client_certificate: Some(certificate.display().to_string()),
            client_key: Some(key.display().to_string()),
            ..without_credentials(&config.auth_info)
        };
    }
    if options.tls_server_name.is_some() {
        config.tls_server_name = options.tls_server_name.clone();
    }
    config.headers.extend(impersonation(&config.auth_info, options).map_err(|error| unusable(&context, &error))?);
    Ok((context, config))
}

/// Another identity replaces the credentials, not the person that they act as.
fn without_credentials(user: &AuthInfo) -> AuthInfo {
    AuthInfo {
        impersonate: user.impersonate.clone(),
        impersonate_uid: user.impersonate_uid.clone(),
        impersonate_groups: user.impersonate_groups.clone(),
        ..AuthInfo::default()
    }
}

/// The headers by which a request acts as somebody else.
///
/// Source: <https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation>.
fn impersonation(
    user: &AuthInfo,
    options: &ConnectOptions,
) -> Result<Vec<(HeaderName, HeaderValue)>, ::http::header::InvalidHeaderValue> {
    let groups = if options.impersonate_groups.is_empty() {
        user.impersonate_groups.clone().unwrap_or_default()
    } else {
        options.impersonate_groups.clone()
    };
    let user_name = options.impersonate.clone().or_else(|| user.impersonate.clone());
    let uid = options.impersonate_uid.clone().or_else(|| user.impersonate_uid.clone());
    let mut headers = Vec::new();
    let pairs = user_name.into_iter().map(|value| ("impersonate-user", value));
    let pairs = pairs.chain(uid.into_iter().map(|value| ("impersonate-uid", value)));
    for (name, value) in pairs.chain(groups.into_iter().map(|value| ("impersonate-group", value))) {
        headers.push((HeaderName::from_static(name), HeaderValue::from_str(&value)?));
    }
    Ok(headers)
}

fn override_cluster(kubeconfig: &mut Kubeconfig, options: &ConnectOptions) {
    for cluster in kubeconfig.clusters.iter_mut().filter_map(|named| named.cluster.as_mut()) {
        if let Some(server) = &options.server {
            cluster.server = Some(server.clone());
        }
        if let Some(file) = &options.certificate_authority {
            cluster.certificate_authority = Some(file.display().to_string());
            cluster.certificate_authority_data = None;
        }
    }
}
