use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use landfall_proxy::config::Config;
use landfall_proxy::control::{Command as Line, EndpointReport, Report};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

/// Everything in these tests happens at once, or never.
const PATIENCE: Duration = Duration::from_secs(20);

/// The program with a verb.
pub fn program(verb: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_landfall-proxy"));
    command.arg(verb).kill_on_drop(true).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A running proxy with a folder of its own.
pub struct Proxy {
    folder: TempDir,
    child: Option<Child>,
    options: Vec<String>,
}

impl Proxy {
    /// Starts one with this configuration on disk.
    pub async fn start(config: &Config) -> Self {
        Self::with(config, &[]).await
    }

    pub async fn with(config: &Config, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.json"), serde_json::to_vec(config).unwrap()).unwrap();
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        let mut proxy = Self { folder, child: None, options };
        proxy.again();
        proxy
    }

    /// Starts it with what is on disk.
    pub fn again(&mut self) {
        let mut command = program("run");
        command.arg("--state").arg(self.folder.path()).args(&self.options);
        self.child = Some(command.spawn().unwrap());
    }

    pub fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id().unwrap()
    }

    pub fn config_file(&self) -> PathBuf {
        self.folder.path().join("config.json")
    }

    /// As by `docker kill`.
    pub async fn kill(&mut self) {
        self.child.take().unwrap().kill().await.unwrap();
    }

    /// As by `docker stop`.
    pub fn terminate(&self) {
        let id = rustix::process::Pid::from_raw(self.id().cast_signed()).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    }

    pub async fn wait(&mut self) -> Output {
        timeout(PATIENCE, self.child.take().unwrap().wait_with_output()).await.unwrap().unwrap()
    }

    /// Opens a control session, as by `docker exec`.
    pub async fn session(&self) -> Session {
        Session::open(self.folder.path()).await
    }
}

/// A control session.
pub struct Session {
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
    /// The last report of each pod.
    known: BTreeMap<String, EndpointReport>,
    _child: Child,
}

impl Session {
    async fn open(state: &Path) -> Self {
        let mut child = program("control").arg("--state").arg(state).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut session = Self { input: child.stdin.take(), output, known: BTreeMap::new(), _child: child };
        assert!(matches!(session.next().await, Some(Report::Hello { .. })));
        session
    }

    pub async fn send(&mut self, line: &str) {
        self.input.as_mut().unwrap().write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    /// Sets a configuration and waits until it is in force.
    pub async fn set(&mut self, config: Config) {
        self.send(&serde_json::to_string(&Line::Set(config)).unwrap()).await;
        self.until(|report| match report {
            Report::Taken { .. } => Some(()),
            Report::Refused { reason } => panic!("{reason}"),
            _ => None,
        })
        .await;
    }

    pub async fn next(&mut self) -> Option<Report> {
        let line = timeout(PATIENCE, self.output.next_line()).await.expect("a line in time").unwrap()?;
        let report = serde_json::from_str(&line).unwrap();
        if let Report::Endpoint(endpoint) = &report {
            self.known.insert(endpoint.pod.clone(), endpoint.clone());
        }
        Some(report)
    }

    pub async fn until<T>(&mut self, mut wanted: impl FnMut(Report) -> Option<T>) -> T {
        loop {
            if let Some(found) = wanted(self.next().await.expect("one line more")) {
                return found;
            }
        }
    }

    /// The last or next report of a pod that fits.
    pub async fn endpoint(&mut self, pod: &str, fits: impl Fn(&EndpointReport) -> bool) -> EndpointReport {
        loop {
            if let Some(known) = self.known.get(pod).filter(|known| fits(known)) {
                return known.clone();
            }
            assert!(self.next().await.is_some(), "one line more");
        }
    }

    pub async fn drained(&mut self, pod: &str) {
        self.endpoint(pod, |report| report.drained).await;
    }

    /// Ends the input; the rest of the output.
    pub async fn end(mut self) -> Vec<Report> {
        self.input = None;
        let mut rest = Vec::new();
        while let Some(report) = self.next().await {
            rest.push(report);
        }
        rest
    }
}
