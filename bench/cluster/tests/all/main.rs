//! Tests of the bench itself.

mod empty;
