//! A program of the bench for use by hand: `up` starts it in the background, `down` ends it.

use std::env;
use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Becomes `PROGRAM serve` without the descriptors that were inherited: who started us by a pipe, as make does, would wait
/// for its end.
const DETACHED: &str = r#"
for descriptor in "/proc/$$/fd"/*; do
  descriptor=${descriptor##*/}
  if [ "$descriptor" -gt 2 ]; then exec {descriptor}>&-; fi
done
exec -a "$1" "$0" serve
"#;

/// The folder in which `up`, `down` and the process in the background find each other.
pub struct Background {
    program: &'static str,
    thing: &'static str,
    ready: &'static str,
    folder: PathBuf,
}

impl Background {
    /// For `program`, whose verb `serve` runs the `thing` (`cluster`) and then calls [`Background::publish`] for the file
    /// `ready`, last. The folder is `folder` in `$XDG_STATE_HOME` or `~/.local/state`.
    pub fn new(program: &'static str, thing: &'static str, folder: &str, ready: &'static str) -> Self {
        let base = env::var_os("XDG_STATE_HOME").filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = || env::var_os("HOME").map(|home| Path::new(&home).join(".local/state"));
        let folder = base.or_else(home).expect("HOME is set").join(folder);
        fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("cannot make {}: {error}", folder.display()));
        Self { program, thing, ready, folder }
    }

    /// A file of the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes a file in one step: its existence is taken for the whole of it.
    pub fn publish(&self, name: &str, text: &str) {
        let new = self.file(&format!("{name}.new"));
        fs::write(&new, text).expect("the state folder is writable");
        fs::rename(new, self.file(name)).expect("the state folder is writable");
    }

    /// The process in the background, if it runs.
    pub fn process(&self) -> Option<String> {
        let id = fs::read_to_string(self.file("pid")).ok()?.trim().to_owned();
        let command = fs::read(format!("/proc/{id}/cmdline")).ok()?;
        command.ends_with(format!("{}\0serve\0", self.program).as_bytes()).then_some(id)
    }

    /// Starts the process if it does not run, and waits until it is ready. `message` is said, and `files` are removed, before a
    /// start. The answer is whether it runs.
    pub fn up(&self, message: &str, files: &[&str]) -> bool {
        let mut started = None;
        if self.process().is_none() {
            for name in files.iter().chain([&self.ready]) {
                // They are not there after a `down`.
                let _ = fs::remove_file(self.file(name));
            }
            self.remove_abandoned();
            let log = fs::File::create(self.file("log")).expect("the state folder is writable");
            let child = Command::new("bash")
                .args(["-c", DETACHED])
                .arg(env::current_exe().expect("this program has a path"))
                .arg(self.program)
                .env("TMPDIR", &self.folder)
                .stdin(Stdio::null())
                .stdout(log.try_clone().expect("a file can be shared"))
                .stderr(log)
                .process_group(0)
                .spawn();
            let child = child.unwrap_or_else(|error| panic!("cannot start the process in the background: {error}"));
            fs::write(self.file("pid"), child.id().to_string()).expect("the state folder is writable");
            started = Some(child);
            eprintln!("{message}");
        }
        let mut shown = 0;
        while !self.file(self.ready).exists() {
            let running = match &mut started {
                Some(child) => child.try_wait().is_ok_and(|ended| ended.is_none()),
                None => self.process().is_some(),
            };
            self.show_log(&mut shown);
            if !running {
                eprintln!("The {} did not start; its log is {}", self.thing, self.file("log").display());
                return false;
            }
            sleep(Duration::from_millis(200));
        }
        true
    }

    /// Copies what is new in the log to standard error.
    fn show_log(&self, shown: &mut u64) {
        let mut text = Vec::new();
        let read = fs::File::open(self.file("log")).and_then(|mut log| {
            log.seek(SeekFrom::Start(*shown))?;
            log.read_to_end(&mut text)
        });
        *shown += read.unwrap_or(0) as u64;
        eprint!("{}", String::from_utf8_lossy(&text));
    }

    /// Whether the process runs; says on standard error if it does not.
    pub fn is_up(&self) -> bool {
        match (self.file(self.ready).exists(), self.process().is_some()) {
            (true, true) => return true,
            (true, false) => {
                eprintln!("The {} was killed. `{} up` starts a new one.", self.thing, self.program);
            }
            (false, _) => eprintln!("No {} runs.", self.thing),
        }
        false
    }

    /// Ends the process and waits until nothing is left of what it ran; removes `files`.
    pub fn down(&self, files: &[&str]) -> ExitCode {
        let Some(process) = self.process() else {
            eprintln!("No {} runs.", self.thing);
            return ExitCode::SUCCESS;
        };
        Command::new("kill").arg(&process).status().expect("kill can be started");
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.process().is_some() || self.leftovers().next().is_some() {
            if Instant::now() > deadline {
                let left: Vec<PathBuf> = self.leftovers().collect();
                eprintln!("The {} is still ending after a minute: process {process}, folders {left:?}", self.thing);
                return ExitCode::FAILURE;
            }
            sleep(Duration::from_millis(100));
        }
        for name in files.iter().chain([&self.ready, &"pid"]) {
            // One that was still starting has not written all of them.
            let _ = fs::remove_file(self.file(name));
        }
        eprintln!("The {} has ended.", self.thing);
        ExitCode::SUCCESS
    }

    /// Removes folders of what had no keeper left to do it, since the machine went down.
    fn remove_abandoned(&self) {
        let processes = fs::read_dir("/proc").expect("/proc is there").filter_map(Result::ok);
        let commands: Vec<Vec<u8>> =
            processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok()).collect();
        for folder in self.leftovers() {
            let name = folder.as_os_str().as_encoded_bytes();
            let is_used = commands.iter().any(|command| command.windows(name.len()).any(|part| part == name));
            if !is_used {
                fs::remove_dir_all(&folder)
                    .unwrap_or_else(|error| panic!("cannot remove {}: {error}", folder.display()));
            }
        }
    }

    /// The keeper's folders; it deletes its own last.
    fn leftovers(&self) -> impl Iterator<Item = PathBuf> {
        let entries = fs::read_dir(&self.folder).expect("the state folder is readable");
        let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
        paths.filter(|path| path.is_dir() && path.to_string_lossy().contains("/landfall-bench-"))
    }
}
