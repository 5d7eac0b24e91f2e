//! All manifests of Sourcegraph 2.13.5, as its customers have them, on one engine. Only the programs are another one, which
//! listens where theirs do.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use landfall_bench_engine::{Engine, Image, can_run};
use landfall_core::manifest::{self, ManifestFile};
use serde_json::{Value, json};

use crate::{interchange::history::manifests, runner::Workspace};

const STAND_IN: &str = "stand-in/web:v1";

#[test]
fn every_service_of_the_whole_product_answers_by_its_names() {
    let Some(folder) = manifests("v2.13.5").filter(|_| can_run()) else { return };
    let objects = with_stand_in(&folder);
    let engine = Engine::start();
    engine.load(&Image::web(STAND_IN));
    let work = Workspace::new();
    for (path, object) in &objects {
        work.write(path, &object.to_string());
    }
    let docker = format!("--docker={}", engine.url());
    let args = ["-f", "base", "-R", "-l", "deploy=sourcegraph", &docker];
    work.landfall(&[&["deploy", "--timeout", "180s"], &args[..]].concat()).success();

    let services: Vec<&Value> =
        objects.iter().map(|(_, object)| object).filter(|one| one["kind"] == "Service").collect();
    let asked: usize = services.iter().map(|service| ask_all(&engine, service, &objects)).sum();
    assert!(asked >= 3 * 20, "{asked} names and ports of {} Services answer", services.len());

    let again = work.landfall(&[&["plan", "--exit-code"], &args[..]].concat()).success();
    assert_eq!(again.stdout, format!("{} unchanged\n", objects.len()), "{}", again.snapshot());
}

/// The objects with their paths. Each container has the stand-in, which listens on the ports that the container declares.
fn with_stand_in(folder: &Path) -> Vec<(String, Value)> {
    let mut files = Vec::new();
    read(&folder.join("base"), folder, &mut files);
    let loaded = manifest::load(files).unwrap();
    let mut objects = Vec::new();
    for manifest in loaded {
        let mut object = manifest.value.unpacked();
        let containers = object.pointer_mut("/spec/template/spec/containers").and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten() {
            let ports = container["ports"].as_array().into_iter().flatten();
            let ports: Vec<String> = ports.map(|port| port["containerPort"].to_string()).collect();
            container["image"] = json!(STAND_IN);
            let fields = container.as_object_mut().unwrap();
            fields.remove("command");
            let env = fields.entry("env").or_insert_with(|| json!([])).as_array_mut().unwrap();
            env.push(json!({"name": "PORTS", "value": ports.join(",")}));
        }
        objects.push((format!("base/{}.json", objects.len()), object));
    }
    objects
}

fn read(folder: &Path, root: &Path, files: &mut Vec<ManifestFile>) {
    let paths: BTreeSet<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    for path in paths {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            read(&path, root, files);
        } else if manifest::is_manifest_path(&name) {
            files.push(ManifestFile { path: name, bytes: fs::read(&path).unwrap() });
        }
    }
}

/// Asks a Service from a pod that is not behind it, by each of its names on each port that something listens to; panics
/// unless one of its pods answers. Tells how many there were.
fn ask_all(engine: &Engine, service: &Value, objects: &[(String, Value)]) -> usize {
    let name = service["metadata"]["name"].as_str().unwrap();
    let selector = service["spec"]["selector"].as_object().unwrap();
    let selects = |workload: &Value| {
        let labels = &workload["spec"]["template"]["metadata"]["labels"];
        labels.is_object() && selector.iter().all(|(key, value)| labels[key] == *value)
    };
    let workload = objects.iter().map(|(_, object)| object).find(|object| selects(object)).unwrap();
    let owner = workload["metadata"]["name"].as_str().unwrap();
    let is_headless = service["spec"]["clusterIP"] == "None";
    let mut asked = 0;
    for port in service["spec"]["ports"].as_array().unwrap() {
        // What headless Services say of ports goes nowhere, here and in a cluster.
        let port = if is_headless { container_port(workload) } else { port["port"].clone() };
        for host in [name.to_owned(), format!("{name}.default"), format!("{name}.default.svc.cluster.local")] {
            let answer = eventually(&format!("{host}:{port} answers"), || {
                ask(engine, owner, &format!("http://{host}:{port}/healthz"))
            });
            let by = answer.split_whitespace().nth(1).unwrap_or_default();
            assert!(by.starts_with(&format!("{owner}-")), "{host}:{port} is answered by {answer:?}");
            asked += 1;
        }
    }
    asked
}

fn container_port(workload: &Value) -> Value {
    workload["spec"]["template"]["spec"]["containers"][0]["ports"][0]["containerPort"].clone()
}

/// Has a pod of another workload than `owner` get an address: the frontend, which the host publishes, or one that it asks.
fn ask(engine: &Engine, owner: &str, url: &str) -> Result<String, String> {
    let first = format!("http://{}:30080/get?", engine.address());
    let url = match owner {
        "sourcegraph-frontend" => format!("{first}http://github-proxy/get?{url}"),
        _ => format!("{first}{url}"),
    };
    let options = ["--silent", "--show-error", "--fail-with-body", "--noproxy", "*", "--max-time", "10"];
    let output = Command::new("curl").args(options).arg(&url).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(format!("{url}: {}{}", text(&output.stdout), text(&output.stderr)))
    }
}

/// Asks again until the answer is good; panics with the last bad answer after a while.
#[track_caller]
fn eventually(what: &str, ask: impl Fn() -> Result<String, String>) -> String {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match ask() {
            Ok(answer) => return answer,
            Err(last) => assert!(Instant::now() < deadline, "in vain: {what}; at last: {last}"),
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
