//! The threads that move bytes: one for each processor. A connection stays on the thread that it was given to, and threads share
//! nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tokio::net::TcpStream;
use tokio::runtime::Handle;

use crate::runtime;

/// More are of little use on one host, and each needs some memory.
const MOST: usize = 8;

/// The threads, and how many connections each of them has. The first is the one that accepts: while there is little to do
/// it does it itself, and nobody need be woken.
#[derive(Clone)]
pub(crate) struct Workers(Arc<[Worker]>);

struct Worker {
    runtime: Handle,
    connections: AtomicUsize,
}

/// A connection that a worker has, as long as it lives.
struct Busy(Workers, usize);

impl Workers {
    /// Starts threads beside the current one, which must be in a runtime.
    ///
    /// # Errors
    ///
    /// A sentence: no further thread can be started. Those that were go on.
    pub(crate) fn start() -> (Self, Result<(), String>) {
        let mut workers = vec![Worker { runtime: Handle::current(), connections: AtomicUsize::new(0) }];
        let wanted = thread::available_parallelism().map_or(1, |processors| processors.get()).min(MOST);
        let mut outcome = Ok(());
        while workers.len() < wanted && outcome.is_ok() {
            match worker() {
                Ok(worker) => workers.push(worker),
                Err(reason) => outcome = Err(reason),
            }
        }
        (Self(workers.into()), outcome)
    }

    /// Lets the thread that has the fewest connections serve a client's, which the current one has accepted.
    pub(crate) fn give<F>(&self, client: TcpStream, serve: impl FnOnce(TcpStream) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let least = (0..self.0.len()).min_by_key(|at| self.0[*at].connections.load(Ordering::Relaxed)).unwrap_or(0);
        self.0[least].connections.fetch_add(1, Ordering::Relaxed);
        let busy = Busy(self.clone(), least);
        let runtime = &self.0[least].runtime;
        if least == 0 {
            runtime.spawn(busy.until(serve(client)));
        } else {
            // Its events are to wake the other thread and not this one. If that cannot be, the client sees the end.
            let Ok(client) = client.into_std() else { return };
            runtime.spawn(async move {
                if let Ok(client) = TcpStream::from_std(client) {
                    busy.until(serve(client)).await;
                }
            });
        }
    }
}

impl Busy {
    async fn until(self, served: impl Future<Output = ()>) {
        served.await;
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.0[self.1].connections.fetch_sub(1, Ordering::Relaxed);
    }
}

fn worker() -> Result<Worker, String> {
    let runtime = runtime()?;
    let handle = runtime.handle().clone();
    let work = move || runtime.block_on(std::future::pending::<()>());
    // It ends with the program.
    let started = thread::Builder::new().name("worker".to_owned()).stack_size(256 * 1024).spawn(work);
    started
        .map_err(|error| format!("Fewer processors are used than could be: a thread cannot be started: {error}."))?;
    Ok(Worker { runtime: handle, connections: AtomicUsize::new(0) })
}
