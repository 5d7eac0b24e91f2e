//! `landfall serve`: follows repositories, and makes each of their commits live.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::{Args, ValueEnum};
use landfall_deploy::follow::{Board, Ended, Follower, News, Pace, Pass};
use landfall_git::RepoUrl;
use landfall_journal::Journal;
use landfall_server::{
    Access, App, Hints, Inspector, Metrics, TrustedProxy, WebhookSecret,
    notify::{Http, Notifier},
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::{Notify, watch},
};

use crate::{
    args::{JournalArgs, WaitArgs, duration},
    error::{CommandError, status},
    holder::holder,
    host::{self, Served},
    inspect::inspector,
    journal, notifications, output,
    source::cached_mirror,
};

/// Follow repositories, and make each commit live in its environments, without anybody asking for it
///
/// The environments are those of landfall.yaml on the default branch; each follows its own branch. The newest commit
/// wins. A commit that is at fault itself is left alone until the next one; other failures are tried again after 5 s, 10 s
/// and so on, up to 5 minutes. Ends by Ctrl-C or SIGTERM, once what is being written is written.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The address of a deployment repository; may be given several times
    #[arg(long, value_name = "URL", required = true)]
    repo: Vec<String>,
    /// An environment to follow, as where some of them are reached from another machine only; may be given several times
    /// [default: all of landfall.yaml]
    #[arg(long = "environment", value_name = "ENV")]
    environments: Vec<String>,
    /// How often to look for new commits
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "3s")]
    interval: Duration,
    /// Where to answer: the page, the API, metrics and webhooks (docs/serve.md) [default: nowhere]
    #[arg(long, value_name = "ADDRESS", conflicts_with = "once")]
    listen: Option<SocketAddr>,
    /// The file with the token of those who may look; needed where others than this machine can reach the address
    #[arg(long, value_name = "FILE", requires = "listen")]
    token_file: Option<PathBuf>,
    /// The address of a proxy that knows who somebody is, and the header in which it says so: `10.0.0.1=X-Forwarded-Email`
    #[arg(long, value_name = "IP=HEADER", requires = "listen", value_parser = trusted_proxy)]
    trusted_proxy: Option<TrustedProxy>,
    /// The file with the secret that forges sign their webhooks with; without it webhooks are refused
    #[arg(long, value_name = "FILE", requires = "listen")]
    webhook_secret_file: Option<PathBuf>,
    /// Where people see the page, for links in notifications: https://landfall.example.com [default: no links]
    #[arg(long, value_name = "URL", value_parser = public_url)]
    public_url: Option<String>,
    /// Deploy what is new now, and end: for cron and CI
    #[arg(long)]
    once: bool,
    /// How its lines look: for people, or JSON for whatever collects logs
    #[arg(long, value_enum, env = "LANDFALL_LOG_FORMAT", default_value = "text")]
    pub log_format: LogFormat,
    #[command(flatten)]
    wait: WaitArgs,
    #[command(flatten)]
    journal: JournalArgs,
}

/// How lines on stderr look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Words for people.
    Text,
    /// An object a line: timestamp, level, message, repository, environment, revision.
    Json,
}

