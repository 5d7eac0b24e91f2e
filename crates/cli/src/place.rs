//! Which environments a command asks about, without any manifests.

use landfall_core::{health::ReadyConditions, selector::Selector};
use landfall_deploy::{
    config::{Config, Environment, FILE_NAME},
    environment::EnvironmentKey,
    pause::Pause,
};
use landfall_journal::Place;

use crate::{
    args::{ConnectArgs, RepositoryArgs},
    connect::{Connected, connect},
    environment::{named, no_config, parse_selector},
    error::CommandError,
    pause,
    source::DeploymentRepository,
};

/// An environment, and where it lives.
pub struct Located {
    /// The environment as the user calls it.
    pub name: String,
    /// Its configuration; `None` where only a selector was given.
    pub environment: Option<Environment>,
    /// Its objects.
    pub selector: Selector,
    /// Which conditions say that objects of custom kinds are live.
    pub ready_conditions: ReadyConditions,
    /// Where they live.
    pub target: Connected,
    /// Its record there.
    pub key: EnvironmentKey,
    /// Why nothing is to be deployed to it now, as far as this machine knows.
    pub paused: Option<Pause>,
}

/// What the user gave.
pub struct PlaceArgs<'a> {
    /// The environment's name; all of them where it is left out.
    pub environment: Option<&'a str>,
    /// A selector instead of `landfall.yaml`.
    pub selector: Option<&'a str>,
    /// The repository.
    pub repository: &'a RepositoryArgs,
    /// The cluster.
    pub connect: &'a ConnectArgs,
}

impl Located {
    /// Where its deploys are recorded.
    pub fn place(&self) -> Place {
        self.key.place(&*self.target)
    }
}

/// An environment, and where it is, or why that cannot be reached.
pub type Found = (String, Result<Located, CommandError>);

/// The environments that the arguments name. One that cannot be reached hides no other one.
///
/// # Errors
/// The arguments or `landfall.yaml` cannot be used.
pub async fn locate(args: &PlaceArgs<'_>) -> Result<Vec<Found>, CommandError> {
    if let Some(text) = args.selector {
        let selector = parse_selector(Some(text))?;
        let name = selector.to_string();
        let target = connect(args.connect, None).await;
        return Ok(vec![(name.clone(), target.map(|target| located(name, None, selector, target)))]);
    }
    let repository = DeploymentRepository::open(args.repository.repo.as_deref())?;
    let config = head_config(&repository)?;
    let names = match args.environment {
        Some(name) => vec![name.to_owned()],
        None => config.environments.keys().cloned().collect(),
    };
    let mut found = Vec::new();
    for name in names {
        let paused = pause::known(&repository, &config, &name)?;
        let environment = named(&config, &name)?.clone();
        let selector = environment.selector(&config.name);
        let target = connect(args.connect, Some(&environment.target)).await;
        let place = target.map(|target| Located {
            ready_conditions: config.ready_conditions(),
            paused,
            ..located(name.clone(), Some(environment), selector, target)
        });
        found.push((name, place));
    }
    Ok(found)
}

/// The configuration of the revision that the repository stands at.
pub fn head_config(repository: &DeploymentRepository) -> Result<Config, CommandError> {
    let head = repository.resolve("HEAD")?;
    repository.config(&head.id)?.ok_or_else(no_config)
}

fn located(name: String, environment: Option<Environment>, selector: Selector, target: Connected) -> Located {
    let key = EnvironmentKey::new(target.default_namespace(), &selector);
    Located { name, environment, selector, ready_conditions: ReadyConditions::default(), target, key, paused: None }
}

/// That a command is about one environment, which has to be named where there are several.
pub fn only(mut found: Vec<Found>) -> Result<Located, CommandError> {
    match (found.pop(), found.is_empty()) {
        (Some((_, place)), true) => place,
        (Some(last), false) => {
            let names: Vec<&str> = found.iter().chain([&last]).map(|(name, _)| name.as_str()).collect();
            Err(CommandError::user(format!("{FILE_NAME} has several environments: {}", names.join(", ")))
                .hint("name one"))
        }
        (None, _) => Err(CommandError::user(format!("{FILE_NAME} has no environments"))),
    }
}
