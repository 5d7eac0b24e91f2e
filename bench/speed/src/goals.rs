//! The figures that Landfall is held to.

use std::fmt;

use crate::bench::{Row, row};
use crate::tools::Tool;

/// A goal and what was measured.
#[derive(Debug)]
pub struct Goal {
    text: &'static str,
    wanted: f64,
    measured: f64,
    at_most: bool,
    unit: &'static str,
}

impl Goal {
    /// A goal that something is at most so much.
    pub fn at_most(text: &'static str, wanted: f64, measured: f64, unit: &'static str) -> Self {
        Self { text, wanted, measured, at_most: true, unit }
    }

    /// Whether it was reached.
    pub fn is_met(&self) -> bool {
        if self.at_most { self.measured <= self.wanted } else { self.measured >= self.wanted }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, wanted, measured, unit, .. } = self;
        let verdict = if self.is_met() { "met" } else { "missed" };
        let limit = if self.at_most { "at most" } else { "at least" };
        let digits = if *measured < 10.0 { 2 } else { 0 };
        write!(f, "{text}: {measured:.digits$}{unit} ({limit} {wanted}{unit}): {verdict}")
    }
}

/// Compares the rows with the goals; goals whose figures were not measured are left out.
pub fn check(rows: &[Row]) -> Vec<Goal> {
    let ratio = |scenario, objects, tool| row(rows, scenario, objects)?.ratio(tool);
    let unchanged = |tool| ratio("nothing changed", 1000, tool);
    let first = |tool| ratio("first apply", 1000, tool);
    let goal = |text, wanted, measured: Option<f64>| {
        Some(Goal { text, wanted, measured: measured?, at_most: false, unit: "x" })
    };
    let limit = |text, wanted, measured: Option<f64>, unit| Some(Goal::at_most(text, wanted, measured?, unit));
    let goals = [
        goal("Nothing changed, 1,000 objects, against kubectl", 300.0, unchanged(Tool::Kubectl)),
        goal("Nothing changed, 1,000 objects, against Flux's engine", 15.0, unchanged(Tool::Flux)),
        limit(
            "Nothing changed, 1,000 objects, of the bare lists over 32 connections and file reads",
            1.5,
            unchanged(Tool::Bare).map(f64::recip),
            "x",
        ),
        goal("First apply, 1,000 objects, against kubectl", 4.0, first(Tool::Kubectl)),
        goal("First apply, 1,000 objects, against Flux's engine", 4.0, first(Tool::Flux)),
        goal("First apply, 1,000 objects, speed of the bare requests", 0.7, first(Tool::Bare)),
        limit(
            "Nothing changed, 10,000 objects, peak memory",
            150.0,
            row(rows, "nothing changed", 10_000).and_then(|row| row.peak_mb(Tool::Landfall)),
            " MB",
        ),
    ];
    goals.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Cost;

    #[test]
    fn compares_with_the_goals() {
        let mut row = Row::new("first apply", 1000);
        let cost = |seconds| Cost { seconds, cpu_seconds: 0.0, peak_mb: 0.0 };
        row.runs = vec![(Tool::Landfall, cost(4.0)), (Tool::Flux, cost(12.0)), (Tool::Bare, cost(3.0))];
        let goals: Vec<String> = check(&[row]).iter().map(ToString::to_string).collect();
        assert_eq!(
            goals,
            [
                "First apply, 1,000 objects, against Flux's engine: 3.00x (at least 4x): missed",
                "First apply, 1,000 objects, speed of the bare requests: 0.75x (at least 0.7x): met",
            ]
        );
    }
}
