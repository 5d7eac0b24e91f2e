//! Buffers that are lent only while bytes are under way, so that thousands of silent connections need none.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

/// Bytes of one buffer: big transfers go in few system calls, and what is kept stays small.
const SIZE: usize = 64 * 1024;

/// So many unused ones each thread keeps: of a connection both directions.
const KEPT: usize = 2;

thread_local! {
    static FREE: RefCell<Vec<Box<[u8]>>> = const { RefCell::new(Vec::new()) };
}

/// One buffer; it goes back when dropped.
pub(crate) struct Buffer(Option<Box<[u8]>>);

impl Buffer {
    /// Its content is whatever it was: it may only be read where it was written.
    pub(crate) fn take() -> Self {
        Self(Some(FREE.with_borrow_mut(Vec::pop).unwrap_or_else(|| vec![0; SIZE].into_boxed_slice())))
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        self.0.as_deref_mut().unwrap_or_default()
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        FREE.with_borrow_mut(|free| {
            if free.len() < KEPT {
                free.extend(self.0.take());
            }
        });
    }
}
