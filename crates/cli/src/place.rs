//! Which environments a command asks about, without any manifests.

use landfall_core::{health::ReadyConditions, selector::Selector};
use landfall_deploy::{
    config::{Config, Environment, FILE_NAME},
    environment::EnvironmentKey,
};
use landfall_journal::Place;

use crate::{
    args::{ConnectArgs, RepositoryArgs},
    connect::{Connected, connect},
    environment::{named, no_config, parse_selector},
    error::CommandError,
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

/// The environments that the arguments name.
pub async fn locate(args: &PlaceArgs<'_>) -> Result<Vec<Located>, CommandError> {
    if let Some(text) = args.selector {
        let selector = parse_selector(Some(text))?;
        let target = connect(args.connect, None).await?;
        return Ok(vec![located(selector.to_string(), None, selector, target)]);
    }
    let repository = DeploymentRepository::open(args.repository.repo.as_deref())?;
    let config = head_config(&repository)?;
    let names = match args.environment {
        Some(name) => vec![name.to_owned()],
        None => config.environments.keys().cloned().collect(),
    };
    let mut found = Vec::new();
    for name in names {
        let environment = named(&config, &name)?.clone();
        let target = connect(args.connect, Some(&environment.target)).await?;
        let selector = environment.selector(&config.name);
        let located = located(name, Some(environment), selector, target);
        found.push(Located { ready_conditions: config.ready_conditions(), ..located });
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
    Located { name, environment, selector, ready_conditions: ReadyConditions::default(), target, key }
}

/// That a command is about one environment, which has to be named where there are several.
pub fn only(mut found: Vec<Located>) -> Result<Located, CommandError> {
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => Ok(one),
        (Some(last), false) => {
            let names: Vec<&str> = found.iter().chain([&last]).map(|located| located.name.as_str()).collect();
            Err(CommandError::user(format!("{FILE_NAME} has several environments: {}", names.join(", ")))
                .hint("name one"))
        }
        (None, _) => Err(CommandError::user(format!("{FILE_NAME} has no environments"))),
    }
}
