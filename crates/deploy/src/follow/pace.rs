//! How long to wait until something is tried again.

use std::time::Duration;

/// The longest wait between two tries.
const LONGEST: Duration = Duration::from_secs(300);

/// Waits that double with each failure in a row, up to five minutes.
///
/// Half of each wait is left to chance, so that many who failed at the same moment do not come back at the same moment:
/// "equal jitter", <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>.
#[derive(Debug, Clone)]
pub struct Pace {
    first: Duration,
    failures: u32,
}

impl Pace {
    /// Begins with a wait of this length.
    pub fn new(first: Duration) -> Self {
        Self { first, failures: 0 }
    }

    /// It worked: the next wait is the first one.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// It failed once more.
    pub fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// How often it has failed in a row.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// The wait from the last try to the next one; `chance` is from 0 to 1. Without a failure it is the first one, exactly.
    pub fn wait(&self, chance: f64) -> Duration {
        if self.failures == 0 {
            return self.first;
        }
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(self.failures - 1)).min(LONGEST);
        doubled.mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_five_minutes() {
        let mut pace = Pace::new(Duration::from_secs(5));
        assert_eq!(pace.wait(0.7), Duration::from_secs(5));
        let mut waits = Vec::new();
        for _ in 0..9 {
            pace.failed();
            waits.push(pace.wait(1.0).as_secs());
        }
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
        assert_eq!(pace.wait(0.0), Duration::from_secs(150));
        pace.failures = u32::MAX;
        pace.failed();
        assert_eq!(pace.wait(1.0), LONGEST);
        pace.succeeded();
        assert_eq!(pace.wait(0.0), Duration::from_secs(5));
    }
}
