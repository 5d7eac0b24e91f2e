//! One host: bad input (what is said, where it points, the exit status, what to do next), and what was changed by hand.

mod arguments;
mod by_hand;
mod connection;
mod deploys;
mod fields;
