//! From files to actions: everything that Landfall decides, without any I/O, clock or environment.

pub mod diagnostic;
pub mod object;
pub mod catalog;
pub mod inventory;
pub mod order;
pub mod selector;
