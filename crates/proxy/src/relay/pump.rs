//! Bytes from one socket to the other, both ways.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Poll, ready};
use std::time::Duration;

use rustix::net::{Shutdown, shutdown};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::ReadHalf;

use super::buffers::Buffer;
use super::frames::GOAWAY;
use super::splice::{self, Pipe, Spliced};
use super::tap::Tap;
use crate::live::Stop;
use crate::lock;
use crate::pool::{Handle, Upstream};

/// After its server has ended, a client of HTTP/1 gets so much time to read the rest and close.
const LINGER: Duration = Duration::from_secs(5);

/// From this on it is worth it to let the system pass bytes on by itself: below, a pipe costs more than a copy.
const LONG: usize = 64 * 1024;

/// How a pod's part in a connection ended.
pub(super) enum End {
    /// Both sides are through.
    Done,
    /// One side broke off: the other one is to see that.
    Broken,
    /// Nothing was said yet, and the pod is leaving: another one can take over.
    Move,
    /// Between two requests, and the pod is leaving or has closed.
    Idle,
    /// The pod has closed instead of answering this request, which can be sent to another one.
    Again(Vec<u8>),
}

/// Moves bytes until one of the ends.
pub(super) async fn both(client: &mut TcpStream, upstream: &mut Upstream, tap: &mut Tap, stop: &Stop) -> End {
    let (from_client, client) = client.split();
    let (from_server, server) = upstream.stream.split();
    let (client, server): (&TcpStream, &TcpStream) = (client.as_ref(), server.as_ref());
    let handle = upstream.held.handle();
    let tap = Mutex::new(tap);
    let mut up = std::pin::pin!(to_server(from_client, server, &tap));
    let mut down = std::pin::pin!(to_client(from_server, client, handle, &tap, stop));
    let mut leave = std::pin::pin!(async {
        handle.leaving().await;
        let settled =
            if lock(&tap).is_untouched() { Some(End::Move) } else { lock(&tap).is_idle().then_some(End::Idle) };
        if let Some(end) = settled {
            return end;
        }
        if lock(&tap).takes_goaway() && client.try_write(&GOAWAY).is_ok_and(|sent| sent == GOAWAY.len()) {
            lock(&tap).said_goaway();
        }
        // From here on the end of an answer is the moment to go.
        std::future::pending().await
    });
    let mut stopping = std::pin::pin!(async {
        stop.wanted().await;
        let settled = lock(&tap).is_untouched() || lock(&tap).is_idle();
        if !settled {
            std::future::pending::<()>().await;
        }
    });
    let (mut up_open, mut down_open) = (true, true);
    loop {
        tokio::select! {
            () = &mut stopping => return End::Done,
            end = &mut leave => return end,
            flow = &mut up, if up_open => match flow {
                Flow::Ended if lock(&tap).is_idle() || !down_open => return End::Done,
                Flow::Ended => {
                    up_open = false;
                    // If the pod is gone already, the other direction finds out.
                    _ = shutdown(server, Shutdown::Write);
                }
                // The client is gone.
                Flow::NotRead => {
                    _ = server.set_zero_linger();
                    return End::Broken;
                }
                // The pod is gone; what it said before is still to be read.
                Flow::NotWritten if down_open => up_open = false,
                Flow::NotWritten => return End::Broken,
                Flow::Settled => return End::Done,
            },
            flow = &mut down, if down_open => match flow {
                Flow::Settled => return if stop.is_wanted() { End::Done } else { End::Idle },
                Flow::Ended | Flow::NotRead if lock(&tap).is_idle() => return End::Idle,
                Flow::Ended | Flow::NotRead if let Some(request) = lock(&tap).take_replay() => return End::Again(request),
                Flow::Ended => {
                    if !up_open {
                        return End::Done;
                    }
                    down_open = false;
                    if shutdown(client, Shutdown::Write).is_err() {
                        return End::Done;
                    }
                    if lock(&tap).is_http1() {
                        _ = tokio::time::timeout(LINGER, &mut up).await;
                        return End::Done;
                    }
                }
                Flow::NotRead => return End::Broken,
                Flow::NotWritten => {
                    _ = server.set_zero_linger();
                    return End::Broken;
                }
            },
        }
    }
}

