//! `landfall serve`: follows repositories, and makes each of their commits live.

use std::{process::ExitCode, sync::Arc, time::Duration};

use clap::Args;
use landfall_deploy::follow::{Ended, Follower, Pass};
use landfall_git::RepoUrl;
use landfall_journal::Journal;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::{Notify, watch},
};

use crate::{
    args::{JournalArgs, WaitArgs, duration},
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
    /// How often to look for new commits
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "3s")]
    interval: Duration,
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
    let mut followers = Vec::new();
    for repo in &args.repo {
        followers.push(follower(repo, &args, wait, &journal, &ends)?);
    }
    if args.once {
        return once(followers).await;
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
    journal: &Arc<Journal>,
    ends: &watch::Receiver<bool>,
) -> Result<Follower, CommandError> {
    let path = std::path::Path::new(repo);
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
        host: Arc::new(Served { mirror: Arc::clone(&mirror), prefix, wait }),
        mirror,
        journal: Arc::clone(journal),
        interval: args.interval,
        hint: Arc::new(Notify::new()),
        ends: ends.clone(),
    })
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
