//! Running Debian's docker command.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use landfall_bench_cluster::{Output, clean_env};

/// Runs `docker` against an engine's socket, in a clean environment whose home is the socket's folder.
pub(crate) fn run(socket: &Path, args: &[&str]) -> Output {
    let home = socket.parent().expect("a socket is in a folder");
    let debian = Path::new("/usr/bin/docker");
    let output = Command::new(if debian.exists() { debian } else { Path::new("docker") })
        .arg("--host")
        .arg(format!("unix://{}", socket.display()))
        .args(args)
        .env_clear()
        .envs(clean_env(home))
        .stdin(Stdio::null())
        .output()
        .expect("docker can be started (Debian package docker.io)");
    Output {
        status: output.status,
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
