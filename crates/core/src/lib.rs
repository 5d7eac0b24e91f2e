//! From files to actions: everything that Landfall decides, without any I/O, clock or environment.

pub mod diagnostic;
pub mod object;
