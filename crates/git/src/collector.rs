//! Reading what a program writes, while it runs.

use std::{
    io::Read,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

/// More than this of an output is not kept in memory.
const OUTPUT_LIMIT: usize = 256 << 20;

/// Reads a pipe in the background, so that git never blocks on a full one.
pub(crate) struct Collector {
    bytes: Arc<Mutex<Vec<u8>>>,
    ended: mpsc::Receiver<()>,
}

impl Collector {
    /// Starts to read.
    pub fn start(mut pipe: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let (sender, ended) = mpsc::channel();
        let shared = Arc::clone(&bytes);
        thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            while let Ok(count @ 1..) = pipe.read(&mut buffer) {
                let mut bytes = shared.lock().unwrap_or_else(PoisonError::into_inner);
                if bytes.len() < OUTPUT_LIMIT {
                    bytes.extend_from_slice(&buffer[..count]);
                }
            }
            // Nobody listens any more after a time-out.
            let _ = sender.send(());
        });
        Self { bytes, ended }
    }

    /// What came. An ssh master connection keeps the pipe open for long after git is done, hence the limit.
    pub fn collected(self) -> Vec<u8> {
        let _ = self.ended.recv_timeout(Duration::from_secs(2));
        std::mem::take(&mut *self.bytes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
