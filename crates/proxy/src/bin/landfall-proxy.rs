//! The commands of this crate as a program of its own. Landfall's program has the same ones as `landfall proxy …`; this one
//! is for tests and measurements.

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments: Vec<_> = std::env::args_os().skip(1).collect();
    // In an image it stands for Landfall's own program.
    if arguments.first().is_none_or(|first| first != "proxy") {
        arguments.insert(0, "proxy".into());
    }
    match landfall_proxy::command(&arguments, line) {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(reason)) => {
            line(&reason);
            ExitCode::FAILURE
        }
        None => {
            line("One of run, control, pause and agent is expected.");
            ExitCode::FAILURE
        }
    }
}

fn line(text: &str) {
    // If nobody reads that any more, it is no reason to stop.
    _ = writeln!(std::io::stderr(), "{text}");
}
