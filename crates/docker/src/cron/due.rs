//! Which Job of a CronJob is due. Pure: no I/O, no clock.
//!
//! Source: `syncCronJob` and `mostRecentScheduleTime` of pkg/controller/cronjob.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::Value;

use super::Schedule;

/// What is to be done for a CronJob now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The time whose Job is to be started. Of several that were missed only the last one is.
    pub at: Timestamp,
    /// Whether the Jobs that still run are to be removed before (`concurrencyPolicy: Replace`).
    pub replaces: bool,
}

/// What `spec.schedule` and `spec.timeZone` say; without a zone it is UTC, in which the control plane of a cluster runs.
///
/// # Errors
/// The field that is wrong, and why.
pub fn schedule(spec: &Value) -> Result<Schedule, (&'static str, String)> {
    let zone = match spec["timeZone"].as_str() {
        None => TimeZone::UTC,
        Some(name) if name.is_empty() || name.eq_ignore_ascii_case("local") => {
            return Err(("timeZone", "must be the name of a time zone such as `Europe/Berlin`".to_owned()));
        }
        Some(name) => TimeZone::get(name).map_err(|_| ("timeZone", format!("'{name}' is no time zone")))?,
    };
    let text = spec["schedule"].as_str().unwrap_or_default();
    Schedule::parse(text, zone).map_err(|message| ("schedule", message))
}

/// The Job that is due, if one is. `last` is when the last one was, or else when the CronJob was made; `active` says how
/// many of its Jobs have not ended.
pub fn due(spec: &Value, schedule: &Schedule, last: Timestamp, active: usize, now: Timestamp) -> Option<Due> {
    if spec["suspend"] == true {
        return None;
    }
    let after = match spec["startingDeadlineSeconds"].as_i64() {
        Some(seconds) => now.checked_sub(SignedDuration::from_secs(seconds)).map_or(last, |least| least.max(last)),
        None => last,
    };
    let at = schedule.last(after, now)?;
    match spec["concurrencyPolicy"].as_str() {
        // It is looked at again when the other one has ended.
        Some("Forbid") if active > 0 => None,
        policy => Some(Due { at, replaces: policy == Some("Replace") && active > 0 }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_job_is_due_as_in_a_cluster() {
        let at = |text: &str| -> Timestamp { format!("2026-11-25T{text}Z").parse().unwrap() };
        let hourly = |more: Value| {
            let mut spec = json!({"schedule": "0 * * * *"});
            spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            spec
        };
        let start = |time: &str| Some(Due { at: at(time), replaces: false });
        for (what, more, last, active, now, expected) in [
            ("not yet", json!({}), "15:00:00", 0, "15:59:59", None),
            ("now", json!({}), "15:00:00", 0, "16:00:00", start("16:00:00")),
            ("only the last of those that were missed", json!({}), "10:00:00", 0, "16:20:00", start("16:00:00")),
            ("suspended", json!({"suspend": true}), "15:00:00", 0, "16:00:00", None),
            ("soon enough", json!({"startingDeadlineSeconds": 60}), "15:00:00", 0, "16:00:59", start("16:00:00")),
            ("too late", json!({"startingDeadlineSeconds": 60}), "15:00:00", 0, "16:01:00", None),
            ("beside another one", json!({}), "15:00:00", 1, "16:00:00", start("16:00:00")),
            ("not beside another one", json!({"concurrencyPolicy": "Forbid"}), "15:00:00", 1, "16:00:00", None),
            ("alone", json!({"concurrencyPolicy": "Forbid"}), "15:00:00", 0, "16:00:00", start("16:00:00")),
            (
                "in the place of another one",
                json!({"concurrencyPolicy": "Replace"}),
                "15:00:00",
                1,
                "16:00:00",
                Some(Due { at: at("16:00:00"), replaces: true }),
            ),
        ] {
            let spec = hourly(more);
            let schedule = schedule(&spec).unwrap();
            assert_eq!(due(&spec, &schedule, at(last), active, at(now)), expected, "{what}");
        }
        for (zone, expected) in
            [(json!("Mars/Olympus"), "timeZone"), (json!("Local"), "timeZone"), (json!(""), "timeZone")]
        {
            assert_eq!(schedule(&hourly(json!({"timeZone": zone}))).unwrap_err().0, expected);
        }
    }
}
