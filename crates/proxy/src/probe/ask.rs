//! One question to one pod.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{grpc, http};
use crate::config::Check;
use crate::resolve::Resolver;
use crate::say;

/// Asks once. The time limit is the pod's alone: to find its address is no part of it, as it is none for a kubelet.
///
/// # Errors
///
/// Why it did not pass, as a sentence.
pub(crate) async fn ask(check: &Check, pod: &str, limit: Duration, resolver: &Resolver) -> Result<(), String> {
    let what = name(check, pod);
    let (host, port) = match check {
        Check::Http { host, port, .. } | Check::Tcp { host, port } => (host.as_deref().unwrap_or(pod), *port),
        Check::Grpc { port, .. } => (pod, *port),
    };
    let address = resolver.resolve(host).await.map_err(|why| format!("{what} failed: {why}."))?;
    match timeout(limit, answer(check, host, SocketAddr::new(address, port), resolver)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(why)) => Err(format!("{what} {why}.")),
        Err(_) => Err(format!("{what} did not answer within {} s.", limit.as_secs())),
    }
}

async fn answer(check: &Check, host: &str, at: SocketAddr, resolver: &Resolver) -> Result<(), String> {
    let stream = TcpStream::connect(at).await.map_err(|error| {
        resolver.forget(host);
        format!("failed: {}", say(&error))
    })?;
    let failed = |error: io::Error| format!("failed: {}", say(&error));
    match check {
        Check::Tcp { .. } => Ok(()),
        Check::Http { path, tls, headers, .. } => {
            let status = http::status(stream, at, path, *tls, headers).await.map_err(failed)?;
            if (200..400).contains(&status) { Ok(()) } else { Err(format!("answered {status}")) }
        }
        Check::Grpc { port, service } => grpc::check(stream, host, *port, service).await,
    }
}

fn name(check: &Check, pod: &str) -> String {
    match check {
        Check::Http { host, port, path, tls, .. } => {
            let scheme = if *tls { "https" } else { "http" };
            let slash = if path.starts_with('/') { "" } else { "/" };
            format!("GET {scheme}://{}:{port}{slash}{path}", host.as_deref().unwrap_or(pod))
        }
        Check::Tcp { host, port } => format!("A connection to {}:{port}", host.as_deref().unwrap_or(pod)),
        Check::Grpc { port, service } if service.is_empty() => format!("The gRPC health check of {pod}:{port}"),
        Check::Grpc { port, service } => format!("The gRPC health check of service {service} at {pod}:{port}"),
    }
}
