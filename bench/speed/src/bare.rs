//! The floor: a client that sends given requests and reads the answers without understanding them.
//!
//! No deploy can be faster than its requests. Either as many connections of HTTP/1.1 as requests are under way, each opened when it
//! is needed, or one connection of HTTP/2 as Landfall has it; with hyper and rustls and nothing around them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Args;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::{http1, http2};
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::script::Call;
use crate::workload;

/// Landfall's number of requests under way at first.
const AT_ONCE: usize = 32;

/// Of what it writes Landfall wants only the metadata.
const METADATA: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

#[derive(Args)]
pub struct Arguments {
    /// The requests: JSON, phases of requests
    #[arg(long)]
    script: PathBuf,
    /// A folder whose files are read meanwhile
    #[arg(long)]
    read: PathBuf,
    #[arg(long)]
    kubeconfig: PathBuf,
    /// All requests share one connection of HTTP/2
    #[arg(long)]
    shared: bool,
}

/// What is needed of the kubeconfig that [`crate::bench`] writes.
#[derive(Deserialize)]
struct Access {
    server: String,
    token: String,
    ca: PathBuf,
}

struct Server {
    tls: TlsConnector,
    host: String,
    token: String,
    shared: bool,
}

enum Connection {
    Own(http1::SendRequest<Full<Bytes>>),
    Shared(http2::SendRequest<Full<Bytes>>),
}

impl Connection {
    /// The same connection for one more worker, where that is possible.
    fn share(&self) -> Option<Self> {
        match self {
            Self::Own(_) => None,
            Self::Shared(sender) => Some(Self::Shared(sender.clone())),
        }
    }

    async fn send(&mut self, request: Request<Full<Bytes>>) -> hyper::Result<Response<Incoming>> {
        match self {
            Self::Own(sender) => {
                sender.ready().await?;
                sender.send_request(request).await
            }
            Self::Shared(sender) => {
                sender.ready().await?;
                sender.send_request(request).await
            }
        }
    }
}

/// Sends all requests of a script: those of one phase at once, the phases one after the other.
pub fn run(arguments: &Arguments) {
    let access =
        fs::read(arguments.kubeconfig.with_extension("access")).expect("the kubeconfig was written by the benchmark");
    let access: Access = serde_json::from_slice(&access).expect("the benchmark wrote JSON");
    let script = fs::read(&arguments.script).expect("the script was written by the benchmark");
    let phases: Vec<Vec<Call>> = serde_json::from_slice(&script).expect("the script is JSON");
    let folder = arguments.read.clone();
    let reading = std::thread::spawn(move || read_all(&folder));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("tokio starts");
    let bytes = runtime.block_on(send_all(Arc::new(Server::new(&access, arguments.shared)), phases));
    let read = reading.join().expect("the folder can be read");
    println!("{bytes} bytes from the server, {read} bytes of files");
}

fn read_all(folder: &Path) -> usize {
    let files = workload::files(folder).expect("the folder can be read");
    files.iter().map(|file| fs::read(file).expect("a file can be read").len()).sum()
}

async fn send_all(server: Arc<Server>, phases: Vec<Vec<Call>>) -> usize {
    let mut idle: Vec<Connection> = Vec::new();
    if server.shared {
        idle.push(server.connect().await);
    }
    let total = Arc::new(AtomicUsize::new(0));
    for phase in phases {
        let (phase, next) = (Arc::new(phase), Arc::new(AtomicUsize::new(0)));
        let mut workers = JoinSet::new();
        for _ in 0..AT_ONCE.min(phase.len()) {
            let (server, phase, next, total) =
                (Arc::clone(&server), Arc::clone(&phase), Arc::clone(&next), Arc::clone(&total));
            let mut connection = idle.first().and_then(Connection::share).or_else(|| idle.pop());
            workers.spawn(async move {
                while let Some(call) = phase.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if connection.is_none() {
                        connection = Some(server.connect().await);
                    }
                    let open = connection.as_mut().expect("it was just opened");
                    total.fetch_add(server.pages(open, call).await, Ordering::Relaxed);
                }
                connection
            });
        }
        while let Some(connection) = workers.join_next().await {
            idle.extend(connection.expect("no request failed"));
        }
    }
    total.load(Ordering::Relaxed)
}

impl Server {
    fn new(access: &Access, shared: bool) -> Self {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(&access.ca).expect("the certificates can be read") {
            roots.add(certificate.expect("PEM")).expect("a certificate");
        }
        let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        if shared {
            config.alpn_protocols = vec![b"h2".to_vec()];
        }
        let host = access.server.trim_start_matches("https://").to_owned();
        Self { tls: TlsConnector::from(Arc::new(config)), host, token: format!("Bearer {}", access.token), shared }
    }

    async fn connect(&self) -> Connection {
        let stream = TcpStream::connect(&self.host).await.expect("the server listens");
        stream.set_nodelay(true).expect("a TCP option");
        let name = self.host.rsplit_once(':').map_or(self.host.as_str(), |(name, _)| name).to_owned();
        let name = ServerName::try_from(name).expect("a host name");
        let stream = self.tls.connect(name, stream).await.expect("the certificate is trusted");
        if self.shared {
            let handshake = http2::Builder::new(TokioExecutor::new())
                .initial_stream_window_size(4 << 20)
                .initial_connection_window_size(32 << 20)
                .handshake(TokioIo::new(stream));
            let (sender, connection) = handshake.await.expect("HTTP/2");
            tokio::spawn(connection);
            return Connection::Shared(sender);
        }
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("HTTP/1.1");
        tokio::spawn(connection);
        Connection::Own(sender)
    }

    /// One request, with the further pages of a list.
    async fn pages(&self, connection: &mut Connection, call: &Call) -> usize {
        let mut path = call.path.clone();
        let mut total = 0;
        loop {
            let body = self.send(connection, call, &path).await;
            total += body.len();
            match next_page(&body) {
                Some(next) if call.method == "GET" => path = format!("{}&continue={next}", call.path),
                _ => return total,
            }
        }
    }

    /// HTTP/2 wants the whole address, where HTTP/1.1 has a header.
    fn address(&self, path: &str) -> String {
        if self.shared { format!("https://{}{path}", self.host) } else { path.to_owned() }
    }

    async fn send(&self, connection: &mut Connection, call: &Call, path: &str) -> Bytes {
        let request = Request::builder()
            .method(call.method.as_str())
            .uri(self.address(path))
            .header("host", &self.host)
            .header("authorization", &self.token)
            .header("accept", if call.method == "GET" { "application/json" } else { METADATA })
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(call.body.clone())))
            .expect("a request");
        let answer = connection.send(request).await.expect("an answer");
        let status = answer.status();
        let body = answer.into_body().collect().await.expect("a body").to_bytes();
        assert!(status.is_success(), "{} {path}: {status} {}", call.method, String::from_utf8_lossy(&body));
        body
    }
}

/// The token of a list's next page: in its metadata, which come first.
fn next_page(body: &[u8]) -> Option<&str> {
    let head = std::str::from_utf8(body.get(..body.len().min(1000))?).ok()?;
    let metadata = head.split_once("\"metadata\":{")?.1.split_once('}')?.0;
    let (token, _) = metadata.split_once("\"continue\":\"")?.1.split_once('"')?;
    Some(token).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_next_page() {
        let page = br#"{"kind":"ConfigMapList","metadata":{"resourceVersion":"7","continue":"abc","remainingItemCount":2},"items":[]}"#;
        assert_eq!(next_page(page), Some("abc"));
        assert_eq!(next_page(br#"{"metadata":{"resourceVersion":"7"},"items":[]}"#), None);
    }
}
