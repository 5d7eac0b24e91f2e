//! What a process that goes on running holds and takes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Linux counts processor time for programs in hundredths of a second, on every machine.
const TICKS: f64 = 100.0;

/// A program in the background, whose lines are kept in a file. Killed when it is dropped.
pub struct Process {
    child: Child,
    log: PathBuf,
}

/// What a process has used so far.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// Memory that it holds now, in MB (10^6 bytes).
    pub resident_mb: f64,
    /// The most that it has held.
    pub peak_mb: f64,
    /// Processor time of it and of the programs that it has run, in seconds.
    pub cpu_seconds: f64,
}

impl Process {
    /// Starts a program; what it says goes into a file.
    pub fn start(mut command: Command, log: &Path) -> Self {
        let file = fs::File::create(log).expect("the folder is writable");
        let same = file.try_clone().expect("a file can be shared");
        command.stdin(Stdio::null()).stdout(file).stderr(same);
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self { child, log: log.to_owned() }
    }

    /// All that it has said.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.log).expect("the log is there")
    }

    /// Waits until it has said something so many times. Panics with what it said when it ends, or when it takes too long.
    pub fn until(&mut self, text: &str, times: usize, patience: Duration) {
        let started = Instant::now();
        while self.said().matches(text).count() < times {
            let ended = self.child.try_wait().expect("a child can be asked");
            assert!(
                ended.is_none() && started.elapsed() < patience,
                "'{text}' was not said {times} times but:\n{}",
                self.said()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What it uses.
    pub fn usage(&self) -> Usage {
        let folder = PathBuf::from(format!("/proc/{}", self.child.id()));
        let status = fs::read_to_string(folder.join("status")).expect("the process runs");
        let stat = fs::read_to_string(folder.join("stat")).expect("the process runs");
        parse(&status, &stat).expect("Linux writes these files so")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads `/proc/ID/status` and `/proc/ID/stat`, see proc(5).
fn parse(status: &str, stat: &str) -> Option<Usage> {
    let megabytes = |field: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(field))?;
        Some(line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok()? * 1024.0 / 1e6)
    };
    // The name of the program, in brackets, may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    // utime, stime, and those of ended children: the fields 14 to 17 of the whole line.
    let ticks = fields.get(11..15)?.iter().map(|ticks| ticks.parse::<f64>()).sum::<Result<f64, _>>().ok()?;
    Some(Usage { resident_mb: megabytes("VmRSS:")?, peak_mb: megabytes("VmHWM:")?, cpu_seconds: ticks / TICKS })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_linux_says_of_a_process() {
        let status = "Name:\tx\nVmHWM:\t    2000 kB\nVmRSS:\t    1000 kB\n";
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 100 0 0 0 150 50 20 30 20 0 5 0 100";
        let usage = parse(status, stat).unwrap();
        assert_eq!((usage.resident_mb, usage.peak_mb, usage.cpu_seconds), (1.024, 2.048, 2.5));
    }
}
