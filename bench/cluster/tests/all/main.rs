//! Tests of the bench itself.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::{Duration, Instant};

mod background;
mod empty;
mod every_file;
mod kwok;
mod node;

/// Asks again until the answer is good; panics with the last bad answer after a minute.
#[track_caller]
fn eventually<T>(what: &str, mut ask: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        match ask() {
            Ok(answer) => return answer,
            Err(last) => assert!(Instant::now() < deadline, "not after a minute: {what}; at last:\n{last}"),
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}
