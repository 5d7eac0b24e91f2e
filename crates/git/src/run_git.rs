//! Running the `git` program: it never asks, never outlives its time, and never shows a secret.

use std::{
    ffi::{OsStr, OsString},
    io::{self, Write as _},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

use crate::{
    collector::Collector,
    error::{Error, Result},
    options::GitOptions,
    remote_fault::RemoteFault,
    url::RepoUrl,
};

/// Variables that would point git at another repository than the one that is meant, as inside a hook, or that would
/// open a window to ask.
const UNWANTED_ENV: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_GRAFT_FILE",
    "GIT_REPLACE_REF_BASE",
    "GIT_QUARANTINE_PATH",
    "GIT_CONFIG",
    "LANGUAGE",
    "SSH_ASKPASS",
    "SSH_ASKPASS_REQUIRE",
];

/// Answers git's question for a login from variables, which other users of the machine cannot read.
const CREDENTIAL_HELPER: &str = r#"!f() { test "$1" = get && printf 'username=%s\npassword=%s\n' "$LANDFALL_GIT_USER" "$LANDFALL_GIT_PASSWORD"; }; f"#;

/// One run of git to be.
pub(crate) struct Git<'a> {
    options: &'a GitOptions,
    url: Option<&'a RepoUrl>,
    command: Command,
    input: Option<Vec<u8>>,
}

/// What a run of git left.
pub(crate) struct Finished {
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    /// The lines that matter, in one line, masked.
    pub said: String,
    /// All that git wrote on its standard error, masked.
    pub stderr: String,
}

enum End {
    Exited(ExitStatus),
    TimedOut,
    Cancelled,
}

impl<'a> Git<'a> {
    /// Git in a bare repository.
    pub fn in_repository(options: &'a GitOptions, git_dir: &Path) -> Self {
        let mut git = Self::anywhere(options);
        // Naming the folder also spares it the check of its owner, which is wrong for a cache on a mounted volume.
        git.command.arg("--git-dir").arg(git_dir);
        git
    }

    /// Git outside any repository.
    pub fn anywhere(options: &'a GitOptions) -> Self {
        let mut command = Command::new(&options.program);
        command.args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "gc.autoDetach=false"]);
        command.args(["-c", "advice.detachedHead=false"]);
        for name in UNWANTED_ENV {
            command.env_remove(name);
        }
        command.envs(options.extra_env.iter().map(|(name, value)| (name, value)));
        command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C").env("GCM_INTERACTIVE", "never");
        Self { options, url: None, command, input: None }
    }

    /// Adds arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets a variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Gives git something to read on its standard input.
    pub fn input(mut self, bytes: Vec<u8>) -> Self {
        self.input = Some(bytes);
        self
    }

    /// Prepares for a remote: its login, and an ssh that does not ask. Call it before adding the subcommand.
    pub fn for_remote(mut self, url: &'a RepoUrl) -> Result<Self> {
        self.url = Some(url);
        if let Some(login) = url.login() {
            // The empty one makes git forget the user's own helpers, which would store our login or give another.
            let key = format!("credential.{}.helper", login.origin);
            self.command.args([
                "-c".to_owned(),
                format!("{key}="),
                "-c".to_owned(),
                format!("{key}={CREDENTIAL_HELPER}"),
            ]);
            self.command.env("LANDFALL_GIT_USER", &login.user).env("LANDFALL_GIT_PASSWORD", &login.password);
        }
        match self.options.extra_env.iter().rev().find(|(name, _)| name == "GIT_SSH_COMMAND") {
            Some((_, ssh)) => {
                self.command.env("GIT_SSH_COMMAND", batch_mode(ssh));
            }
            None => {
                let configured = Git::anywhere(self.options)
                    .args(["config", "--get", "core.sshCommand"])
                    .finish("Reading git's configuration")?;
                let configured = String::from_utf8_lossy(&configured.stdout).trim().to_owned();
                let ssh = batch_mode(if configured.is_empty() { "ssh" } else { &configured });
                self.command.args(["-c".to_owned(), format!("core.sshCommand={ssh}")]);
            }
        }
        Ok(self)
    }

    /// Runs git against its remote; `action` reads as `Fetching from`.
    pub fn talk(self, action: &str) -> Result<Finished> {
        let url = self.url.map(ToString::to_string).unwrap_or_default();
        let finished = self.finish(action)?;
        if finished.status.success() {
            return Ok(finished);
        }
        let fault = RemoteFault::of(&finished.said);
        Err(Error::Remote { action: action.to_owned(), url, fault, said: finished.said })
    }

    /// Runs git for something local that must work; `doing` reads as `Creating a mirror in /cache/x.git`.
    pub fn must(self, doing: &str) -> Result<Finished> {
        let finished = self.finish(doing)?;
        if finished.status.success() {
            Ok(finished)
        } else {
            Err(Error::Git { doing: doing.to_owned(), said: finished.said })
        }
    }

    /// Runs git, whatever it then says.
    pub fn finish(mut self, action: &str) -> Result<Finished> {
        let options = self.options;
        let stdin = if self.input.is_some() { Stdio::piped() } else { Stdio::null() };
        self.command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let args: Vec<&OsStr> = self.command.get_args().collect();
        tracing::debug!(?args, "git starts");
        let started = Instant::now();
        let spawned = self.command.spawn();
        let mut child = spawned.map_err(|source| Error::NoGit {
            program: OsString::from(&options.program).to_string_lossy().into_owned(),
            source,
        })?;
        if let (Some(mut pipe), Some(bytes)) = (child.stdin.take(), self.input.take()) {
            // A git that ends without reading is told by its status.
            thread::spawn(move || pipe.write_all(&bytes));
        }
        let stdout = child.stdout.take().map(Collector::start);
        let stderr = child.stderr.take().map(Collector::start);
        let end = wait(&mut child, options, started).map_err(|source| {
            kill_group(&mut child);
            Error::NoGit { program: options.program.to_string_lossy().into_owned(), source }
        })?;
        let doing = || self.url.map_or_else(|| action.to_owned(), |url| format!("{action} {url}"));
        let status = match end {
            End::Exited(status) => status,
            End::TimedOut => return Err(Error::TimedOut { doing: doing(), limit: options.time_limit }),
            End::Cancelled => return Err(Error::Cancelled { doing: doing() }),
        };
        let stderr = String::from_utf8_lossy(&stderr.map(Collector::collected).unwrap_or_default()).into_owned();
        let stderr = self.url.map_or_else(|| stderr.clone(), |url| url.mask(&stderr));
        let said = condense(&stderr);
        tracing::debug!(%status, said, seconds = started.elapsed().as_secs_f32(), "git ended");
        Ok(Finished { status, stdout: stdout.map(Collector::collected).unwrap_or_default(), said, stderr })
    }
}

