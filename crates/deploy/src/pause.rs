//! Whether an environment is paused, by what its branch says.

use std::{sync::Arc, time::Duration};

use landfall_core::diagnostic::Diagnostic;
use landfall_git::{Commit, Mirror};
use landfall_journal::Time;
use serde::Serialize;

use crate::{
    config::{Config, Paused},
    follow,
};

/// So many commits are looked through for the one that paused the environment.
pub const LOOKED_THROUGH: usize = 100;

/// A configuration, or what is wrong with it.
pub type ReadConfig = Result<Arc<Config>, Vec<Diagnostic>>;

/// That nothing is deployed to an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pause {
    /// Why.
    pub reason: String,
    /// When it is over by itself; `None` where a commit ends it.
    pub until: Option<Time>,
    /// When the commit was made that paused it; `None` where that cannot be told.
    pub since: Option<Time>,
    /// Who wrote that commit.
    pub by: Option<String>,
    /// Why the newest `landfall.yaml` of the branch does not count; `None` where it does.
    pub fault: Option<String>,
}

impl Pause {
    /// How long it goes on, `Duration::MAX` for without an end; `None` where it is over.
    pub fn rest(&self, now: Time) -> Option<Duration> {
        let Some(until) = self.until else { return Some(Duration::MAX) };
        let millis = u64::try_from(until.as_millis() - now.as_millis()).ok()?;
        (millis > 0).then(|| Duration::from_millis(millis))
    }

    /// `paused since 14:32 by Ada until 18:00: Moving the database`
    pub fn in_words(&self, time: impl Fn(Time) -> String) -> String {
        let part = |word: &str, of: Option<String>| of.map_or_else(String::new, |of| format!(" {word} {of}"));
        let (since, by) = (part("since", self.since.map(&time)), part("by", self.by.clone()));
        let fault = self.fault.as_ref().map_or_else(String::new, |fault| {
            format!("; the newest landfall.yaml cannot be used, so that of before counts: {fault}")
        });
        format!("paused{since}{by}{}: {}{fault}", part("until", self.until.map(&time)), self.reason)
    }
}

/// What a branch says of an environment's pause, over or not. `commits` are those of the branch, newest first. The newest
/// configuration that can be used counts. A commit from before the file was there takes `fallback`.
///
/// # Errors
/// Those of `read`.
pub fn pause<E>(
    commits: &[Commit],
    environment: &str,
    fallback: Option<&Config>,
    mut read: impl FnMut(&Commit) -> Result<Option<ReadConfig>, E>,
) -> Result<Option<Pause>, E> {
    let mut fault = None;
    let mut found: Option<(Paused, &Commit)> = None;
    for commit in commits {
        let own = match read(commit)? {
            Some(Ok(config)) => config,
            Some(Err(faults)) => {
                if found.is_none() && fault.is_none() {
                    fault = Some(follow::in_words(&faults));
                }
                continue;
            }
            None if found.is_none() => {
                let paused = fallback.and_then(|config| config.paused(environment));
                return Ok(paused.map(|paused| told(paused, None, fault)));
            }
            None => return Ok(found.map(|(paused, since)| told(&paused, Some(since), fault))),
        };
        match (&mut found, own.paused(environment)) {
            (None, None) => return Ok(None),
            (None, Some(paused)) => found = Some((paused.clone(), commit)),
            (Some((paused, since)), own) if own == Some(&*paused) => *since = commit,
            (Some(_), _) => return Ok(found.map(|(paused, since)| told(&paused, Some(since), fault))),
        }
    }
    // Whether it began before those that were looked through is not known.
    let is_whole = commits.last().is_none_or(|oldest| oldest.parents.is_empty());
    Ok(found.map(|(paused, since)| told(&paused, is_whole.then_some(since), fault)))
}

fn told(paused: &Paused, since: Option<&Commit>, fault: Option<String>) -> Pause {
    Pause {
        reason: paused.reason.clone(),
        until: paused.until(),
        since: since.map(|commit| Time::from_millis(commit.committer.time.seconds * 1000)),
        by: since.map(|commit| commit.author.name.clone()),
        fault,
    }
}

