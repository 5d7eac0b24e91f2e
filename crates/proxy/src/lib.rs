//! What runs beside the containers on a Docker host: the proxy of a Service, the HTTP entry of an environment, the agent of
//! a deploy, and the first process of a pod with several containers.
//!
//! It is the same program as Landfall itself, in an image of its own with nothing else in it. Landfall writes to it in the
//! lines of [`control`], and to its state folder in the shape of [`config`].

mod accept;
mod agent;
mod app;
mod bridge;
mod check;
mod command;
pub mod config;
pub mod control;
mod dns;
mod http1;
mod ingress;
mod listen;
mod live;
mod pause;
mod pool;
mod probe;
mod relay;
mod resolve;
mod run;
mod service;
mod session;
mod settle;
mod udp;
mod workers;

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use command::command;

/// Where sentences for the container's log go: this crate does not print.
pub type Log = fn(&str);

/// All locks are held for a few instructions without a panic in them, so a poisoned one is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Of one thread. What is busy has several of them ([`workers::Workers`]), which share nothing.
fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("The program cannot start: {error}."))
}

/// What went wrong, in words without numbers.
fn say(error: &io::Error) -> String {
    match error.raw_os_error() {
        // `Connection refused (os error 111)`.
        Some(_) => error.to_string().split(" (os error").next().unwrap_or_default().to_lowercase(),
        None => error.to_string(),
    }
}
