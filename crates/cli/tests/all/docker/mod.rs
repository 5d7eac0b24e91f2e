//! One host: bad input (what is said, where it points, the exit status, what to do next), what was changed by hand, and
//! a whole product.

mod arguments;
mod by_hand;
mod connection;
mod deploys;
mod fields;
mod sourcegraph;
mod ssh;
