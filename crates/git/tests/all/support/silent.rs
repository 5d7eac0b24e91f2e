//! A server that takes connections and never says a word.

use std::{
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

pub struct SilentServer {
    pub port: u16,
    /// Open for as long as the server lives.
    _connections: Arc<Mutex<Vec<TcpStream>>>,
}

impl SilentServer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&connections);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                kept.lock().unwrap().push(connection);
            }
        });
        Self { port, _connections: connections }
    }
}

/// A port on which nothing listens.
pub fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
