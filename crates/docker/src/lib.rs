//! The Docker target.
