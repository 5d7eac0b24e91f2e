//! Landfall's own image: the running program alone, `FROM scratch`, for Service proxies, sandboxes and the deploy's
//! agent. It is built through the engine's API, so that neither a registry nor anything else on the engine's machine is
//! needed.

mod elf;

use std::{
    fs::File,
    io::{self, ErrorKind, Read, Write},
    path::Path,
};

use sha2::{Digest, Sha256};
use tokio_util::io::{ReaderStream, SyncIoBridge};

use crate::engine::{Engine, EngineFault, FaultKind};

/// The bytes that are kept of a program: more than its headers.
const HEAD: u64 = 64 * 1024;

/// So much of it is in memory on its way to the engine.
const CHUNK: usize = 256 * 1024;

/// Builds the image of a program, if it is not there, and tells its name: `landfall:<16 hexadecimal digits of the
/// program's SHA-256>`.
///
/// # Errors
/// Where the program cannot run in an empty image on the engine's machine, or the image cannot be built.
pub async fn ensure(engine: &Engine, program: &Path) -> Result<String, EngineFault> {
    let unreadable = |error: &dyn std::fmt::Display| {
        let message = format!("Landfall's own program {} cannot be read: {error}", program.display());
        EngineFault::new(FaultKind::Other, message)
    };
    let known = in_background(program, know).await.map_err(|error| unreadable(&error))?;
    elf::check(&known.head, &engine.about().architecture)?;
    let name = format!("landfall:{}", known.digest);
    if engine.image(&name).await?.is_none() {
        let (reader, writer) = tokio::io::duplex(CHUNK);
        let written = in_background(program, move |program| tar(program, SyncIoBridge::new(writer)));
        let (built, written) = tokio::join!(engine.build(&name, ReaderStream::with_capacity(reader, CHUNK)), written);
        // An engine that does not want more says why itself.
        written
            .or_else(|error| if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(unreadable(&error)) })?;
        built?;
    }
    Ok(name)
}

/// What is known of a program.
struct Known {
    digest: String,
    head: Vec<u8>,
}

/// Reads a program bit by bit: every deploy does so, and none is to hold all of it in memory.
fn know(program: &Path) -> io::Result<Known> {
    let (mut file, mut sha, mut head) = (File::open(program)?, Sha256::new(), Vec::new());
    Read::by_ref(&mut file).take(HEAD).read_to_end(&mut head)?;
    sha.update(&head);
    io::copy(&mut file, &mut sha)?;
    let digest = sha.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Ok(Known { digest, head })
}

async fn in_background<T: Send + 'static>(
    program: &Path,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let program = program.to_owned();
    tokio::task::spawn_blocking(move || work(&program)).await.map_err(io::Error::other)?
}

/// Writes what the image is built from, bit by bit.
fn tar(program: &Path, writer: impl Write) -> io::Result<()> {
    const DOCKERFILE: &str =
        "FROM scratch\nCOPY landfall /landfall\nLABEL landfall.dev/image=1\nENTRYPOINT [\"/landfall\"]\n";
    let program = File::open(program)?;
    let size = program.metadata()?.len();
    let mut tar = tar::Builder::new(writer);
    tar.append_data(&mut header(DOCKERFILE.len() as u64, 0o644), "Dockerfile", DOCKERFILE.as_bytes())?;
    tar.append_data(&mut header(size, 0o755), "landfall", program)?;
    tar.into_inner()?.flush()
}

fn header(size: u64, mode: u32) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(mode);
    header
}
