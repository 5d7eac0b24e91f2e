//! Landfall's own image: the running program alone, `FROM scratch`, for Service proxies, sandboxes and the deploy's
//! agent. It is built through the engine's API, so that neither a registry nor anything else on the engine's machine is
//! needed.

mod elf;

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use sha2::{Digest, Sha256};

use crate::engine::{Engine, EngineFault, FaultKind};

/// The bytes that are kept of a program: more than its headers.
const HEAD: u64 = 64 * 1024;

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
        let tar = in_background(program, |program| tar(&fs::read(program)?)).await;
        engine.build(&name, tar.map_err(|error| unreadable(&error))?).await?;
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
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
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

/// What the image is built from.
fn tar(program: &[u8]) -> io::Result<Vec<u8>> {
    const DOCKERFILE: &str =
        "FROM scratch\nCOPY landfall /landfall\nLABEL landfall.dev/image=1\nENTRYPOINT [\"/landfall\"]\n";
    let mut tar = tar::Builder::new(Vec::with_capacity(program.len() + 8192));
    for (name, bytes, mode) in [("Dockerfile", DOCKERFILE.as_bytes(), 0o644), ("landfall", program, 0o755)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(u64::try_from(bytes.len()).unwrap_or_default());
        header.set_mode(mode);
        header.set_cksum();
        tar.append_data(&mut header, name, bytes)?;
    }
    tar.into_inner()
}
