//! `landfall apply`: kubectl's own command line.

use std::{mem::ManuallyDrop, process::ExitCode, sync::Arc, time::Instant};

use clap::Args;
use landfall_core::plan::Plan;
use landfall_deploy::{
    check::check,
    deploy::{Deployer, Outcome},
    plan::plan,
    wait::Ending,
};
use landfall_journal::Cause;

use super::deploy::stop_on_interrupt;
use crate::{
    args::{ApprovalArgs, ConnectArgs, FileArgs, JournalArgs, RepositoryArgs},
    error::CommandError,
    job::{JobArgs, job},
    journal,
    output::{
        self, ending,
        kubectl::{self, DryRun},
        objects::{self, Format, Shown},
        progress::{ShowPlan, Terminal},
        refusal,
    },
};

/// Apply manifests with kubectl's own flags: `kubectl apply` with one word changed
///
/// Prints what kubectl prints. Other than kubectl it changes nothing at all if the API server would refuse any object,
/// never deletes claims, volumes, namespaces and definitions without --allow-prune, and sends nothing for what is no
/// change.
#[derive(Debug, Args)]
pub struct ApplyArgs {
    #[command(flatten)]
    files: FileArgs,
    /// Delete objects that the selector selects and that the manifests do not have
    #[arg(long, num_args = 0..=1, default_missing_value = "true", require_equals = true, value_name = "BOOL")]
    prune: Option<bool>,
    /// `server` goes through it with the API server, `client` only plans; neither changes anything
    #[arg(long, num_args = 0..=1, default_missing_value = "server", require_equals = true, value_name = "MODE", value_parser = ["none", "server", "client"])]
    dry_run: Option<String>,
    /// Print only names, or the whole objects, with the values of Secrets hidden
    #[arg(short, long, value_name = "FORMAT")]
    output: Option<Format>,
    /// Print the fields' managers, too, with -o json or yaml
    #[arg(long, num_args = 0..=1, default_missing_value = "true", require_equals = true, value_name = "BOOL")]
    show_managed_fields: Option<bool>,
    /// Accepted as kubectl's `strict`, which it always is
    #[arg(long, num_args = 0..=1, default_missing_value = "strict", require_equals = true, value_name = "MODE", value_parser = ["strict", "true"])]
    validate: Option<String>,
    /// Accepted: the manifest always wins over what others wrote, as with kubectl
    #[arg(long, num_args = 0..=1, default_missing_value = "true", require_equals = true, value_name = "BOOL", value_parser = ["true"])]
    overwrite: Option<String>,
    /// Accepted: the merge follows the API server's OpenAPI, as with kubectl
    #[arg(long, num_args = 0..=1, default_missing_value = "true", require_equals = true, value_name = "BOOL", value_parser = ["true"])]
    openapi_patch: Option<String>,
    /// Accepted as kubectl's own name: both tools must write under one name to alternate
    #[arg(long, value_name = "NAME", value_parser = ["kubectl-client-side-apply"])]
    field_manager: Option<String>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    server_side: Option<String>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    force: Option<String>,
    #[arg(long, hide = true)]
    prune_allowlist: Vec<String>,
    #[arg(long, hide = true)]
    all: bool,
    #[arg(short, long, hide = true)]
    kustomize: Option<String>,
    #[command(flatten)]
    approvals: ApprovalArgs,
    #[command(flatten)]
    connect: ConnectArgs,
    #[command(flatten)]
    journal: JournalArgs,
}