/// How one direction ended.
enum Flow {
    /// Its source is at the end.
    Ended,
    /// Its source broke.
    NotRead,
    /// Its destination broke.
    NotWritten,
    /// An answer has been delivered, and it is time to go.
    Settled,
}

async fn to_server(mut client: ReadHalf<'_>, server: &TcpStream, tap: &Mutex<&mut Tap>) -> Flow {
    let mut is_long = false;
    loop {
        let passes = if is_long { lock(tap).client_passes() } else { 0 };
        let written = match next(&mut client, passes).await {
            Ok(Next::Read(_, 0) | Next::Spliced(_, 0)) => return Flow::Ended,
            Ok(Next::Read(buffer, length)) => {
                is_long = length == buffer.len();
                lock(tap).client_says(&buffer[..length]);
                write_all(server, &buffer[..length]).await
            }
            Ok(Next::Spliced(pipe, length)) => {
                is_long = length >= LONG;
                lock(tap).client_passed(length as u64);
                pipe.give(server, length).await
            }
            Err(_) => return Flow::NotRead,
        };
        if written.is_err() {
            return Flow::NotWritten;
        }
    }
}

async fn to_client(
    mut server: ReadHalf<'_>,
    client: &TcpStream,
    handle: &Handle,
    tap: &Mutex<&mut Tap>,
    stop: &Stop,
) -> Flow {
    let mut is_long = false;
    loop {
        let passes = if is_long { lock(tap).server_passes() } else { 0 };
        let written = match next(&mut server, passes).await {
            Ok(Next::Read(_, 0) | Next::Spliced(_, 0)) => return Flow::Ended,
            Ok(Next::Read(buffer, length)) => {
                is_long = length == buffer.len();
                let bytes = &buffer[..length];
                let gap = lock(tap).server_says(bytes);
                match gap {
                    Some(at) if handle.is_leaving() && !lock(tap).has_said_goaway() => {
                        lock(tap).said_goaway();
                        write_all(client, &[&bytes[..at], &GOAWAY, &bytes[at..]].concat()).await
                    }
                    _ => write_all(client, bytes).await,
                }
            }
            Ok(Next::Spliced(pipe, length)) => {
                is_long = length >= LONG;
                lock(tap).server_passed(length as u64);
                pipe.give(client, length).await
            }
            Err(_) => return Flow::NotRead,
        };
        if written.is_err() {
            return Flow::NotWritten;
        }
        let mut tap = lock(tap);
        tap.delivered();
        if tap.is_idle() && (handle.is_leaving() || stop.is_wanted()) {
            return Flow::Settled;
        }
    }
}

/// What has come from one side; nothing at its end.
enum Next {
    Read(Buffer, usize),
    Spliced(Pipe, usize),
}

/// The next bytes: while many come of which `passes` need not be looked at, without looking at them.
async fn next(from: &mut ReadHalf<'_>, passes: u64) -> io::Result<Next> {
    if passes >= LONG as u64
        && let Spliced::Taken(pipe, length) = splice::take(from.as_ref(), passes).await?
    {
        return Ok(Next::Spliced(pipe, length));
    }
    read(from).await.map(|(buffer, length)| Next::Read(buffer, length))
}

/// Reads what is there, or waits for something. No buffer is held while waiting.
///
/// By the reading half and not by `try_read`: only the half knows that a read which fills less than the buffer has taken
/// everything, so that the next one waits for the system's event instead of asking it in vain.
async fn read(from: &mut ReadHalf<'_>) -> io::Result<(Buffer, usize)> {
    poll_fn(|context| {
        let mut buffer = Buffer::take();
        let mut space = ReadBuf::new(&mut buffer);
        ready!(Pin::new(&mut *from).poll_read(context, &mut space))?;
        let length = space.filled().len();
        Poll::Ready(Ok((buffer, length)))
    })
    .await
}

/// Writes everything.
pub(crate) async fn write_all(to: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match to.try_write(bytes) {
            Ok(length) => bytes = &bytes[length..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => to.writable().await?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
