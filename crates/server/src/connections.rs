//! Accepts connections, and ends them.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{net::TcpListener, sync::watch, time::sleep};
use tower::ServiceExt;

use crate::{app::App, router::router};

/// How long open connections have to end.
const GRACE: Duration = Duration::from_secs(3);

/// So long a client may take for the first lines of a request, and may be silent between two. Many that are slow on purpose would
/// take all file handles.
const PATIENCE: Duration = Duration::from_secs(10);

/// The wait after a connection that could not be accepted: most often there are too many.
const RETRY: Duration = Duration::from_millis(200);

/// Answers until the program ends, and lets what is being answered then end.
pub async fn serve(app: Arc<App>, listener: TcpListener, mut ends: watch::Receiver<bool>) {
    let router = router(app);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    let open = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            // A sender that is gone is an end, too.
            _ = ends.wait_for(|ends| *ends) => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection to the page was not accepted");
                sleep(RETRY).await;
                continue;
            }
        };
        // What is written is written whole.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let service = service_fn(move |request| router.clone().oneshot(of_peer(request, peer)));
        let connection = open.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to the page broke off");
            }
        });
    }
    // Whoever watches the page holds its connection open for ever.
    let _ = tokio::time::timeout(GRACE, open.shutdown()).await;
}

fn of_peer(request: hyper::Request<Incoming>, peer: SocketAddr) -> Request {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}