pub async fn run(args: ServeArgs) -> Result<ExitCode, CommandError> {
    let Some(wait) = args.wait.wait() else {
        return Err(CommandError::user("landfall serve always waits until a commit is live, or is known not to be")
            .hint("leave --no-wait out; --timeout says how long"));
    };
    let journal = Arc::new(journal::open(&args.journal).await?);
    let (end, ends) = watch::channel(false);
    let (board, metrics) = (Arc::new(Board::default()), Arc::new(Metrics::default()));
    let http = notifications::http()?;
    let mut repositories = Vec::new();
    for repo in &args.repo {
        let url = address(repo)?;
        let prefix = if args.repo.len() > 1 { format!("{url}: ") } else { String::new() };
        let notifier = notifier(&args, &url, &prefix, (&journal, &http));
        repositories.push(Repository {
            url,
            prefix,
            only: args.environments.iter().cloned().collect(),
            interval: args.interval,
            wait,
            hint: Arc::new(Notify::new()),
            journal: Arc::clone(&journal),
            board: Arc::clone(&board),
            notifier,
            metrics: Arc::clone(&metrics),
            ends: ends.clone(),
        });
    }
    if args.once {
        return once(repositories).await;
    }
    if let Some(address) = args.listen {
        let hints = repositories.iter().map(|repository| Arc::clone(&repository.hint)).collect();
        let inspector = inspector(repositories.iter().map(|repository| repository.url.clone()).collect());
        let app = app(&args, address, (&journal, &board, &metrics), (Hints(hints), inspector))?;
        let listener = TcpListener::bind(address).await.map_err(|error| {
            CommandError::user(format!("Nothing can be answered at {address}: {error}"))
                .hint("choose another --listen, or end what uses this address")
        })?;
        let local = listener.local_addr().unwrap_or(address);
        output::note(&format!("Answers at http://{local} for {}", app.access.describe()));
        let ends = ends.clone();
        tokio::spawn(landfall_server::serve(Arc::new(app), listener, ends));
    }
    let ended = tokio::spawn(end_on_signal(end));
    let tasks: Vec<_> = repositories.into_iter().map(|repository| tokio::spawn(repository.follow())).collect();
    for task in tasks {
        task.await
            .map_err(|error| CommandError::internal(format!("A repository is not followed any more: {error}")))?;
    }
    ended.abort();
    output::note("Ended; what was being written is written");
    Ok(ExitCode::SUCCESS)
}

/// A repository that is to be followed.
struct Repository {
    url: RepoUrl,
    /// What lines about it begin with.
    prefix: String,
    only: BTreeSet<String>,
    interval: Duration,
    wait: Duration,
    hint: Arc<Notify>,
    journal: Arc<Journal>,
    board: Arc<Board>,
    notifier: Arc<Notifier>,
    metrics: Arc<Metrics>,
    ends: watch::Receiver<bool>,
}

impl Repository {
    /// Follows it, as soon as it can be read.
    async fn follow(mut self) {
        let mut pace = Pace::new(self.interval.max(Duration::from_secs(1)));
        let mut told = None;
        while !*self.ends.borrow() {
            match self.follower().await {
                Ok(follower) => {
                    if told.is_some() {
                        follower.host.tell(News::ReadableAgain);
                    }
                    return follower.run().await;
                }
                Err(error) => {
                    let reason = error.text();
                    if told.as_ref() != Some(&reason) {
                        self.board.tell(&self.url.to_string(), &News::Unreadable { reason: reason.clone() });
                        output::warning(&host::cannot_be_read(&self.prefix, &reason));
                        told = Some(reason);
                    }
                }
            }
            pace.failed();
            tokio::select! {
                () = tokio::time::sleep(pace.wait(rand::random())) => {}
                // A sender that is gone is an end, too.
                changed = self.ends.changed() => if changed.is_err() { return },
            }
        }
    }

    /// # Errors
    /// It cannot be cloned now.
    async fn follower(&self) -> Result<Follower, CommandError> {
        let url = self.url.clone();
        let mirror = tokio::task::spawn_blocking(move || cached_mirror(&url)).await;
        let broke = |error| CommandError::internal(format!("The repository could not be cloned: {error}"));
        let mirror = Arc::new(mirror.map_err(broke)??);
        let (prefix, wait) = (self.prefix.clone(), self.wait);
        let (board, metrics) = (Arc::clone(&self.board), Arc::clone(&self.metrics));
        let notifier = Arc::clone(&self.notifier);
        Ok(Follower {
            host: Arc::new(Served { mirror: Arc::clone(&mirror), prefix, wait, board, metrics, notifier }),
            mirror,
            journal: Arc::clone(&self.journal),
            me: holder(),
            only: self.only.clone(),
            interval: self.interval,
            hint: Arc::clone(&self.hint),
            ends: self.ends.clone(),
        })
    }
}

/// Who tells people of what happens to a repository's environments.
fn notifier(args: &ServeArgs, url: &RepoUrl, prefix: &str, (journal, http): (&Arc<Journal>, &Http)) -> Arc<Notifier> {
    let prefix = prefix.to_owned();
    let tell = Arc::new(move |is_fault: bool, text: String| {
        let text = format!("{prefix}notifications: {text}");
        if is_fault { output::warning(&text) } else { output::note(&text) }
    });
    let (url, journal) = (url.to_string(), Arc::clone(journal));
    let notifier = Notifier::new(url, journal, http.clone(), notifications::secrets(), tell);
    Arc::new(notifier.telling_of(args.environments.clone(), args.public_url.clone()))
}

