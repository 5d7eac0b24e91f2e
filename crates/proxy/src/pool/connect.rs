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

/// On one host a connection is made in far less than a millisecond, unless nobody is there, its queue is full, or a packet
/// was lost. The system sends it again after one second: so the second round has to be longer than the first.
const PATIENCE: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];

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
    /// nothing was sent yet. `avoid` comes last. None if none answers, at the end of the hold.
    pub(crate) async fn connect(
        self: &Arc<Self>,
        listen: u16,
        client: IpAddr,
        avoid: Option<&Arc<Handle>>,
    ) -> Option<Upstream> {
        let mut changes = self.changes();
        let begin = Instant::now();
        if let Some(avoid) = avoid {
            self.reached(avoid, false);
        }
        loop {
            if let Some(upstream) = self.any(listen, client).await {
                return Some(upstream);
            }
            // A hold that begins with the loss of the last pod ends with it; while pods are ready but do not answer, it
            // begins with this connection.
            let left = self.hold_left()?;
            if begin.elapsed() >= self.hold() {
                return None;
            }
            _ = timeout(AGAIN.min(left), changes.changed()).await;
        }
    }

    /// Tries all pods once, and again with more patience if one of them was only slow.
    async fn any(self: &Arc<Self>, listen: u16, client: IpAddr) -> Option<Upstream> {
        for patience in PATIENCE {
            let (mut tried, mut was_slow) = (Vec::new(), false);
            while let Some(choice) = self.choose(Protocol::Tcp, listen, client, &tried) {
                let outcome = self.open(&choice, patience).await;
                self.reached(choice.held.handle(), outcome.is_ok());
                match outcome {
                    Ok(stream) => return Some(Upstream { stream, held: choice.held }),
                    Err(error) => {
                        was_slow |= error.kind() == io::ErrorKind::TimedOut;
                        tried.push(Arc::clone(choice.held.handle()));
                    }
                }
            }
            if !was_slow {
                return None;
            }
        }
        None
    }

    fn hold(&self) -> Duration {
        Duration::from_secs(crate::lock(&self.state).config.hold_seconds.into())
    }

    async fn open(&self, choice: &Choice, patience: Duration) -> io::Result<TcpStream> {
        let address = self.resolver.resolve(&choice.host).await.map_err(io::Error::other)?;
        match connect(SocketAddr::new(address, choice.port), patience).await {
            Ok(stream) => Ok(stream),
            Err(error) => {
                // The address may be that of before a restart: then it is another one now.
                self.resolver.forget(&choice.host);
                let now = self.resolver.resolve(&choice.host).await.map_err(io::Error::other)?;
                if now == address { Err(error) } else { connect(SocketAddr::new(now, choice.port), patience).await }
            }
        }
    }
}

async fn connect(to: SocketAddr, patience: Duration) -> io::Result<TcpStream> {
    let stream = timeout(patience, TcpStream::connect(to)).await??;
    stream.set_nodelay(true)?;
    set_socket_keepalive(&stream, true)?;
    set_tcp_keepidle(&stream, ALIVE)?;
    Ok(stream)
}
