//! Stands between the program and the API server, and holds one request back until the test lets it go on.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

/// A TCP proxy that watches for the beginning of a request.
pub struct Interceptor {
    address: String,
    gate: Arc<Gate>,
}

#[derive(Default)]
struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default, PartialEq, Clone, Copy)]
enum State {
    /// The request has not come yet.
    #[default]
    Watching,
    /// It is here and waits.
    Holding,
    /// Everything passes.
    Open,
    /// The test is over: what is held back is never sent.
    Closed,
}

impl Interceptor {
    /// Starts one in front of a server that speaks plain HTTP. The first request that begins so, such as
    /// `DELETE /api/v1/nodes/one HTTP` (a dry run goes on with `?`), is held back.
    pub fn holding(upstream: &str, request: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let gate: Arc<Gate> = Arc::default();
        let (shared, upstream, request) = (Arc::clone(&gate), upstream.to_owned(), request.to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(&upstream) else { return };
                let (back, front) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let (gate, request) = (Arc::clone(&shared), request.clone());
                std::thread::spawn(move || pump(back, front, |_| true));
                std::thread::spawn(move || {
                    pump(client, server, |bytes| !bytes.starts_with(request.as_bytes()) || gate.pass())
                });
            }
        });
        Self { address, gate }
    }

    /// Its address, for `--server`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits until the request is held back.
    pub fn wait(&self) {
        let state = self.gate.state.lock().unwrap();
        let came =
            self.gate.changed.wait_timeout_while(state, Duration::from_secs(60), |state| *state != State::Holding);
        assert!(!came.unwrap().1.timed_out(), "the request did not come");
    }

    /// Lets it go on, and everything after it.
    pub fn release(&self) {
        self.gate.set(State::Open);
    }
}

impl Drop for Interceptor {
    fn drop(&mut self) {
        self.gate.set(State::Closed);
    }
}

impl Gate {
    fn set(&self, state: State) {
        *self.state.lock().unwrap() = state;
        self.changed.notify_all();
    }

    /// Waits for the test, and tells whether the request may go on.
    fn pass(&self) -> bool {
        let mut state = self.state.lock().unwrap();
        if *state == State::Watching {
            *state = State::Holding;
            self.changed.notify_all();
        }
        *self.changed.wait_while(state, |state| *state == State::Holding).unwrap() == State::Open
    }
}

/// Copies one direction until it ends. A client of HTTP/1.1 sends a request only after the answer to the one before, so
/// that each begins a chunk.
fn pump(mut from: TcpStream, mut to: TcpStream, may_pass: impl Fn(&[u8]) -> bool) {
    let mut buffer = [0; 64 * 1024];
    loop {
        let length = match from.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(length) => length,
        };
        if !may_pass(&buffer[..length]) || to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    // Either side may be closed already.
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
