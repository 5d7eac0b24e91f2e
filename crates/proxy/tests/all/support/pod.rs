use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A server that ends, with all its connections, when it is dropped.
pub struct Pod {
    pub name: String,
    pub at: SocketAddr,
    /// Connections that it got so far.
    pub connections: Arc<AtomicU32>,
    task: JoinHandle<()>,
}

impl Pod {
    /// Ends it; when this returns nobody can connect any more.
    pub async fn end(mut self) {
        self.task.abort();
        assert!((&mut self.task).await.is_err_and(|error| error.is_cancelled()));
    }
}

impl Drop for Pod {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Pod {
    /// Answers each request with its own name; `/slow` after a while, `/close` with the connection's end, `/upgrade` with an
    /// echo, and the body of a request after the name.
    pub async fn http(name: &str) -> Self {
        Self::serve(name, "127.0.0.1:0", http).await
    }

    /// Sends its name, then everything back.
    pub async fn echo(name: &str) -> Self {
        Self::serve(name, "127.0.0.1:0", echo).await
    }

    pub async fn http_at(name: &str, at: &str) -> Self {
        Self::serve(name, at, http).await
    }

    pub async fn serve<F>(name: &str, at: &str, talk: impl Fn(TcpStream, String) -> F + Send + 'static) -> Self
    where
        F: Future<Output = std::io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind(at).await.unwrap();
        let at = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicU32::new(0));
        let (count, own) = (Arc::clone(&connections), name.to_owned());
        let task = tokio::spawn(async move {
            let mut open = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                stream.set_nodelay(true).unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                open.spawn(talk(stream, own.clone()));
                while open.try_join_next().is_some() {}
            }
        });
        Self { name: name.to_owned(), at, connections, task }
    }

    pub fn connections(&self) -> u32 {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn http(stream: TcpStream, name: String) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            if line.trim_end().is_empty() {
                break;
            }
            head.push(line.trim_end().to_owned());
        }
        let path = head[0].split(' ').nth(1).unwrap_or_default().to_owned();
        let header = |name: &str| {
            let lines = head[1..].iter().filter_map(|line| line.split_once(':'));
            lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned()).next()
        };
        let mut body = Vec::new();
        if let Some(length) = header("content-length") {
            body = vec![0; length.parse().unwrap()];
            stream.read_exact(&mut body).await?;
        } else if header("transfer-encoding").is_some() {
            loop {
                let mut size = String::new();
                stream.read_line(&mut size).await?;
                let size = usize::from_str_radix(size.trim(), 16).unwrap();
                let mut chunk = vec![0; size + 2];
                stream.read_exact(&mut chunk).await?;
                body.extend_from_slice(&chunk[..size]);
                if size == 0 {
                    break;
                }
            }
        }
        let body = String::from_utf8(body).unwrap();
        if path == "/upgrade" {
            stream
                .write_all(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n")
                .await?;
            return echo(stream.into_inner(), name).await;
        }
        if path == "/slow" {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        let close = if path == "/close" { "Connection: close\r\n" } else { "" };
        let answer = if path == "/headers" { head.join("\n") } else { format!("{name}{body}") };
        // Chunks and lengths, each half of the time.
        let answer = if path == "/chunks" {
            format!(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n{close}\r\n{:x}\r\n{answer}\r\n0\r\n\r\n",
                answer.len()
            )
        } else {
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{close}\r\n{answer}", answer.len())
        };
        stream.write_all(answer.as_bytes()).await?;
        if !close.is_empty() {
            return Ok(());
        }
    }
}

async fn echo(mut stream: TcpStream, name: String) -> std::io::Result<()> {
    stream.write_all(format!("{name}\n").as_bytes()).await?;
    let (mut reader, mut writer) = stream.split();
    tokio::io::copy(&mut reader, &mut writer).await?;
    Ok(())
}
