//! From a client to a pod that answers.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustix::net::sockopt::{set_socket_keepalive, set_tcp_keepidle};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::{Choice, Handle, Held, Pool};
use crate::config::Protocol;

/// On one host a connection is made in far less than a millisecond, unless nobody is there or its queue is full.
const PATIENCE: Duration = Duration::from_secs(1);

/// Silent connections are checked after this, so that one to a pod that went away without a word ends some day.
const ALIVE: Duration = Duration::from_secs(60);

/// With a hold, pods that refuse are asked again after this.
const AGAIN: Duration = Duration::from_millis(100);

/// A connection to a pod.
pub(crate) struct Upstream {
    pub(crate) stream: TcpStream,
    pub(crate) held: Held,
}

impl Pool {
    /// Connects to a ready pod: by turns, and to the next one if one does not answer, which nobody notices because
    /// nothing was sent yet. None if none answers, at the end of the hold.
    pub(crate) async fn connect(
        self: &Arc<Self>,
        listen: u16,
        client: IpAddr,
        avoid: Option<&Arc<Handle>>,
    ) -> Option<Upstream> {
        let mut changes = self.changes();
        let begin = Instant::now();
        let mut tried: Vec<Arc<Handle>> = avoid.into_iter().cloned().collect();
        let mut avoids = avoid.is_some();
        loop {
            while let Some(choice) = self.choose(Protocol::Tcp, listen, client, &tried) {
                match self.open(&choice).await {
                    Ok(stream) => {
                        self.reached(choice.held.handle(), true);
                        return Some(Upstream { stream, held: choice.held });
                    }
                    Err(_) => {
                        self.reached(choice.held.handle(), false);
                        tried.push(Arc::clone(choice.held.handle()));
                    }
                }
            }
            // One that was to be avoided is better than none.
            if std::mem::take(&mut avoids) && tried.len() == 1 {
                tried.clear();
                continue;
            }
            // A hold that begins with the loss of the last pod ends with it; while pods are ready but do not answer, it
            // begins with this connection.
            let left = self.hold_left()?;
            if begin.elapsed() >= self.hold() {
                return None;
            }
            tried.clear();
            _ = timeout(AGAIN.min(left), changes.changed()).await;
        }
    }

    fn hold(&self) -> Duration {
        Duration::from_secs(crate::lock(&self.state).config.hold_seconds.into())
    }

    async fn open(&self, choice: &Choice) -> io::Result<TcpStream> {
        let mut last = None;
        // The address may be that of before a restart: then it is asked for anew.
        for _ in 0..2 {
            let address = self.resolver.resolve(&choice.host).await.map_err(io::Error::other)?;
            if last == Some(address) {
                break;
            }
            last = Some(address);
            match timeout(PATIENCE, TcpStream::connect(SocketAddr::new(address, choice.port))).await {
                Ok(Ok(stream)) => {
                    stream.set_nodelay(true)?;
                    set_socket_keepalive(&stream, true)?;
                    set_tcp_keepidle(&stream, ALIVE)?;
                    return Ok(stream);
                }
                Ok(Err(_)) | Err(_) => self.resolver.forget(&choice.host),
            }
        }
        Err(io::Error::from(io::ErrorKind::ConnectionRefused))
    }
}
