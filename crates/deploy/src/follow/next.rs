//! What an environment's loop does next. Pure.

use std::time::Duration;

use super::attempt::Ended;

/// A deploy that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Current<'a> {
    /// Its commit.
    pub revision: &'a str,
    /// Whether everything is written, and it only waits until that is live.
    pub waits: bool,
    /// Whether it is of the newest commit, and not of what was live before one that was refused.
    pub newest: bool,
}

/// The deploy that ended last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Past<'a> {
    /// Its commit.
    pub revision: &'a str,
    /// How it ended.
    pub ended: Ended,
    /// How long it is to be left alone before it is tried again; zero when that is over.
    pub rest: Duration,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Deploy the wanted commit now.
    Start,
    /// Nothing for so long, unless a commit resumes the environment before: it is paused.
    Paused(Duration),
    /// Look again after this time, if nothing happens before.
    In(Duration),
    /// Nothing, until something happens.
    Idle,
}

/// What to do about the wanted commit.
///
/// A deploy that writes is never disturbed: half of one commit and half of the next is what nobody asked for. One that
/// only waits gives way at once. A paused environment begins nothing, and lets what is under way come to its end. A commit that
/// failed by its own fault is not tried again; any other commit is.
///
/// `paused` is how long the environment is still paused, if it is.
pub fn next(
    wanted: Option<&str>,
    paused: Option<Duration>,
    current: Option<Current<'_>>,
    past: Option<Past<'_>>,
) -> Next {
    let Some(wanted) = wanted else { return Next::Idle };
    if let (Some(rest), None) = (paused, current) {
        return Next::Paused(rest);
    }
    if let Some(current) = current {
        if !current.waits || current.revision == wanted || paused.is_some() {
            return Next::Idle;
        }
        if current.newest {
            return Next::Start;
        }
    }
    match past.filter(|past| past.revision == wanted) {
        None => Next::Start,
        Some(Past { ended: Ended::Done | Ended::OwnFault, .. }) => Next::Idle,
        Some(Past { rest: Duration::ZERO, .. }) => Next::Start,
        Some(Past { rest, .. }) => Next::In(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_wins_and_own_faults_are_not_repeated() {
        let current = |revision, waits| Some(Current { revision, waits, newest: true });
        let past = |revision, ended, rest| Some(Past { revision, ended, rest: Duration::from_secs(rest) });
        for (wanted, current, past, expected) in [
            (None, None, None, Next::Idle),
            (None, None, past("a", Ended::PassingFault, 0), Next::Idle),
            (Some("a"), None, None, Next::Start),
            (Some("a"), current("a", false), None, Next::Idle),
            (Some("a"), current("a", true), None, Next::Idle),
            (Some("b"), current("a", false), None, Next::Idle),
            (Some("b"), current("a", true), None, Next::Start),
            (Some("a"), None, past("a", Ended::Done, 0), Next::Idle),
            (Some("a"), None, past("a", Ended::OwnFault, 0), Next::Idle),
            (Some("a"), None, past("a", Ended::PassingFault, 7), Next::In(Duration::from_secs(7))),
            (Some("a"), None, past("a", Ended::PassingFault, 0), Next::Start),
            (Some("b"), None, past("a", Ended::PassingFault, 7), Next::Start),
            (Some("b"), None, past("a", Ended::OwnFault, 0), Next::Start),
            (Some("b"), None, past("a", Ended::Done, 0), Next::Start),
        ] {
            assert_eq!(next(wanted, None, current, past), expected, "{wanted:?} {current:?} {past:?}");
        }
    }

    #[test]
    fn what_was_live_before_a_refused_commit_gives_way_only_to_another_try() {
        let current = |waits| Some(Current { revision: "a", waits, newest: false });
        let past = |ended, rest| Some(Past { revision: "b", ended, rest: Duration::from_secs(rest) });
        for (wanted, current, past, expected) in [
            ("b", current(false), past(Ended::OwnFault, 0), Next::Idle),
            ("b", current(true), past(Ended::OwnFault, 0), Next::Idle),
            ("b", current(false), past(Ended::PassingFault, 0), Next::Idle),
            ("b", current(true), past(Ended::PassingFault, 7), Next::In(Duration::from_secs(7))),
            ("b", current(true), past(Ended::PassingFault, 0), Next::Start),
            ("c", current(false), past(Ended::OwnFault, 0), Next::Idle),
            ("c", current(true), past(Ended::OwnFault, 0), Next::Start),
        ] {
            assert_eq!(next(Some(wanted), None, current, past), expected, "{wanted} {current:?} {past:?}");
        }
    }

    #[test]
    fn a_paused_environment_begins_nothing_and_disturbs_nothing() {
        let rest = Duration::from_secs(9);
        let current = |waits| Some(Current { revision: "a", waits, newest: true });
        let past = Some(Past { revision: "a", ended: Ended::PassingFault, rest: Duration::ZERO });
        for (wanted, current, past, expected) in [
            (None, None, None, Next::Idle),
            (Some("b"), None, None, Next::Paused(rest)),
            (Some("a"), None, past, Next::Paused(rest)),
            (Some("b"), None, past, Next::Paused(rest)),
            (Some("b"), current(false), None, Next::Idle),
            (Some("b"), current(true), None, Next::Idle),
        ] {
            assert_eq!(next(wanted, Some(rest), current, past), expected, "{wanted:?} {current:?} {past:?}");
        }
    }
}
