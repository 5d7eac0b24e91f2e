//! `landfall diff`: what changes between two revisions.

use std::process::ExitCode;

use clap::Args;
use landfall_core::{
    desired::{DesiredSet, Scope},
    plan::{PlanOptions, between},
};

use crate::{
    args::{ConnectArgs, Format, RepositoryArgs},
    error::CommandError,
    output::{self, change_list, json},
    place::{PlaceArgs, locate, only},
    source::DeploymentRepository,
};

/// Show what changes between two revisions for an environment, whatever is live there now
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The one: a branch, tag or commit
    from: String,
    /// The other
    to: String,
    /// The environment of landfall.yaml [default: the only one]
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// How to print it
    #[arg(short, long, value_enum, default_value = "text")]
    output: Format,
    #[command(flatten)]
    repository: RepositoryArgs,
    #[command(flatten)]
    connect: ConnectArgs,
}

pub async fn run(args: &DiffArgs) -> Result<ExitCode, CommandError> {
    let located = only(
        locate(&PlaceArgs {
            environment: args.environment.as_deref(),
            selector: None,
            repository: &args.repository,
            connect: &args.connect,
        })
        .await?,
    )?;
    let repository = DeploymentRepository::open(args.repository.repo.as_deref())?;
    let (from, to) = (repository.resolve(&args.from)?, repository.resolve(&args.to)?);
    let catalog = located.target.catalog().await?;
    let scope = Scope {
        default_namespace: located.key.namespace.clone(),
        enforce_namespace: false,
        selector: located.selector.clone(),
    };
    let desired = |revision| {
        let paths = located.environment.as_ref().map(|environment| environment.paths.clone()).unwrap_or_default();
        let manifests = repository.manifests(revision, &paths)?;
        DesiredSet::resolve(manifests, &catalog, &scope).map_err(CommandError::faults)
    };
    let options = PlanOptions { max_prune_share: 1.0, ..PlanOptions::default() };
    let plan = between(&desired(&from.id)?, &desired(&to.id)?, &located.key.namespace, &options);
    let title =
        format!("{} ({}) to {} ({}) in {}", from.id.short(), from.subject, to.id.short(), to.subject, located.name);
    match args.output {
        Format::Json => output::data(&json::render(
            &plan,
            &json::About {
                title: &title,
                target: located.target.describe(),
                namespace: &located.key.namespace,
                selector: &located.key.selector,
                revision: Some(to.id.as_str()),
            },
        )),
        Format::Text => {
            output::note(&format!("From {title}\n"));
            output::data(&change_list::render(&plan, &located.key.namespace));
            for refusal in &plan.refusals {
                output::warning(&format!("deploying this needs an approval: {}", refusal.message));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
