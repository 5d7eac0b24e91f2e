//! Long transfers from socket to socket by splice(2): the system passes its pages on, and no byte is copied to here and back.

use std::cell::RefCell;
use std::io;
use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::pipe::{PipeFlags, SpliceFlags, fcntl_setpipe_size, pipe_with, splice};
use tokio::io::Interest;
use tokio::net::TcpStream;

/// Bytes that may be on the way at once. A pipe has a slot for each page, and a packet of the network needs several.
const SIZE: usize = 256 * 1024;

/// So many unused pipes each thread keeps.
const KEPT: usize = 2;

thread_local! {
    static FREE: RefCell<Vec<Pipe>> = const { RefCell::new(Vec::new()) };
}

/// An empty pipe, which a transfer goes through.
pub(super) struct Pipe {
    read: OwnedFd,
    write: OwnedFd,
}

/// How a transfer went.
pub(super) enum Spliced {
    /// So many bytes are in the pipe now; none at the end of the source.
    Taken(Pipe, usize),
    /// This system, or this moment, has no pipes for us: the bytes are still to be read.
    Impossible,
}

/// Takes up to `most` bytes, which are at least one, as soon as there are some.
///
/// # Errors
///
/// What is wrong with the source.
pub(super) async fn take(from: &TcpStream, most: u64) -> io::Result<Spliced> {
    let most = usize::try_from(most).map_or(SIZE, |most| most.min(SIZE));
    loop {
        from.readable().await?;
        // Only now: no pipe is held while waiting.
        let Some(pipe) = FREE.with_borrow_mut(Vec::pop).or_else(|| Pipe::new().ok()) else {
            return Ok(Spliced::Impossible);
        };
        match from.try_io(Interest::READABLE, || Ok(splice(from, None, &pipe.write, None, most, flags())?)) {
            Ok(length) => return Ok(Spliced::Taken(pipe, length)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => pipe.keep(),
            Err(error) if is_refusal(&error) => return Ok(Spliced::Impossible),
            Err(error) => return Err(error),
        }
    }
}

impl Pipe {
    fn new() -> io::Result<Self> {
        let (read, write) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        // Beyond the limit that a user has for all pipes it stays as small as it is.
        _ = fcntl_setpipe_size(&write, SIZE);
        Ok(Self { read, write })
    }

    /// Passes on the `length` bytes that are in it.
    ///
    /// # Errors
    ///
    /// What is wrong with the destination.
    pub(super) async fn give(self, to: &TcpStream, mut length: usize) -> io::Result<()> {
        while length > 0 {
            match to.try_io(Interest::WRITABLE, || Ok(splice(&self.read, None, to, None, length, flags())?)) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(given) => length -= given,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => to.writable().await?,
                Err(error) => return Err(error),
            }
        }
        self.keep();
        Ok(())
    }

    /// It is empty and may be used again. One that is dropped with bytes in it is closed.
    fn keep(self) {
        FREE.with_borrow_mut(|free| {
            if free.len() < KEPT {
                free.push(self);
            }
        });
    }
}

fn flags() -> SpliceFlags {
    SpliceFlags::MOVE | SpliceFlags::NONBLOCK
}

/// A system, or the filter of a container's system calls, that has no such thing.
fn is_refusal(error: &io::Error) -> bool {
    let refusals = [Errno::INVAL, Errno::NOSYS, Errno::PERM, Errno::ACCESS, Errno::OPNOTSUPP];
    Errno::from_io_error(error).is_some_and(|errno| refusals.contains(&errno))
}
