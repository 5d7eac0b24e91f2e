//! Runs a program and tells what it cost.

use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use wait4::Wait4;

/// What one run of a program cost.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// From before its start until after its end.
    pub seconds: f64,
    /// Processor time of the program itself, user and system.
    pub cpu_seconds: f64,
    /// The most memory that it had at a time, in MB (10^6 bytes): `ru_maxrss` of getrusage(2).
    pub peak_mb: f64,
}

/// Runs a command that must succeed; also gives its standard output.
pub fn run(mut command: Command) -> (Cost, String) {
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
    let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let errors = thread::spawn(move || {
        let mut text = String::new();
        let _ = stderr.read_to_string(&mut text);
        text
    });
    let mut output = String::new();
    stdout.read_to_string(&mut output).expect("the output is text");
    let usage = child.wait4().expect("a child can be waited for");
    let seconds = started.elapsed().as_secs_f64();
    let errors = errors.join().unwrap_or_default();
    assert!(usage.status.success(), "{command:?} failed ({}):\n{errors:.2000}", usage.status);
    let cpu = usage.rusage.utime + usage.rusage.stime;
    #[expect(clippy::cast_precision_loss, reason = "a size in megabytes for people")]
    let peak_mb = usage.rusage.maxrss as f64 / 1e6;
    (Cost { seconds, cpu_seconds: cpu.as_secs_f64(), peak_mb }, output)
}

/// The middle one of some figures.
pub fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    let upper = *figures.get(middle)?;
    Some(if figures.len().is_multiple_of(2) { (figures[middle - 1] + upper) / 2.0 } else { upper })
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
    fn a_run_has_its_time_and_memory() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 0.05; echo done"]);
        let (cost, output) = run(command);
        assert_eq!(output, "done\n");
        assert!(cost.seconds >= 0.05 && cost.peak_mb > 0.1, "{cost:?}");
    }
}
