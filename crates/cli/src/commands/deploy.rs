//! `landfall deploy`: makes a revision live.

use std::{mem::ManuallyDrop, process::ExitCode, sync::Arc, time::Instant};

use clap::Args;
use landfall_deploy::deploy::{Deployer, Outcome};
use landfall_journal::Cause;

use crate::{
    args::{ApprovalArgs, ConnectArgs, FileArgs, JournalArgs, RepositoryArgs, WaitArgs},
    error::CommandError,
    job::{JobArgs, job},
    journal,
    output::{
        self, ending,
        progress::{ShowPlan, Terminal},
        refusal,
    },
    pause,
};

/// Make a revision live: apply what it has, delete what it has not any more
#[derive(Debug, Args)]
pub struct DeployArgs {
    /// The environment of landfall.yaml [default: the only one]
    environment: Option<String>,
    /// A branch, tag or commit [default: the tip of the environment's branch]
    revision: Option<String>,
    /// Whether to delete what left the revision [default: yes, if a selector tells what belongs to it]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", require_equals = true, value_name = "BOOL")]
    prune: Option<bool>,
    /// Go through it with the API server, but change nothing: `server`
    #[arg(long, value_name = "MODE", value_parser = ["server", "none"], default_value = "none", hide_default_value = true)]
    dry_run: String,
    /// Deploy though the environment is paused; it stays paused
    #[arg(long)]
    while_paused: bool,
    #[command(flatten)]
    wait: WaitArgs,
    #[command(flatten)]
    repository: RepositoryArgs,
    #[command(flatten)]
    files: FileArgs,
    #[command(flatten)]
    approvals: ApprovalArgs,
    #[command(flatten)]
    connect: ConnectArgs,
    #[command(flatten)]
    journal: JournalArgs,
}

pub async fn run(args: &DeployArgs) -> Result<ExitCode, CommandError> {
    let started = Instant::now();
    let job = job(&JobArgs {
        environment: args.environment.as_deref(),
        revision: args.revision.as_deref(),
        prune: args.prune,
        files: &args.files,
        repository: &args.repository,
        connect: &args.connect,
        approvals: &args.approvals,
        cause: Cause::Deploy,
        wait: args.wait.wait(),
        no_wait: args.wait.no_wait,
    })
    .await?;
    if let Some(paused) = job.paused.as_ref().filter(|_| args.dry_run == "none") {
        if !args.while_paused {
            return Err(pause::refusal(&job.request.environment, paused));
        }
        output::warning(&pause::sentence(&job.request.environment, paused));
    }
    output::note(&format!(
        "Deploying {}\nto {}, namespace {}\n",
        job.title,
        job.target.describe(),
        job.target.default_namespace()
    ));
    let progress = Arc::new(Terminal::new(ShowPlan::Yes, job.target.default_namespace()));
    if args.dry_run == "server" {
        return dry_run(job, &progress).await;
    }
    stop_on_interrupt(&progress);
    let journal = journal::open(&args.journal).await?;
    let deployer = Deployer { target: &*job.target, journal: Some(&journal), progress: progress.as_ref() };
    let result = deployer.deploy(job.manifests, &job.request).await;
    progress.finish();
    match result? {
        Outcome::Blocked(planned) => {
            planned.plan.warnings.iter().for_each(|warning| output::warning(warning));
            Ok(refusal::report(&planned.plan, refusal::NOT_DEPLOYED).unwrap_or(ExitCode::SUCCESS))
        }
        Outcome::Applied { planned, ending } => {
            // The process ends soon: to free each of thousands of objects before would only take time.
            let planned = ManuallyDrop::new(planned);
            let namespace = job.target.default_namespace();
            Ok(ending::report(&planned, ending.as_ref(), namespace, started.elapsed()))
        }
    }
}

async fn dry_run(job: crate::job::Job, progress: &Terminal) -> Result<ExitCode, CommandError> {
    use landfall_deploy::{check::check, plan::plan, progress::Progress};
    let mut planned = plan(&*job.target, job.manifests, &job.request, progress).await?;
    check(&*job.target, &mut planned, progress).await?;
    planned.plan.warnings.extend(job.paused.as_ref().map(|paused| pause::warning(&job.request.environment, paused)));
    progress.planned(&planned.plan);
    if let Some(code) = refusal::report(&planned.plan, refusal::WOULD_NOT_BE_DEPLOYED) {
        return Ok(code);
    }
    output::note(&format!("Dry run, nothing was written: {}", planned.plan.totals()));
    Ok(ExitCode::SUCCESS)
}

/// Ctrl-C lets what is under way end and begins nothing new; a second one ends the program at once.
pub fn stop_on_interrupt(progress: &Arc<Terminal>) {
    let progress = Arc::clone(progress);
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if landfall_deploy::progress::Progress::stop_requested(progress.as_ref()) {
                std::process::exit(130);
            }
            progress.stop();
            output::note("Stopping after what is under way; press Ctrl-C again to end at once");
        }
    });
}
