//! How many requests are under way at once: as many as the server takes, and no fixed rate.
//!
//! Additive increase, multiplicative decrease, as TCP does it (RFC 5681): the server's 429 halves the limit, and every
//! round without one raises it by one.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};

/// Measured with a real API server: more than 64 requests at once only make each of them slower.
const MOST: usize = 64;
const FIRST: usize = 32;
const FEWEST: usize = 2;

/// Admits requests.
pub struct Throttle {
    permits: Semaphore,
    limit: AtomicUsize,
    successes: AtomicUsize,
    pause_until: Mutex<Option<Instant>>,
}

impl Throttle {
    /// Admits a usual number of requests at once.
    pub fn new() -> Self {
        Self {
            permits: Semaphore::new(FIRST),
            limit: AtomicUsize::new(FIRST),
            successes: AtomicUsize::new(0),
            pause_until: Mutex::new(None),
        }
    }

    /// Waits until a request may be sent. `None` if the throttle is closed, which it never is.
    pub async fn admit(&self) -> Option<SemaphorePermit<'_>> {
        let permit = self.permits.acquire().await.ok();
        loop {
            let until = *self.pause_until.lock().unwrap_or_else(PoisonError::into_inner);
            match until {
                Some(until) if until > Instant::now() => tokio::time::sleep_until(until).await,
                _ => return permit,
            }
        }
    }

    /// The server took a request.
    pub fn accepted(&self) {
        let limit = self.limit.load(Ordering::Relaxed);
        if self.successes.fetch_add(1, Ordering::Relaxed) >= limit && limit < MOST {
            self.successes.store(0, Ordering::Relaxed);
            self.limit.fetch_add(1, Ordering::Relaxed);
            self.permits.add_permits(1);
        }
    }

    /// The server asked for a pause of this length: nobody sends before it is over, and fewer do afterwards.
    pub fn rejected(&self, pause: Duration) {
        let until = Instant::now() + pause;
        let mut pause_until = self.pause_until.lock().unwrap_or_else(PoisonError::into_inner);
        if pause_until.is_some_and(|known| known >= until) {
            return;
        }
        *pause_until = Some(until);
        let limit = self.limit.load(Ordering::Relaxed);
        let forgotten = self.permits.forget_permits(limit - (limit / 2).max(FEWEST).min(limit));
        self.limit.fetch_sub(forgotten, Ordering::Relaxed);
        self.successes.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn pauses_and_halves_and_recovers() {
        let throttle = Throttle::new();
        throttle.rejected(Duration::from_secs(3));
        assert_eq!(throttle.limit.load(Ordering::Relaxed), 16);
        let before = Instant::now();
        let _permit = throttle.admit().await;
        assert_eq!(before.elapsed(), Duration::from_secs(3));
        for _ in 0..200 {
            throttle.accepted();
        }
        let limit = throttle.limit.load(Ordering::Relaxed);
        assert!((20..=40).contains(&limit), "{limit}");
    }

    #[tokio::test(start_paused = true)]
    async fn never_stops_altogether() {
        let throttle = Throttle::new();
        for seconds in 1..40 {
            throttle.rejected(Duration::from_secs(seconds));
        }
        assert_eq!(throttle.limit.load(Ordering::Relaxed), FEWEST);
        assert!(throttle.admit().await.is_some());
    }
}
