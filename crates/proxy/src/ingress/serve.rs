//! One client's connection: request by request to the Services.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::exchange::{Ended, exchange, tunnel};
use super::head::{self, Forward, From};
use super::page::page;
use super::{Shared, route::Routes};
use crate::config::Backend;
use crate::http1::Malformed;
use crate::relay::IDLE;
use crate::{lock, say};

/// A head longer than this is refused.
const LONGEST_HEAD: usize = 64 * 1024;

/// A Service on the same host answers at once, or not at all.
const PATIENCE: Duration = Duration::from_secs(3);

/// After an error page the client gets so much time to read it and close.
const LINGER: Duration = Duration::from_secs(2);

/// What was read of a client and belongs to what follows.
pub(super) type Rest = Vec<u8>;

/// Serves a connection until it ends.
pub(super) async fn connection<S: AsyncRead + AsyncWrite + Unpin>(client: S, from: &From, shared: &Shared) {
    let (mut reader, mut writer) = tokio::io::split(client);
    let mut rest = Rest::new();
    let mut kept: Option<(Backend, TcpStream)> = None;
    loop {
        let outcome = match next(&mut reader, &mut rest, from, shared).await {
            Next::Gone => break,
            Next::Malformed => Err((400, "The request is not HTTP/1.1, or not a clear one.".to_owned())),
            Next::Request(forward) => {
                let routes = Arc::clone(&lock(&shared.routes));
                serve(forward, &routes, &mut kept, (&mut reader, &mut writer), &mut rest, shared).await
            }
        };
        match outcome {
            Ok(Ended::Kept) if !shared.stop.is_wanted() => {}
            Ok(Ended::Upgraded) => {
                if let Some((_, mut service)) = kept {
                    tunnel((&mut reader, &mut writer), &mut service, rest).await;
                }
                return;
            }
            Ok(_) => break,
            Err((status, sentence)) => {
                if writer.write_all(&page(status, &sentence)).await.is_err() || writer.shutdown().await.is_err() {
                    return;
                }
                // Closing with something unread would take the page away from the client.
                _ = timeout(LINGER, tokio::io::copy(&mut reader, &mut tokio::io::sink())).await;
                return;
            }
        }
    }
    // A client that is gone does not need a farewell.
    _ = writer.shutdown().await;
}

enum Next {
    Request(Forward),
    Malformed,
    /// The client has closed, or was silent for too long, or the program ends.
    Gone,
}

async fn next<S: AsyncRead>(reader: &mut ReadHalf<S>, rest: &mut Rest, from: &From, shared: &Shared) -> Next {
    let read = async {
        loop {
            let lines = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            rest.drain(..lines);
            match head::forward(rest, from) {
                Ok(Some(forward)) => {
                    rest.drain(..forward.length);
                    return Next::Request(forward);
                }
                Ok(None) if rest.len() <= LONGEST_HEAD => {}
                Ok(None) | Err(Malformed) => return Next::Malformed,
            }
            let read = async {
                if rest.is_empty() {
                    tokio::select! {
                        read = reader.read_buf(rest) => read,
                        () = shared.stop.wanted() => Ok(0),
                    }
                } else {
                    reader.read_buf(rest).await
                }
            };
            if !read.await.is_ok_and(|length| length > 0) {
                return Next::Gone;
            }
        }
    };
    timeout(IDLE, read).await.unwrap_or(Next::Gone)
}

/// One request. The error is a page that the client gets.
async fn serve<S: AsyncRead + AsyncWrite>(
    mut forward: Forward,
    routes: &Routes,
    kept: &mut Option<(Backend, TcpStream)>,
    (reader, writer): (&mut ReadHalf<S>, &mut tokio::io::WriteHalf<S>),
    rest: &mut Rest,
    shared: &Shared,
) -> Result<Ended, (u16, String)> {
    let Some(backend) = routes.find(&forward.host, &forward.path) else {
        return Err((404, format!("No Ingress has a rule for host {} and path {}.", forward.host, forward.path)));
    };
    if kept.as_ref().is_some_and(|(service, _)| service != backend) {
        *kept = None;
    }
    loop {
        let is_fresh = kept.is_none();
        let service = match kept {
            Some((_, service)) => service,
            None => &mut kept.insert((backend.clone(), connect(backend, shared).await?)).1,
        };
        match exchange(&mut forward, (reader, writer), rest, service).await {
            // A kept connection may have been closed at just this moment (RFC 9112, section 9.3.1).
            Ended::Unanswered if !is_fresh && forward.is_safe && forward.body.is_done() => *kept = None,
            Ended::Unanswered => {
                let sentence = format!("Service {} closed the connection instead of answering.", backend.service);
                return Err((502, sentence));
            }
            ended => return Ok(ended),
        }
    }
}

async fn connect(backend: &Backend, shared: &Shared) -> Result<TcpStream, (u16, String)> {
    let service = &backend.service;
    let address = shared.resolver.resolve(&backend.host).await;
    let address = address.map_err(|why| (503, format!("Service {service} cannot be reached: {why}.")))?;
    match timeout(PATIENCE, TcpStream::connect(SocketAddr::new(address, backend.port))).await {
        Ok(Ok(stream)) => {
            // A Service that is gone already is noticed when writing.
            _ = stream.set_nodelay(true);
            Ok(stream)
        }
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            shared.resolver.forget(&backend.host);
            Err((503, format!("Service {service} has no ready pod.")))
        }
        Ok(Err(error)) => {
            shared.resolver.forget(&backend.host);
            Err((503, format!("Service {service} cannot be reached: {}.", say(&error))))
        }
        Err(_) => {
            shared.resolver.forget(&backend.host);
            Err((503, format!("Service {service} does not accept connections.")))
        }
    }
}
