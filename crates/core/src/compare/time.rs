//! Durations in Go's notation, and times after RFC 3339.

/// Nanoseconds of text such as `90s`, `1h30m`, `1.5h`, `-2us`, `0` (Go's `time.ParseDuration`); `None` if it is none.
pub(super) fn duration(text: &str) -> Option<i128> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let end = rest.find(|char: char| !char.is_ascii_digit() && char != '.')?;
        let (number, after) = rest.split_at(end);
        let end = after.find(|char: char| char.is_ascii_digit() || char == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let unit: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        total = total.checked_add(scaled(number, unit)?)?;
        rest = after;
    }
    Some(sign * total)
}

/// A decimal number of units, without what is below a nanosecond.
fn scaled(number: &str, unit: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let fraction = fraction.get(..fraction.len().min(15))?;
    let part: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    whole.checked_mul(unit)?.checked_add(part.checked_mul(unit)? / scale)
}

/// Nanoseconds since the epoch of text such as `2026-01-02T03:04:05.6+01:00`; `None` if it is no such time.
pub(super) fn instant(text: &str) -> Option<i128> {
    let number = |range: std::ops::Range<usize>| -> Option<i64> {
        let digits = text.get(range)?;
        if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
    };
    let separators = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")];
    if separators.iter().any(|(place, separator)| text.get(*place..place + 1) != Some(*separator)) {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let rest = text.get(19..)?;
    let zone_start = rest.find(['Z', '+', '-'])?;
    let (fraction, zone) = rest.split_at(zone_start);
    let offset = match zone {
        "Z" => 0,
        _ => {
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
            if zone.starts_with('-') { -minutes } else { minutes }
        }
    };
    let nanos = match fraction.strip_prefix('.') {
        Some(digits) => scaled(&format!("0.{digits}"), 1_000_000_000)?,
        None if fraction.is_empty() => 0,
        None => return None,
    };
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute - offset) * 60 + second;
    Some(i128::from(seconds) * 1_000_000_000 + nanos)
}

/// Days since 1970-01-01 in the Gregorian calendar, counted in years that start in March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_equal_whatever_their_units() {
        assert_eq!(duration("90s"), duration("1m30s"));
        assert_eq!(duration("1.5h"), duration("1h30m0s"));
        assert_eq!(duration("0"), duration("0s"));
        assert_eq!(duration("-2us"), Some(-2_000));
        for text in ["", "90", "1x", "s", "1m30"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_equal_whatever_their_zone() {
        assert_eq!(instant("1970-01-02T00:00:00Z"), Some(86_400_000_000_000));
        assert_eq!(instant("2026-03-01T00:30:00+01:00"), instant("2026-02-28T23:30:00Z"));
        assert_eq!(instant("2024-02-29T12:00:00.500000Z"), instant("2024-02-29T12:00:00.5Z"));
        assert_eq!(instant("2026-03-01"), None);
        assert_eq!(instant("yesterday, at about noon"), None);
    }
}
