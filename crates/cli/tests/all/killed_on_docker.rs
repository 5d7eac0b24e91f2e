//! Landfall is killed at each call to a Docker engine that changes something, one by one, while requests go on: nobody
//! notices, and the next deploy puts everything right.

use std::{
    io::{Read, Write},
    net::Shutdown,
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use landfall_bench_engine::{Engine, Image, can_run};
use landfall_bench_load::{Connections, Load, Plan};

const MANIFESTS: &str = r#"
apiVersion: v1
kind: ConfigMap
metadata: {name: web, labels: {app: web}}
data: {greeting: hello $TAG}
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {app: web}}
spec:
  type: NodePort
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080, nodePort: 30080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 5
      initContainers:
      - {name: first, image: "killed/web:v1", env: [{name: EXIT_AFTER, value: 10ms}, {name: EXIT_CODE, value: "0"}]}
      containers:
      - name: web
        image: killed/web:$TAG
        readinessProbe: {httpGet: {port: 8080, path: /ready}, periodSeconds: 1}
        volumeMounts: [{name: files, mountPath: /files}, {name: tmp, mountPath: /tmp}]
      volumes:
      - {name: files, configMap: {name: web}}
      - {name: tmp, emptyDir: {}}
"#;

/// Lets so many changes through to the engine; the next one is the last: it is made and nobody learns of it, or it is not
/// made any more.
struct Cut {
    left: AtomicUsize,
    is_made: bool,
    reached: mpsc::Sender<()>,
    open: Mutex<Vec<UnixStream>>,
}

impl Cut {
    fn start(socket: &Path, engine: PathBuf, changes: usize, is_made: bool) -> (Arc<Self>, mpsc::Receiver<()>) {
        let (reached, receiver) = mpsc::channel();
        let cut = Arc::new(Self { left: changes.into(), is_made, reached, open: Mutex::default() });
        let listener = UnixListener::bind(socket).unwrap();
        let shared = Arc::clone(&cut);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = UnixStream::connect(&engine).unwrap();
                let mut open = shared.open.lock().unwrap();
                open.extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
                drop(open);
                let (mut back, mut front) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                std::thread::spawn(move || {
                    // Ends with the connection.
                    let _ = std::io::copy(&mut back, &mut front);
                    let _ = front.shutdown(Shutdown::Both);
                });
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || shared.pass(client, server));
            }
        });
        (cut, receiver)
    }

    fn pass(&self, mut client: UnixStream, mut server: UnixStream) {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = client.read(&mut buffer) {
            let request = &buffer[..length];
            if self.is_last(request) {
                if self.is_made {
                    let _ = server.write_all(request);
                    std::thread::sleep(Duration::from_millis(50));
                }
                let _ = self.reached.send(());
                return;
            }
            if server.write_all(request).is_err() {
                break;
            }
        }
        let _ = server.shutdown(Shutdown::Both);
    }

    fn is_last(&self, request: &[u8]) -> bool {
        let changes = request.starts_with(b"POST ") || request.starts_with(b"DELETE ");
        changes && self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_err()
    }

    /// All connections end, as those of a process that was killed.
    fn close(&self) {
        for stream in self.open.lock().unwrap().drain(..) {
            // One that has ended already is none the worse for it.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

struct Host {
    engine: Engine,
    folder: tempfile::TempDir,
}

impl Host {
    fn landfall(&self, socket: &Path, tag: &str) -> Command {
        let file = self.folder.path().join("web.yaml");
        std::fs::write(&file, MANIFESTS.replace("$TAG", tag)).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_landfall"));
        command
            .args(["apply", "--prune", "-l", "app=web", "-f", &file.display().to_string()])
            .arg(format!("--docker=unix://{}", socket.display()))
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", std::env::var_os("PATH").unwrap())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn deploy(&self, tag: &str) -> Output {
        self.landfall(&self.engine.socket(), tag).output().unwrap()
    }

    /// A deploy that is killed at a change; whether it got so far.
    fn killed(&self, tag: &str, change: usize, is_made: bool) -> bool {
        let socket = self.folder.path().join(format!("{change}.sock"));
        let (cut, reached) = Cut::start(&socket, self.engine.socket(), change, is_made);
        let mut child = self.landfall(&socket, tag).spawn().unwrap();
        let was_reached = loop {
            if reached.recv_timeout(Duration::from_millis(50)).is_ok() {
                child.kill().unwrap();
                break true;
            }
            if child.try_wait().unwrap().is_some() {
                break false;
            }
        };
        let output = child.wait_with_output().unwrap();
        cut.close();
        assert!(was_reached || output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        was_reached
    }

    /// What there is on the engine, as `kind name`, with what differs from time to time replaced.
    fn things(&self) -> Vec<String> {
        let list = |kind: &str, args: &[&str]| -> Vec<String> {
            let lines = self.engine.docker(args).ok();
            lines
                .lines()
                .filter(|line| !line.is_empty())
                .map(|line| format!("{kind} {}", without_random(line)))
                .collect()
        };
        let mut things = list("container", &["ps", "--all", "--format", "{{.Names}} {{.State}}"]);
        things.extend(list("volume", &["volume", "ls", "--format", "{{.Name}}"]));
        things.extend(list("network", &["network", "ls", "--filter", "type=custom", "--format", "{{.Name}}"]));
        things.sort();
        things
    }
}

/// A name without versions, UIDs and what is random in names of pods.
fn without_random(name: &str) -> String {
    let is_uid = |part: &str| part.len() == 36 && part.chars().filter(|c| *c == '-').count() == 4;
    let plain = |part: &str| match part {
        part if is_uid(part) => "*".to_owned(),
        part if part.starts_with("web-") => "web-*".to_owned(),
        part => part.to_owned(),
    };
    let name = name.split('.').map(plain).collect::<Vec<_>>().join(".");
    match name.rsplit_once('_') {
        Some((record, version)) if version.chars().all(|c| c.is_ascii_digit()) => format!("{record}_*"),
        _ => name,
    }
}

#[test]
fn nobody_notices_a_kill_at_any_call() {
    if !can_run() {
        return;
    }
    let host = Host { engine: Engine::start(), folder: tempfile::tempdir().unwrap() };
    for tag in ["v1", "v2", "v3"] {
        host.engine.load(&Image::web(&format!("killed/web:{tag}")));
    }
    let first = host.deploy("v1");
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    let clean = host.things();
    let address = format!("{}:30080", host.engine.address());
    let loads = [Connections::New, Connections::KeepAlive]
        .map(|connections| Load::start(Plan::new(&address).connections(connections)));
    let mut changes = 0;
    for change in 0.. {
        let tag = ["v2", "v3", "v1"][change % 3];
        // Half of the changes are made though nobody learns of it.
        if !host.killed(tag, change, change % 2 == 1) {
            break;
        }
        changes += 1;
        let again = host.deploy(tag);
        let words = String::from_utf8_lossy(&again.stderr);
        assert!(again.status.success(), "change {change}: {words}");
        let failed: Vec<u64> = loads.iter().map(Load::failed).collect();
        assert_eq!(failed, [0, 0], "change {change}");
        // The engine removes the lock's container a moment after its end.
        let deadline = Instant::now() + Duration::from_secs(10);
        while host.things() != clean && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(100));
        }
        assert_eq!(host.things(), clean, "change {change}");
    }
    println!("killed at {changes} calls");
    for load in loads {
        let report = load.stop();
        println!("{report}");
        assert_eq!(report.failed, 0);
    }
    assert!(changes > 20, "{changes}");
}
