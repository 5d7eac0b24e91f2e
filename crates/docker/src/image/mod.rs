//! Landfall's own image: the running program alone, `FROM scratch`, for Service proxies, sandboxes and the deploy's
//! agent. It is built through the engine's API, so that neither a registry nor anything else on the engine's machine is
//! needed.

mod elf;

use std::{fs, path::Path};

use sha2::{Digest, Sha256};

use crate::engine::{Engine, EngineFault, FaultKind};

/// Builds the image of a program, if it is not there, and tells its name: `landfall:<16 hexadecimal digits of the
/// program's SHA-256>`.
///
/// # Errors
/// Where the program cannot run in an empty image on the engine's machine, or the image cannot be built.
pub async fn ensure(engine: &Engine, program: &Path) -> Result<String, EngineFault> {
    let read = {
        let program = program.to_owned();
        tokio::task::spawn_blocking(move || fs::read(&program).map(|bytes| (digest(&bytes), bytes)))
    };
    let unreadable = |error: &dyn std::fmt::Display| {
        let message = format!("Landfall's own program {} cannot be read: {error}", program.display());
        EngineFault::new(FaultKind::Other, message)
    };
    let (digest, bytes) = read.await.map_err(|error| unreadable(&error))?.map_err(|error| unreadable(&error))?;
    elf::check(&bytes, &engine.about().architecture)?;
    let name = format!("landfall:{digest}");
    if engine.image(&name).await?.is_none() {
        let tar = tar(&bytes).map_err(|error| unreadable(&error))?;
        engine.build(&name, tar).await?;
    }
    Ok(name)
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// What the image is built from.
fn tar(program: &[u8]) -> std::io::Result<Vec<u8>> {
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
