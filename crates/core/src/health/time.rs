//! Times as Kubernetes writes them, and how long something has lasted, in words.

/// Seconds since 1970 of text such as `2026-01-02T03:04:05Z` or, in events, `2026-01-02T03:04:05.000000Z`. The API
/// server writes UTC only; anything else is nothing.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let mut date = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let mut time = time.split('.').next()?.splitn(3, ':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    Some(((days(year, month, day)? * 24 + hour) * 60 + minute) * 60 + second)
}

/// Days since 1970-01-01: those of the years before, of the months before, and of the month.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    const BEFORE_MONTH: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let leap_days = |year: i64| year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let before_month = BEFORE_MONTH.get(usize::try_from(month).ok()?.checked_sub(1)?)?;
    let leap = i64::from(month > 2 && leap_days(year) > leap_days(year - 1));
    Some((year - 1970) * 365 + leap_days(year - 1) - leap_days(1969) + before_month + leap + day - 1)
}

/// A time in words, with its two largest units: `45 s`, `2 min`, `3 h 20 min`, `2 d 1 h`.
pub(super) fn words(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let two = |large: i64, large_unit: &str, small: i64, small_unit: &str| match small {
        0 => format!("{large} {large_unit}"),
        _ => format!("{large} {large_unit} {small} {small_unit}"),
    };
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => two(seconds / 3600, "h", seconds % 3600 / 60, "min"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h"),
    }
}

/// Seconds of a time in Go's notation without fractions, as in the kubelet's `back-off 1m20s`.
pub(super) fn duration(text: &str) -> Option<i64> {
    let mut total = 0;
    let mut digits = String::new();
    for char in text.chars() {
        let unit = match char {
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => {
                digits.push(char);
                continue;
            }
        };
        total += digits.parse::<i64>().ok()? * unit;
        digits.clear();
    }
    if digits.is_empty() && !text.is_empty() { Some(total) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_through_leap_years() {
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("1970-01-02T00:00:01.123456Z"), Some(86_401));
        assert_eq!(seconds("2000-03-01T00:00:00Z"), Some(951_868_800));
        assert_eq!(seconds("2024-02-29T12:00:00Z"), Some(1_709_208_000));
        assert_eq!(seconds("2026-11-24T02:31:35Z"), Some(1_795_487_495));
        for text in ["", "2026-11-24", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-11-24T02:31:35+01:00", "?"]
        {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn words_are_short() {
        let all = [-5, 45, 119, 150, 7200, 12_000, 180_000].map(words);
        assert_eq!(all, ["0 s", "45 s", "119 s", "2 min", "2 h", "3 h 20 min", "2 d 2 h"]);
    }

    #[test]
    fn back_offs_are_read() {
        assert_eq!(
            ["10s", "1m20s", "5m0s", "", "m", "soon"].map(duration),
            [Some(10), Some(80), Some(300), None, None, None]
        );
    }
}
