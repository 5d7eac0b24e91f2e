//! `landfall plan`: what would happen, and why.

use std::process::ExitCode;

use clap::Args;
use landfall_deploy::{
    check::check,
    plan::{Planned, plan},
    target::TargetError,
};
use landfall_journal::Cause;

use crate::{
    args::{ApprovalArgs, ConnectArgs, FileArgs, Format, RepositoryArgs},
    error::{CommandError, status},
    job::{JobArgs, job},
    output::{
        self, change_list, json,
        progress::{ShowPlan, Terminal},
        refusal,
    },
    pause,
};

/// Show what a deploy would do, and why; changes nothing
///
/// Compares a revision with what is live, and asks the API server by a dry run whether it would accept each change.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// The environment of landfall.yaml [default: the only one]
    environment: Option<String>,
    /// A branch, tag or commit [default: the tip of the environment's branch]
    revision: Option<String>,
    /// How to print the plan
    #[arg(short, long, value_enum, default_value = "text")]
    output: Format,
    /// Exit with 2 if the plan has changes
    #[arg(long)]
    exit_code: bool,
    /// Do not ask the API server whether it would accept the changes
    #[arg(long)]
    no_check: bool,
    /// Whether to delete what left the revision [default: yes, if a selector tells what belongs to it]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", require_equals = true, value_name = "BOOL")]
    prune: Option<bool>,
    #[command(flatten)]
    repository: RepositoryArgs,
    #[command(flatten)]
    files: FileArgs,
    #[command(flatten)]
    approvals: ApprovalArgs,
    #[command(flatten)]
    connect: ConnectArgs,
}

pub async fn run(args: &PlanArgs) -> Result<ExitCode, CommandError> {
    let job = job(&JobArgs {
        environment: args.environment.as_deref(),
        revision: args.revision.as_deref(),
        prune: args.prune,
        files: &args.files,
        repository: &args.repository,
        connect: &args.connect,
        approvals: &args.approvals,
        cause: Cause::Deploy,
        wait: None,
        no_wait: false,
    })
    .await?;
    let progress = Terminal::new(ShowPlan::No, job.target.default_namespace());
    let mut planned = plan(&*job.target, job.manifests, &job.request, &progress).await?;
    if !args.no_check {
        match check(&*job.target, &mut planned, &progress).await {
            Err(TargetError::Forbidden(reason)) => {
                planned.plan.warnings.push(format!("the changes were not checked with the server: {reason}"))
            }
            result => result?,
        }
    }
    progress.finish();
    planned.plan.warnings.extend(job.paused.as_ref().map(|paused| pause::warning(&job.request.environment, paused)));
    match args.output {
        Format::Json => output::data(&json::render(
            &planned.plan,
            &json::About {
                title: &job.title,
                target: job.target.describe(),
                namespace: &planned.key.namespace,
                selector: &planned.key.selector,
                revision: job.request.revision.as_deref(),
            },
        )),
        Format::Text => print(&planned, &job.title, &job.target.describe()),
    }
    if let Some(code) = refusal::report(&planned.plan, refusal::WOULD_NOT_BE_DEPLOYED) {
        return Ok(code);
    }
    let pending = args.exit_code && planned.plan.has_changes();
    Ok(if pending { ExitCode::from(status::PENDING) } else { ExitCode::SUCCESS })
}

fn print(planned: &Planned, title: &str, target: &str) {
    output::note(&format!("Plan for {title}\non {target}, namespace {}\n", planned.key.namespace));
    for warning in &planned.plan.warnings {
        output::warning(warning);
    }
    output::data(&change_list::render(&planned.plan, &planned.key.namespace));
}
