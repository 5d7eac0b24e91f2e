//! The program as a user runs it, on real clusters and real repositories.

mod apply;
mod bad_input;
mod documentation;
mod faults;
mod foreign;
mod identity;
mod intercept;
mod interchange;
mod prune;
mod replace;
mod repository;
mod runner;
mod secrets;
mod server_side;
mod shop;
