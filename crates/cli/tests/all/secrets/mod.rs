//! Values of Secrets appear nowhere: every way out of the program is searched for one that can be recognised.

mod credentials;
mod faults;
mod refusals;
mod values;

use crate::runner::{Ran, Workspace};

/// Stands in every Secret of these tests.
const MARKER: &str = "hunter2MARKERhunter2";
/// Its base64.
const ENCODED: &str = "aHVudGVyMk1BUktFUmh1bnRlcjI=";

/// Panics where anything that was printed holds the marker in any form.
#[track_caller]
fn assert_hidden(ran: Ran) -> Ran {
    let printed = format!("{}{}", ran.stdout, ran.stderr);
    // Also a part of it, as where a long value is cut.
    for form in [MARKER, ENCODED, "hunter2", "aHVudGVy", "MARKER", "68756e74657232", "hunter%32"] {
        assert!(!printed.contains(form), "'{form}' is shown:\n{}", ran.snapshot());
    }
    ran
}

/// Runs a command in every loudness, and gives what the plain one said.
#[track_caller]
fn run(work: &Workspace, args: &[&str]) -> Ran {
    let mut loudest = work.command(&[args, &["-vv"]].concat());
    loudest.env("LANDFALL_LOG", "trace").env("RUST_BACKTRACE", "1").stdin(std::process::Stdio::null());
    let plain = assert_hidden(work.landfall(args));
    assert_hidden(work.landfall(&[args, &["-vv"]].concat()));
    assert_hidden(work.ran(&loudest.output().unwrap()));
    plain
}
