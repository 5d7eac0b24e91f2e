//! Times, revisions and outcomes as people read them.

use jiff::{Unit, tz::TimeZone};
use landfall_journal::{Outcome, Time};

/// `4f9d1c2`.
pub(crate) fn short(revision: &str) -> &str {
    revision.get(..7).unwrap_or(revision)
}

/// `2026-11-25 14:32:05 UTC`. A page that several people look at has one time zone.
pub(crate) fn time(time: Time) -> String {
    time.timestamp().to_zoned_datetime(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// For the `datetime` of a `<time>`: RFC 3339.
pub(crate) fn machine_time(time: Time) -> String {
    time.timestamp().round(Unit::Second).unwrap_or_else(|_| time.timestamp()).to_string()
}

/// `5 minutes ago`.
pub(crate) fn ago(time: Time, now: Time) -> String {
    let seconds = (now.as_millis() - time.as_millis()) / 1000;
    let (count, unit) = match seconds {
        ..1 => return "just now".to_owned(),
        1..60 => (seconds, "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

/// How a deploy ended, as `landfall history` says it, and which colour says the same.
pub(crate) fn outcome(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Running => ("is running", "busy"),
        Outcome::Live => ("live", "good"),
        Outcome::Applied => ("applied", "good"),
        Outcome::Blocked => ("was refused", "bad"),
        Outcome::Failed => ("failed", "bad"),
        Outcome::Hopeless => ("will not become live", "bad"),
        Outcome::NotLive => ("was not live in time", "bad"),
        Outcome::Superseded => ("superseded", "calm"),
        Outcome::Stopped => ("was stopped", "calm"),
        Outcome::Interrupted => ("was interrupted", "calm"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_roughly() {
        let at = |seconds: i64| Time::from_millis(1_700_000_000_000 + seconds * 1000);
        for (seconds, expected) in [
            (-5, "just now"),
            (0, "just now"),
            (1, "1 second ago"),
            (59, "59 seconds ago"),
            (60, "1 minute ago"),
            (3599, "59 minutes ago"),
            (7200, "2 hours ago"),
            (172_799, "47 hours ago"),
            (172_800, "2 days ago"),
        ] {
            assert_eq!(ago(at(0), at(seconds)), expected);
        }
        assert_eq!(time(at(0)), "2023-11-14 22:13:20 UTC");
        assert_eq!(machine_time(at(0)), "2023-11-14T22:13:20Z");
    }
}
