//! When a message that was not taken is sent again, and when it is given up. Pure.

use std::time::Duration;

use super::Fault;

/// After so long it is given up, and what was never tried is not told any more: it is no news.
pub(super) const LIMIT: Duration = Duration::from_secs(24 * 60 * 60);

const FIRST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// What to do about a message that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Send it again after this time.
    Again(Duration),
    /// Give it up.
    Dead,
    /// Give it up, and send nothing to this sink any more.
    Stop,
}

/// `tries` were made before the one that failed now; the message is `age` old; `random` is from 0 to 1.
///
/// What the sink says of when it is ready is obeyed to the second. Else the wait doubles, and a random part of it keeps many
/// messages from coming back at once.
pub(super) fn verdict(fault: &Fault, tries: i64, age: Duration, random: f64) -> Verdict {
    let wait = match fault {
        Fault::Gone { .. } => return Verdict::Stop,
        Fault::Permanent { .. } => return Verdict::Dead,
        Fault::Passing { after: Some(after), .. } => *after,
        Fault::Passing { after: None, .. } => {
            let doublings = u32::try_from(tries.clamp(0, 16)).unwrap_or_default();
            let whole = FIRST.saturating_mul(2_u32.saturating_pow(doublings)).min(LONGEST);
            whole.mul_f64(random.clamp(0.0, 1.0).mul_add(0.5, 0.5))
        }
    };
    if age.saturating_add(wait) > LIMIT { Verdict::Dead } else { Verdict::Again(wait) }
}

/// The header `Retry-After`: seconds, or a date. Source: RFC 9110, section 10.2.3.
pub(super) fn retry_after(value: &str, now: jiff::Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        // Some services send fractions. What lies beyond the limit is given up anyway.
        return (seconds >= 0.0).then(|| Duration::from_secs_f64(seconds.min(1e9)).max(Duration::from_millis(1)));
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(now)).unwrap_or(Duration::from_millis(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn waits_grow_and_end() {
        let fault = Fault::passing("away");
        let wait = |tries, age, random| verdict(&fault, tries, seconds(age), random);
        assert_eq!(wait(0, 0, 1.0), Verdict::Again(seconds(2)));
        assert_eq!(wait(0, 0, 0.0), Verdict::Again(seconds(1)));
        assert_eq!(wait(3, 60, 1.0), Verdict::Again(seconds(16)));
        assert_eq!(wait(9, 60, 1.0), Verdict::Again(seconds(900)));
        assert_eq!(wait(1_000_000, 60, 0.0), Verdict::Again(seconds(450)));
        assert_eq!(wait(50, 86_399, 1.0), Verdict::Dead);
        let after = |after| Fault::Passing { why: String::new(), after: Some(seconds(after)) };
        assert_eq!(verdict(&after(7), 9, seconds(60), 0.3), Verdict::Again(seconds(7)));
        assert_eq!(verdict(&after(90_000), 0, seconds(0), 0.3), Verdict::Dead);
        assert_eq!(verdict(&Fault::permanent("no"), 0, seconds(0), 0.3), Verdict::Dead);
        assert_eq!(verdict(&Fault::Gone { why: String::new() }, 0, seconds(0), 0.3), Verdict::Stop);
    }

    #[test]
    fn retry_after_in_seconds_and_as_a_date() {
        let now: jiff::Timestamp = "2026-11-25T14:32:00Z".parse().unwrap();
        for (value, expected) in [
            ("30", Some(seconds(30))),
            (" 0.5 ", Some(Duration::from_millis(500))),
            ("0", Some(Duration::from_millis(1))),
            ("-1", None),
            ("Wed, 25 Nov 2026 14:33:00 GMT", Some(seconds(60))),
            ("Wed, 25 Nov 2026 14:31:00 GMT", Some(Duration::from_millis(1))),
            ("soon", None),
        ] {
            assert_eq!(retry_after(value, now), expected, "{value}");
        }
    }
}
