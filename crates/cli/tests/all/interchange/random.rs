//! Choices that a seed decides.

use std::time::{SystemTime, UNIX_EPOCH};

/// The environment variable that sets the seed: a number, or `random` for one from the clock.
pub const SEED: &str = "LANDFALL_SEED";

/// The seed where none is given: a change that lands is judged by the same histories as the one before it.
const USUAL: u64 = 7;

/// The seed of this run, printed, so that a failure can be repeated.
pub fn seed(test: &str) -> u64 {
    let seed = match std::env::var(SEED).as_deref() {
        Err(_) => USUAL,
        Ok("random") => SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs()),
        Ok(number) => number.parse().expect("the seed is a number, or `random`"),
    };
    println!("{test}: repeat with {SEED}={seed}");
    seed
}

/// A number that depends on a seed and a text, and on nothing else (FNV-1a, then the finalizer of SplitMix64).
pub fn mix(seed: u64, text: &str) -> u64 {
    let start = seed ^ 0xcbf2_9ce4_8422_2325;
    let mixed = text.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    finish(mixed)
}

fn finish(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A sequence of choices (SplitMix64).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (finish(self.0) >> 16) as usize % limit.max(1)
    }

    /// True once in so many times.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of several.
    pub fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}
