//! One process at a time in a mirror.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::error::{Error, Result};

/// Held until dropped; the system lets go of it when the process is killed.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the lock of `mirror`, which lives in a file beside it that is never removed: whoever removed it could
    /// take away a lock that another one has just got.
    pub fn of(mirror: &Path, limit: Duration) -> Result<Self> {
        let path = mirror.with_extension("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(Error::io("Opening", &path))?;
        let started = Instant::now();
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::Error(source)) => return Err(Error::Io { doing: "Locking", path, source }),
                Err(TryLockError::WouldBlock) if started.elapsed() >= limit => {
                    return Err(Error::Locked { path: mirror.to_owned(), waited: limit });
                }
                Err(TryLockError::WouldBlock) => {}
            }
            if !told && started.elapsed() > Duration::from_secs(1) {
                tracing::info!(mirror = %mirror.display(), "waiting for another Landfall that uses the mirror");
                told = true;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}
