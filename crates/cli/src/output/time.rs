//! Times for people: in their own time zone, and no longer than needed.

use jiff::{ZonedDateTime, tz::TimeZone};
use landfall_journal::Time;

/// `14:32:05` today, `23 Nov 14:32` this year, `2025-11-23 14:32` before.
pub fn short(time: Time) -> String {
    let zone = TimeZone::system();
    shown(&time.timestamp().to_zoned_datetime(zone.clone()), &Time::now().timestamp().to_zoned_datetime(zone))
}

fn shown(time: &ZonedDateTime, now: &ZonedDateTime) -> String {
    let format = match (time.date() == now.date(), time.year() == now.year()) {
        (true, _) => "%H:%M:%S",
        (false, true) => "%-d %b %H:%M",
        (false, false) => "%Y-%m-%d %H:%M",
    };
    time.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_left_out() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().to_zoned_datetime(TimeZone::UTC);
        let now = at("2026-11-24T15:00:00Z");
        for (time, expected) in [
            ("2026-11-24T14:32:05Z", "14:32:05"),
            ("2026-11-03T14:32:05Z", "3 Nov 14:32"),
            ("2025-11-24T14:32:05Z", "2025-11-24 14:32"),
        ] {
            assert_eq!(shown(&at(time), &now), expected);
        }
    }
}
