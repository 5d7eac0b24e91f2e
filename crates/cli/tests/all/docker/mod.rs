//! Bad input for one host: what is said, where it points, the exit status, and what to do next.

mod arguments;
mod connection;
mod deploys;
mod fields;
