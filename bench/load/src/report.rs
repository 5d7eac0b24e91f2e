//! What became of the requests.

use std::{collections::BTreeMap, fmt};

/// The failures that are told in full.
const TOLD: usize = 10;

/// What became of the requests of a [`Load`](crate::Load).
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// All requests.
    pub requests: u64,
    /// Those without a good answer.
    pub failed: u64,
    /// Those that were sent once more since the server had closed the connection in between; they count once.
    pub reconnected: u64,
    /// How many answers began with which word, such as the version.
    pub answers: BTreeMap<String, u64>,
    /// The first failures: seconds after the start, and the reason.
    pub failures: Vec<(f64, String)>,
    /// How long it took.
    pub seconds: f64,
    /// The time of each good answer in microseconds.
    pub(crate) micros: Vec<u32>,
}

impl Report {
    /// The time in milliseconds below which this share (0.99) of the good answers came; 0 if there was none.
    pub fn percentile(&self, share: f64) -> f64 {
        let mut micros = self.micros.clone();
        micros.sort_unstable();
        let place = (micros.len() as f64 * share).ceil() as usize;
        micros.get(place.saturating_sub(1)).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    }

    pub(crate) fn fail(&mut self, second: f64, reason: String) {
        self.failed += 1;
        if self.failures.len() < TOLD {
            self.failures.push((second, reason));
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.failed += other.failed;
        self.reconnected += other.reconnected;
        for (word, count) in other.answers {
            *self.answers.entry(word).or_default() += count;
        }
        self.failures.extend(other.failures);
        self.failures.sort_by(|one, other| one.0.total_cmp(&other.0));
        self.failures.truncate(TOLD);
        self.micros.extend(other.micros);
    }
}

/// `12,345 requests, 0 failed`, with a line for each of the first failures.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (second, reason) in &self.failures {
            writeln!(f, "after {second:.1} s: {reason}")?;
        }
        if self.failed > self.failures.len() as u64 {
            writeln!(f, "and {} more", thousands(self.failed - self.failures.len() as u64))?;
        }
        write!(f, "{} requests, {} failed", thousands(self.requests), thousands(self.failed))
    }
}

/// A number as people read it: `12,345`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
