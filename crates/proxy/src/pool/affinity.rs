//! `sessionAffinity: ClientIP`.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::Handle;

/// Above this many clients those whose time is over are forgotten.
const SWEEP: usize = 1024;

/// Which pod a client's address came to last, and when.
#[derive(Default)]
pub(super) struct Affinity {
    clients: HashMap<IpAddr, (Weak<Handle>, Instant)>,
    sweep_at: usize,
}

impl Affinity {
    pub(super) fn get(&mut self, client: IpAddr, lifetime: Duration) -> Option<Arc<Handle>> {
        if self.clients.len() > self.sweep_at.max(SWEEP) {
            self.clients.retain(|_, (handle, since)| since.elapsed() < lifetime && handle.strong_count() > 0);
            self.sweep_at = self.clients.len() * 2;
        }
        let (handle, since) = self.clients.get(&client)?;
        if since.elapsed() < lifetime { handle.upgrade() } else { None }
    }

    pub(super) fn put(&mut self, client: IpAddr, handle: &Arc<Handle>) {
        self.clients.insert(client, (Arc::downgrade(handle), Instant::now()));
    }
}
