//! All that a plan or deploy needs: the manifests, the target, and what is asked for.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use landfall_core::{health::ReadyConditions, manifest::Manifest, plan::PlanOptions, selector::Selector};
use landfall_deploy::{
    config::Config,
    environment::{CommitInfo, IsBefore, Request},
    pause::Pause,
};
use landfall_git::{Commit, Revision};
use landfall_journal::{Cause, Time};

use crate::{
    args::{ApprovalArgs, ConnectArgs, FileArgs, RepositoryArgs},
    connect::{Connected, connect},
    environment::{choose, named, parse_selector},
    error::CommandError,
    holder::{holder, user_and_host},
    output, pause,
    source::{self, DeploymentRepository},
};

/// All that a plan or deploy needs.
pub struct Job {
    /// How the user calls it: `production at 4f9d1c2`, or the files.
    pub title: String,
    /// The manifests.
    pub manifests: Vec<Manifest>,
    /// What is asked for.
    pub request: Request,
    /// The cluster or host.
    pub target: Connected,
    /// Why nothing is to be deployed to the environment now, as far as this machine knows.
    pub paused: Option<Pause>,
}

/// The arguments that say what to plan or deploy.
pub struct JobArgs<'a> {
    /// The environment's name.
    pub environment: Option<&'a str>,
    /// The revision.
    pub revision: Option<&'a str>,
    /// Whether to delete what left the revision; by default where a selector tells what belongs to it.
    pub prune: Option<bool>,
    /// Files instead of a repository.
    pub files: &'a FileArgs,
    /// The repository.
    pub repository: &'a RepositoryArgs,
    /// The cluster.
    pub connect: &'a ConnectArgs,
    /// Approvals.
    pub approvals: &'a ApprovalArgs,
    /// Why it is asked for.
    pub cause: Cause,
    /// How long to wait until it is live; `None` for not at all.
    pub wait: Option<Duration>,
    /// Whether the user asked not to wait.
    pub no_wait: bool,
}

/// Reads the manifests and prepares the connection.
pub async fn job(args: &JobArgs<'_>) -> Result<Job, CommandError> {
    if args.files.filename.is_empty() { of_repository(args).await } else { of_files(args).await }
}

async fn of_files(args: &JobArgs<'_>) -> Result<Job, CommandError> {
    if let Some(environment) = args.environment {
        return Err(CommandError::user(format!("Both -f and the environment '{environment}' are given"))
            .hint("give either files, or an environment of landfall.yaml"));
    }
    if let Some(repo) = &args.repository.repo {
        return Err(CommandError::user(format!("Both -f and --repo {repo} are given"))
            .hint("give either files, or the repository and an environment of its landfall.yaml"));
    }
    let selector = parse_selector(args.files.selector.as_deref())?;
    let prune = args.prune.unwrap_or(!selector.is_empty());
    if prune && selector.is_empty() {
        return Err(CommandError::user("--prune needs a selector that tells what belongs to this deploy")
            .hint("add -l deploy=NAME"));
    }
    if selector.is_empty() && args.connect.docker.is_some() {
        return Err(CommandError::user("Nothing tells which objects on the engine belong to this deploy")
            .hint("name them by a label, as with kubectl's --prune: add -l deploy=NAME"));
    }
    let names: Vec<String> = args.files.filename.iter().map(|path| path.display().to_string()).collect();
    let track = prune || !selector.is_empty();
    let target = connect(args.connect, None).await;
    read_ahead(&target, args, &selector, track, prune);
    let manifests = source::manifests_of_files(&args.files.filename, args.files.recursive.unwrap_or_default())?;
    // Faults of the manifests come before those of the connection: the user can correct them without a cluster.
    let target = target?;
    tell_that_it_waits(args, &target);
    let name = if selector.is_empty() { names.join(", ") } else { selector.to_string() };
    let request = request(args, name, selector, prune, track, PlanOptions::default().max_prune_share);
    Ok(Job { title: names.join(", "), manifests, request, target, paused: None })
}

async fn of_repository(args: &JobArgs<'_>) -> Result<Job, CommandError> {
    let repository = DeploymentRepository::open(args.repository.repo.as_deref())?;
    let (config, name, commit) = choose(&repository, args)?;
    let paused = pause::known(&repository, &config, &name)?;
    let mut job = at_commit(&repository, &config, &name, &commit, args).await?;
    job.paused = paused;
    job.request.is_before = Some(is_before(repository, &commit.id));
    Ok(job)
}

