//! A request for tests, to whatever listens.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

/// The whole answer of an HTTP server at `host:port`, head and body, to a GET; or why there is none.
pub fn get(address: &str, path: &str) -> Result<String, String> {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: test\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().map_err(|error| error.to_string())
}
