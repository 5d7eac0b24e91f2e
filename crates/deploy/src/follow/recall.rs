//! What was live before this process began, or before a commit that is refused: it is looked after on, and what a killed
//! process had begun is brought to its end.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use landfall_git::{Commit, Error, Revision};
use landfall_journal::{Cause, Deploy, Filter, Journal, Outcome};

use super::{
    attempt::Ended,
    environment::{Last, Loop},
    host::{Fault, Host, News},
    under_way::{Doing, Running},
};
use crate::config::Config;

/// The wait after a failure.
const RETRY: Duration = Duration::from_secs(30);

/// So many of the newest deploys are looked through for the one that wrote last.
const LOOKED_THROUGH: u32 = 200;

/// For which refused commit it was found out what is live.
#[derive(Default)]
pub(super) struct Recall {
    of: Option<Revision>,
    not_before: Option<Instant>,
}

impl Recall {
    /// When to find it out; `None` where that is not needed: nothing was refused, or it was found out already.
    pub fn due_in(&self, last: Option<&Last>) -> Option<Duration> {
        last.filter(|last| last.refused && self.of.as_ref() != Some(&last.commit.id))?;
        Some(self.not_before.map(|then| then.saturating_duration_since(Instant::now())).unwrap_or_default())
    }

    /// It is being found out.
    pub fn begins(&mut self, last: Option<&Last>) {
        self.of = last.map(|last| last.commit.id.clone());
    }

    /// A commit is tried that is not what was recalled: should it be refused again, what is live is found out anew.
    pub fn gives_way(&mut self, doing: Doing) {
        if !doing.is_newest() {
            *self = Self::default();
        }
    }

    /// How that ended.
    pub fn ended(&mut self, doing: Doing, ended: Ended) {
        if doing == Doing::LookAfter && ended == Ended::PassingFault {
            self.failed();
        }
    }

    /// It could not be found out, and is tried again.
    pub fn failed(&mut self) {
        *self = Self { of: None, not_before: Some(Instant::now() + RETRY) };
    }
}

/// The newest deploys to an environment, newest first. `config` is that of `commit`.
///
/// # Errors
/// Why they cannot be found out.
pub(super) async fn newest(
    host: &dyn Host,
    journal: &Journal,
    config: &Config,
    environment: &str,
    commit: &Commit,
) -> Result<Vec<Deploy>, Fault> {
    let place = host.place(config, environment, commit).await?;
    let filter = Filter { place: Some(place), limit: Some(LOOKED_THROUGH), ..Filter::default() };
    let found = journal.deploys(&filter).await;
    let found = found.map_err(|error| Fault { message: error.to_string(), is_passing: true })?;
    Ok(found.deploys.into_iter().map(|summary| summary.deploy).collect())
}

impl Loop {
    /// Begins to look after what is live, or to bring to its end what a killed process had begun; `None` where the journal
    /// knows of neither. `refused` is the commit that is not live.
    ///
    /// # Errors
    /// Why it cannot be found out, as half a sentence.
    pub(super) async fn recall(&self, refused: &Commit, fallback: Arc<Config>) -> Result<Option<Running>, String> {
        let deploys = newest(self.host.as_ref(), &self.journal, &fallback, &self.name, refused).await;
        let wrote = wrote_last(deploys.map_err(|fault| fault.message)?);
        let Some((revision, cause)) = wrote.filter(|(revision, _)| revision != refused.id.as_str()) else {
            return Ok(None);
        };
        let mirror = Arc::clone(&self.mirror);
        let resolved = tokio::task::spawn_blocking(move || mirror.resolve(&revision)).await;
        let commit = match resolved.map_err(|error| error.to_string())? {
            Ok(commit) => commit,
            // A branch that was pushed over has lost it: nothing of it can be read any more.
            Err(Error::Unknown { .. }) => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        if cause.is_some() {
            let what = format!(
                "goes on with {} ({}), which was cut off, since {} is refused",
                commit.id.short(),
                commit.subject,
                refused.id.short()
            );
            self.host.tell(News::Tended { environment: self.name.clone(), what, is_warning: false });
        }
        let doing = cause.map_or(Doing::LookAfter, Doing::GoOn);
        Ok(Some(self.start(Arc::new(commit), fallback, 1, doing)))
    }
}

/// The revision that was written last, and why it is to be deployed on where that was cut off. `None` where others wrote
/// last: what they deployed stays until the next commit. `deploys` are the newest ones, newest first.
fn wrote_last(deploys: impl IntoIterator<Item = Deploy>) -> Option<(String, Option<Cause>)> {
    let wrote = deploys.into_iter().find(|deploy| deploy.first_write.is_some() || in_effect(deploy))?;
    let cause = match wrote.outcome {
        _ if !is_own(wrote.cause) => return None,
        Outcome::Live | Outcome::Applied => None,
        Outcome::Running | Outcome::Stopped => Some(wrote.cause),
        _ => return None,
    };
    Some((wrote.revision?, cause))
}

/// Whether a deploy was the server's own.
pub(super) fn is_own(cause: Cause) -> bool {
    matches!(cause, Cause::Serve | Cause::Drift)
}

/// Whether what it wrote is what was live from then on.
pub(super) fn in_effect(deploy: &Deploy) -> bool {
    matches!(deploy.outcome, Outcome::Live | Outcome::Applied)
}
