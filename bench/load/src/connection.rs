//! One request and its answer over one connection.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpStream, ToSocketAddrs},
};

use crate::plan::{Plan, Protocol};

/// A connection that may have been used before.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    pub(crate) used: bool,
}

/// What a server said.
pub(crate) struct Answer {
    /// The first word of the body.
    pub(crate) word: String,
    /// Whether the connection can be used again.
    pub(crate) reusable: bool,
}

/// Why there is no answer.
pub(crate) enum Fault {
    /// The server closed the connection before the first byte of an answer.
    Closed(String),
    /// Everything else.
    Other(String),
}

impl Connection {
    pub(crate) fn open(plan: &Plan) -> Result<Self, Fault> {
        let open = || -> std::io::Result<TcpStream> {
            let address = plan.address.to_socket_addrs()?.next().ok_or(std::io::ErrorKind::NotFound)?;
            let stream = TcpStream::connect_timeout(&address, plan.timeout)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(plan.timeout))?;
            stream.set_write_timeout(Some(plan.timeout))?;
            Ok(stream)
        };
        let stream = open().map_err(|error| Fault::Other(format!("cannot connect: {error}")))?;
        Ok(Self { stream: BufReader::new(stream), used: false })
    }

    /// Sends a request and reads its whole answer. `last`: the connection is not used again.
    pub(crate) fn ask(&mut self, plan: &Plan, last: bool) -> Result<Answer, Fault> {
        let request = match &plan.protocol {
            Protocol::Http { path } => {
                let connection = if last { "close" } else { "keep-alive" };
                format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: {connection}\r\n\r\n", plan.address)
            }
            Protocol::Tcp => "ask\n".to_owned(),
        };
        self.stream
            .get_mut()
            .write_all(request.as_bytes())
            .map_err(|error| Fault::Closed(format!("sending: {error}")))?;
        let mut first = String::new();
        match self.stream.read_line(&mut first) {
            Ok(0) => return Err(Fault::Closed("closed instead of an answer".to_owned())),
            Err(error) if first.is_empty() && error.kind() == std::io::ErrorKind::ConnectionReset => {
                return Err(Fault::Closed(format!("{error} instead of an answer")));
            }
            Err(error) => return Err(Fault::Other(format!("no answer: {error}"))),
            Ok(_) if !first.ends_with('\n') => return Err(Fault::Other(format!("half an answer: {first}"))),
            Ok(_) => {}
        }
        self.used = true;
        match &plan.protocol {
            Protocol::Tcp => Ok(Answer { word: first_word(&first), reusable: true }),
            Protocol::Http { .. } => self.read_http(&first),
        }
    }

    fn read_http(&mut self, status: &str) -> Result<Answer, Fault> {
        let cut = |error: std::io::Error| Fault::Other(format!("half an answer: {error}"));
        let (mut length, mut chunked, mut reusable) = (None, false, status.starts_with("HTTP/1.1"));
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).map_err(cut)? == 0 {
                return Err(Fault::Other("half an answer: closed inside the header".to_owned()));
            }
            let line = line.trim().to_ascii_lowercase();
            match line.split_once(':').map(|(name, value)| (name, value.trim())) {
                None => break,
                Some(("content-length", value)) => length = value.parse().ok(),
                Some(("transfer-encoding", value)) => chunked = value == "chunked",
                Some(("connection", value)) => reusable &= value != "close",
                Some(_) => {}
            }
        }
        let body = match (length, chunked) {
            (_, true) => self.read_chunks()?,
            (Some(length), false) => self.read_exactly(length)?,
            (None, false) => {
                reusable = false;
                let mut body = Vec::new();
                self.stream.read_to_end(&mut body).map_err(cut)?;
                body
            }
        };
        let body = String::from_utf8_lossy(&body);
        if status.split(' ').nth(1).is_some_and(|code| code.starts_with('2')) {
            Ok(Answer { word: first_word(&body), reusable })
        } else {
            Err(Fault::Other(format!("{}: {}", status.trim(), body.trim())))
        }
    }

    fn read_exactly(&mut self, length: usize) -> Result<Vec<u8>, Fault> {
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).map_err(|error| Fault::Other(format!("half an answer: {error}")))?;
        Ok(body)
    }

    fn read_chunks(&mut self) -> Result<Vec<u8>, Fault> {
        let mut body = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).map_err(|error| Fault::Other(format!("half an answer: {error}")))?;
            let size = usize::from_str_radix(line.trim(), 16)
                .map_err(|error| Fault::Other(format!("a chunk without a size: {error}")))?;
            let chunk = self.read_exactly(size + 2)?;
            body.extend_from_slice(&chunk[..size]);
            if size == 0 {
                return Ok(body);
            }
        }
    }
}

fn first_word(text: &str) -> String {
    text.split_whitespace().next().unwrap_or_default().to_owned()
}
