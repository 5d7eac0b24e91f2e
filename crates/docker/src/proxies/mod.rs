//! Containers of Landfall's own image that stand before pods: how they are made, and what is said with them.

mod control;
mod holder;
mod lines;
mod make;
mod spec;

pub use control::{Control, Refusal, View};
pub use lines::Lines;
pub use make::{Made, ensure, is_of_other_image, remove, renew};
pub use spec::{ProxySpec, drift};
