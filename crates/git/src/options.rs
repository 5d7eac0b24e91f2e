//! How the `git` program is run.

use std::{
    ffi::OsString,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

/// How the `git` program is run. The default suits the command line.
#[derive(Debug, Clone)]
pub struct GitOptions {
    /// The program; `git` is looked up in PATH.
    pub program: OsString,
    /// Variables set on top of the inherited environment, such as `GIT_SSL_CAINFO`. A `GIT_SSH_COMMAND` belongs here
    /// even when it is inherited: only then can Landfall add `-o BatchMode=yes`, without which ssh may ask a terminal.
    pub extra_env: Vec<(String, String)>,
    /// The longest that one run of git may take; then it is killed with all of its children.
    pub time_limit: Duration,
    /// The longest to wait for another process that holds a mirror.
    pub lock_limit: Duration,
    /// Set to true from another thread to kill the running git.
    pub cancel: Option<Arc<AtomicBool>>,
}

impl Default for GitOptions {
    fn default() -> Self {
        Self {
            program: "git".into(),
            extra_env: Vec::new(),
            time_limit: Duration::from_secs(300),
            // Longer than a run of git may take, so that a slow clone elsewhere is waited for.
            lock_limit: Duration::from_secs(330),
            cancel: None,
        }
    }
}
