//! Requests that fail while a new version takes the place of the old one on a Docker host: `landfall deploy`, and beside it
//! `docker-compose up` for the same change.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use landfall_bench_engine::{Engine, Image};
use landfall_bench_load::{Connections, Load, Plan, Protocol, Report, thousands};
use tempfile::TempDir;

use crate::{bench::Options, measure::median, tools::beside};

/// What became of the requests of one kind while one tool switched.
#[derive(Debug)]
pub struct Point {
    tool: &'static str,
    kind: &'static str,
    switches: usize,
    /// The median of a switch's seconds, as the tool took them.
    seconds: f64,
    report: Report,
}

/// The kinds of requests, which go on at the same time.
const KINDS: [(&str, bool, Connections); 4] = [
    ("HTTP, kept", true, Connections::KeepAlive),
    ("HTTP, new", true, Connections::New),
    ("TCP, kept", false, Connections::KeepAlive),
    ("TCP, new", false, Connections::New),
];
/// Of each kind in a second; together 200.
const RATE: u32 = 50;
/// From one switch to the next.
const STEP: Duration = Duration::from_secs(26);

/// Measures Landfall, and Debian's docker-compose where it is installed.
pub fn run(options: &Options) -> Vec<Point> {
    if options.only.as_ref().is_some_and(|only| !"switch".contains(only.as_str())) {
        return Vec::new();
    }
    if !landfall_bench_engine::can_run() {
        return Vec::new();
    }
    eprintln!("bench: starts a Docker engine for switch-overs under load");
    let engine = Engine::start();
    for tag in ["v1", "v2"] {
        engine.load(&Image::web(&format!("landfall-bench/web:{tag}")).env("TCP_PORT", "8081"));
    }
    let switches = if options.quick { 2 } else { 20 };
    let landfall = Landfall::start(&engine);
    let mut points = switch(&engine, "Landfall", 30_080, switches, |tag| landfall.deploy(tag));
    let has_compose =
        Command::new("docker-compose").arg("version").output().is_ok_and(|output| output.status.success());
    if has_compose {
        let compose = Compose::start(&engine);
        points.extend(switch(&engine, "docker-compose", 8080, switches.min(4), |tag| compose.up(tag)));
    } else {
        eprintln!("bench: docker-compose is not installed, so it is not compared");
    }
    points
}

/// Switches between the versions while all kinds of requests go on; HTTP is on `port`, lines are on the next one.
fn switch(engine: &Engine, tool: &'static str, port: u16, switches: usize, to: impl Fn(&str)) -> Vec<Point> {
    to("v1");
    let loads: Vec<Load> =
        KINDS.iter().map(|(_, http, connections)| start(engine, port, *http, *connections)).collect();
    let started = Instant::now();
    let mut seconds = Vec::new();
    for number in 0..switches {
        std::thread::sleep((started + STEP * number as u32).saturating_duration_since(Instant::now()));
        let begun = Instant::now();
        to(if number % 2 == 0 { "v2" } else { "v1" });
        seconds.push(begun.elapsed().as_secs_f64());
        let (all, failed) = (loads.iter().map(Load::count).sum(), loads.iter().map(Load::failed).sum());
        let took = seconds.last().copied().unwrap_or_default();
        eprintln!(
            "bench: {tool}: switch {} took {took:.1} s; so far {} requests, {} failed",
            number + 1,
            thousands(all),
            thousands(failed)
        );
    }
    std::thread::sleep((started + STEP * switches as u32).saturating_duration_since(Instant::now()));
    let seconds = median(seconds).unwrap_or_default();
    let reports = loads.into_iter().map(Load::stop);
    let points = KINDS.iter().zip(reports).map(|((kind, ..), report)| {
        assert!(report.answers.contains_key("v1") && report.answers.contains_key("v2"), "{kind}: {report:?}");
        Point { tool, kind, switches, seconds, report }
    });
    points.collect()
}

fn start(engine: &Engine, port: u16, http: bool, connections: Connections) -> Load {
    let (port, protocol) =
        if http { (port, Protocol::Http { path: "/".to_owned() }) } else { (port + 1, Protocol::Tcp) };
    let plan = Plan::new(&format!("{}:{port}", engine.address())).protocol(protocol).connections(connections);
    Load::start(plan.per_second(RATE))
}

