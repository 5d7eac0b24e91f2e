//! Which kind of trouble a remote makes, told from what git says in its C locale.

use std::fmt;

/// What kind of fault stands between here and a remote repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RemoteFault {
    /// No connection: the name is unknown, nothing listens, or the network is down.
    Unreachable,
    /// ssh does not know the server's key, or knows another one.
    HostKey,
    /// The server's certificate is not trusted.
    Certificate,
    /// The server refused the credentials, or none were there to give.
    AuthRefused,
    /// The server has no such repository, or hides it from this user.
    NotFound,
    /// The server does not have the commit that was asked for by its id.
    NoSuchCommit,
    /// The repository uses SHA-256 object names.
    Sha256,
    /// The connection broke off.
    Interrupted,
    /// Anything else.
    Other,
}

/// The first fitting line decides. Order matters: a refused key also "could not read from remote repository".
const SIGNS: &[(RemoteFault, &[&str])] = &[
    (
        RemoteFault::HostKey,
        &["Host key verification failed", "REMOTE HOST IDENTIFICATION HAS CHANGED", "No matching host key fingerprint"],
    ),
    (
        RemoteFault::Certificate,
        &[
            "SSL certificate problem",
            "server certificate verification failed",
            "certificate verify",
            "SSL: no alternative certificate subject",
        ],
    ),
    (
        RemoteFault::NoSuchCommit,
        &["not our ref", "does not allow request for unadvertised object", "couldn't find remote ref"],
    ),
    (RemoteFault::Sha256, &["mismatched algorithms", "unknown object format", "object format"]),
    (
        RemoteFault::AuthRefused,
        &[
            "Authentication failed",
            "could not read Username",
            "could not read Password",
            "terminal prompts disabled",
            "Permission denied (",
            "Permission denied, please try again",
            "Too many authentication failures",
            "returned error: 401",
            "returned error: 403",
            "Access denied",
            "Load key",
        ],
    ),
    (
        RemoteFault::NotFound,
        &[
            "Repository not found",
            "repository not found",
            "' not found",
            "does not appear to be a git repository",
            "returned error: 404",
            "does not exist",
        ],
    ),
    (
        RemoteFault::Unreachable,
        &[
            "Could not resolve host",
            "Couldn't resolve host",
            "Name or service not known",
            "Temporary failure in name resolution",
            "Connection refused",
            "Connection timed out",
            "Operation timed out",
            "Failed to connect",
            "Couldn't connect to server",
            "unable to connect",
            "Network is unreachable",
            "No route to host",
        ],
    ),
    (
        RemoteFault::Interrupted,
        &[
            "early EOF",
            "the remote end hung up",
            "Connection reset",
            "Connection closed",
            "transfer closed",
            "unexpected disconnect",
            "Broken pipe",
            "Empty reply",
        ],
    ),
];

impl RemoteFault {
    /// Reads what git wrote on its standard error.
    pub(crate) fn of(said: &str) -> Self {
        let fits = |signs: &[&str]| signs.iter().any(|sign| said.contains(sign));
        SIGNS.iter().find(|(_, signs)| fits(signs)).map_or(Self::Other, |(fault, _)| *fault)
    }

    /// What to do next: a sentence without a final full stop.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::Unreachable => "Check the address, the network and the proxy settings",
            Self::HostKey => {
                "Connect once with ssh to check the server's key, or add it with `ssh-keyscan` to the known_hosts file of the user that runs Landfall"
            }
            Self::Certificate => {
                "Add the server's certificate authority to git's `http.sslCAInfo` or to GIT_SSL_CAINFO"
            }
            Self::AuthRefused => {
                "Check the user, the token or the key, and whether it may read this repository; Landfall never asks for a password"
            }
            Self::NotFound => "Check the address, and whether the credentials may see this repository",
            Self::NoSuchCommit => "Push the commit to a branch or tag of that repository",
            Self::Sha256 => "Use a repository with SHA-1 object names, which is what `git init` makes",
            Self::Interrupted => "Try again; if it happens every time, look at the server's log",
            Self::Other => "Try the same with `git ls-remote` from here",
        }
    }
}

impl fmt::Display for RemoteFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "the server cannot be reached",
            Self::HostKey => "the server's ssh host key is not known or has changed",
            Self::Certificate => "the server's TLS certificate is not trusted",
            Self::AuthRefused => "the server refused the credentials",
            Self::NotFound => "there is no such repository",
            Self::NoSuchCommit => "the server does not have that commit",
            Self::Sha256 => "the repository uses SHA-256 object names, which Landfall cannot read",
            Self::Interrupted => "the connection broke off",
            Self::Other => "git gave up",
        })
    }
}
