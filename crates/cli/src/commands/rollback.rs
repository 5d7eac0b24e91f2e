//! `landfall rollback`: the way back, as a commit.

use std::{process::ExitCode, sync::Arc, time::Instant};

use clap::Args;
use landfall_deploy::{
    check::check,
    deploy::{Deployer, Outcome},
    environment::EnvironmentKey,
    plan::plan,
};
use landfall_git::{NewCommit, Reverted, Undo};
use landfall_journal::{Cause, Journal, short_id};

use super::deploy::stop_on_interrupt;
use crate::{
    args::{ApprovalArgs, ConnectArgs, FileArgs, JournalArgs, RepositoryArgs, WaitArgs},
    connect,
    environment::{environment_name, named},
    error::CommandError,
    job::{Job, JobArgs, at_commit},
    journal,
    output::{
        self, ending,
        progress::{ShowPlan, Terminal},
        refusal,
    },
    pause,
    place::head_config,
    reverter::{Pushed, Reverter},
    source::DeploymentRepository,
};

/// Undo the newest deployed commit, or everything after a revision, by a revert commit; push it, and deploy it
///
/// Git stays the only way in: the commit is made as `git revert` makes it, with your name and signature, without touching
/// your work tree. Its plan is shown and checked first; nothing is pushed that could not be deployed.
#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// The environment of landfall.yaml [default: the only one]
    environment: Option<String>,
    /// Go back to this revision: undo everything after it [default: undo the newest deployed commit]
    revision: Option<String>,
    /// Push the revert commit, but do not deploy it
    #[arg(long)]
    no_deploy: bool,
    /// Show what would be pushed and deployed, and do neither
    #[arg(long)]
    dry_run: bool,
    /// Deploy it though the environment is paused; it stays paused
    #[arg(long)]
    while_paused: bool,
    #[command(flatten)]
    wait: WaitArgs,
    #[command(flatten)]
    repository: RepositoryArgs,
    #[command(flatten)]
    approvals: ApprovalArgs,
    #[command(flatten)]
    connect: ConnectArgs,
    #[command(flatten)]
    journal: JournalArgs,
}

pub async fn run(args: &RollbackArgs) -> Result<ExitCode, CommandError> {
    let started = Instant::now();
    let repository = DeploymentRepository::open(args.repository.repo.as_deref())?;
    let config = head_config(&repository)?;
    let name = environment_name(&config, args.environment.as_deref())?;
    let branch = named(&config, &name)?.branch.clone();
    let reverter = Reverter::open(args.repository.repo.as_deref(), &branch)?;
    if !(args.while_paused || args.no_deploy || args.dry_run) {
        let tip = reverter.repository.branch(&branch)?;
        if let Some(paused) = pause::of_tip(&reverter.repository, &tip, &config, &name)? {
            return Err(pause::refusal(&name, &paused)
                .hint("to push the revert commit, for when the pause is over: --no-deploy"));
        }
    }
    let undo = match &args.revision {
        Some(revision) => Undo::After(reverter.repository.resolve(revision)?.id),
        None => Undo::Commit(newest_deployed(args, &reverter, &config, &name).await?),
    };
    // What cannot be recorded is not deployed; that must come out before the push.
    let journal = match args.no_deploy || args.dry_run {
        true => None,
        false => Some(journal::open(&args.journal).await?),
    };
    let mut reverted = reverter.revert(&branch, &undo)?;
    for _ in Reverter::tries() {
        tell(&reverted);
        let planned = match job(args, &reverter, &name, &reverted).await {
            Ok(job) => show_plan(job).await,
            Err(error) => Err(error),
        };
        let (job, refused) = planned.map_err(|error| {
            reverter.forget(&reverted);
            error.hint(format!(
                "nothing was pushed; another revision to go back to: `landfall rollback {name} REVISION`"
            ))
        })?;
        if args.dry_run || refused.is_some() {
            reverter.forget(&reverted);
            let code = refused.unwrap_or(ExitCode::SUCCESS);
            output::note("Nothing was pushed and nothing was deployed");
            return Ok(code);
        }
        match reverter.push(&reverted).map_err(|error| error.hint("nothing was deployed"))? {
            Pushed::Renewed(renewed) => reverted = *renewed,
            Pushed::Done => {
                tell_push(&reverter, &reverted);
                return match &journal {
                    Some(journal) => deploy(journal, job, &name, started).await,
                    None => {
                        output::note(&format!("It is not deployed; that is `landfall deploy {name}`"));
                        Ok(ExitCode::SUCCESS)
                    }
                };
            }
        }
    }
    reverter.forget(&reverted);
    Err(CommandError::user(format!(
        "Others push to {branch} all the time; nothing was pushed and nothing was deployed"
    ))
    .hint("try again in a moment"))
}

