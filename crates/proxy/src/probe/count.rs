//! When so many outcomes in a row change a verdict.

use crate::config::Probe;

/// A probe's verdict, with Kubernetes' thresholds.
pub(crate) struct Count {
    /// The verdict.
    pub(crate) passes: bool,
    in_a_row: u32,
    to_pass: u32,
    to_fail: u32,
}

impl Count {
    pub(crate) fn new(probe: &Probe, passes: bool) -> Self {
        Self { passes, in_a_row: 0, to_pass: probe.success_threshold.max(1), to_fail: probe.failure_threshold.max(1) }
    }

    /// Takes an outcome.
    pub(crate) fn take(&mut self, passed: bool) {
        if passed == self.passes {
            self.in_a_row = 0;
            return;
        }
        self.in_a_row += 1;
        if self.in_a_row >= if passed { self.to_pass } else { self.to_fail } {
            self.passes = passed;
            self.in_a_row = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Check;

    #[test]
    fn only_outcomes_in_a_row_count() {
        // Thresholds to pass and to fail, whether it passes before, outcomes, the verdict after each.
        let cases = [
            (1, 3, false, "+", "+"),
            (2, 3, false, "+-++", "---+"),
            (1, 3, true, "--+---", "+++++-"),
            (1, 1, true, "-+-", "-+-"),
            (2, 2, true, "--+-++", "+----+"),
        ];
        for (to_pass, to_fail, before, outcomes, verdicts) in cases {
            let probe = Probe {
                check: Check::Tcp { host: None, port: 1 },
                period_seconds: 1,
                timeout_seconds: 1,
                success_threshold: to_pass,
                failure_threshold: to_fail,
            };
            let mut count = Count::new(&probe, before);
            let after = outcomes.chars().map(|outcome| {
                count.take(outcome == '+');
                if count.passes { '+' } else { '-' }
            });
            assert_eq!(after.collect::<String>(), verdicts, "{to_pass} {to_fail} {outcomes}");
        }
    }
}