/// What the branch with this tip says. Where it cannot be read, that is a reason to wait.
pub(crate) fn of_tip(mirror: &Mirror, tip: &Commit, environment: &str, fallback: &Config) -> Option<Pause> {
    let read = |commit: &Commit| follow::config(mirror, commit);
    let found =
        mirror.history(&tip.id, LOOKED_THROUGH).and_then(|commits| pause(&commits, environment, Some(fallback), read));
    found.unwrap_or_else(|error| {
        let reason = format!("It cannot be found out whether it is paused: {error}");
        Some(Pause { reason, until: None, since: None, by: None, fault: None })
    })
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use landfall_core::diagnostic::Source;
    use landfall_git::{GitTime, Revision, Signature};

    use super::*;

    /// The commits of a branch, newest first, each by what its `landfall.yaml` says: `-` for no file, `!` for a broken
    /// one, nothing for no pause, else the reason.
    fn of(branch: &[&str], fallback: &str) -> Option<Pause> {
        let commits: Vec<Commit> = (0..branch.len()).map(|number| commit(number, branch.len())).collect();
        let fallback = config(fallback).and_then(Result::ok);
        let read = |commit: &Commit| {
            let number = commits.iter().position(|other| other.id == commit.id).unwrap();
            Ok::<_, Infallible>(config(branch[number]))
        };
        pause(&commits, "prod", fallback.as_deref(), read).unwrap()
    }

    fn commit(number: usize, of: usize) -> Commit {
        let id = |number: usize| Revision::parse(&format!("{number:040}")).unwrap();
        let time = GitTime { seconds: i64::try_from(of - number).unwrap(), ..GitTime::default() };
        let author = Signature { name: format!("Author {}", of - number), email: String::new(), time };
        Commit {
            id: id(number),
            committer: author.clone(),
            author,
            subject: String::new(),
            message: String::new(),
            parents: if number + 1 < of { vec![id(number + 1)] } else { Vec::new() },
        }
    }

    fn config(said: &str) -> Option<ReadConfig> {
        let paused = match said {
            "-" => return None,
            "!" => "paused: [".to_owned(),
            "" => String::new(),
            reason => format!("paused: {{reason: {reason}}}"),
        };
        let text = format!(
            "name: a\nenvironments:\n  prod: {{branch: main, paths: [b], target: {{docker: {{}}}}, {paused}}}\n"
        );
        Some(Config::read(&Arc::new(Source { path: "landfall.yaml".into(), text })).map(Arc::new))
    }

    #[test]
    fn the_newest_that_can_be_used_counts_and_its_first_commit_is_told() {
        for (branch, fallback, expected) in [
            (&[""] as &[&str], "", None),
            (&["", "x"], "x", None),
            (&["x"], "", Some(("x", Some(1), false))),
            (&["x", "x", ""], "", Some(("x", Some(2), false))),
            (&["x", "y", ""], "", Some(("x", Some(3), false))),
            (&["x", "x", "-"], "", Some(("x", Some(2), false))),
            // A broken file changes nothing.
            (&["!", "x", ""], "", Some(("x", Some(2), true))),
            (&["!", "!", "x", "x", ""], "", Some(("x", Some(2), true))),
            (&["!", "", "x"], "x", None),
            (&["!"], "x", None),
            (&["x", "!", "x", ""], "", Some(("x", Some(2), false))),
            // From before the file was there.
            (&["-", "x"], "", None),
            (&["-"], "x", Some(("x", None, false))),
            (&["!", "-"], "x", Some(("x", None, true))),
        ] {
            let found = of(branch, fallback);
            let found = found.as_ref().map(|pause| {
                (pause.reason.as_str(), pause.since.map(|since| since.as_millis() / 1000), pause.fault.is_some())
            });
            assert_eq!(found, expected, "{branch:?} {fallback:?}");
        }
    }

    #[test]
    fn it_ends_by_itself() {
        let pause = |until| Pause { reason: "Moving".into(), until, since: None, by: None, fault: None };
        let at = Time::from_millis;
        assert_eq!(pause(None).rest(at(5)), Some(Duration::MAX));
        assert_eq!(pause(Some(at(7))).rest(at(5)), Some(Duration::from_millis(2)));
        assert_eq!(pause(Some(at(5))).rest(at(5)), None);
        assert_eq!(pause(Some(at(3))).rest(at(5)), None);
        let whole = Pause { since: Some(at(1)), by: Some("Ada".into()), ..pause(Some(at(2))) };
        assert_eq!(whole.in_words(|time| time.as_millis().to_string()), "paused since 1 by Ada until 2: Moving");
        assert_eq!(pause(None).in_words(|_| String::new()), "paused: Moving");
    }
}
