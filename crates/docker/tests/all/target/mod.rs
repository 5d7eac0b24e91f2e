//! Whole deploys to a real engine.

mod end_to_end;
mod support;
