//! The arguments that several commands share. Doc comments are the help.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};
use jiff::SignedDuration;
use landfall_deploy::wait::USUAL_WAIT;

/// Which target: for a cluster kubectl's flags, for one host the engine's address.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Target")]
pub struct ConnectArgs {
    /// Deploy to a Docker engine: unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST [default: that of $DOCKER_HOST, or
    /// else this machine's]
    #[arg(long, value_name = "HOST", num_args = 0..=1, default_missing_value = "", require_equals = true,
          conflicts_with_all = ["kubeconfig", "context", "cluster", "user", "server", "token", "certificate_authority",
          "client_certificate", "client_key", "tls_server_name", "impersonate", "insecure_skip_tls_verify"])]
    pub docker: Option<String>,
    /// The kubeconfig file [default: the files of $KUBECONFIG, or ~/.kube/config]
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig [default: its current context]
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
    /// The cluster of the kubeconfig instead of the context's
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
    /// The user of the kubeconfig instead of the context's
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// The namespace of objects that name none; objects that name another one are an error
    #[arg(short, long, value_name = "NAME")]
    pub namespace: Option<String>,
    /// The address of the API server
    #[arg(short, long, value_name = "URL")]
    pub server: Option<String>,
    /// A bearer token
    #[arg(long, value_name = "TOKEN")]
    pub token: Option<String>,
    /// The file of the certificate authority
    #[arg(long, value_name = "FILE")]
    pub certificate_authority: Option<PathBuf>,
    /// The file of the client's certificate
    #[arg(long, value_name = "FILE")]
    pub client_certificate: Option<PathBuf>,
    /// The file of the client's key
    #[arg(long, value_name = "FILE")]
    pub client_key: Option<PathBuf>,
    /// The name that the server's certificate must have
    #[arg(long, value_name = "NAME")]
    pub tls_server_name: Option<String>,
    /// Act as this user
    #[arg(long = "as", value_name = "USER")]
    pub impersonate: Option<String>,
    /// Act as a member of this group; may be given several times
    #[arg(long = "as-group", value_name = "GROUP", requires = "impersonate")]
    pub impersonate_groups: Vec<String>,
    /// Act as the user with this UID
    #[arg(long = "as-uid", value_name = "UID", requires = "impersonate")]
    pub impersonate_uid: Option<String>,
    /// Do not verify the server's certificate
    #[arg(long, num_args = 0..=1, default_missing_value = "true", require_equals = true, value_name = "BOOL")]
    pub insecure_skip_tls_verify: Option<bool>,
}

impl ConnectArgs {
    /// The first flag that names a cluster, if there is one.
    pub fn cluster_flag(&self) -> Option<&'static str> {
        let flags = [
            (self.kubeconfig.is_some(), "--kubeconfig"),
            (self.context.is_some(), "--context"),
            (self.cluster.is_some(), "--cluster"),
            (self.user.is_some(), "--user"),
            (self.server.is_some(), "--server"),
            (self.token.is_some(), "--token"),
            (self.certificate_authority.is_some(), "--certificate-authority"),
            (self.client_certificate.is_some(), "--client-certificate"),
            (self.client_key.is_some(), "--client-key"),
            (self.tls_server_name.is_some(), "--tls-server-name"),
            (self.impersonate.is_some(), "--as"),
            (self.insecure_skip_tls_verify.is_some(), "--insecure-skip-tls-verify"),
        ];
        flags.into_iter().find_map(|(given, flag)| given.then_some(flag))
    }
}

/// Which manifests: kubectl's flags.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Manifests")]
pub struct FileArgs {
    /// A file or folder of manifests, `-` for standard input; may be given several times
    #[arg(short, long = "filename", value_name = "PATH", value_delimiter = ',')]
    pub filename: Vec<PathBuf>,
    /// Read folders with all folders in them
    #[arg(short = 'R', long, num_args = 0..=1, default_missing_value = "true", require_equals = true, value_name = "BOOL")]
    pub recursive: Option<bool>,
    /// Only objects with these labels: `deploy=NAME`
    #[arg(short = 'l', long, value_name = "SELECTOR")]
    pub selector: Option<String>,
}

/// Which repository.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Repository")]
pub struct RepositoryArgs {
    /// The address or path of the deployment repository [default: the clone that you stand in]
    #[arg(long, value_name = "URL")]
    pub repo: Option<String>,
}

/// What is allowed that is otherwise stopped.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Approvals")]
pub struct ApprovalArgs {
    /// Replace this object if a field of it changed that cannot be changed: `statefulset/gitserver`
    #[arg(long, value_name = "KIND/NAME", value_delimiter = ',')]
    pub replace: Vec<String>,
    /// Delete this object though it holds data, or though very many are deleted: `persistentvolumeclaim/data`
    #[arg(long, value_name = "KIND/NAME", value_delimiter = ',')]
    pub allow_prune: Vec<String>,
}

/// How long to wait until what was written is live.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Waiting")]
pub struct WaitArgs {
    /// The longest to wait until everything is live: `90s`, `10m`, `1h` [default: 10m]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Do not wait until it is live: end when everything is written
    #[arg(long, conflicts_with = "timeout")]
    pub no_wait: bool,
}

/// Where deploys are recorded.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Journal")]
pub struct JournalArgs {
    /// The journal: a file, or postgres://USER@HOST/DATABASE [default: ~/.local/state/landfall/journal.db]
    #[arg(long, value_name = "PLACE", env = "LANDFALL_JOURNAL", hide_env_values = true)]
    pub journal: Option<String>,
}

impl WaitArgs {
    /// How long to wait; `None` for not at all.
    pub fn wait(&self) -> Option<Duration> {
        (!self.no_wait).then(|| self.timeout.unwrap_or(USUAL_WAIT))
    }
}

/// A time as kubectl writes it: `90s`, `5m`, `1h30m`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let span: SignedDuration = text.parse().map_err(|_| "it is no time; write 90s, 10m or 1h30m".to_owned())?;
    span.try_into().map_err(|_| "a time cannot be negative".to_owned())
}

/// How a plan is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs: docs/json.md
    Json,
}
