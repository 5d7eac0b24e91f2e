//! Tests against a real engine, and of whole outputs.

mod rollout;
