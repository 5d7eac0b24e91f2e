//! A user of the forge, and how git is told who it is.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::forge::make_key;

/// A user with a token for HTTP and a key for ssh.
#[derive(Debug, Clone)]
pub struct User {
    name: String,
    token: String,
    folder: PathBuf,
}

impl User {
    pub(crate) fn new(folder: &Path, name: &str, token: &str, http_port: u16) -> Self {
        fs::create_dir_all(folder).unwrap();
        make_key(&folder.join("key"));
        let store = folder.join("credentials");
        fs::write(&store, format!("http://{name}:{token}@127.0.0.1:{http_port}\n")).unwrap();
        fs::set_permissions(&store, fs::Permissions::from_mode(0o600)).unwrap();
        Self { name: name.to_owned(), token: token.to_owned(), folder: folder.to_owned() }
    }

    /// The login name, which is unique.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A token that may do all that the user may: a password for git over HTTP, and for the API.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The private key's file; the public one is beside it with `.pub`.
    pub fn key(&self) -> PathBuf {
        self.folder.join("key")
    }

    /// Variables with which git logs in as this user, over HTTP by a credential helper and over ssh by the key. They take
    /// nothing from the configuration of whoever runs the test, and can be combined with `GIT_CONFIG_GLOBAL`.
    pub fn git_env(&self) -> Vec<(String, String)> {
        let ssh = format!(
            "ssh -F none -o UserKnownHostsFile={} -o IdentitiesOnly=yes -i {}",
            self.known_hosts().display(),
            self.key().display()
        );
        let helper = format!("store --file={}", self.folder.join("credentials").display());
        let pairs = [
            ("GIT_CONFIG_COUNT", "2"),
            ("GIT_CONFIG_KEY_0", "credential.helper"),
            ("GIT_CONFIG_VALUE_0", ""),
            ("GIT_CONFIG_KEY_1", "credential.helper"),
            ("GIT_CONFIG_VALUE_1", &helper),
            ("GIT_SSH_COMMAND", &ssh),
        ];
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    }

    pub(crate) fn public_key(&self) -> String {
        fs::read_to_string(self.folder.join("key.pub")).unwrap().trim().to_owned()
    }

    pub(crate) fn known_hosts(&self) -> PathBuf {
        self.folder.join("known_hosts")
    }
}
