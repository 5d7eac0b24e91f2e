//! Messages as they are sent, and sinks that do what sinks do.

mod mail;
mod messages;
mod receiver;
mod worker;