/// The address of a repository; a folder of this machine by its whole path.
fn address(repo: &str) -> Result<RepoUrl, CommandError> {
    let path = Path::new(repo);
    if !path.is_dir() {
        return Ok(RepoUrl::parse(repo)?);
    }
    let whole = path.canonicalize().map_err(|error| CommandError::user(format!("{repo} cannot be read: {error}")))?;
    Ok(RepoUrl::parse(&whole.to_string_lossy())?)
}

/// What is answered from, if that is safe.
fn app(
    args: &ServeArgs,
    address: SocketAddr,
    (journal, board, metrics): (&Arc<Journal>, &Arc<Board>, &Arc<Metrics>),
    (hints, inspector): (Hints, Inspector),
) -> Result<App, CommandError> {
    let token = args.token_file.as_deref().map(secret).transpose()?;
    let access = Access::new(address, token, args.trusted_proxy.clone()).map_err(|fault| {
        CommandError::user(fault.to_string()).hint(
            "listen on 127.0.0.1, or say who may look: --token-file, or --trusted-proxy behind your single sign-on",
        )
    })?;
    let webhook_secret = match args.webhook_secret_file.as_deref() {
        Some(path) => Some(WebhookSecret::new(&secret(path)?).ok_or_else(|| {
            CommandError::user(format!("{} is empty", path.display()))
                .hint("put a secret into it: openssl rand -hex 32")
        })?),
        None => None,
    };
    let (journal, board, metrics) = (Arc::clone(journal), Arc::clone(board), Arc::clone(metrics));
    Ok(App { board, journal, access, hints, inspector, metrics, webhook_secret })
}

fn secret(path: &Path) -> Result<String, CommandError> {
    std::fs::read_to_string(path).map_err(|error| {
        CommandError::user(format!("{} cannot be read: {error}", path.display())).hint("check the path and its rights")
    })
}

/// `10.0.0.1=X-Forwarded-Email`
fn trusted_proxy(text: &str) -> Result<TrustedProxy, String> {
    let (address, header) = text.split_once('=').ok_or("write IP=HEADER, such as 10.0.0.1=X-Forwarded-Email")?;
    let address = address.parse().map_err(|_| format!("'{address}' is no IP address"))?;
    if header.is_empty() || !header.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(format!("'{header}' is no name of a header"));
    }
    Ok(TrustedProxy { address, header: header.to_owned() })
}

fn public_url(text: &str) -> Result<String, String> {
    let is_address = text.starts_with("https://") || text.starts_with("http://");
    if is_address { Ok(text.trim_end_matches('/').to_owned()) } else { Err("write https://HOST".to_owned()) }
}

/// The worst of all is the exit status.
async fn once(repositories: Vec<Repository>) -> Result<ExitCode, CommandError> {
    let mut followers = Vec::new();
    for repository in &repositories {
        followers.push(repository.follower().await?);
    }
    let tasks: Vec<_> = followers.into_iter().map(|follower| tokio::spawn(follower.once())).collect();
    let mut passes = Vec::new();
    for task in tasks {
        let ended = |error| CommandError::internal(format!("A repository could not be followed: {error}"));
        passes.push(task.await.map_err(ended)?);
    }
    for repository in &repositories {
        repository.notifier.finish().await;
    }
    let failed = |pass: &Pass| {
        let is_fault = |ended: &Option<Ended>| matches!(ended, None | Some(Ended::OwnFault | Ended::PassingFault));
        pass.fault.is_some() || pass.environments.values().any(is_fault)
    };
    Ok(if passes.iter().any(failed) { ExitCode::from(status::ERROR) } else { ExitCode::SUCCESS })
}

async fn end_on_signal(end: watch::Sender<bool>) {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return output::warning("Signals cannot be received; end this process by SIGKILL, nothing is lost by it");
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    output::note("Ending once what is being written is written");
    end.send_replace(true);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    std::process::exit(130);
}
