//! A repository of the forge, and who may do what with it.

use std::{path::PathBuf, process::Command};

use serde_json::{Value, json};

use crate::{Forge, User};

/// A private repository on a forge.
pub struct Repository<'a> {
    forge: &'a Forge,
    full_name: String,
}

/// What a collaborator may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Clone and fetch.
    Read,
    /// Push as well.
    Write,
}

impl<'a> Repository<'a> {
    pub(crate) fn new(forge: &'a Forge, owner: &str, name: &str) -> Self {
        Self { forge, full_name: format!("{owner}/{name}") }
    }

    /// `owner/name`.
    pub fn full_name(&self) -> &str {
        &self.full_name
    }

    /// The address over HTTP, without credentials: see [`User::git_env`].
    pub fn http_url(&self) -> String {
        format!("{}/{}.git", self.forge.url(), self.full_name)
    }

    /// The address over ssh: see [`User::git_env`] for the key.
    pub fn ssh_url(&self) -> String {
        format!("ssh://git@127.0.0.1:{}/{}.git", self.forge.ssh_port(), self.full_name)
    }

    /// Lets a user in.
    pub fn add(&self, user: &User, access: Access) {
        let permission = match access {
            Access::Read => "read",
            Access::Write => "write",
        };
        self.api("PUT", &format!("/collaborators/{}", user.name()), Some(json!({"permission": permission})));
    }

    /// Protects a branch: nobody may push to it.
    pub fn protect(&self, branch: &str) {
        self.api("POST", "/branch_protections", Some(json!({"rule_name": branch, "enable_push": false})));
    }

    /// Makes the repository read-only for all.
    pub fn archive(&self) {
        self.api("PATCH", "", Some(json!({"archived": true})));
    }

    /// Has the forge send pushes to `url` (on this machine), signed with `secret`. Gives the webhook's number.
    pub fn add_webhook(&self, url: &str, secret: &str) -> u64 {
        let config = json!({"url": url, "content_type": "json", "secret": secret});
        let body = json!({"type": "gitea", "active": true, "events": ["push"], "config": config});
        self.api("POST", "/hooks", Some(body))["id"].as_u64().expect("a webhook has a number")
    }

    /// The statuses of a commit, newest first, each with `status`, `context`, `description` and `target_url`.
    pub fn statuses(&self, commit: &str) -> Vec<Value> {
        let mut statuses: Vec<Value> =
            serde_json::from_value(self.api("GET", &format!("/commits/{commit}/statuses"), None)).unwrap();
        statuses.sort_by_key(|status| std::cmp::Reverse(status["id"].as_u64()));
        statuses
    }

    /// The id of a branch's tip.
    pub fn tip(&self, branch: &str) -> String {
        // Of the folder itself: shortly after the first push the forge still believes the repository to be empty.
        let output =
            Command::new("git").arg("--git-dir").arg(self.folder()).args(["rev-parse", branch]).output().unwrap();
        assert!(output.status.success(), "{} has no branch {branch}", self.full_name);
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// The bare repository's folder, for server-side hooks and faults.
    pub fn folder(&self) -> PathBuf {
        self.forge.folder().join(format!("repositories/{}.git", self.full_name))
    }

    /// Asks the API about this repository as the administrator; it must succeed. `path` is what follows the repository.
    #[track_caller]
    pub fn api(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        self.forge.api(method, &format!("/repos/{}{path}", self.full_name), body).ok()
    }
}
