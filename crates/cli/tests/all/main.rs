//! The program as a user runs it, on real clusters and real repositories.

mod apply;
mod bad_input;
mod intercept;
mod interchange;
mod prune;
mod identity;
mod runner;
mod server_side;
mod shop;
