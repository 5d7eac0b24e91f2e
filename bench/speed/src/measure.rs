//! Runs a program and tells what it cost.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use wait4::Wait4;

/// What one run of a program cost.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Cost {
    /// From before its start until after its end.
    pub seconds: f64,
    /// Processor time of the program itself, user and system.
    pub cpu_seconds: f64,
    /// The most memory that it had at a time, in MB (10^6 bytes): `ru_maxrss` of getrusage(2).
    pub peak_mb: f64,
}

/// Runs a command that must succeed; also gives its standard output.
///
/// A program's peak memory begins with that of the process that started it (`ru_maxrss` is handed on by execve(2)), and this
/// one holds the audit logs of whole runs. So the command is started by a small process of its own, [`run_here`].
pub fn run(command: Command) -> (Cost, String) {
    let report = tempfile::NamedTempFile::new().expect("the folder for temporary files is writable");
    let mut starter = Command::new(env::current_exe().expect("this program knows its own path"));
    starter.arg("measure").arg("--report").arg(report.path()).arg("--").arg(command.get_program());
    starter.args(command.get_args()).env_clear();
    starter.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = starter.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{starter:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed ({}):\n{errors:.2000}", output.status);
    let cost = serde_json::from_reader(&report).expect("the report is JSON");
    (cost, String::from_utf8(output.stdout).expect("the output is text"))
}

/// What [`run`] asks of a process of its own.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file for the cost
    #[arg(long)]
    report: PathBuf,
    /// The program and its arguments
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

/// Runs a program as this process's child, with its standard streams, and reports what it cost.
pub fn run_here(arguments: &Arguments) -> ExitCode {
    let (program, rest) = arguments.command.split_first().expect("clap wants a program");
    let started = Instant::now();
    let mut child = Command::new(program).args(rest).spawn().unwrap_or_else(|error| panic!("{program:?}: {error}"));
    let usage = child.wait4().expect("a child can be waited for");
    let seconds = started.elapsed().as_secs_f64();
    let cpu = usage.rusage.utime + usage.rusage.stime;
    #[expect(clippy::cast_precision_loss, reason = "a size in megabytes for people")]
    let peak_mb = usage.rusage.maxrss as f64 / 1e6;
    let cost = Cost { seconds, cpu_seconds: cpu.as_secs_f64(), peak_mb };
    fs::write(&arguments.report, serde_json::to_vec(&cost).expect("numbers are JSON")).expect("the report is writable");
    if usage.status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The middle one of some figures.
pub fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    let upper = *figures.get(middle)?;
    Some(if figures.len().is_multiple_of(2) { (figures[middle - 1] + upper) / 2.0 } else { upper })
}

/// The one that so many of some figures do not exceed, such as 0.99.
pub fn percentile(mut figures: Vec<f64>, share: f64) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank")]
    let rank = (figures.len() as f64 * share).ceil() as usize;
    figures.get(rank.max(1) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(Vec::new()), None);
    }

    #[test]
    fn a_percentile_is_a_figure_that_was_measured() {
        let figures: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(percentile(figures.clone(), 0.99), Some(99.0));
        assert_eq!(percentile(figures, 1.0), Some(100.0));
        assert_eq!(percentile(vec![3.0, 1.0], 0.99), Some(3.0));
        assert_eq!(percentile(Vec::new(), 0.99), None);
    }

    #[test]
    fn a_run_has_its_own_time_and_memory() {
        let report = tempfile::NamedTempFile::new().unwrap();
        let command = ["sh", "-c", "sleep 0.05"].map(OsString::from).to_vec();
        run_here(&Arguments { report: report.path().to_owned(), command });
        let cost: Cost = serde_json::from_reader(&report).unwrap();
        assert!(cost.seconds >= 0.05 && cost.peak_mb > 0.1, "{cost:?}");
    }
}
