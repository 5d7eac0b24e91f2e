//! What the loop knows of a deploy that is under way, and how it stops it.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use landfall_core::plan::Plan;
use tokio::sync::Notify;

use super::keep::Left;
use crate::progress::{Event, Progress};

/// What is known of a try that is under way.
#[derive(Default)]
pub struct Control {
    waits: AtomicBool,
    stop: AtomicBool,
    changed: Notify,
    left: Mutex<Option<Left>>,
}

impl Control {
    /// Whether everything is written.
    pub fn waits(&self) -> bool {
        self.waits.load(Ordering::Acquire)
    }

    /// Returns once everything is written.
    pub async fn until_it_waits(&self) {
        while !self.waits() {
            self.changed.notified().await;
        }
    }

    /// What a deploy that has ended left behind.
    pub(super) fn take_left(&self) -> Option<Left> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Leaves it behind.
    pub(super) fn leave(&self, left: Left) {
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = Some(left);
    }

    /// Lets what is under way end, and begins nothing new.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
    }
}

/// Tells the loop and the host.
pub(super) struct Told {
    pub control: Arc<Control>,
    pub host: Box<dyn Progress>,
}

impl Progress for Told {
    fn tell(&self, event: Event) {
        if matches!(event, Event::Watching { .. }) {
            self.control.waits.store(true, Ordering::Release);
            self.control.changed.notify_one();
        }
        self.host.tell(event);
    }

    fn planned(&self, plan: &Plan) {
        self.host.planned(plan);
    }

    fn stop_requested(&self) -> bool {
        self.control.stop.load(Ordering::Acquire) || self.host.stop_requested()
    }
}
