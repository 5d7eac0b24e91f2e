use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

/// A connection that a client keeps.
pub struct Kept<S = TcpStream> {
    stream: BufReader<S>,
}

impl Kept {
    pub async fn to(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).await?;
        stream.set_nodelay(true)?;
        Ok(Self::over(stream))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Kept<S> {
    pub fn over(stream: S) -> Self {
        Self { stream: BufReader::new(stream) }
    }

    pub async fn get(&mut self, path: &str) -> io::Result<String> {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: web\r\n\r\n")).await
    }

    /// Status and body of one answer; the body alone if the status is 200.
    pub async fn ask(&mut self, request: &str) -> io::Result<String> {
        self.stream.write_all(request.as_bytes()).await?;
        self.answer().await
    }

    pub async fn write(&mut self, text: &str) -> io::Result<()> {
        self.stream.write_all(text.as_bytes()).await
    }

    pub async fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        match timeout(Duration::from_secs(10), self.stream.read_line(&mut line)).await?? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }

    pub async fn bytes(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; count];
        timeout(Duration::from_secs(10), self.stream.read_exact(&mut bytes)).await??;
        Ok(bytes)
    }

    pub async fn answer(&mut self) -> io::Result<String> {
        let status = self.line().await?.split(' ').nth(1).unwrap_or_default().to_owned();
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.line().await?.to_ascii_lowercase();
            match line.split_once(": ") {
                None => break,
                Some(("content-length", value)) => length = value.parse().unwrap(),
                Some(("transfer-encoding", _)) => chunked = true,
                Some(_) => {}
            }
        }
        let mut body = String::new();
        if chunked {
            loop {
                let size = usize::from_str_radix(&self.line().await?, 16).unwrap();
                body += &String::from_utf8(self.bytes(size).await?).unwrap();
                self.bytes(2).await?;
                if size == 0 {
                    break;
                }
            }
        } else {
            body = String::from_utf8(self.bytes(length).await?).unwrap();
        }
        Ok(if status == "200" { body } else { format!("{status} {}", body.trim_end()) })
    }

    /// Waits for the other side's end.
    pub async fn ended(&mut self) -> io::Result<()> {
        let mut rest = Vec::new();
        timeout(Duration::from_secs(10), self.stream.read_to_end(&mut rest)).await??;
        assert_eq!(String::from_utf8_lossy(&rest), "");
        Ok(())
    }
}

/// One request on a connection of its own.
pub async fn get(port: u16, path: &str) -> io::Result<String> {
    Kept::to(port).await?.get(path).await
}

/// What a pod of [`super::pod::Pod::echo`] says first, and the same text back.
pub async fn echo(port: u16, text: &str) -> io::Result<String> {
    let mut kept = Kept::to(port).await?;
    let name = kept.line().await?;
    kept.write(&format!("{text}\n")).await?;
    Ok(format!("{name} {}", kept.line().await?))
}

/// Asks until the answer fits; for states that nobody reports.
pub async fn until<F: Future<Output = io::Result<String>>>(
    ask: impl Fn() -> F,
    fits: impl Fn(&io::Result<String>) -> bool,
) {
    let begin = Instant::now();
    loop {
        let answer = ask().await;
        if fits(&answer) {
            return;
        }
        assert!(begin.elapsed() < Duration::from_secs(10), "{answer:?}");
        sleep(Duration::from_millis(10)).await;
    }
}
