//! Work in the background that ends with its owner.

use std::{future::Future, panic};

use tokio::task::JoinHandle;

/// A spawned future, which other threads drive. Dropping it ends it.
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

    /// Waits for its result.
    pub async fn join(mut self) -> T {
        match (&mut self.0).await {
            Ok(result) => result,
            Err(error) if error.is_panic() => panic::resume_unwind(error.into_panic()),
            // Only we could have ended it, and only by dropping it.
            Err(_) => std::future::pending().await,
        }
    }

    /// Waits until it has ended, well or not.
    pub async fn ended(mut self) {
        // One that panicked has ended, too, and said so.
        let _ended = (&mut self.0).await;
    }

    /// Ends it, and waits until nothing of it runs any more.
    pub async fn end(self) {
        self.0.abort();
        self.ended().await;
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
