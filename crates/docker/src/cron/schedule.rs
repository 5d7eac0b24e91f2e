//! When a schedule is due: what the API server accepts in `spec.schedule`, on the wall clock of a time zone.
//!
//! Source: `ParseStandard` of github.com/robfig/cron/v3, by which the API server checks it and the controller reads it.

use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
    time::Weekday,
};
use jiff::{SignedDuration, Timestamp, ZonedDateTime, tz::TimeZone};

/// What has no time within so many years has none (`29 2 30 2 *`).
const YEARS: i16 = 5;

/// The names of months and days of the week, with the number of the first one.
const NAMES: [(usize, usize, &[&str]); 2] = [
    (3, 1, &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]),
    (4, 0, &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]),
];

/// The times of a CronJob.
#[derive(Debug, Clone)]
pub struct Schedule {
    times: Times,
    zone: TimeZone,
}

#[derive(Debug, Clone)]
enum Times {
    /// Each minute of the wall clock that matches.
    Clock(Box<Cron>),
    /// `@every 1h30m`, from the last one.
    Every(SignedDuration),
}

impl Schedule {
    /// Reads `spec.schedule`.
    ///
    /// # Errors
    /// What is wrong with it, to be put behind the name of the field.
    pub fn parse(schedule: &str, zone: TimeZone) -> Result<Self, String> {
        let times = match schedule.strip_prefix("@every ") {
            Some(period) => Times::Every(every(period)?),
            None => Times::Clock(Box::new(clock(schedule)?)),
        };
        Ok(Self { times, zone })
    }

    /// The first time after a moment.
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        match &self.times {
            Times::Every(period) => after.checked_add(*period).ok(),
            Times::Clock(cron) => {
                let first = Timestamp::from_second((after.as_second().div_euclid(60) + 1) * 60).ok()?;
                let mut at = first.to_zoned_datetime(self.zone.clone());
                let last = at.year().saturating_add(YEARS);
                while at.year() <= last {
                    if !is_day(cron, &at) {
                        at = at.tomorrow().and_then(|day| day.start_of_day()).ok()?;
                    } else if is_minute(cron, &at) {
                        return Some(at.timestamp());
                    } else {
                        at = at.checked_add(SignedDuration::from_mins(1)).ok()?;
                    }
                }
                None
            }
        }
    }

    /// The last time up to a moment, and after another one.
    pub fn last(&self, after: Timestamp, until: Timestamp) -> Option<Timestamp> {
        match &self.times {
            Times::Every(period) => {
                let (passed, period) = (until.as_second() - after.as_second(), period.as_secs());
                let times = passed.div_euclid(period);
                (times > 0).then(|| Timestamp::from_second(after.as_second() + times * period).ok()).flatten()
            }
            Times::Clock(cron) => {
                let first = Timestamp::from_second(until.as_second().div_euclid(60) * 60).ok()?;
                let mut at = first.to_zoned_datetime(self.zone.clone());
                while at.timestamp() > after {
                    if !is_day(cron, &at) {
                        at = at.start_of_day().and_then(|day| day.checked_sub(SignedDuration::from_mins(1))).ok()?;
                    } else if is_minute(cron, &at) {
                        return Some(at.timestamp());
                    } else {
                        at = at.checked_sub(SignedDuration::from_mins(1)).ok()?;
                    }
                }
                None
            }
        }
    }

    /// A moment as the schedule's zone writes it, RFC 3339.
    pub fn written(&self, at: Timestamp) -> String {
        at.to_zoned_datetime(self.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}

/// The API server accepts what Go writes, such as `1h30m`; what is shorter than a second counts as one.
fn every(period: &str) -> Result<SignedDuration, String> {
    let read: Result<SignedDuration, _> = period.trim().parse();
    match read {
        Ok(period) if period.is_positive() => Ok(SignedDuration::from_secs(period.as_secs().max(1))),
        _ => Err(format!("'{period}' after `@every` is no period such as `1h30m`")),
    }
}

/// Only what the API server accepts is let through: the library reads more than that (`L`, `W`, `#`, a seventh day).
fn clock(schedule: &str) -> Result<Cron, String> {
    let numbers = if schedule.starts_with('@') {
        match schedule.to_ascii_lowercase().as_str() {
            "@yearly" | "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" | "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            _ => return Err(format!("'{schedule}' is no schedule; write five fields, or `@daily` and the like")),
        }
        .to_owned()
    } else {
        let fields: Vec<&str> = schedule.split_whitespace().collect();
        if fields.len() != 5 {
            return Err(format!(
                "'{schedule}' has {} fields; a schedule has five: minute, hour, day of month, month, day of week",
                fields.len()
            ));
        }
        let fields: Result<Vec<String>, String> =
            fields.iter().enumerate().map(|(index, field)| in_numbers(index, field)).collect();
        fields?.join(" ")
    };
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).sloppy_ranges(true).build();
    parser.parse(&numbers).map_err(|error| format!("'{schedule}' is no schedule: {error}"))
}

