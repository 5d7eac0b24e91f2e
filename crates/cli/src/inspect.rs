//! Asks a target for one object, for whoever looks at the page of `landfall serve`.

use std::sync::Arc;

use landfall_deploy::inspect::{Inspected, inspect};
use landfall_git::RepoUrl;
use landfall_journal::Cause;
use landfall_server::{Inspector, Question};
use tokio::{runtime::Handle, sync::Semaphore};

use crate::{
    args::{ApprovalArgs, ConnectArgs, FileArgs, RepositoryArgs},
    environment::no_config,
    error::CommandError,
    job::{JobArgs, Unread, unasked},
    source::{DeploymentRepository, cached_mirror},
};

/// So many questions are asked at once.
const AT_ONCE: usize = 2;

/// Answers about the objects of these repositories.
pub fn inspector(repositories: Vec<RepoUrl>) -> Inspector {
    let repositories = Arc::new(repositories);
    Inspector {
        ask: Box::new(move |question| {
            let repositories = Arc::clone(&repositories);
            // On a thread of its own: manifests are read and compared, which must not hold up the other answers.
            let (runtime, name) = (Handle::current(), question.object.clone());
            let asked = tokio::task::spawn_blocking(move || runtime.block_on(ask(&repositories, &question)));
            Box::pin(async move {
                match asked.await {
                    Ok(answer) => answer.map_err(|error| error.text()),
                    Err(error) => Err(format!("{name} could not be asked for, which is a fault of Landfall: {error}")),
                }
            })
        }),
        at_once: Semaphore::new(AT_ONCE),
    }
}

async fn ask(repositories: &[RepoUrl], question: &Question) -> Result<Option<Inspected>, CommandError> {
    let Question { repository, environment, revision, object } = question;
    let url = repositories.iter().find(|url| url.to_string() == *repository);
    let url = url.ok_or_else(|| CommandError::user(format!("The repository {repository} is not followed")))?;
    let mirror = DeploymentRepository::Mirror(Arc::new(cached_mirror(url)?));
    let commit = mirror.resolve(revision)?;
    let config = match mirror.config(&commit.id)? {
        Some(config) => config,
        None => mirror.config(&mirror.resolve("HEAD")?.id)?.ok_or_else(no_config)?,
    };
    let args = JobArgs {
        environment: Some(environment),
        revision: None,
        prune: Some(false),
        files: &FileArgs::default(),
        repository: &RepositoryArgs::default(),
        connect: &ConnectArgs::default(),
        approvals: &ApprovalArgs::default(),
        cause: Cause::Serve,
        wait: None,
        no_wait: false,
    };
    let Unread { target, request, paths } = unasked(&mirror, &config, environment, &commit, &args).await?;
    let manifests = mirror.manifests(&commit.id, &paths)?;
    Ok(inspect(&*target?, manifests, &request, object).await?)
}
