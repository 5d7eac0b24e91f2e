//! Buffers that are lent only while bytes are under way, so that thousands of silent connections need none.

use std::ops::{Deref, DerefMut};
use std::sync::Mutex;

use crate::lock;

/// Bytes of one buffer: big transfers go in few system calls, and what is kept stays small.
const SIZE: usize = 64 * 1024;

/// So many unused ones are kept.
const KEPT: usize = 4;

static FREE: Mutex<Vec<Box<[u8]>>> = Mutex::new(Vec::new());

/// One buffer; it goes back when dropped.
pub(crate) struct Buffer(Option<Box<[u8]>>);

impl Buffer {
    /// Its content is whatever it was: it may only be read where it was written.
    pub(crate) fn take() -> Self {
        Self(Some(lock(&FREE).pop().unwrap_or_else(|| vec![0; SIZE].into_boxed_slice())))
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
        let mut free = lock(&FREE);
        if free.len() < KEPT {
            free.extend(self.0.take());
        }
    }
}
