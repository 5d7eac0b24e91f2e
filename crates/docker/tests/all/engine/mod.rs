//! Calls to engines, and what is said where they fail.

mod faults;
mod tls;