/// Polls, since the standard library cannot wait with a limit. The pause grows, so that a short run is not delayed
/// and a long one costs nothing.
fn wait(child: &mut Child, options: &GitOptions, started: Instant) -> io::Result<End> {
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(End::Exited(status));
        }
        let cancelled = options.cancel.as_ref().is_some_and(|cancel| cancel.load(Ordering::Relaxed));
        if cancelled || started.elapsed() >= options.time_limit {
            kill_group(child);
            return Ok(if cancelled { End::Cancelled } else { End::TimedOut });
        }
        thread::sleep(pause.min(options.time_limit.saturating_sub(started.elapsed())));
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// Ends git and what it has started: ssh, index-pack, a remote helper.
fn kill_group(child: &mut Child) {
    let group = rustix::process::Pid::from_child(child);
    if let Err(error) = rustix::process::kill_process_group(group, rustix::process::Signal::KILL) {
        tracing::warn!(%error, "git's process group could not be killed");
    }
    if let Err(error) = child.kill().and_then(|()| child.wait()) {
        tracing::warn!(%error, "git could not be killed");
    }
}

/// Adds BatchMode to OpenSSH; other programs have other options.
fn batch_mode(ssh: &str) -> String {
    let program = ssh.split_whitespace().next().unwrap_or_default().trim_matches(['"', '\'']);
    let is_openssh = program.rsplit('/').next() == Some("ssh");
    if is_openssh { format!("{ssh} -o BatchMode=yes") } else { ssh.to_owned() }
}

/// The lines of a message that tell something, joined. Progress, empty lines and git's general advice go.
fn condense(stderr: &str) -> String {
    let noise = [
        "Please make sure you have the correct access rights",
        "and the repository exists.",
        "Warning: Permanently added",
    ];
    let lines = stderr.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<&str> = lines
        .filter(|line| !noise.iter().any(|noise| line.starts_with(noise)))
        .filter(|line| !line.contains("@@@@"))
        .collect();
    let kept = &lines[lines.len().saturating_sub(8)..];
    kept.iter().map(|line| line.strip_prefix("fatal: ").unwrap_or(line)).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::{batch_mode, condense};

    #[test]
    fn only_openssh_gets_batch_mode() {
        assert_eq!(batch_mode("/usr/bin/ssh -i key"), "/usr/bin/ssh -i key -o BatchMode=yes");
        assert_eq!(batch_mode("plink -batch"), "plink -batch");
    }

    #[test]
    fn a_message_keeps_what_tells_something() {
        let stderr = "Host key verification failed.\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n";
        assert_eq!(condense(stderr), "Host key verification failed.; Could not read from remote repository.");
    }
}
