//! Work in the background that ends with its owner.

use std::{
    future::Future,
    sync::{Mutex, PoisonError},
};

use tokio::task::{JoinHandle, JoinSet};

/// A spawned future. Dropping it ends it.
pub struct Task<T>(JoinHandle<T>);

impl<T: Send + 'static> Task<T> {
    /// Starts it.
    pub fn spawn(future: impl Future<Output = T> + Send + 'static) -> Self {
        Self(tokio::spawn(future))
    }

    /// Whether it has ended.
    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }

    /// Waits until it has ended.
    pub async fn join(mut self) {
        // One that panicked has ended, too, and said so.
        let _ended = (&mut self.0).await;
    }

    /// Ends it, and waits until nothing of it runs any more.
    pub async fn end(mut self) {
        self.0.abort();
        // That it was ended, or panicked before, is what was asked for.
        let _ended = (&mut self.0).await;
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Several of them.
#[derive(Default)]
pub struct Tasks(Mutex<JoinSet<()>>);

impl Tasks {
    /// Starts one more.
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(future);
    }

    /// Ends all that run now.
    pub fn abort(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }

    /// Waits until all have ended, those that are started meanwhile among them.
    pub async fn join(&self) {
        loop {
            let mut tasks = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
            if tasks.is_empty() {
                return;
            }
            while tasks.join_next().await.is_some() {}
        }
    }
}
