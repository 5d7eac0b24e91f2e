//! Running the real kubectl.

use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use crate::programs::{clean_env, program};

/// What a command said.
#[derive(Debug, Clone)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Output {
    /// The standard output of a command that must succeed; panics with everything that it said otherwise.
    #[track_caller]
    pub fn ok(self) -> String {
        assert!(self.status.success(), "the command failed ({}):\n{}{}", self.status, self.stdout, self.stderr);
        self.stdout
    }

    /// The standard error of a command that must fail; panics with its output otherwise.
    #[track_caller]
    pub fn err(self) -> String {
        assert!(
            !self.status.success(),
            "the command succeeded, which was not expected:\n{}{}",
            self.stdout,
            self.stderr
        );
        self.stderr
    }
}

/// Runs the bench's kubectl with a kubeconfig, in a clean environment whose home is the kubeconfig's folder.
///
/// `stdin` is what it reads, for `-f -`.
pub fn run(kubeconfig: &Path, args: &[&str], stdin: Option<&str>) -> Output {
    let home = kubeconfig.parent().expect("a kubeconfig is in a folder");
    let mut child = Command::new(program("kubectl"))
        .args(args)
        .env_clear()
        .envs(clean_env(home))
        .env("KUBECONFIG", kubeconfig)
        .stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("kubectl can be started");
    let pipe = child.stdin.take();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            if let (Some(mut pipe), Some(text)) = (pipe, stdin) {
                // A kubectl that ends without reading is told by its status.
                let _ = pipe.write_all(text.as_bytes());
            }
        });
        child.wait_with_output().expect("kubectl can be waited for")
    });
    Output {
        status: output.status,
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
