//! `proxy control`: stdin and stdout of this process are a control session of the running proxy.

use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::{Instant, sleep};

use crate::runtime;
use crate::session::SOCKET;

/// A proxy that has just been started needs a moment for its socket.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs until stdin has ended and the proxy has answered everything, or the proxy ends.
///
/// # Errors
///
/// A sentence.
pub(crate) fn bridge(state: &Path) -> Result<(), String> {
    let runtime = runtime()?;
    let path = state.join(SOCKET);
    let outcome = runtime.block_on(async {
        let socket = connect(&path).await?;
        let (reader, writer) = socket.into_split();
        tokio::spawn(async move {
            // An error here is seen as the end of the session by the other direction.
            _ = copy(tokio::io::stdin(), writer).await;
        });
        copy(reader, tokio::io::stdout()).await
    });
    // Stdin may be open still, with a thread that waits for it.
    runtime.shutdown_background();
    outcome.map_err(|error| format!("The proxy's control socket {} cannot be used: {error}.", path.display()))
}

async fn connect(path: &Path) -> io::Result<UnixStream> {
    let begin = Instant::now();
    loop {
        match UnixStream::connect(path).await {
            Err(_) if begin.elapsed() < PATIENCE => sleep(Duration::from_millis(20)).await,
            outcome => return outcome,
        }
    }
}

async fn copy(mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return to.shutdown().await;
        }
        to.write_all(&buffer[..length]).await?;
        to.flush().await?;
    }
}
