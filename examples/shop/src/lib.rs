//! What the services of the shop share: a small HTTP server that ends in good order, and a question to another service.
#![allow(clippy::print_stdout, reason = "containers log to standard output")]

mod ask;
mod server;

pub use ask::ask;
pub use server::{Answer, Request, Server};

/// A line of the log.
pub fn log(line: &str) {
    println!("{line}");
}

/// An environment variable, or the text to use without it.
pub fn variable(name: &str, otherwise: &str) -> String {
    std::env::var(name).ok().filter(|value| !value.is_empty()).unwrap_or_else(|| otherwise.to_owned())
}
