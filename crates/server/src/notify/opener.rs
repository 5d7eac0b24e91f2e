//! Where secrets come from, and that they go nowhere else.

use std::sync::{Arc, Mutex, PoisonError};

use landfall_deploy::config::Reference;
use secrecy::{ExposeSecret, SecretString};

use super::Fault;

/// Reads what a configuration only names: a variable or a file. The error says what is missing. Read anew for each message,
/// so that a secret can be changed while the program runs.
pub type Secrets = Arc<dyn Fn(&Reference) -> Result<SecretString, String> + Send + Sync>;

/// The secrets of one message.
pub(crate) struct Opener<'a> {
    secrets: &'a Secrets,
    opened: Mutex<Vec<SecretString>>,
}

impl<'a> Opener<'a> {
    pub fn new(secrets: &'a Secrets) -> Self {
        Self { secrets, opened: Mutex::default() }
    }

    /// What a reference names. That it is not there yet may pass.
    pub fn open(&self, reference: &Reference) -> Result<SecretString, Fault> {
        let secret = (self.secrets)(reference).map_err(Fault::passing)?;
        let trimmed = SecretString::from(secret.expose_secret().trim().to_owned());
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).push(trimmed.clone());
        Ok(trimmed)
    }

    /// A text in which none of the secrets is left, nor the path of an address that is one.
    pub fn hide(&self, text: &str) -> String {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let mut hidden = text.to_owned();
        for secret in opened.iter().map(ExposeSecret::expose_secret).filter(|secret| !secret.is_empty()) {
            hidden = hidden.replace(secret, "***");
            let path = secret.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path);
            if let Some(path) = path.filter(|path| path.len() > 7) {
                hidden = hidden.replace(path, "***");
            }
        }
        hidden
    }
}