/// A field with names as numbers. A star in it makes all of it one, which decides whether the other field of days counts.
fn in_numbers(index: usize, field: &str) -> Result<String, String> {
    let mut parts = Vec::new();
    for part in field.split(',').filter(|part| !part.is_empty()) {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let ends: Result<Vec<String>, String> = range.split('-').map(|end| number(index, field, end)).collect();
        let range = ends?.join("-");
        match step {
            Some("1") | None if range == "*" => return Ok(range),
            Some(step) => parts.push(format!("{range}/{step}")),
            None => parts.push(range),
        }
    }
    if parts.is_empty() { Err(format!("'{field}' names no time")) } else { Ok(parts.join(",")) }
}

fn number(index: usize, field: &str, word: &str) -> Result<String, String> {
    if matches!(word, "*" | "?") {
        return Ok("*".to_owned());
    }
    let named = NAMES.iter().find(|(of, _, _)| *of == index).and_then(|(_, first, names)| {
        names.iter().position(|name| name.eq_ignore_ascii_case(word)).map(|place| place + first)
    });
    match (named, word.parse::<usize>()) {
        (Some(number), _) => Ok(number.to_string()),
        // The library takes it for Sunday, the API server does not.
        (None, Ok(7)) if index == 4 => Err(format!("'{field}' has the day of the week 7; Sunday is 0")),
        (None, Ok(number)) => Ok(number.to_string()),
        (None, Err(_)) => Err(format!("'{word}' in '{field}' is no time")),
    }
}

/// What the library says of a date that is none; dates of a clock always are.
fn is_day(cron: &Cron, at: &ZonedDateTime) -> bool {
    let (month, day) = (at.month().unsigned_abs().into(), at.day().unsigned_abs().into());
    let weekday = match at.weekday() {
        jiff::civil::Weekday::Monday => Weekday::Monday,
        jiff::civil::Weekday::Tuesday => Weekday::Tuesday,
        jiff::civil::Weekday::Wednesday => Weekday::Wednesday,
        jiff::civil::Weekday::Thursday => Weekday::Thursday,
        jiff::civil::Weekday::Friday => Weekday::Friday,
        jiff::civil::Weekday::Saturday => Weekday::Saturday,
        jiff::civil::Weekday::Sunday => Weekday::Sunday,
    };
    let pattern = &cron.pattern;
    pattern.month_match(month).unwrap_or(false)
        && pattern.day_match(at.year().into(), month, day, weekday).unwrap_or(false)
}

