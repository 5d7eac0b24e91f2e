//! What a follower of repositories gets from this program: connections, manifests, and lines that tell what happens.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use landfall_core::{health::HealthState, plan::Plan};
use landfall_deploy::{
    config::Config,
    environment::Request,
    follow::{Board, Ended, Fault, Host, News, Prepared},
    progress::{Event, Progress},
    target::{Drifted, Target},
};
use landfall_git::{Commit, Mirror};
use landfall_journal::{Cause, Place, short_id};
use landfall_server::{Metrics, notify::Notifier};

use crate::{
    args::{ApprovalArgs, ConnectArgs, FileArgs, RepositoryArgs},
    error::CommandError,
    job::{JobArgs, Unread, is_before, unasked, unread},
    output::{
        self,
        json_lines::{self, About},
    },
    pause,
    source::DeploymentRepository,
};

/// So many objects that have drifted are told one by one.
const TOLD: usize = 10;

/// One repository of `landfall serve`.
pub struct Served {
    /// The repository.
    pub mirror: Arc<Mirror>,
    /// What lines about it begin with: nothing where it is the only one.
    pub prefix: String,
    /// How long a deploy waits until it is live.
    pub wait: Duration,
    /// Where everybody can see how it stands.
    pub board: Arc<Board>,
    /// Who tells people of it.
    pub notifier: Arc<Notifier>,
    /// What is counted of it.
    pub metrics: Arc<Metrics>,
}

#[async_trait]
impl Host for Served {
    async fn place(&self, config: &Config, environment: &str, commit: &Commit) -> Result<Place, Fault> {
        self.connected(config, environment, commit, false).await.map(|(_, place)| place)
    }

    async fn prepare(
        &self,
        config: &Config,
        environment: &str,
        commit: &Commit,
        only: Option<&[String]>,
    ) -> Result<Prepared, Fault> {
        let (Connected { repository, target, mut request, paths }, _) =
            self.connected(config, environment, commit, only.is_none()).await?;
        let manifests = match repository.manifests(&commit.id, only.unwrap_or(&paths)) {
            Ok(manifests) => Ok(manifests),
            Err(error) => Err(error.into_faults().map_err(passing)?),
        };
        request.is_before = Some(is_before(repository, &commit.id));
        Ok(Prepared { target, request, manifests })
    }

    fn progress(&self, environment: &str, commit: &Commit) -> Box<dyn Progress> {
        Box::new(Lines {
            about: about(&self.prefix, &self.address(), Some(environment), Some(commit.id.as_str())),
            prefix: format!("{}{environment}", self.prefix),
            repository: self.address(),
            environment: environment.to_owned(),
            board: Arc::clone(&self.board),
            metrics: Arc::clone(&self.metrics),
        })
    }

    async fn configured(&self, config: Option<&Arc<Config>>) {
        self.notifier.configured(config.map(Arc::as_ref)).await;
    }

    fn looked(&self, took: Duration, failed: bool) {
        self.metrics.looked(&self.address(), took, failed);
    }

    fn tell(&self, news: News) {
        self.board.tell(&self.address(), &news);
        self.metrics.tell(&self.address(), &news);
        json_lines::about(about(&self.prefix, &self.address(), news.environment(), news.revision()), || {
            self.say(&news)
        });
    }
}

/// What lines about an environment or its repository are about.
fn about(prefix: &str, repository: &str, environment: Option<&str>, revision: Option<&str>) -> About {
    let mut fields = vec![("repository", repository.to_owned())];
    fields.extend(environment.map(|environment| ("environment", environment.to_owned())));
    fields.extend(revision.map(|revision| ("revision", revision.to_owned())));
    let prefix = environment.map_or_else(|| prefix.to_owned(), |environment| format!("{prefix}{environment}: "));
    About { prefix, fields }
}

