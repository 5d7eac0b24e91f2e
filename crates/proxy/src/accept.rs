//! Taking a port's connections.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::live::Stop;
use crate::workers::Workers;

/// Out of file descriptors: some connection may have ended after this.
const AGAIN: Duration = Duration::from_millis(20);

/// Takes connections for ever. `serve` is called with each, and with the client's address, on the thread that is to have it;
/// the program does not end before what it returns has, within its grace period.
pub(crate) async fn accept<F>(
    listener: &TcpListener,
    workers: &Workers,
    stop: &Stop,
    serve: impl Fn(TcpStream, IpAddr) -> F + Clone + Send + 'static,
) where
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        let (client, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, or the client is gone already: neither is a reason to close the port.
                if error.kind() != io::ErrorKind::ConnectionAborted {
                    sleep(AGAIN).await;
                }
                continue;
            }
        };
        // A client that is gone already is noticed when reading.
        _ = client.set_nodelay(true);
        let (serve, live) = (serve.clone(), stop.live());
        workers.give(client, async move |client| {
            serve(client, peer.ip().to_canonical()).await;
            drop(live);
        });
    }
}
