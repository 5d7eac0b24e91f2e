//! How long a Job waits before it makes a pod in the place of one that failed.
//!
//! Source: pkg/controller/job/backoff_utils.go.

use jiff::Timestamp;

/// The wait after the first failed pod, in seconds; twice as long after each (DefaultJobPodFailureBackOff).
const FIRST: i64 = 10;

/// The longest (MaxJobPodFailureBackOff).
const LONGEST: i64 = 600;

/// Whether a Job has waited long enough after pods that failed at these times.
pub fn is_over(failed: &[Timestamp], now: Timestamp) -> bool {
    let Some(last) = failed.iter().max() else { return true };
    let doublings = u32::try_from(failed.len() - 1).unwrap_or(u32::MAX);
    let wait = 2_i64.checked_pow(doublings).map_or(LONGEST, |times| FIRST.saturating_mul(times).min(LONGEST));
    now.as_second() >= last.as_second().saturating_add(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles() {
        let at = |second: i64| Timestamp::from_second(1_000_000 + second).unwrap();
        for (failed, now, expected) in [
            (vec![], 0, true),
            (vec![0], 9, false),
            (vec![0], 10, true),
            (vec![15, 0], 34, false),
            (vec![15, 0], 35, true),
            (vec![0; 70], 599, false),
            (vec![0; 70], 600, true),
        ] {
            let failed: Vec<Timestamp> = failed.into_iter().map(at).collect();
            assert_eq!(is_over(&failed, at(now)), expected, "{failed:?} {now}");
        }
    }
}
