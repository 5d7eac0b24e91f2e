//! The program as a user runs it, on real clusters and real repositories.

mod apply;
mod runner;
