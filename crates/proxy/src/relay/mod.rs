//! One client's connection, from pod to pod.
//!
//! Bytes pass unchanged. Where both sides are at rest between two requests of HTTP/1, the pod's side can be ended and made
//! anew with another pod while the client's side stays open: that is how a pod is drained of kept connections without a
//! failed request, which no server can do by itself, because a client may send its next request at the moment in which the
//! server closes.

mod buffers;
mod frames;
mod pump;
mod splice;
mod tap;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;

pub(crate) use buffers::Buffer;
pub(crate) use pump::write_all;

use crate::live::Stop;
use crate::pool::{Handle, Pool};
use pump::End;
use tap::Tap;

/// A client that keeps its connection without a pod behind it, because the pod has closed its own, gets so much time for
/// its next request.
pub(crate) const IDLE: Duration = Duration::from_secs(75);

/// Serves one connection to one port until it ends.
pub(crate) async fn relay(mut client: TcpStream, peer: IpAddr, listen: u16, pool: Arc<Pool>, stop: Stop) {
    let mut tap = Tap::new();
    let mut again: Option<Vec<u8>> = None;
    let mut avoid: Option<Arc<Handle>> = None;
    loop {
        let Some(mut upstream) = pool.connect(listen, peer, avoid.take().as_ref()).await else {
            return refuse(client);
        };
        if let Some(request) = again.take() {
            tap.resend(&request);
            if write_all(&upstream.stream, &request).await.is_err() {
                return refuse(client);
            }
        }
        match pump::both(&mut client, &mut upstream, &mut tap, &stop).await {
            End::Done => return,
            End::Broken => return refuse(client),
            End::Move => {}
            End::Idle => {
                drop(upstream);
                if !has_next_request(&client, &stop).await {
                    return;
                }
            }
            End::Again(request) => {
                again = Some(request);
                avoid = Some(Arc::clone(upstream.held.handle()));
            }
        }
        tap.moved();
    }
}

/// Waits until the client says something; false if it does not.
async fn has_next_request(client: &TcpStream, stop: &Stop) -> bool {
    let mut byte = [0];
    tokio::select! {
        peeked = client.peek(&mut byte) => peeked.is_ok_and(|bytes| bytes > 0),
        () = tokio::time::sleep(IDLE) => false,
        () = stop.wanted() => false,
    }
}

/// Ends a connection as one that nobody listens to.
fn refuse(client: TcpStream) {
    // Without it the end looks like an orderly one; there is nobody to tell that it could not be set.
    _ = client.set_zero_linger();
}
