//! A deploy while it runs: what it tells, line by line, and when.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant, SystemTime},
};

use crate::runner::{Ran, Workspace};

/// How long a test waits for a line.
const PATIENCE: Duration = Duration::from_secs(90);

/// The program, running. It ends with the test, also with one that fails.
pub struct Running {
    child: Ends,
    told: Arc<Mutex<Vec<Told>>>,
    stdout: JoinHandle<Vec<u8>>,
    stderr: JoinHandle<()>,
}

/// A process that is gone when this is.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _it_may_have_ended = self.0.kill();
        let _its_status_says_nothing = self.0.wait();
    }
}

/// A line of standard error.
#[derive(Debug, Clone)]
pub struct Told {
    /// When it was read.
    pub at: SystemTime,
    /// The line.
    pub line: String,
}

impl Running {
    /// Starts `landfall` with these arguments.
    pub fn start(work: &impl AsRef<Workspace>, args: &[&str]) -> Self {
        let mut child = work.as_ref().command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (mut stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let told: Arc<Mutex<Vec<Told>>> = Arc::default();
        let sink = Arc::clone(&told);
        let stderr = std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                sink.lock().unwrap_or_else(PoisonError::into_inner).push(Told { at: SystemTime::now(), line });
            }
        });
        let stdout = std::thread::spawn(move || {
            let mut all = Vec::new();
            stdout.read_to_end(&mut all).unwrap();
            all
        });
        Self { child: Ends(child), told, stdout, stderr }
    }

    /// Waits for the first line that holds all of these texts.
    #[track_caller]
    pub fn told(&mut self, texts: &[&str]) -> Told {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let has_ended = self.child.0.try_wait().unwrap().is_some();
            let lines = self.lines();
            if let Some(told) = lines.iter().find(|told| texts.iter().all(|text| told.line.contains(text))) {
                return told.clone();
            }
            let all = || lines.iter().map(|told| told.line.as_str()).collect::<Vec<_>>().join("\n");
            assert!(!has_ended, "it ended without telling {texts:?}:\n{}", all());
            assert!(Instant::now() < deadline, "it did not tell {texts:?}:\n{}", all());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// All lines so far.
    pub fn lines(&self) -> Vec<Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Presses Ctrl-C.
    pub fn interrupt(&self) {
        assert!(Command::new("kill").args(["-INT", &self.child.0.id().to_string()]).status().unwrap().success());
    }

    /// Kills it, as a machine that loses its power does.
    pub fn kill(mut self) {
        self.child.0.kill().unwrap();
        self.child.0.wait().unwrap();
    }

    /// Waits for its end.
    pub fn end(mut self, work: &impl AsRef<Workspace>) -> Ended {
        let status = self.child.0.wait().unwrap();
        let at = SystemTime::now();
        let stdout = self.stdout.join().unwrap();
        self.stderr.join().unwrap();
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let stderr = told.iter().map(|told| format!("{}\n", told.line)).collect::<String>().into_bytes();
        let ran = work.as_ref().ran(&Output { status, stdout, stderr });
        Ended { ran, at, told }
    }
}

/// The program when it has ended.
pub struct Ended {
    /// What it printed.
    pub ran: Ran,
    /// When it ended.
    pub at: SystemTime,
    /// The lines with their times.
    pub told: Vec<Told>,
}

impl Ended {
    /// When the first line was told that holds all of these texts.
    #[track_caller]
    pub fn told(&self, texts: &[&str]) -> Told {
        let found = self.told.iter().find(|told| texts.iter().all(|text| told.line.contains(text)));
        found.cloned().unwrap_or_else(|| panic!("it did not tell {texts:?}:\n{}", self.ran.snapshot()))
    }

    /// What it said at its end: all from the first line that begins with this.
    pub fn report(&self, begin: &str) -> Ran {
        let lines = self.ran.stderr.lines().skip_while(|line| !line.starts_with(begin));
        let stderr = lines.collect::<Vec<_>>().join("\n");
        Ran { stdout: String::new(), stderr, status: self.ran.status }
    }
}

/// Panics unless something was told at most `limit` after it was known. It may have been told before: Landfall's watch
/// and that of the test are two.
#[track_caller]
pub fn assert_soon(known: SystemTime, told: &Told, limit: Duration) {
    let late = told.at.duration_since(known).unwrap_or_default();
    assert!(late < limit, "the cluster knew it {late:?} before it was told: {}", told.line);
}

/// The time between two moments, whichever comes first.
pub fn apart(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other).unwrap_or_else(|error| error.duration())
}
