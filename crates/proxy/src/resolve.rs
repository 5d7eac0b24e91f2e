//! From a container's name to its address.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use tokio::net::UdpSocket;
use tokio::time::timeout;

use crate::dns::{self, Answer, Family};
use crate::{lock, say};

/// An address is used for so long before the engine is asked again. A container that the engine has restarted may have
/// another address, and its old one may belong to another pod: so not for long.
const AGE: Duration = Duration::from_secs(2);

/// A server that does not answer, such as while the engine writes its table of names anew, says nothing of the container: the
/// address that it gave last is used for so long, as RFC 8767 has it.
const STALE: Duration = Duration::from_secs(60);

/// The engine's server is in the same network namespace; it answers in less than a millisecond, or not at all.
const PATIENCE: Duration = Duration::from_millis(250);

/// Datagrams may be lost, even here: so often the server is asked.
const TRIES: usize = 4;

/// Asks the network's DNS server, and remembers for two seconds; while it does not answer, for a minute.
pub(crate) struct Resolver {
    server: SocketAddr,
    next: AtomicU16,
    known: Mutex<HashMap<String, (Instant, IpAddr)>>,
}

impl Resolver {
    pub(crate) fn new(server: SocketAddr) -> Self {
        Self { server, next: AtomicU16::new(1), known: Mutex::new(HashMap::new()) }
    }

    /// The server that `/etc/resolv.conf` names first; the engine's usual one if there is no such file.
    pub(crate) fn of_system(resolv_conf: &Path) -> Self {
        let text = std::fs::read_to_string(resolv_conf).unwrap_or_default();
        let address = nameserver(&text).unwrap_or(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 11)));
        Self::new(SocketAddr::new(address, 53))
    }

    /// The address of a name, or of what already is one.
    ///
    /// # Errors
    ///
    /// Half a sentence that says why there is none.
    pub(crate) async fn resolve(&self, host: &str) -> Result<IpAddr, String> {
        if let Ok(address) = host.parse() {
            return Ok(address);
        }
        let known = lock(&self.known).get(host).copied();
        if let Some((_, address)) = known.filter(|(since, _)| since.elapsed() < AGE) {
            return Ok(address);
        }
        let stale = known.filter(|(since, _)| since.elapsed() < STALE);
        // Who waits for an answer has a limit of its own, often of one second.
        let tries = if stale.is_some() { 1 } else { TRIES };
        let found = match self.ask(host, Family::V4, tries).await {
            Ok(None) => self.ask(host, Family::V6, tries).await,
            other => other,
        };
        match (found, stale) {
            (Ok(Some(address)), _) => {
                lock(&self.known).insert(host.to_owned(), (Instant::now(), address));
                Ok(address)
            }
            (Ok(None), _) => {
                self.forget(host);
                Err(format!("no running container on this network has the name {host}"))
            }
            (Err(_), Some((_, address))) => Ok(address),
            (Err(error), None) => {
                Err(format!("the name {host} could not be resolved by {}: {}", self.server, say(&error)))
            }
        }
    }

    /// The address did not answer: it is asked for anew next time.
    pub(crate) fn forget(&self, host: &str) {
        lock(&self.known).remove(host);
    }

    async fn ask(&self, host: &str, family: Family, tries: usize) -> io::Result<Option<IpAddr>> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let Some(question) = dns::question(id, host, family) else { return Ok(None) };
        let local: SocketAddr = if self.server.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0u16; 8], 0).into() };
        let socket = UdpSocket::bind(local).await?;
        socket.connect(self.server).await?;
        let mut buffer = [0; 1500];
        for _ in 0..tries {
            socket.send(&question).await?;
            let answer = timeout(PATIENCE, async {
                loop {
                    let length = socket.recv(&mut buffer).await?;
                    if let Some(answer) = dns::answer(id, &buffer[..length], family) {
                        return io::Result::Ok(answer);
                    }
                }
            });
            match answer.await {
                Ok(Ok(Answer::Addresses(addresses))) => return Ok(addresses.first().copied()),
                Ok(Ok(Answer::NoSuchName)) => return Ok(None),
                Ok(Ok(Answer::Failed(code))) => return Err(io::Error::other(format!("it answered with code {code}"))),
                Ok(Err(error)) => return Err(error),
                Err(_) => {}
            }
        }
        Err(io::Error::other("it does not answer"))
    }
}

fn nameserver(resolv_conf: &str) -> Option<IpAddr> {
    resolv_conf.lines().find_map(|line| line.trim().strip_prefix("nameserver")?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_nameserver_counts() {
        assert_eq!(
            nameserver("# by the engine\nsearch x\nnameserver 127.0.0.11\nnameserver 1.1.1.1\n"),
            Some([127, 0, 0, 11].into())
        );
        assert_eq!(nameserver("nameserver\t10.0.0.1"), Some([10, 0, 0, 1].into()));
        assert_eq!(nameserver("search x\n"), None);
    }
}
