//! Values that are never shown.

use std::{fmt, ops::Deref};

/// A value that `Debug` does not show, since it may come from a Secret.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Masked<T>(pub T);

impl<T> Deref for Masked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Masked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