/// The commit that was deployed last, whether or not all of it was written.
async fn newest_deployed(
    args: &RollbackArgs,
    reverter: &Reverter,
    config: &landfall_deploy::config::Config,
    name: &str,
) -> Result<landfall_git::Revision, CommandError> {
    let environment = named(config, name)?;
    let target = connect::connect(&args.connect, Some(&environment.target)).await?;
    let key = EnvironmentKey::new(target.default_namespace(), &environment.selector(&config.name));
    let own = target.inventories(&key).await?.own.unwrap_or_default();
    let deployed = own.deploying.and_then(|deploying| deploying.revision).or(own.revision);
    let Some(deployed) = deployed else {
        return Err(CommandError::user(format!(
            "Nothing was deployed to {name} by Landfall yet, so nothing can be undone"
        ))
        .hint(format!("name the revision to go back to: `landfall rollback {name} REVISION`")));
    };
    let known = reverter.repository.resolve(&deployed).map_err(|_| {
        CommandError::user(format!(
            "Revision {} is deployed to {name}, but the repository does not have it",
            short_id(&deployed)
        ))
        .hint(format!(
            "was it ever pushed? Name the revision to go back to instead: `landfall rollback {name} REVISION`"
        ))
    })?;
    Ok(known.id)
}

fn tell(reverted: &Reverted) {
    let undone: Vec<String> =
        reverted.undone.iter().map(|commit| format!("  {} {}", commit.id.short(), commit.subject)).collect();
    output::note(&format!("Undoing on {}:\n{}\n", reverted.branch, undone.join("\n")));
}

async fn job(args: &RollbackArgs, reverter: &Reverter, name: &str, reverted: &Reverted) -> Result<Job, CommandError> {
    let config = reverter.repository.config(&reverted.commit.id)?;
    // The commit that brought the file may be the one that is undone.
    let config = match config {
        Some(config) => config,
        None => reverter.repository.config(&reverted.onto)?.ok_or_else(crate::environment::no_config)?,
    };
    let files = FileArgs::default();
    let job_args = JobArgs {
        environment: Some(name),
        revision: None,
        prune: None,
        files: &files,
        repository: &args.repository,
        connect: &args.connect,
        approvals: &args.approvals,
        cause: Cause::Rollback,
        wait: args.wait.wait(),
        no_wait: args.wait.no_wait,
    };
    at_commit(&reverter.repository, &config, name, &reverted.commit, &job_args).await
}

/// Shows what the commit would do, and why it must not be pushed, if so.
async fn show_plan(job: Job) -> Result<(Job, Option<ExitCode>), CommandError> {
    use landfall_deploy::progress::Progress;
    let progress = Terminal::new(ShowPlan::Yes, job.target.default_namespace());
    let mut planned = plan(&*job.target, job.manifests.clone(), &job.request, &progress).await?;
    check(&*job.target, &mut planned, &progress).await?;
    progress.planned(&planned.plan);
    if !planned.plan.has_changes() {
        output::note(&format!("No object changes: {}", planned.plan.totals()));
    }
    let refused = refusal::report(&planned.plan, "This rollback could not be deployed");
    Ok((job, refused))
}

pub(super) fn tell_push(reverter: &Reverter, made: &dyn NewCommit) {
    let to = reverter.address().map_or_else(String::new, |address| format!(" of {address}"));
    output::note(&format!("{} is now the tip of {}{to}", made.commit().id.short(), made.branch()));
    if reverter.leaves_clone_behind() {
        output::note("Your clone does not have it yet: `git pull`");
    }
}

async fn deploy(journal: &Journal, job: Job, name: &str, started: Instant) -> Result<ExitCode, CommandError> {
    output::note(&format!("Deploying {}", job.title));
    let progress = Arc::new(Terminal::new(ShowPlan::No, job.target.default_namespace()));
    stop_on_interrupt(&progress);
    let deployer = Deployer { target: &*job.target, journal: Some(journal), progress: progress.as_ref() };
    let result = deployer.deploy(job.manifests, &job.request).await;
    progress.finish();
    let pushed = |error: CommandError| {
        error.hint(format!("the revert commit is pushed; `landfall deploy {name}` deploys it, or goes on with it"))
    };
    match result.map_err(|error| pushed(error.into()))? {
        Outcome::Blocked(planned) => {
            let code = refusal::report(&planned.plan, "The revert commit is pushed, but not deployed");
            Ok(code.unwrap_or(ExitCode::SUCCESS))
        }
        Outcome::Applied { planned, ending } => {
            let namespace = job.target.default_namespace();
            Ok(ending::report(&planned, ending.as_ref(), namespace, started.elapsed()))
        }
    }
}