impl Served {
    fn say(&self, news: &News) {
        let prefix = &self.prefix;
        match news {
            News::GoodConfig | News::FailedAgain { .. } | News::Recorded { .. } => {}
            News::StandsBy { leader } => {
                let leader = leader.as_deref().unwrap_or("another process");
                output::note(&format!("{prefix}stands by: {leader} follows the repository"));
            }
            News::NotElected { reason } => output::warning(&format!(
                "{prefix}the repository is not followed, since it cannot be found out who does: {reason}"
            )),
            News::Leads => output::note(&format!("{prefix}follows the repository from now on")),
            News::Unreadable { reason } => output::warning(&cannot_be_read(prefix, reason)),
            News::ReadableAgain => output::note(&format!("{prefix}the repository can be read again")),
            News::NoCommits => output::warning(&format!("{prefix}the repository has no commits yet")),
            News::BrokenConfig { revision, reason } => output::warning(&format!(
                "{prefix}landfall.yaml of {} cannot be used, so that of before stays in force: {reason}",
                short_id(revision)
            )),
            News::Follows { environment, branch } => {
                output::note(&format!("{prefix}{environment}: follows the branch {branch}"));
            }
            News::Left { environment } => output::warning(&format!(
                "{prefix}{environment}: landfall.yaml does not have it any more; its objects stay as they are"
            )),
            News::NoEnvironment { environment, known } => output::warning(&format!(
                "{prefix}{environment}: landfall.yaml has no such environment; it has {}",
                known.join(", ")
            )),
            News::NoBranch { environment, branch } => {
                output::warning(&format!("{prefix}{environment}: there is no branch {branch}; what is live stays"))
            }
            News::Paused { environment, commit, pause } => output::warning(&format!(
                "{prefix}{}\n{} ({}) is not deployed",
                pause::sentence(environment, pause),
                commit.id.short(),
                commit.subject
            )),
            News::Resumed { environment } => output::note(&format!("{prefix}{environment} is not paused any more")),
            News::Tended { environment, what, is_warning: false } => {
                output::note(&format!("{prefix}{environment}: {what}"));
            }
            News::Tended { environment, what, is_warning: true } => {
                output::warning(&format!("{prefix}{environment}: {what}"));
            }
            News::Drifted { environment, drifted, corrects, other } => {
                let text = |drifted: &Drifted| format!("{}: {}", drifted.object, drifted.drift.join("; "));
                let what = drifted.iter().take(TOLD).map(text).collect::<Vec<_>>().join("\n");
                let more = drifted.len().checked_sub(TOLD).filter(|more| *more > 0);
                let more = more.map(|more| format!("\nand {more} more objects")).unwrap_or_default();
                match (drifted.is_empty(), other) {
                    (true, _) => output::note(&format!("{prefix}{environment}: everything is as it was applied again")),
                    (_, Some(other)) => output::warning(&format!(
                        "{prefix}{environment}: {other} was deployed by hand; it stays until the next commit"
                    )),
                    _ if *corrects => output::warning(&format!("{prefix}{environment}: corrects drift: {what}{more}")),
                    _ => output::warning(&format!("{prefix}{environment}: drift: {what}{more}")),
                }
            }
            News::Fight { environment, drifted } => output::warning(&format!(
                "{prefix}{environment}: {} is changed by somebody else again and again: {}\nFrom now on it is corrected less \
                 and less often, up to every 10 minutes. End the other writer, or leave the field out of the manifest",
                drifted.object,
                drifted.drift.join("; ")
            )),
            News::Corrected { environment, commit, ended, what } => {
                let text = format!("{prefix}{environment}: {}: drift: {what}", commit.id.short());
                if *ended == Ended::Done { output::note(&text) } else { output::warning(&text) }
            }
            News::Begins { environment, commit } => output::note(&format!(
                "{prefix}{environment}: deploying {} ({}, {})",
                commit.id.short(),
                commit.subject,
                commit.author.name
            )),
            News::Ended { environment, commit, ended, what, again, .. } => {
                let text = format!("{prefix}{environment}: {}: {what}", commit.id.short());
                match (ended, again) {
                    (Ended::Done, _) => output::note(&text),
                    (Ended::OwnFault, _) => {
                        output::warning(&format!("{text}\nNothing is tried before the next commit"))
                    }
                    (Ended::PassingFault, Some(rest)) => {
                        output::warning(&format!("{text}\nTried again in {} s", rest.as_secs().max(1)));
                    }
                    (Ended::PassingFault, None) => output::warning(&text),
                }
            }
        }
    }
}