fn is_minute(cron: &Cron, at: &ZonedDateTime) -> bool {
    let (hour, minute) = (at.hour().unsigned_abs().into(), at.minute().unsigned_abs().into());
    cron.pattern.hour_match(hour).unwrap_or(false) && cron.pattern.minute_match(minute).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn schedule(text: &str, zone: &str) -> Schedule {
        Schedule::parse(text, TimeZone::get(zone).unwrap()).unwrap()
    }

    #[test]
    fn the_next_time_is_that_of_a_cluster() {
        let berlin = "Europe/Berlin";
        for (text, zone, after, expected) in [
            ("* * * * *", "UTC", "2026-11-25T16:00:00Z", "2026-11-25T16:01:00Z"),
            ("* * * * *", "UTC", "2026-11-25T16:00:59.9Z", "2026-11-25T16:01:00Z"),
            ("*/15 9-17 * * MON-FRI", "UTC", "2026-11-27T17:46:00Z", "2026-11-30T09:00:00Z"),
            ("5/20 * * * *", "UTC", "2026-11-25T16:06:00Z", "2026-11-25T16:25:00Z"),
            ("0 3 * * ?", "UTC", "2026-11-25T03:00:00Z", "2026-11-26T03:00:00Z"),
            ("@daily", berlin, "2026-11-25T16:00:00Z", "2026-11-25T23:00:00Z"),
            ("@weekly", "UTC", "2026-11-25T16:00:00Z", "2026-11-29T00:00:00Z"),
            ("@every 1h30m", "UTC", "2026-11-25T16:00:00Z", "2026-11-25T17:30:00Z"),
            ("0 0 29 feb *", "UTC", "2026-11-25T16:00:00Z", "2028-02-29T00:00:00Z"),
            // Days of month and of week: either will do, unless one of them is a star.
            ("0 0 13 * FRI", "UTC", "2026-11-25T16:00:00Z", "2026-11-27T00:00:00Z"),
            ("0 0 * * FRI", "UTC", "2026-11-27T00:00:00Z", "2026-12-04T00:00:00Z"),
            ("0 0 */1 * FRI", "UTC", "2026-11-27T00:00:00Z", "2026-12-04T00:00:00Z"),
            ("0 0 */2 * FRI", "UTC", "2026-11-27T00:00:00Z", "2026-11-29T00:00:00Z"),
            // 02:30 does not exist on this day, and 02:30 is there twice on the other one.
            ("30 2 * * *", berlin, "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z"),
            ("30 2 * * *", berlin, "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
            ("30 2 * * *", berlin, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"),
        ] {
            let schedule = schedule(text, zone);
            assert_eq!(schedule.next(at(after)), Some(at(expected)), "{text} after {after}");
            assert_eq!(schedule.last(at(after), at(expected)), Some(at(expected)), "{text}, back");
        }
        assert_eq!(schedule("0 0 30 2 *", "UTC").next(at("2026-11-25T16:00:00Z")), None);
    }

    #[test]
    fn of_several_times_the_last_one_counts() {
        for (text, after, until, expected) in [
            ("*/5 * * * *", "2026-11-25T16:00:00Z", "2026-11-25T16:04:59Z", None),
            ("*/5 * * * *", "2026-11-25T15:59:00Z", "2026-11-25T16:04:59Z", Some("2026-11-25T16:00:00Z")),
            ("0 3 1 * *", "2024-01-01T00:00:00Z", "2026-11-25T16:04:59Z", Some("2026-11-01T03:00:00Z")),
            ("@every 1h", "2026-11-25T12:30:00Z", "2026-11-25T16:04:59Z", Some("2026-11-25T15:30:00Z")),
            ("@every 1h", "2026-11-25T15:30:00Z", "2026-11-25T16:04:59Z", None),
        ] {
            assert_eq!(schedule(text, "UTC").last(at(after), at(until)), expected.map(at), "{text}");
        }
    }

    #[test]
    fn what_a_cluster_refuses_is_refused() {
        for text in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "0 24 * * *",
            "0 0 L * *",
            "0 0 * * 7",
            "0 0 * * 5#2",
            "0 0 15W * *",
            "JAN * * * *",
            "0 0 * * SUNDAY",
            "5-1 * * * *",
            "/5 * * * *",
            "@reboot",
            "@every",
            "@every soon",
            "TZ=UTC 0 0 * * *",
            "*/0 * * * *",
        ] {
            assert!(Schedule::parse(text, TimeZone::UTC).is_err(), "{text}");
        }
    }
}
