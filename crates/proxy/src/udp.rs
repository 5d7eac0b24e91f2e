//! Datagrams: a client's address stays with one pod as long as datagrams keep coming.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::config::Protocol;
use crate::lock;
use crate::pool::{Held, Pool};
use crate::relay::Buffer;

/// A session without datagrams ends after this.
const IDLE: Duration = Duration::from_secs(60);

/// A leaving pod has so much time for the answers to what it got before.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

type Sessions = Arc<Mutex<HashMap<SocketAddr, Arc<Session>>>>;

struct Session {
    pod: UdpSocket,
    held: Held,
    used: Notify,
}

/// Serves a port until the socket breaks.
pub(crate) async fn serve(socket: UdpSocket, number: u16, pool: &Arc<Pool>) -> io::Result<()> {
    let socket = Arc::new(socket);
    let sessions: Sessions = Arc::default();
    loop {
        socket.readable().await?;
        let mut buffer = Buffer::take();
        let (length, client) = match socket.try_recv_from(&mut buffer) {
            Ok(received) => received,
            // What ICMP says about an answer to some client, who is gone.
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::ConnectionRefused) => {
                continue;
            }
            Err(error) => return Err(error),
        };
        let session = lock(&sessions).get(&client).cloned().filter(|session| !session.held.handle().is_leaving());
        let session = match session {
            Some(session) => session,
            None => match open(number, client, pool).await {
                Some(session) => {
                    lock(&sessions).insert(client, Arc::clone(&session));
                    tokio::spawn(answers(Arc::clone(&session), client, Arc::clone(&socket), Arc::clone(&sessions)));
                    session
                }
                // Nobody is there: lost, as datagrams may be.
                None => continue,
            },
        };
        session.used.notify_one();
        // An error is about an earlier datagram, which is lost.
        _ = session.pod.send(&buffer[..length]).await;
    }
}

async fn open(number: u16, client: SocketAddr, pool: &Arc<Pool>) -> Option<Arc<Session>> {
    let mut tried = Vec::new();
    loop {
        let choice = pool.choose(Protocol::Udp, number, client.ip().to_canonical(), &tried)?;
        match connect(&choice.host, choice.port, pool).await {
            Ok(pod) => return Some(Arc::new(Session { pod, held: choice.held, used: Notify::new() })),
            Err(_) => tried.push(Arc::clone(choice.held.handle())),
        }
    }
}

async fn connect(host: &str, port: u16, pool: &Pool) -> io::Result<UdpSocket> {
    let address = SocketAddr::new(pool.resolve(host).await.map_err(io::Error::other)?, port);
    let local: SocketAddr = if address.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0u16; 8], 0).into() };
    let socket = UdpSocket::bind(local).await?;
    socket.connect(address).await?;
    Ok(socket)
}

/// Sends a pod's answers back, until nothing has moved for a while or the pod leaves.
async fn answers(session: Arc<Session>, client: SocketAddr, socket: Arc<UdpSocket>, sessions: Sessions) {
    loop {
        let handle = session.held.handle();
        let limit = if handle.is_leaving() { LAST_ANSWERS } else { IDLE };
        tokio::select! {
            answer = timeout(limit, receive(&session.pod)) => match answer {
                Ok(Ok((buffer, length))) => _ = socket.send_to(&buffer[..length], client).await,
                // The pod refuses: the next datagram gets another one.
                Ok(Err(_)) | Err(_) => break,
            },
            () = session.used.notified() => {}
            () = handle.leaving(), if limit == IDLE => {}
        }
    }
    let mut sessions = lock(&sessions);
    if sessions.get(&client).is_some_and(|current| Arc::ptr_eq(current, &session)) {
        sessions.remove(&client);
    }
}

async fn receive(pod: &UdpSocket) -> io::Result<(Buffer, usize)> {
    loop {
        pod.readable().await?;
        let mut buffer = Buffer::take();
        match pod.try_recv(&mut buffer) {
            Ok(length) => return Ok((buffer, length)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}
