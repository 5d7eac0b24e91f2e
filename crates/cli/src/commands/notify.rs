//! `landfall notify --test`: whether messages come.

use std::process::ExitCode;

use clap::Args;
use landfall_deploy::config::FILE_NAME;
use landfall_server::notify::{Tested, test};

use crate::{
    args::RepositoryArgs,
    error::{CommandError, status},
    notifications::{http, secrets},
    output,
    place::head_config,
    source::DeploymentRepository,
};

/// Send a test message to each sink of landfall.yaml, or to one of them, and say what came of it
///
/// Needs neither `landfall serve` nor a target: only the variables and files that landfall.yaml names. A forge is only asked
/// whether its repository can be reached.
#[derive(Debug, Args)]
pub struct NotifyArgs {
    /// Send a test message; to this sink only, where one is named
    #[arg(long, required = true, value_name = "SINK", num_args = 0..=1)]
    test: Option<Option<String>>,
    #[command(flatten)]
    repository: RepositoryArgs,
}

pub async fn run(args: &NotifyArgs) -> Result<ExitCode, CommandError> {
    let repository = DeploymentRepository::open(args.repository.repo.as_deref())?;
    let config = head_config(&repository)?;
    if config.notifications.is_empty() {
        return Err(CommandError::user(format!("{FILE_NAME} has no notifications"))
            .hint("add such as `notifications: {team: {slack: {webhook: {env: SLACK_WEBHOOK}}}}`, and commit it"));
    }
    let wanted = args.test.as_ref().and_then(Option::as_deref);
    if let Some(name) = wanted.filter(|name| !config.notifications.contains_key(*name)) {
        let known = config.notifications.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        return Err(CommandError::user(format!("{FILE_NAME} has no sink '{name}'")).hint(format!("it has {known}")));
    }
    let (http, secrets) = (http()?, secrets());
    let address = repository.address().unwrap_or_default();
    let mut failed = 0_usize;
    let chosen = config.notifications.iter().filter(|(name, _)| wanted.is_none_or(|wanted| wanted == *name));
    for (name, sink) in chosen {
        let Tested { sink, kind, result } = test(&http, &secrets, &config, name, sink, &address).await;
        match result {
            Ok(done) => output::note(&format!("{sink} ({kind}): {done}")),
            Err(why) => {
                failed += 1;
                output::warning(&format!("{sink} ({kind}): {why}"));
            }
        }
    }
    if failed == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    let sinks = if failed == 1 { "One sink has".to_owned() } else { format!("{failed} sinks have") };
    output::error(
        &format!("{sinks} not taken its test message"),
        &[],
        &["docs/notifications.md says what each needs".to_owned()],
    );
    Ok(ExitCode::from(status::ERROR))
}
