//! Free ports on the machine itself.

use std::collections::BTreeSet;
use std::net::{IpAddr, TcpListener};
use std::sync::{Mutex, PoisonError};

/// A port that nobody listens on, and that this process has not given out before.
///
/// It lies below the range that the kernel takes for outgoing connections, so that a server that is stopped for a while gets
/// its port back.
pub fn free_port(address: IpAddr) -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    for _ in 0..1000 {
        let port = rand::random_range(18_000..32_000);
        if !given.contains(&port) && TcpListener::bind((address, port)).is_ok() {
            given.insert(port);
            return port;
        }
    }
    panic!("no free port on {address} between 18000 and 32000");
}