pub async fn run(args: &ApplyArgs) -> Result<ExitCode, CommandError> {
    let started = Instant::now();
    refuse_unsupported(args)?;
    if args.files.filename.is_empty() {
        return Err(
            CommandError::user("No manifests are named").hint("name files or folders with -f, as with kubectl apply")
        );
    }
    let job = job(&JobArgs {
        environment: None,
        revision: None,
        prune: Some(args.prune.unwrap_or_default()),
        files: &args.files,
        repository: &RepositoryArgs::default(),
        connect: &args.connect,
        approvals: &args.approvals,
        cause: Cause::Apply,
        wait: None,
        no_wait: false,
    })
    .await?;
    let progress = Arc::new(Terminal::new(ShowPlan::No, job.target.default_namespace()));
    let dry_run = DryRun::of(args);
    if matches!(args.output, Some(Format::Json | Format::Yaml)) {
        job.target.keep_answers();
    }
    if job.manifests.is_empty() {
        return Err(CommandError::user("There are no objects to apply")
            .hint("look at the path; with folders in folders, add -R"));
    }
    let (planned, ending) = if dry_run != DryRun::None {
        let mut planned = plan(&*job.target, job.manifests, &job.request, progress.as_ref()).await?;
        if dry_run == DryRun::Server {
            check(&*job.target, &mut planned, progress.as_ref()).await?;
        }
        planned.plan.warnings.iter().for_each(|warning| output::warning(warning));
        (planned, None)
    } else {
        stop_on_interrupt(&progress);
        let journal = if job.request.track { Some(journal::open(&args.journal).await?) } else { None };
        let deployer = Deployer { target: &*job.target, journal: journal.as_ref(), progress: progress.as_ref() };
        let result = deployer.deploy(job.manifests, &job.request).await;
        progress.finish();
        match result? {
            Outcome::Applied { planned, ending } => (*planned, ending),
            Outcome::Blocked(planned) => {
                planned.plan.warnings.iter().for_each(|warning| output::warning(warning));
                (*planned, None)
            }
        }
    };
    // The process ends soon: to free each of thousands of objects before would only take time.
    let planned = ManuallyDrop::new(planned);
    progress.finish();
    let heading = match dry_run {
        DryRun::None => refusal::NOT_DEPLOYED,
        DryRun::Client | DryRun::Server => refusal::WOULD_NOT_BE_DEPLOYED,
    };
    if let Some(code) = refusal::report(&planned.plan, heading) {
        return Ok(code);
    }
    for (item, keep) in planned.plan.kept_until_decided() {
        let remedy = keep.remedy.as_deref().unwrap_or_default();
        output::warning(&format!("{} is kept: {}; to delete it: {remedy}", item.id, keep.reason));
    }
    // Written at once: a write for each of thousands of lines takes longer than planning them.
    let text = match args.output {
        None | Some(Format::Name) => lines(&planned.plan, dry_run, args.output.is_some()),
        Some(format) => {
            let managed_fields = args.show_managed_fields.unwrap_or_default();
            objects::render(&planned, &Shown { format, managed_fields, answer: &|id| job.target.take_answer(id) })
        }
    };
    if !text.is_empty() {
        output::data(&text);
    }
    // One host is waited for in any case, and a cluster never here: kubectl's output is all that is told then.
    match &ending {
        None | Some(Ending::Live { .. }) => Ok(ExitCode::SUCCESS),
        Some(_) => Ok(ending::report(&planned, ending.as_ref(), job.target.default_namespace(), started.elapsed())),
    }
}

fn lines(plan: &Plan, dry_run: DryRun, names_only: bool) -> String {
    let lines = plan.items.iter().filter_map(|item| {
        let line = kubectl::line(item, dry_run)?;
        Some(if names_only { kubectl::name(item) } else { line })
    });
    lines.collect::<Vec<_>>().join("\n")
}

impl DryRun {
    fn of(args: &ApplyArgs) -> Self {
        match args.dry_run.as_deref() {
            Some("server") => Self::Server,
            Some("client") => Self::Client,
            _ => Self::None,
        }
    }
}

/// kubectl's flags that would do harm here, or that mean something that Landfall does otherwise: an error with the way.
fn refuse_unsupported(args: &ApplyArgs) -> Result<(), CommandError> {
    let refused: [(bool, &str, &str); 5] = [
        (
            args.server_side.as_deref().is_some_and(|value| value != "false"),
            "--server-side",
            "leave it out: client-side apply is what kubectl's --prune works with; objects that were applied with --server-side, and those too large for client-side apply, are still applied so",
        ),
        (
            args.force.as_deref().is_some_and(|value| value != "false"),
            "--force",
            "name what may be deleted and created again: --replace KIND/NAME",
        ),
        (
            !args.prune_allowlist.is_empty(),
            "--prune-allowlist",
            "leave it out: everything is pruned that the selector selects and that was applied, of any kind",
        ),
        (args.all, "--all", "select what belongs together: -l deploy=NAME"),
        (
            args.kustomize.is_some(),
            "--kustomize",
            "commit the output of kubectl kustomize, and apply that: what runs is then what can be read",
        ),
    ];
    match refused.into_iter().find(|(given, ..)| *given) {
        Some((_, flag, hint)) => {
            Err(CommandError::user(format!("landfall apply does not take kubectl's {flag}")).hint(hint))
        }
        None => Ok(()),
    }
}
