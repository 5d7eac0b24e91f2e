//! Which environment a command is about.

use landfall_core::selector::Selector;
use landfall_deploy::config::{Config, Environment, FILE_NAME};
use landfall_git::Commit;

use crate::{error::CommandError, job::JobArgs, output, source::DeploymentRepository};

/// The environment's configuration and the commit to deploy. The configuration is read from that commit; one from
/// before the file was there takes that of the branch.
pub fn choose(repository: &DeploymentRepository, args: &JobArgs<'_>) -> Result<(Config, String, Commit), CommandError> {
    let head = repository.resolve("HEAD")?;
    let current = repository.config(&head.id)?;
    if let (Some(name), None, Some(config)) = (args.environment, args.revision, &current)
        && !config.environments.contains_key(name)
        && repository.resolve(name).is_ok()
    {
        return Err(CommandError::user(format!(
            "'{name}' is a revision, and {FILE_NAME} has no environment of this name"
        ))
        .hint(format!(
            "name the environment first: ENVIRONMENT {name}, where ENVIRONMENT is one of {}",
            known(config)
        )));
    }
    if let Some(revision) = args.revision {
        let commit = repository.resolve(revision)?;
        let config = match repository.config(&commit.id)? {
            Some(config) => config,
            None => {
                output::note(&format!(
                    "Revision {} has no {FILE_NAME}: that of {} is used",
                    commit.id.short(),
                    head.id.short()
                ));
                current.ok_or_else(no_config)?
            }
        };
        let name = environment_name(&config, args.environment)?;
        return Ok((config, name, commit));
    }
    let config = current.ok_or_else(no_config)?;
    let name = environment_name(&config, args.environment)?;
    let commit = repository.branch(&named(&config, &name)?.branch)?;
    let config = repository.config(&commit.id)?.unwrap_or(config);
    Ok((config, name, commit))
}

pub fn no_config() -> CommandError {
    CommandError::user(format!("The repository has no {FILE_NAME} in its root"))
        .hint("write one (docs/configuration.md), or name files and a selector: -f base -R -l deploy=NAME")
}

pub fn environment_name(config: &Config, given: Option<&str>) -> Result<String, CommandError> {
    let mut names = config.environments.keys();
    match (given, names.next(), names.next()) {
        (Some(name), ..) => Ok(name.to_owned()),
        (None, Some(only), None) => Ok(only.clone()),
        _ => {
            Err(CommandError::user(format!("{FILE_NAME} has several environments: {}", known(config))).hint("name one"))
        }
    }
}

pub fn named<'a>(config: &'a Config, name: &str) -> Result<&'a Environment, CommandError> {
    config.environments.get(name).ok_or_else(|| {
        CommandError::user(format!("{FILE_NAME} has no environment '{name}'"))
            .hint(format!("it has: {}", known(config)))
    })
}

fn known(config: &Config) -> String {
    config.environments.keys().cloned().collect::<Vec<_>>().join(", ")
}

pub fn parse_selector(text: Option<&str>) -> Result<Selector, CommandError> {
    Selector::parse(text.unwrap_or_default()).map_err(|error| CommandError::user(error.to_string()))
}
