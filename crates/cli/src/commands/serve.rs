//! `landfall serve`: follows repositories, and makes each of their commits live.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::Args;
use landfall_deploy::follow::{Board, Ended, Follower, Pass};
use landfall_git::RepoUrl;
use landfall_journal::Journal;
use landfall_server::{Access, App, Hints, TrustedProxy, WebhookSecret};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::{Notify, watch},
};

use crate::{
    args::{JournalArgs, WaitArgs, duration},
    environment::holder,
    error::{CommandError, status},
    host::Served,
    journal, output,
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
    /// Deploy what is new now, and end: for cron and CI
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    wait: WaitArgs,
    #[command(flatten)]
    journal: JournalArgs,
}

pub async fn run(args: ServeArgs) -> Result<ExitCode, CommandError> {
    let Some(wait) = args.wait.wait() else {
        return Err(CommandError::user("landfall serve always waits until a commit is live, or is known not to be")
            .hint("leave --no-wait out; --timeout says how long"));
    };
    let journal = Arc::new(journal::open(&args.journal).await?);
    let (end, ends) = watch::channel(false);
    let board = Arc::new(Board::default());
    let mut followers = Vec::new();
    for repo in &args.repo {
        followers.push(follower(repo, &args, wait, (&journal, &board), &ends)?);
    }
    if args.once {
        return once(followers).await;
    }
    if let Some(address) = args.listen {
        let hints = followers.iter().map(|follower| Arc::clone(&follower.hint)).collect();
        let app = app(&args, address, (&journal, &board), Hints(hints))?;
        let listener = TcpListener::bind(address).await.map_err(|error| {
            CommandError::user(format!("Nothing can be answered at {address}: {error}"))
                .hint("choose another --listen, or end what uses this address")
        })?;
        let local = listener.local_addr().unwrap_or(address);
        output::note(&format!("Answers at http://{local} for {}", app.access.describe()));
        let ends = ends.clone();
        tokio::spawn(async move {
            if let Err(error) = landfall_server::serve(Arc::new(app), listener, ends).await {
                output::warning(&format!("Nothing is answered any more: {error}"));
            }
        });
    }
    let ended = tokio::spawn(end_on_signal(end));
    let tasks: Vec<_> = followers.into_iter().map(|follower| tokio::spawn(follower.run())).collect();
    for task in tasks {
        task.await
            .map_err(|error| CommandError::internal(format!("A repository is not followed any more: {error}")))?;
    }
    ended.abort();
    output::note("Ended; what was being written is written");
    Ok(ExitCode::SUCCESS)
}

fn follower(
    repo: &str,
    args: &ServeArgs,
    wait: Duration,
    (journal, board): (&Arc<Journal>, &Arc<Board>),
    ends: &watch::Receiver<bool>,
) -> Result<Follower, CommandError> {
    let path = Path::new(repo);
    let url = if path.is_dir() {
        let whole =
            path.canonicalize().map_err(|error| CommandError::user(format!("{repo} cannot be read: {error}")))?;
        RepoUrl::parse(&whole.to_string_lossy())?
    } else {
        RepoUrl::parse(repo)?
    };
    let mirror = Arc::new(cached_mirror(&url)?);
    let prefix = if args.repo.len() > 1 { format!("{url}: ") } else { String::new() };
    Ok(Follower {
        host: Arc::new(Served { mirror: Arc::clone(&mirror), prefix, wait, board: Arc::clone(board) }),
        mirror,
        journal: Arc::clone(journal),
        me: holder(),
        only: args.environments.iter().cloned().collect(),
        interval: args.interval,
        hint: Arc::new(Notify::new()),
        ends: ends.clone(),
    })
}

/// What is answered from, if that is safe.
fn app(
    args: &ServeArgs,
    address: SocketAddr,
    (journal, board): (&Arc<Journal>, &Arc<Board>),
    hints: Hints,
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
    Ok(App { board: Arc::clone(board), journal: Arc::clone(journal), access, hints, webhook_secret })
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

/// The worst of all is the exit status.
async fn once(followers: Vec<Follower>) -> Result<ExitCode, CommandError> {
    let tasks: Vec<_> = followers.into_iter().map(|follower| tokio::spawn(follower.once())).collect();
    let mut passes = Vec::new();
    for task in tasks {
        let ended = |error| CommandError::internal(format!("A repository could not be followed: {error}"));
        passes.push(task.await.map_err(ended)?);
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
