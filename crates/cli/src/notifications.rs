//! What notifications need of this machine.

use std::{env, fs, sync::Arc};

use landfall_deploy::config::Reference;
use landfall_server::notify::{Http, Secrets};

use crate::error::CommandError;

/// Sends notifications.
pub fn http() -> Result<Http, CommandError> {
    Http::new().map_err(|why| CommandError::internal(format!("Notifications cannot be sent from this machine: {why}")))
}

/// Reads variables and files.
pub fn secrets() -> Secrets {
    Arc::new(|reference| match reference {
        Reference::Env(name) => match env::var(name) {
            Ok(value) if !value.trim().is_empty() => Ok(value.into()),
            Ok(_) => Err(format!("The environment variable {name} is empty")),
            Err(env::VarError::NotPresent) => Err(format!("The environment variable {name} is not set")),
            Err(env::VarError::NotUnicode(_)) => Err(format!("The environment variable {name} is not UTF-8")),
        },
        Reference::File(path) => match fs::read_to_string(path) {
            Ok(text) if !text.trim().is_empty() => Ok(text.into()),
            Ok(_) => Err(format!("{} is empty", path.display())),
            Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
        },
    })
}
