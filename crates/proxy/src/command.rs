//! The commands that containers of Landfall's image run. They are not for people, so they are not in the help, and they
//! are read by hand, so that nothing of the rest of the program is started for them.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::run::Run;
use crate::{Log, agent, bridge, pause, run, settle};

#[derive(Debug, PartialEq, Eq)]
enum Command {
    Run(Run),
    Control { state: PathBuf },
    Pause,
    Agent { resolver: Option<SocketAddr>, patience: Option<Duration> },
    Settle { to: String, volumes: Vec<PathBuf> },
}

/// Carries out `proxy run|control|pause|agent|settle`, if these arguments (without the program's name) ask for it; None if they
/// ask for something else. What happens is told to `log` in sentences.
///
/// | command | options |
/// |---|---|
/// | `proxy run` | `--state FOLDER` (`/landfall-state`), `--grace SECONDS` (8), `--resolver ADDRESS:PORT` |
/// | `proxy control` | `--state FOLDER` |
/// | `proxy pause` | |
/// | `proxy agent` | `--resolver ADDRESS:PORT`, `--patience SECONDS` (30) |
/// | `proxy settle` | `--to FOLDER`, then the volumes |
///
/// # Errors
///
/// A sentence.
pub fn command(arguments: &[OsString], log: Log) -> Option<Result<(), String>> {
    let command = match parse(arguments)? {
        Ok(command) => command,
        Err(reason) => return Some(Err(reason)),
    };
    Some(match command {
        Command::Run(options) => run::run(options, log),
        Command::Control { state } => bridge::bridge(&state),
        Command::Pause => pause::pause(),
        Command::Agent { resolver, patience } => agent::agent(resolver, patience),
        Command::Settle { to, volumes } => settle::settle(&to, &volumes),
    })
}

fn parse(arguments: &[OsString]) -> Option<Result<Command, String>> {
    let [first, verb, options @ ..] = arguments else { return None };
    let verb = verb.to_str()?;
    if first != "proxy" || !matches!(verb, "run" | "control" | "pause" | "agent" | "settle") {
        return None;
    }
    if verb == "settle" {
        return Some(settle_of(options));
    }
    Some(Options::read(verb, options).map(|options| match verb {
        "run" => Command::Run(Run {
            state: options.state,
            grace: options.grace.unwrap_or(Duration::from_secs(8)),
            resolver: options.resolver,
        }),
        "control" => Command::Control { state: options.state },
        "pause" => Command::Pause,
        _ => Command::Agent { resolver: options.resolver, patience: options.patience },
    }))
}

fn settle_of(arguments: &[OsString]) -> Result<Command, String> {
    match arguments {
        [name, to, volumes @ ..] if name == "--to" => {
            let to = to.to_str().ok_or("`landfall proxy settle` cannot read the folder's name.")?.to_owned();
            Ok(Command::Settle { to, volumes: volumes.iter().map(PathBuf::from).collect() })
        }
        _ => Err("`landfall proxy settle` needs --to FOLDER.".to_owned()),
    }
}

struct Options {
    state: PathBuf,
    grace: Option<Duration>,
    resolver: Option<SocketAddr>,
    patience: Option<Duration>,
}

impl Options {
    fn read(verb: &str, arguments: &[OsString]) -> Result<Self, String> {
        let mut options = Self { state: "/landfall-state".into(), grace: None, resolver: None, patience: None };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            let name = name.to_string_lossy();
            let unknown = || format!("`landfall proxy {verb}` has no option {name}.");
            let value = arguments.next().ok_or_else(unknown)?;
            let malformed = || format!("{name} cannot be {}.", value.to_string_lossy());
            let text = value.to_str().ok_or_else(malformed)?;
            let seconds = || text.parse().map(Duration::from_secs).map_err(|_| malformed());
            match (verb, &*name) {
                ("run" | "control", "--state") => options.state = value.into(),
                ("run", "--grace") => options.grace = Some(seconds()?),
                ("run" | "agent", "--resolver") => options.resolver = Some(text.parse().map_err(|_| malformed())?),
                ("agent", "--patience") => options.patience = Some(seconds()?),
                _ => return Err(unknown()),
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Result<Command, String>> {
        parse(&text.split_whitespace().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn other_commands_are_left_to_others() {
        for text in ["", "proxy", "deploy", "proxy help", "plan run"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn options_are_those_of_their_command() {
        let state = PathBuf::from("/landfall-state");
        let run =
            |grace, resolver| Command::Run(Run { state: state.clone(), grace: Duration::from_secs(grace), resolver });
        assert_eq!(read("proxy run"), Some(Ok(run(8, None))));
        assert_eq!(
            read("proxy run --grace 1 --resolver 127.0.0.1:53"),
            Some(Ok(run(1, Some(([127, 0, 0, 1], 53).into()))))
        );
        assert_eq!(read("proxy control --state /x"), Some(Ok(Command::Control { state: "/x".into() })));
        assert_eq!(read("proxy pause"), Some(Ok(Command::Pause)));
        assert_eq!(
            read("proxy pause --state /x"),
            Some(Err("`landfall proxy pause` has no option --state.".to_owned()))
        );
        assert_eq!(read("proxy agent --patience x"), Some(Err("--patience cannot be x.".to_owned())));
        assert_eq!(
            read("proxy settle --to ..1 /v/0 /v/1"),
            Some(Ok(Command::Settle { to: "..1".to_owned(), volumes: vec!["/v/0".into(), "/v/1".into()] }))
        );
        assert_eq!(read("proxy settle /v/0"), Some(Err("`landfall proxy settle` needs --to FOLDER.".to_owned())));
        assert_eq!(read("proxy run --grace"), Some(Err("`landfall proxy run` has no option --grace.".to_owned())));
    }
}
