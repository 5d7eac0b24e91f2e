//! Landfall in its own image on one Docker host, deployed by the manifests of `deploy/`: it replaces itself.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    os::unix::fs::{MetadataExt, chown},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use landfall_bench_engine::{Engine, can_run};
use serde_json::Value;

use super::{DEPLOY, PATIENCE, USER, edit, image, is_live, replace};
use crate::runner::Workspace;

#[test]
fn a_commit_with_another_image_of_it_replaces_it() {
    if !can_run() {
        return;
    }
    let host = Host::deploy();
    host.until_live("Open");
    let first = host.container();

    let page = Arc::new(Watched::default());
    let watching = page.watch(host.address());
    host.engine.docker(&["tag", "landfall:0.1.0", "landfall:0.2.0"]).ok();
    host.edit("landfall:0.1.0", "landfall:0.2.0");
    host.work.commit("Take the next Landfall");
    host.until_live("Take the next Landfall");
    let second = host.container();
    assert_ne!(first, second);
    assert!(second.ends_with(" landfall:0.2.0"), "{second}");

    // Whoever is there now goes on.
    host.edit("periodSeconds: 2", "periodSeconds: 3");
    host.work.commit("Ask less often");
    host.until_live("Ask less often");
    page.end.store(true, Ordering::Relaxed);
    watching.join().unwrap();
    let (asked, failed) = (page.asked.load(Ordering::Relaxed), page.failed.load(Ordering::Relaxed));
    assert!(asked > 20 && failed == 0, "{failed} of {asked} requests failed");

    let deploys = host.deploys();
    let mut told: Vec<String> = deploys.iter().map(|deploy| deploy["deploy"]["outcome"].to_string()).collect();
    told.dedup();
    assert_eq!(told, ["\"live\""], "{deploys:#?}");
}

/// Landfall on an engine of its own.
struct Host {
    engine: Engine,
    work: Workspace,
    token: String,
}

impl Host {
    /// Builds the image, and deploys the first one by hand.
    fn deploy() -> Self {
        let engine = Engine::start();
        let tar = image(engine.folder(), "landfall:0.1.0");
        engine.docker(&["load", "--quiet", "--input", &tar.display().to_string()]).ok();
        fs::remove_file(tar).unwrap();

        let work = Workspace::new();
        let folder = |name: &str| {
            let folder = engine.folder().join(name);
            fs::create_dir(&folder).unwrap();
            chown(&folder, Some(USER), Some(USER)).unwrap();
            folder.display().to_string()
        };
        let (state, cache, settings) = (folder("state"), folder("cache"), folder("settings"));
        fs::write(format!("{settings}/token"), "a-token").unwrap();
        // The test's user owns the repository, and Git asks who trusts it.
        fs::write(format!("{state}/.gitconfig"), "[safe]\ndirectory = *\n").unwrap();
        let socket = engine.socket().display().to_string();
        let group = fs::metadata(engine.socket()).unwrap().gid();
        let manifest = fs::read_to_string(format!("{DEPLOY}/docker/landfall.yaml")).unwrap();
        let repository = work.dir().display().to_string();
        let replaced = [
            ("https://git.example.com/landfall.git", "/repository".to_owned()),
            ("hostPath: {path: /var/run/docker.sock,", format!("hostPath: {{path: {socket},")),
            ("hostPath: {path: /var/lib/landfall,", format!("hostPath: {{path: {state},")),
            ("hostPath: {path: /var/cache/landfall,", format!("hostPath: {{path: {cache},")),
            ("hostPath: {path: /etc/landfall,", format!("hostPath: {{path: {settings},")),
            ("supplementalGroups: [999]", format!("supplementalGroups: [{group}]")),
            (
                "        volumeMounts:\n",
                "        volumeMounts:\n        - {name: repository, mountPath: /repository}\n".to_owned(),
            ),
            (
                "      volumes:\n",
                format!("      volumes:\n      - name: repository\n        hostPath: {{path: {repository}}}\n"),
            ),
        ];
        work.write("docker/landfall.yaml", &replace(manifest, &replaced));
        work.write("landfall.yaml", &fs::read_to_string(format!("{DEPLOY}/landfall.yaml")).unwrap());
        let host = Self { engine, work, token: "a-token".to_owned() };
        host.work.commit("Open");
        let deployed = host.work.command(&["deploy", "host"]).env("DOCKER_HOST", host.engine.url()).output().unwrap();
        assert!(deployed.status.success(), "{}", String::from_utf8_lossy(&deployed.stderr));
        host
    }

    fn edit(&self, from: &str, to: &str) {
        edit(&self.work, "docker/landfall.yaml", from, to);
    }

    fn address(&self) -> String {
        format!("{}:30080", self.engine.address())
    }

    /// The timeline, as the page tells it to programs.
    fn deploys(&self) -> Vec<Value> {
        let asked = get(&self.address(), "/api/v1/deploys", &self.token);
        let Ok(answer) = asked else { return Vec::new() };
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let page: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"));
        page["deploys"].as_array().unwrap().clone()
    }

    /// Waits until a commit is live by its own account, and one container of Landfall runs.
    fn until_live(&self, subject: &str) {
        let started = Instant::now();
        loop {
            let deploys = self.deploys();
            let containers = self.containers("--all");
            if is_live(&deploys, subject) && containers.len() == 1 {
                return;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "{subject} is not live:\n{containers:#?}\n{deploys:#?}\n{}",
                self.logs()
            );
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn container(&self) -> String {
        self.containers("--no-trunc").remove(0)
    }

    fn containers(&self, flag: &str) -> Vec<String> {
        let filter = "label=landfall.dev/container=landfall";
        let listed = self.engine.docker(&["ps", flag, "--filter", filter, "--format", "{{.ID}} {{.Image}}"]).ok();
        listed.lines().map(str::to_owned).collect()
    }

    fn logs(&self) -> String {
        let containers = self.containers("--all");
        let ids = containers.iter().filter_map(|container| container.split_whitespace().next());
        let logs = ids.map(|id| {
            let output = self.engine.docker(&["logs", "--timestamps", id]);
            format!("--- {id}\n{}{}", output.stdout, output.stderr)
        });
        logs.collect()
    }
}

/// Asks for the page all the time.
#[derive(Default)]
struct Watched {
    end: AtomicBool,
    asked: AtomicUsize,
    failed: AtomicUsize,
}

impl Watched {
    fn watch(self: &Arc<Self>, address: String) -> std::thread::JoinHandle<()> {
        let page = Arc::clone(self);
        std::thread::spawn(move || {
            while !page.end.load(Ordering::Relaxed) {
                page.asked.fetch_add(1, Ordering::Relaxed);
                match get(&address, "/healthz", "") {
                    Ok(answer) if answer.starts_with("HTTP/1.1 200") => {}
                    _ => {
                        page.failed.fetch_add(1, Ordering::Relaxed);
                    }
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        })
    }
}

fn get(address: &str, path: &str, token: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let head =
        format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
