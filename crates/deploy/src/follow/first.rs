//! The newest commit, by a process that starts: what others have done since it was live is not undone only because a process
//! starts.

use landfall_git::Commit;
use landfall_journal::{Deploy, Journal, Outcome, short_id};

use super::{
    attempt::{Attempt, Ended, mode},
    host::{Fault, Host},
    recall::{in_effect, is_own, newest},
};
use crate::config::{Config, DriftMode};

/// Why a commit that this repository has made live before is only looked after by a process that starts, and not deployed
/// once more; `None` where it is to be deployed. Drift that is only reported stays, and so does another revision that
/// somebody has deployed by hand, until the next commit.
///
/// # Errors
/// Why it cannot be found out.
pub(super) async fn why_not_again(
    host: &dyn Host,
    journal: &Journal,
    config: &Config,
    environment: &str,
    commit: &Commit,
) -> Result<Option<Attempt>, Fault> {
    let deploys = newest(host, journal, config, environment, commit).await?;
    let corrects = mode(config, environment) == DriftMode::Correct;
    Ok(found(&deploys, commit.id.as_str(), corrects))
}

/// The same. `deploys` are the newest ones, newest first.
fn found(deploys: &[Deploy], revision: &str, corrects: bool) -> Option<Attempt> {
    let mut by_hand = None;
    for deploy in deploys.iter().filter(|deploy| deploy.first_write.is_some() || in_effect(deploy)) {
        if !is_own(deploy.cause) {
            by_hand.get_or_insert(deploy);
            continue;
        }
        if deploy.revision.as_deref() != Some(revision) || !in_effect(deploy) {
            return None;
        }
        let other = by_hand.filter(|other| other.revision.as_deref() != Some(revision));
        return match other {
            Some(other) => {
                let short = other.revision.as_deref().map_or("other manifests", short_id);
                let by = other.asked_by.as_deref().map_or_else(String::new, |by| format!(" by {by}"));
                let what =
                    format!("Not deployed again: {short} was deployed{by} since, and stays until the next commit");
                Some(Attempt { ended: Ended::Done, outcome: Outcome::Superseded, what })
            }
            None if corrects => None,
            None => {
                let what = "Live as before; what others have changed since stays".to_owned();
                Some(Attempt { ended: Ended::Done, outcome: Outcome::Live, what })
            }
        };
    }
    None
}
