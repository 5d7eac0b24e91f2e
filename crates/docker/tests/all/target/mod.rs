//! Whole deploys to a real engine.

mod by_hand;
mod end_to_end;
mod no_change;
mod support;