/// A deployment repository with one Deployment of two pods and its Service.
struct Landfall {
    folder: TempDir,
    host: String,
}

const MANIFESTS: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {deploy: load}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, deploy: load}}
    spec:
      terminationGracePeriodSeconds: 5
      containers:
        - name: web
          image: landfall-bench/web:TAG
          readinessProbe: {httpGet: {path: /ready, port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {deploy: load}}
spec:
  type: NodePort
  selector: {app: web}
  ports:
    - {name: http, port: 80, targetPort: 8080, nodePort: 30080}
    - {name: lines, port: 81, targetPort: 8081, nodePort: 30081}
";

impl Landfall {
    fn start(engine: &Engine) -> Self {
        let folder = tempfile::tempdir().expect("the folder for temporary files is writable");
        let landfall = Self { folder, host: engine.url() };
        fs::create_dir(landfall.path().join("base")).expect("the folder is writable");
        let environment = "name: load\nenvironments:\n  host: {branch: main, paths: [base], target: {docker: {}}}\n";
        fs::write(landfall.path().join("landfall.yaml"), environment).expect("the folder is writable");
        landfall.run("git", &["init", "--quiet", "--initial-branch=main"]);
        landfall
    }

    fn deploy(&self, tag: &str) {
        fs::write(self.path().join("base/web.yaml"), MANIFESTS.replace("TAG", tag)).expect("the folder is writable");
        self.run("git", &["add", "--all"]);
        let author = ["-c", "user.name=Bench", "-c", "user.email=bench@example.com"];
        self.run("git", &[&author[..], &["commit", "--quiet", "--message", tag]].concat());
        self.run(&beside("landfall").display().to_string(), &["deploy", "host"]);
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn run(&self, program: &str, args: &[&str]) {
        succeed(self.path(), &self.host, program, args);
    }
}

/// The same as one service: compose cannot publish a port for two containers.
struct Compose {
    folder: TempDir,
    host: String,
}

impl Compose {
    fn start(engine: &Engine) -> Self {
        let folder = tempfile::tempdir().expect("the folder for temporary files is writable");
        Self { folder, host: engine.url() }
    }

    fn up(&self, tag: &str) {
        let text = format!(
            "version: '3.9'\nservices:\n  web:\n    image: landfall-bench/web:{tag}\n    ports: ['8080:8080', '8081:8081']\n"
        );
        fs::write(self.folder.path().join("docker-compose.yml"), text).expect("the folder is writable");
        succeed(self.folder.path(), &self.host, "docker-compose", &["--project-name", "load", "up", "--detach"]);
    }
}

fn succeed(folder: &Path, host: &str, program: &str, args: &[&str]) {
    let mut command = Command::new(program);
    command.args(args).current_dir(folder).env_clear().env("DOCKER_HOST", host).env("HOME", folder);
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let output = command.output().unwrap_or_else(|error| panic!("{program} cannot be started: {error}"));
    let said = || [output.stdout.as_slice(), &output.stderr].concat();
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&said()));
}

/// The points as a table in Markdown, with the goal below.
pub fn table(points: &[Point]) -> String {
    let mut table = "| tool | switch-overs | a switch | connections | requests | failed | sent again | 99 % |\n\
                     |---|---:|---:|---|---:|---:|---:|---:|\n"
        .to_owned();
    for Point { tool, kind, switches, seconds, report } in points {
        let (requests, failed) = (thousands(report.requests), thousands(report.failed));
        let (again, p99) = (thousands(report.reconnected), report.percentile(0.99));
        let _ = writeln!(
            table,
            "| {tool} | {switches} | {seconds:.1} s | {kind} | {requests} | {failed} | {again} | {p99:.1} ms |"
        );
    }
    let ours = || points.iter().filter(|point| point.tool == "Landfall").map(|point| &point.report);
    let (requests, failed) = (ours().map(|report| report.requests).sum(), ours().map(|report| report.failed).sum());
    if requests > 0 {
        let verdict = if failed == 0 { "met" } else { "missed" };
        let (requests, failed) = (thousands(requests), thousands(failed));
        let _ = writeln!(table, "\n- Landfall: {requests} requests, {failed} failed (none): {verdict}");
    }
    table
}
