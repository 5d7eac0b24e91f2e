//! Why a kubeconfig or its login cannot be used, without any of their contents: kube's own words quote lines of the
//! file, the environment of a login program and what it printed, all of which may be credentials.

use std::error::Error;

use kube::{
    client::AuthError,
    config::{KubeconfigError, LoadDataError},
};
use landfall_core::{
    diagnostic::{Place, Source},
    yaml,
};

/// What an error of kube means.
pub(crate) fn tell(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut source = Some(error);
    while let Some(error) = source {
        let known = error.downcast_ref::<AuthError>().map(of_login);
        let known = known.or_else(|| error.downcast_ref::<KubeconfigError>().map(of_kubeconfig));
        if let Some(known) = known {
            return known;
        }
        let text = error.to_string();
        source = error.source();
        // Many errors repeat their cause, about which more may be known than the words.
        let repeats = source.is_some_and(|cause| text.contains(&cause.to_string()));
        if !repeats && !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts.join(": ")
}

/// Whether an error is about the login, in difference to the connection.
pub(crate) fn is_login(error: &(dyn Error + 'static)) -> bool {
    let mut source = Some(error);
    while let Some(error) = source {
        if error.is::<AuthError>() {
            return true;
        }
        source = error.source();
    }
    false
}

fn of_login(error: &AuthError) -> String {
    match error {
        AuthError::AuthExecStart(error) => format!("its login program (user.exec.command) cannot be started: {error}"),
        AuthError::AuthExecRun { out, .. } => {
            // Standard output may hold the token already; standard error is for people.
            let said = String::from_utf8_lossy(&out.stderr);
            let said = said.lines().rev().find(|line| !line.trim().is_empty()).map(str::trim).unwrap_or_default();
            let said = if said.is_empty() { String::new() } else { format!(": {said}") };
            format!("its login program (user.exec.command) failed with {}{said}", out.status)
        }
        AuthError::AuthExecParse(_) | AuthError::ExecPluginFailed => {
            "its login program (user.exec.command) did not print an ExecCredential".to_owned()
        }
        AuthError::AuthExec(_) | AuthError::AuthExecSerialize(_) => "its login program failed".to_owned(),
        AuthError::MissingCommand => "its user has no exec.command".to_owned(),
        AuthError::ReadTokenFile(error, path) => format!("its token file {} cannot be read: {error}", path.display()),
        AuthError::InvalidBearerToken(_) | AuthError::InvalidBasicAuth(_) => {
            "its token or password has characters that cannot be sent".to_owned()
        }
        AuthError::MalformedTokenExpirationDate(_) => "its token has an expiration date that is none".to_owned(),
        AuthError::ParseTokenKey(_) => "its login program did not print the token where token-key says".to_owned(),
        other => other.to_string(),
    }
}

fn of_kubeconfig(error: &KubeconfigError) -> String {
    match error {
        KubeconfigError::LoadClusterOfContext(name) => format!("it has no cluster '{name}'"),
        KubeconfigError::LoadCertificateAuthority(error) => format!("its certificate authority {}", of_data(error)),
        KubeconfigError::LoadClientCertificate(error) => format!("the certificate of its user {}", of_data(error)),
        KubeconfigError::LoadClientKey(error) => format!("the key of its user {}", of_data(error)),
        KubeconfigError::ParseCertificates(_) => "its certificate authority is no PEM file".to_owned(),
        KubeconfigError::MissingClusterUrl => "its cluster has no server".to_owned(),
        KubeconfigError::ParseClusterUrl(_) => "the server of its cluster is no address".to_owned(),
        KubeconfigError::ParseProxyUrl(_) => "the proxy-url of its cluster is no address".to_owned(),
        KubeconfigError::ReadConfig(error, _) => error.to_string(),
        KubeconfigError::Parse(error) => match error.location() {
            Some(at) => format!("line {}, column {}: not what a kubeconfig has here", at.line(), at.column()),
            None => "it is no kubeconfig".to_owned(),
        },
        other => other.to_string(),
    }
}

fn of_data(error: &LoadDataError) -> String {
    match error {
        LoadDataError::DecodeBase64(_) => "is not base64".to_owned(),
        LoadDataError::ReadFile(error, path) => format!("cannot be read from {}: {error}", path.display()),
        LoadDataError::NoBase64DataOrFile => "is missing".to_owned(),
    }
}

/// What is wrong with the YAML of a kubeconfig, if that is it.
pub(crate) fn syntax(text: String) -> Option<String> {
    let source = std::sync::Arc::new(Source { path: String::new(), text });
    let fault = yaml::parse(&source).err()?.into_iter().next()?;
    match &fault.place {
        Place::Span(source, span) => {
            let (line, column) = source.position(span.start);
            Some(format!("line {line}, column {column}: it is no YAML"))
        }
        Place::File(_) => Some("it is no YAML".to_owned()),
    }
}
