//! A private Docker engine for use by hand, in the background: `bench-engine up`, `status`, `down`.
//!
//! Its state is in `$XDG_STATE_HOME/landfall-engine`, or `~/.local/state/landfall-engine`.
#![allow(clippy::expect_used, clippy::print_stdout, clippy::print_stderr, reason = "a helper for developers")]

use std::{env, fs, process::ExitCode};

use landfall_bench_cluster::Background;
use landfall_bench_engine::Engine;

fn main() -> ExitCode {
    let background = Background::new("bench-engine", "engine", "landfall-engine", "settings");
    match env::args().nth(1).as_deref() {
        Some("up") => {
            if background.up("Starting a Docker engine ...", &[]) {
                status(&background)
            } else {
                ExitCode::FAILURE
            }
        }
        Some("down") => background.down(&[]),
        Some("status") => status(&background),
        Some("serve") => serve(&background),
        _ => {
            eprintln!("usage: bench-engine up | down | status");
            ExitCode::from(2)
        }
    }
}

/// Holds the engine until it is killed; the keeper then cleans up.
fn serve(background: &Background) -> ExitCode {
    let engine = Engine::start();
    let settings = format!("export DOCKER_HOST={}\nexport ENGINE_ADDRESS={}\n", engine.url(), engine.address());
    background.publish("settings", &settings);
    loop {
        std::thread::park();
    }
}

/// The variables for the shell on standard output, what they are on standard error.
fn status(background: &Background) -> ExitCode {
    if !background.is_up() {
        return ExitCode::FAILURE;
    }
    eprintln!("The engine runs. Ports that its containers publish answer at ENGINE_ADDRESS.");
    print!("{}", fs::read_to_string(background.file("settings")).expect("an engine that runs has told its settings"));
    ExitCode::SUCCESS
}
