//! Work on many objects, by several threads.

use std::{panic, thread};

/// How many threads work on a large revision. Fixed: this crate asks nothing of the machine that it runs on.
const THREADS: usize = 4;
/// A thread is not worth its start for fewer objects.
const SMALLEST_BATCH: usize = 50;

/// The results for all items, in their order.
pub fn map<I: Sync, T: Send>(items: &[I], result: impl Fn(&I) -> T + Sync) -> Vec<T> {
    let size = items.len().div_ceil(THREADS).max(SMALLEST_BATCH);
    let (first, rest) = items.split_at(size.min(items.len()));
    let result = &result;
    thread::scope(|scope| {
        let start = |batch: &'_ [I]| batch.iter().map(result).collect::<Vec<T>>();
        let others: Vec<_> = rest.chunks(size).map(|batch| scope.spawn(move || start(batch))).collect();
        let mut results = start(first);
        for other in others {
            results.extend(other.join().unwrap_or_else(|panic| panic::resume_unwind(panic)));
        }
        results
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn keeps_the_order() {
        for count in [0, 1, 49, 50, 51, 203, 1000] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(super::map(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
    }
}
