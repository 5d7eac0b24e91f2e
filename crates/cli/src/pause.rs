//! Whether an environment is paused, as far as this machine knows, and what that means for a command.

use landfall_deploy::{
    config::Config,
    pause::{self, LOOKED_THROUGH, Pause},
};
use landfall_git::Commit;
use landfall_journal::Time;

use crate::{
    error::{CommandError, status},
    output::time::short,
    source::DeploymentRepository,
};

/// Why nothing is deployed to an environment now, by the newest commit of its branch that this machine has. Asks nobody:
/// during an incident, the remote may be away.
///
/// # Errors
/// The repository cannot be read.
pub fn known(repository: &DeploymentRepository, config: &Config, name: &str) -> Result<Option<Pause>, CommandError> {
    let Some(environment) = config.environments.get(name) else { return Ok(None) };
    let Some((place, tip)) = repository.known_tip(&environment.branch) else { return Ok(None) };
    of_tip(place.as_ref().unwrap_or(repository), &tip, config, name)
}

/// The same by one commit.
///
/// # Errors
/// The repository cannot be read.
pub fn of_tip(
    repository: &DeploymentRepository,
    tip: &Commit,
    fallback: &Config,
    name: &str,
) -> Result<Option<Pause>, CommandError> {
    let commits = repository.history(&tip.id, LOOKED_THROUGH)?;
    let found = pause::pause(&commits, name, Some(fallback), |commit| match repository.config(&commit.id) {
        Ok(config) => Ok(config.map(|config| Ok(config.into()))),
        Err(error) => error.into_faults().map(|faults| Some(Err(faults))),
    })?;
    Ok(found.filter(|pause| pause.rest(Time::now()).is_some()))
}

/// `prod is paused since 14:32 by Ada: Moving the database`
pub fn sentence(name: &str, pause: &Pause) -> String {
    format!("{name} is {}", pause.in_words(short))
}

/// What a plan says of it.
pub fn warning(name: &str, pause: &Pause) -> String {
    format!("{}; nothing is deployed before that ends", sentence(name, pause))
}

/// Why a command does not deploy to a paused environment.
pub fn refusal(name: &str, pause: &Pause) -> CommandError {
    CommandError::user(format!("{}\nNothing was deployed", sentence(name, pause)))
        .with_status(status::BLOCKED)
        .hint(format!("ask who paused it, or end the pause by a commit: `landfall resume {name}`"))
        .hint("to deploy all the same, and leave it paused: --while-paused")
}
