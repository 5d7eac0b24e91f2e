//! Measures what a proxy adds: latency at a steady rate, and how much goes through.
//!
//! ```sh
//! load serve 9000 &                     # the server behind
//! load latency 127.0.0.1:9000 2000 200  # 2,000 requests, 200 a second, on kept and on new connections
//! load stream 127.0.0.1:9000 5 4        # 5 seconds, 4 connections
//! ```

#![allow(clippy::print_stdout, reason = "figures are for the terminal")]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve", port] => serve(number(port)?),
        ["latency", target, count, rate] => latency(target, number(count)?, number(rate)?),
        ["stream", target, seconds, connections] => stream(target, number(seconds)?, number(connections)?),
        _ => Err(io::Error::other("see the first lines of the source for what is expected")),
    }
}

fn number<T: std::str::FromStr>(text: &str) -> io::Result<T> {
    text.parse().map_err(|_| io::Error::other(format!("{text} is no number")))
}

/// Answers `GET /stream` with bytes until the client has enough, everything else with `ok`.
fn serve(port: u16) -> io::Result<()> {
    for client in TcpListener::bind(("0.0.0.0", port))?.incoming() {
        let client = client?;
        // What a client breaks off is no fault of the server.
        thread::spawn(move || _ = talk(&client));
    }
    Ok(())
}

fn talk(mut client: &TcpStream) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut reader = BufReader::new(client);
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if reader.read_until(b'\n', &mut head)? == 0 {
                return Ok(());
            }
        }
        if head.starts_with(b"GET /stream ") {
            client.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            let bytes = vec![b'x'; 256 * 1024];
            loop {
                client.write_all(&bytes)?;
            }
        }
        client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")?;
    }
}

fn latency(target: &str, count: usize, rate: u32) -> io::Result<()> {
    let mut kept = connect(target)?;
    let from_kept = paced(count, rate, || get(&mut kept))?;
    let from_new = paced(count, rate, || get(&mut connect(target)?))?;
    for (name, mut times) in [("kept connection", from_kept), ("new connections", from_new)] {
        times.sort();
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_micros();
        println!("{target}, {name}: p50 {} µs, p99 {} µs, max {} µs", at(0.5), at(0.99), at(1.0));
    }
    Ok(())
}

fn paced(count: usize, rate: u32, mut ask: impl FnMut() -> io::Result<()>) -> io::Result<Vec<Duration>> {
    let begin = Instant::now();
    let mut times = Vec::with_capacity(count);
    for turn in 0..count {
        let due = begin + Duration::from_secs(1) / rate * turn as u32;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let asked = Instant::now();
        ask()?;
        times.push(asked.elapsed());
    }
    Ok(times)
}

fn connect(target: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(target)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn get(stream: &mut TcpStream) -> io::Result<()> {
    stream.write_all(b"GET / HTTP/1.1\r\nHost: web\r\n\r\n")?;
    let mut answer = [0; 256];
    let mut got = 0;
    while !answer[..got].ends_with(b"\r\n\r\nok") {
        match stream.read(&mut answer[got..])? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => got += length,
        }
    }
    Ok(())
}

fn stream(target: &str, seconds: u64, connections: usize) -> io::Result<()> {
    let end = Instant::now() + Duration::from_secs(seconds);
    let one = move |target: String| -> io::Result<u64> {
        let mut stream = connect(&target)?;
        stream.write_all(b"GET /stream HTTP/1.1\r\nHost: web\r\n\r\n")?;
        let (mut buffer, mut got) = (vec![0; 256 * 1024], 0);
        while Instant::now() < end {
            got += stream.read(&mut buffer)? as u64;
        }
        Ok(got)
    };
    let clients: Vec<_> = (0..connections)
        .map(|_| {
            thread::spawn({
                let target = target.to_owned();
                move || one(target)
            })
        })
        .collect();
    let mut total = 0;
    for client in clients {
        total += client.join().map_err(|_| io::Error::other("a client ended early"))??;
    }
    println!("{target}, {connections} connections: {:.2} GB/s", total as f64 / seconds as f64 / 1e9);
    Ok(())
}