/// The manifests of a commit, for an environment of a configuration.
pub async fn at_commit(
    repository: &DeploymentRepository,
    config: &Config,
    name: &str,
    commit: &Commit,
    args: &JobArgs<'_>,
) -> Result<Job, CommandError> {
    let Unread { target, request, paths } = unread(repository, config, name, commit, args).await?;
    repository.note_uncommitted(&paths);
    let manifests = repository.manifests(&commit.id, &paths)?;
    let target = target?;
    tell_that_it_waits(args, &target);
    let title = format!("{name} at {} ({})", commit.id.short(), commit.subject);
    Ok(Job { title, manifests, request, target, paused: None })
}

/// A commit whose manifests are not read yet.
pub struct Unread {
    /// Where it goes, or why there is no way to it: faults of the manifests come first.
    pub target: Result<Connected, CommandError>,
    /// What is asked for.
    pub request: Request,
    /// The folders and files of the manifests.
    pub paths: Vec<String>,
}

/// All but the manifests of a commit, for an environment of a configuration. The target is read already.
pub async fn unread(
    repository: &DeploymentRepository,
    config: &Config,
    name: &str,
    commit: &Commit,
    args: &JobArgs<'_>,
) -> Result<Unread, CommandError> {
    let unread = unasked(repository, config, name, commit, args).await?;
    read_ahead(&unread.target, args, &unread.request.selector, true, unread.request.options.prune);
    Ok(unread)
}

/// The same without a question to the target.
pub async fn unasked(
    repository: &DeploymentRepository,
    config: &Config,
    name: &str,
    commit: &Commit,
    args: &JobArgs<'_>,
) -> Result<Unread, CommandError> {
    let environment = named(config, name)?;
    let selector = match &args.files.selector {
        Some(selector) => parse_selector(Some(selector))?,
        None => environment.selector(&config.name),
    };
    let prune = args.prune.unwrap_or(true);
    let target = connect(args.connect, Some(&environment.target)).await;
    let share =
        environment.max_prune_share.map_or(PlanOptions::default().max_prune_share, |share| f64::from(share) / 100.0);
    let mut request = request(args, name.to_owned(), selector, prune, true, share);
    request.ready_conditions = config.ready_conditions();
    request.repository = repository.address();
    request.commit = Some(commit_info(commit));
    request.revision = Some(commit.id.to_string());
    Ok(Unread { target, request, paths: environment.paths.clone() })
}

/// That a deploy waits though `--no-wait` was given.
fn tell_that_it_waits(args: &JobArgs<'_>, target: &Connected) {
    if args.no_wait && !target.rolls_by_itself() {
        output::note("--no-wait has no effect on one host: nothing goes on there without Landfall, so it waits");
    }
}

/// Lets the cluster answer while the manifests are read.
fn read_ahead(
    target: &Result<Connected, CommandError>,
    args: &JobArgs<'_>,
    selector: &Selector,
    track: bool,
    prune: bool,
) {
    if let Ok(target) = target
        && track
    {
        target.read_ahead(selector, args.connect.namespace.as_deref(), prune);
    }
}

fn commit_info(commit: &Commit) -> CommitInfo {
    CommitInfo {
        author: commit.author.name.clone(),
        subject: commit.subject.clone(),
        committed: Time::from_millis(commit.committer.time.seconds * 1000),
    }
}

/// Whether a revision comes before another one in the history of its repository.
pub fn is_before(repository: DeploymentRepository, revision: &Revision) -> IsBefore {
    let (repository, revision) = (Mutex::new(repository), revision.clone());
    Arc::new(move |other: &str| {
        let repository = repository.lock().unwrap_or_else(PoisonError::into_inner);
        // A revision that the repository does not know says nothing of before and after.
        let other = repository.resolve(other).ok();
        other.is_some_and(|other| other.id != revision && repository.is_ancestor(&revision, &other.id))
    })
}

fn request(
    args: &JobArgs<'_>,
    environment: String,
    selector: Selector,
    prune: bool,
    track: bool,
    max_prune_share: f64,
) -> Request {
    let lower = |names: &[String]| names.iter().map(|name| name.to_lowercase()).collect();
    Request {
        environment,
        cause: args.cause,
        asked_by: user_and_host(),
        commit: None,
        is_before: None,
        detected: Time::now(),
        wait: args.wait,
        selector,
        ready_conditions: ReadyConditions::default(),
        namespace: args.connect.namespace.clone(),
        enforce_namespace: args.connect.namespace.is_some(),
        options: PlanOptions {
            prune,
            replace: lower(&args.approvals.replace),
            allow_prune: lower(&args.approvals.allow_prune),
            max_prune_share,
        },
        only: None,
        revision: None,
        repository: None,
        leads: false,
        track,
        holder: holder(),
        now: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    }
}
