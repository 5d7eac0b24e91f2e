//! The keeper: a small script that owns every program this process starts, and ends them when this process ends.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use crate::programs;

/// A running `keeper` script and the folder that it made.
///
/// There is one for each process, in a static. It is never dropped: when the process ends, the kernel closes the pipe, and
/// the script cleans up. This is the same for a normal end, a panic and `kill -9`.
pub struct Keeper {
    folder: PathBuf,
    pipe: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
}

/// The keeper of this process, started when it is first asked for.
pub fn keeper() -> &'static Keeper {
    static KEEPER: OnceLock<Keeper> = OnceLock::new();
    KEEPER.get_or_init(Keeper::start)
}

impl Keeper {
    #[allow(clippy::zombie_processes, reason = "the keeper outlives this process, that is its purpose")]
    fn start() -> Self {
        let script = programs::crate_file("keeper");
        let mut child = Command::new("bash")
            .arg(&script)
            .arg(env::temp_dir())
            .env_clear()
            .envs(programs::clean_env(Path::new("/")))
            .envs(env::var_os("LANDFALL_BENCH_KEEP").map(|value| ("LANDFALL_BENCH_KEEP", value)))
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {}: {error}", script.display()));
        let stdin = child.stdin.take().expect("stdin is piped");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let mut folder = String::new();
        stdout.read_line(&mut folder).expect("the keeper prints the folder");
        let folder = PathBuf::from(folder.trim_end());
        assert!(folder.is_absolute(), "the keeper could not make a folder in {}", env::temp_dir().display());
        Self { folder, pipe: Mutex::new((stdin, stdout)) }
    }

    /// The folder of this process; everything that the bench writes is below.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts a program under a name such as `c1/kube-apiserver`; the script and the log are beside each other in the folder.
    /// Gives its process id, which is that of its process group too.
    pub fn run(&self, name: &str, home: &Path, command: &[String]) -> u32 {
        let mut script = String::from("#!/usr/bin/env bash\nexec env -i");
        for (key, value) in programs::clean_env(home) {
            script.push_str(&format!(" {key}={}", quote(&value.to_string_lossy())));
        }
        for word in command {
            script.push_str(" \\\n  ");
            script.push_str(&quote(word));
        }
        script.push('\n');
        fs::write(self.folder.join(format!("{name}.sh")), script).expect("the bench's folder is writable");
        self.start_again(name)
    }

    /// Starts a program that [`Keeper::run`] started before; gives its process id.
    pub fn start_again(&self, name: &str) -> u32 {
        let answer = self.ask(&format!("start {name}"));
        answer.parse().unwrap_or_else(|_| panic!("the keeper cannot start {name}: {answer}"))
    }

    /// Sends a signal such as `TERM` to the program's process group.
    pub fn signal(&self, name: &str, signal: &str) {
        self.ask(&format!("signal {name} {signal}"));
    }

    /// Says whether any process of the program's group exists.
    pub fn is_alive(&self, name: &str) -> bool {
        self.ask(&format!("alive {name}")) == "yes"
    }

    /// Ends a program: TERM, and KILL if it takes longer than `patience`.
    pub fn stop(&self, name: &str, patience: Duration) {
        self.signal(name, "TERM");
        let deadline = Instant::now() + patience;
        while self.is_alive(name) {
            if Instant::now() > deadline {
                self.signal(name, "KILL");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills all programs named `prefix/...` and deletes the folder `prefix`, in the background.
    pub fn end(&self, prefix: &str) {
        self.ask(&format!("end {prefix}"));
    }

    /// The last lines of a program's log, for messages.
    pub fn log_tail(&self, name: &str) -> String {
        let log = fs::read(self.folder.join(format!("{name}.log"))).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }

    /// Waits until `ready` says yes, while the program lives; panics with the end of its log otherwise.
    pub fn wait_for(&self, name: &str, patience: Duration, mut ready: impl FnMut() -> bool) {
        let deadline = Instant::now() + patience;
        while !ready() {
            let reason = if !self.is_alive(name) {
                "ended".to_owned()
            } else if Instant::now() > deadline {
                format!("was not ready after {} s", patience.as_secs())
            } else {
                std::thread::sleep(Duration::from_millis(50));
                continue;
            };
            panic!("{name} {reason}; the end of its log:\n{}", self.log_tail(name));
        }
    }

    fn ask(&self, line: &str) -> String {
        let mut pipe = self.pipe.lock().expect("no thread panics while it holds the keeper's pipe");
        let mut answer = String::new();
        // An error is handled below: no answer means that the keeper was killed.
        let _ = writeln!(pipe.0, "{line}").and_then(|()| pipe.1.read_line(&mut answer));
        drop(pipe);
        assert!(!answer.is_empty(), "the keeper of the bench is gone; was it killed?");
        answer.trim_end().to_owned()
    }
}

/// Quotes a word for the shell.
pub(crate) fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
