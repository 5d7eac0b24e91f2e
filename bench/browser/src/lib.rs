//! A real browser for tests of the page: Debian's Chromium, without a window.
//!
//! ```no_run
//! use landfall_bench_browser::{Browser, Eyes};
//!
//! let browser = Browser::open(&Eyes { width: 375, ..Eyes::default() });
//! browser.visit("http://127.0.0.1:8080/");
//! assert_eq!(browser.violations(), Vec::<String>::new());
//! ```
//!
//! Chromium, its driver and axe-core are installed by the first test that needs them (see the script `install`). Each browser
//! has a profile of its own, takes a second to start, and ends with the process that started it, however that ends.
//! Everything panics with a message when it does not work, since there is nothing that a test could do about it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of tests: a panic is a failed test"
)]

mod accessibility;
mod browser;
mod driver;
mod eyes;
mod keys;

pub use browser::Browser;
pub use eyes::Eyes;