/// An environment's target, and what is asked of it.
struct Connected {
    repository: DeploymentRepository,
    target: Box<dyn Target>,
    request: Request,
    paths: Vec<String>,
}

// A kubeconfig that is not there may be put there; a disk may have been full.
fn passing(error: CommandError) -> Fault {
    Fault { message: error.text(), is_passing: true }
}

impl Served {
    /// Prepares the connection to an environment's target, and tells where its deploys are recorded. Asks nobody, unless it
    /// reads ahead what a deploy will need.
    async fn connected(
        &self,
        config: &Config,
        environment: &str,
        commit: &Commit,
        reads_ahead: bool,
    ) -> Result<(Connected, Place), Fault> {
        let repository = DeploymentRepository::Mirror(Arc::clone(&self.mirror));
        let args = JobArgs {
            environment: Some(environment),
            revision: None,
            prune: None,
            files: &FileArgs::default(),
            repository: &RepositoryArgs::default(),
            connect: &ConnectArgs::default(),
            approvals: &ApprovalArgs::default(),
            cause: Cause::Serve,
            wait: Some(self.wait),
            no_wait: false,
        };
        // The only thing that can be wrong here is the commit's own configuration.
        let own = |error: CommandError| Fault { message: error.text(), is_passing: false };
        let unread = if reads_ahead {
            unread(&repository, config, environment, commit, &args).await
        } else {
            unasked(&repository, config, environment, commit, &args).await
        };
        let Unread { target, request, paths } = unread.map_err(own)?;
        let target = target.map_err(passing)?.into_target();
        let place = request.key(target.as_ref()).place(target.as_ref());
        self.board.placed(&self.address(), environment, target.describe(), place.clone());
        Ok((Connected { repository, target, request, paths }, place))
    }

    /// The repository's address, without credentials.
    pub fn address(&self) -> String {
        self.mirror.url().to_string()
    }
}

/// The repository is away.
pub fn cannot_be_read(prefix: &str, reason: &str) -> String {
    format!("{prefix}the repository cannot be read: {reason}")
}

/// Lines about one deploy.
struct Lines {
    about: About,
    prefix: String,
    repository: String,
    environment: String,
    board: Arc<Board>,
    metrics: Arc<Metrics>,
}

impl Progress for Lines {
    fn tell(&self, event: Event) {
        self.board.step(&self.repository, &self.environment, &event);
        self.metrics.step(&self.repository, &self.environment, &event);
        json_lines::about(self.about.clone(), || self.say(event));
    }

    fn planned(&self, plan: &Plan) {
        json_lines::about(self.about.clone(), || {
            output::note(&format!("{}: {}", self.prefix, plan.totals()));
            plan.warnings.iter().for_each(|warning| output::warning(&format!("{}: {warning}", self.prefix)));
        });
    }
}

impl Lines {
    fn say(&self, event: Event) {
        let prefix = &self.prefix;
        match event {
            Event::Waiting { holder } => output::note(&format!("{prefix}: waits for the deploy of {holder}")),
            Event::GoingBack { live } => {
                output::warning(&format!("{prefix}: the branch now stands before {}, which was live", short_id(&live)));
            }
            Event::Blind { message } => output::warning(&format!("{prefix}: {message}")),
            Event::Warning { id, message } => output::warning(&format!("{prefix}: {id}: {message}")),
            Event::Rollout(rollout) if rollout.state == HealthState::Hopeless => {
                output::warning(&format!("{prefix}: {}: {}", rollout.id, rollout.sentence));
            }
            _ => {}
        }
    }
}
