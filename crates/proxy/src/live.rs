//! The end of the program: what is still open, and that it should come to an end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{Notify, watch};

/// Tells connections that the program ends. One clone lives in each connection.
#[derive(Clone)]
pub(crate) struct Stop {
    wanted: watch::Receiver<bool>,
    open: Arc<Open>,
}

/// The other side of [`Stop`].
pub(crate) struct Stopper {
    wanted: watch::Sender<bool>,
    open: Arc<Open>,
}

struct Open {
    connections: AtomicU32,
    none: Notify,
}

/// One open connection, as long as it lives.
pub(crate) struct Live(Arc<Open>);

impl Stopper {
    pub(crate) fn new() -> Self {
        let open = Arc::new(Open { connections: AtomicU32::new(0), none: Notify::new() });
        Self { wanted: watch::Sender::new(false), open }
    }

    pub(crate) fn stop(&self) -> Stop {
        Stop { wanted: self.wanted.subscribe(), open: Arc::clone(&self.open) }
    }

    /// Tells everybody, and returns when no connection is left.
    pub(crate) async fn end(&self) {
        self.wanted.send_replace(true);
        loop {
            let none = self.open.none.notified();
            if self.open.connections.load(Ordering::Acquire) == 0 {
                return;
            }
            none.await;
        }
    }
}

impl Stop {
    pub(crate) fn is_wanted(&self) -> bool {
        *self.wanted.borrow()
    }

    /// Returns when the program ends.
    pub(crate) async fn wanted(&self) {
        // An error means that the program has ended already.
        _ = self.wanted.clone().wait_for(|wanted| *wanted).await;
    }

    /// Counts a connection.
    pub(crate) fn live(&self) -> Live {
        self.open.connections.fetch_add(1, Ordering::AcqRel);
        Live(Arc::clone(&self.open))
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if self.0.connections.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.none.notify_waiters();
        }
    }
}
