//! What containers of Landfall's own image run, apart from everything else.

use std::io::Write;
use std::process::ExitCode;

/// Carries out `landfall proxy …`, before arguments are parsed and anything is started that it does not need: it should be
/// small and quick. None if something else is asked for.
pub fn run() -> Option<ExitCode> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    Some(match landfall_proxy::command(&arguments, line)? {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            line(&reason);
            ExitCode::FAILURE
        }
    })
}

/// A line in the container's log; if nobody reads that any more, it is no reason to stop.
fn line(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
