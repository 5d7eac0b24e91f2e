//! All that is written to the terminal: data to stdout, words for people to stderr.

pub mod change_list;
pub mod ending;
pub mod fault;
pub mod history;
pub mod json;
pub mod json_lines;
pub mod kubectl;
pub mod objects;
mod pace;
pub mod progress;
pub mod refusal;
pub mod rollouts;
pub mod status;
pub mod time;
pub mod wrap;

use std::io::{IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use tracing_subscriber::{Layer, Registry, layer::SubscriberExt, util::SubscriberInitExt};

use crate::traces::Spans;

/// Red and bold.
pub const ERROR: Style = AnsiColor::Red.on_default().bold();
/// Yellow and bold.
pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// Blue and bold.
pub const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Writes data. A reader that went away (`| head`) is no error.
pub fn data(text: &str) {
    let mut stdout = anstream::stdout();
    let _ = writeln!(stdout, "{text}");
}

/// Tells something in passing.
pub fn note(text: &str) {
    if json_lines::is_on() {
        return json_lines::line("INFO", text, &[]);
    }
    line(&wrap::wrap(text, "", 0));
}

/// Tells what the user should know, though it stops nothing.
pub fn warning(text: &str) {
    if json_lines::is_on() {
        return json_lines::line("WARN", text, &[]);
    }
    labelled(WARNING, "warning", text);
}

/// Tells why the command ends, with details, one below the other, and what to do next.
pub fn error(message: &str, details: &[String], hints: &[String]) {
    if json_lines::is_on() {
        return json_lines::line("ERROR", message, &[("details", details), ("hints", hints)]);
    }
    labelled(ERROR, "error", message);
    for detail in details {
        line(&wrap::wrap(&detail.replace('\n', "\n    "), "  - ", 4));
    }
    for hint in hints {
        labelled(HINT, "hint", hint);
    }
}

/// `error: ` and the text, whose further lines stand below its first.
fn labelled(style: Style, label: &str, text: &str) {
    let plain = format!("{label}: ");
    let wrapped = wrap::wrap(text, &plain, plain.len());
    line(&format!("{style}{label}{style:#}{}", wrapped.strip_prefix(label).unwrap_or(&wrapped)));
}

fn line(text: &str) {
    let mut stderr = anstream::stderr();
    let _ = writeln!(stderr, "{text}");
}

/// Whether stderr is a terminal that a progress bar can be drawn on.
pub fn is_terminal() -> bool {
    std::io::stderr().is_terminal()
}

/// Starts the log of `-v`, and what takes up traces, if they are wanted.
pub fn start_logging(verbose: u8, traces: Option<Spans<Registry>>) {
    let level = match verbose {
        // What clients say of failed requests, the error says better.
        0 => {
            "warn,kube_client=off,rustls_platform_verifier=off,opentelemetry=off,opentelemetry_sdk=off,opentelemetry-otlp=off"
        }
        1 => "warn,landfall=debug,landfall_kube=trace,landfall_docker=debug,landfall_git=debug,landfall_deploy=debug",
        _ => "info,landfall=trace,landfall_kube=trace,landfall_docker=trace,landfall_git=trace,landfall_deploy=trace",
    };
    let filter = log_filter(std::env::var("LANDFALL_LOG").ok().as_deref().unwrap_or(level), level);
    let colours = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false).with_ansi(colours);
    let log = if json_lines::is_on() { log.json().flatten_event(true).boxed() } else { log.boxed() };
    tracing_subscriber::registry().with(traces).with(log.with_filter(filter)).init();
}

/// What is logged. Never what the client of Docker's API would write on its own: it logs whole requests and answers, and
/// with them the values of Secrets.
fn log_filter(asked: &str, otherwise: &str) -> tracing_subscriber::EnvFilter {
    let filter = tracing_subscriber::EnvFilter::try_new(asked).unwrap_or_else(|_| otherwise.into());
    match "bollard=info".parse() {
        Ok(directive) => filter.add_directive(directive),
        // The text is a constant.
        Err(_) => tracing_subscriber::EnvFilter::new("off"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_to_an_engine_are_never_logged() {
        for asked in ["trace", "debug,bollard=trace", "bollard=debug", "not[a filter"] {
            let words = log_filter(asked, "warn").to_string();
            assert!(words.contains("bollard=info"), "{asked}: {words}");
            assert!(!words.contains("bollard=trace") && !words.contains("bollard=debug"), "{asked}: {words}");
        }
    }
}
