//! A server that answers a test.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use landfall_deploy::follow::Board;
use landfall_journal::{Journal, Location, Place};
use landfall_server::{Access, App, Hints, Inspector, Metrics, Question, WebhookSecret, serve};
use tokio::{
    net::TcpListener,
    runtime::Runtime,
    sync::{Notify, Semaphore, watch},
};

/// The secret of its webhooks.
pub const SECRET: &str = "s3cret";

/// A server with an empty journal. It ends when it is dropped.
pub struct Asking {
    pub address: SocketAddr,
    pub journal: Arc<Journal>,
    pub runtime: Runtime,
    /// Given when a webhook was taken.
    pub hint: Arc<Notify>,
    _ends: watch::Sender<bool>,
    _folder: tempfile::TempDir,
}

/// Where the deploys of the environment `prod` are recorded.
pub fn place() -> Place {
    Place { target: "https://cluster".into(), namespace: "shop".into(), record: "landfall-shop-00000000".into() }
}

impl Asking {
    /// One whose target says that nothing is deployed.
    pub fn new() -> Self {
        Self::with(|question| Err(format!("{} was not expected to be asked for", question.object)))
    }

    /// One whose target answers so.
    pub fn with(
        answer: impl Fn(&Question) -> Result<Option<landfall_deploy::inspect::Inspected>, String> + Send + Sync + 'static,
    ) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let location = Location::parse(&folder.path().join("journal.db").to_string_lossy()).unwrap();
        let journal = Arc::new(runtime.block_on(Journal::open(&location)).unwrap());
        let board = Arc::new(Board::default());
        board.placed("https://host/shop", "prod", "context prod".into(), place());
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let (address, hint) = (listener.local_addr().unwrap(), Arc::new(Notify::new()));
        let ask = Box::new(move |question: Question| {
            let answer = answer(&question);
            Box::pin(async move { answer }) as _
        });
        let app = App {
            board,
            journal: Arc::clone(&journal),
            access: Access::new(address, None, None).unwrap(),
            hints: Hints(vec![Arc::clone(&hint)]),
            inspector: Inspector { ask, at_once: Semaphore::new(2) },
            metrics: Arc::new(Metrics::default()),
            webhook_secret: WebhookSecret::new(SECRET),
        };
        let (ends, ended) = watch::channel(false);
        runtime.spawn(serve(Arc::new(app), listener, ended));
        Self { address, journal, runtime, hint, _ends: ends, _folder: folder }
    }

    /// The whole answer to a GET.
    pub fn get(&self, path: &str) -> String {
        self.ask("GET", path, "", b"")
    }

    /// The same as a browser asks.
    pub fn browse(&self, path: &str) -> String {
        self.ask("GET", path, "Accept: text/html\r\n", b"")
    }

    /// The whole answer; each of the headers with its line end.
    pub fn ask(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> String {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}", self.address);
        let length = if method == "POST" { format!("Content-Length: {}\r\n", body.len()) } else { String::new() };
        self.send(&[format!("{head}{length}\r\n").as_bytes(), body].concat())
    }

    /// The whole answer to whatever is sent.
    pub fn send(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        // It may have been answered, and closed, before all was sent.
        let _ = stream.write_all(request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Whether a webhook was taken since the last question.
    pub fn was_hinted(&self) -> bool {
        self.runtime.block_on(async { tokio::time::timeout(Duration::ZERO, self.hint.notified()).await.is_ok() })
    }
}

/// `404`.
pub fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}
