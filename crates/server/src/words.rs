//! Times, revisions and outcomes as people read them.

use jiff::{Timestamp, tz::TimeZone};
use landfall_core::object::ObjectId;
use landfall_journal::{Deploy, Outcome, Time};

/// `2026-11-25 14:32:05 UTC`. A page that several people look at has one time zone.
pub(crate) fn time(time: Time) -> String {
    time.timestamp().to_zoned_datetime(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// For the `datetime` of a `<time>`: RFC 3339, the same second as [`time`] says.
pub(crate) fn machine_time(time: Time) -> String {
    Timestamp::from_second(time.as_millis().div_euclid(1000)).unwrap_or_else(|_| time.timestamp()).to_string()
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

/// How a deploy ended, as `landfall history` says it, and which colour says the same. A deploy that had failed and is tried
/// once more is not like one that has just begun.
pub(crate) fn outcome(deploy: &Deploy) -> (&'static str, &'static str) {
    let words = match deploy.outcome {
        Outcome::Running if deploy.resumes > 0 => "is tried again, or was killed",
        outcome => outcome.in_words(),
    };
    (words, colour(deploy.outcome))
}

fn colour(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Running => "busy",
        Outcome::Live | Outcome::Applied => "good",
        Outcome::Blocked | Outcome::Failed | Outcome::Hopeless | Outcome::NotLive => "bad",
        Outcome::Superseded | Outcome::Stopped | Outcome::Interrupted => "calm",
    }
}

/// A text that a terminal does not obey: commit messages and logs may hold escapes.
pub(crate) fn printable(text: String) -> String {
    let obeys = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
    if text.contains(obeys) { text.replace(obeys, "\u{fffd}") } else { text }
}

/// `deployment/web`, with its namespace where that is not the environment's own.
pub(crate) fn object(id: &ObjectId, own_namespace: &str) -> String {
    match &id.namespace {
        Some(namespace) if namespace != own_namespace => id.to_string(),
        _ => id.short(),
    }
}

/// A reason as people read it: sentences, each with the last line of a log that it quotes.
pub(crate) fn reason(text: &str) -> Vec<(String, Option<String>)> {
    let parts = text.split('\n').filter(|line| !line.is_empty()).flat_map(|line| {
        line.split("; ").fold(Vec::new(), |mut parts: Vec<String>, part| {
            match parts.last_mut() {
                // What belongs to the same object stays with it.
                Some(last) if !begins_object(part) => *last = format!("{last}; {part}"),
                _ => parts.push(part.to_owned()),
            }
            parts
        })
    });
    let of_line = |line: String| match line.split_once("; its last line: ") {
        Some((sentence, log)) => (sentence.to_owned(), Some(log.to_owned())),
        None => (line, None),
    };
    parts.map(of_line).collect()
}

/// Whether a part begins as `deployment/web: ` or `deployment/web in namespace shop: ` does.
fn begins_object(part: &str) -> bool {
    let Some((id, _)) = part.split_once(": ") else { return false };
    let Some((kind, name)) = id.split_once('/') else { return false };
    let is_name = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
    };
    is_name(kind) && name.split(" in namespace ").count() <= 2 && name.split(" in namespace ").all(is_name)
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

    #[test]
    fn both_forms_of_a_time_are_of_one_second() {
        for millis in [1_700_000_000_999, -1] {
            let at = Time::from_millis(millis);
            assert_eq!(machine_time(at).replace(['T', 'Z'], " ").trim(), time(at).trim_end_matches(" UTC"));
        }
    }

    #[test]
    fn a_reason_is_told_by_object_with_its_log() {
        let text = "Not live: deployment/a: 0 of 1 pods are ready; pod a-1 crashed: it ended with exit code 3; its last line: no; db/x\
                    ; job/b in namespace c: failed";
        let told = |sentence: &str, log: Option<&str>| (sentence.to_owned(), log.map(str::to_owned));
        assert_eq!(
            reason(text),
            [
                told(
                    "Not live: deployment/a: 0 of 1 pods are ready; pod a-1 crashed: it ended with exit code 3",
                    Some("no; db/x")
                ),
                told("job/b in namespace c: failed", None),
            ]
        );
    }
}
