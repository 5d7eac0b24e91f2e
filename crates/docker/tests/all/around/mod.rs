//! An environment of its own on a shared engine, with all that stands around its pods: lock, agent, Services, volumes.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::PathBuf,
    process::Command,
    sync::{Arc, Once},
    time::Duration,
};

use landfall_bench_engine::{Engine as Bench, Image};
use landfall_core::object::{Gvk, ObjectId};
use landfall_docker::{
    Site,
    engine::{Address, Engine, Listed},
    lock::{self, Session},
    pod::{EngineFacts, Objects},
    rollout::{Around, PodState, Rollouts, Work, Workload},
    service::Services,
    volume::PodVolumes,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// The longest that anything may take in a test.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// An environment.
pub struct Environment {
    pub bench: &'static Bench,
    pub site: Site,
}

/// What a deploy has.
pub struct Deploy {
    pub services: Arc<Services>,
    pub volumes: Arc<PodVolumes>,
    pub rollouts: Rollouts,
    pub objects: Arc<Objects>,
    pub session: Session,
}

/// Makes an environment with a network; `None` where no engine can be run. Its name is also its namespace.
pub async fn environment(name: &str) -> Option<Environment> {
    if !landfall_bench_engine::can_run() {
        return None;
    }
    static IMAGES: Once = Once::new();
    let bench = tokio::task::spawn_blocking(|| {
        let bench = Bench::shared();
        IMAGES.call_once(|| {
            for tag in ["v1", "v2"] {
                bench.load(&Image::web(&format!("landfall-around/web:{tag}")));
            }
            bench.load(&Image::new("landfall-around/landfall:test").program("/landfall", &program()));
        });
        bench
    });
    let bench = bench.await.unwrap();
    let engine = Engine::connect(&Address::parse(&bench.url(), None).unwrap()).await.unwrap();
    engine.create_network(name, &BTreeMap::new()).await.unwrap();
    let site = Site {
        engine,
        environment: name.to_owned(),
        network: name.to_owned(),
        image: "landfall-around/landfall:test".to_owned(),
        host_address: None,
    };
    Some(Environment { bench, site })
}

/// Landfall's program without what a debugger needs, which is most of it.
fn program() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let folder = own.parent().and_then(|deps| deps.parent()).unwrap();
    let program = folder.join("landfall");
    assert!(program.exists(), "{} is not there: run `cargo build -p landfall` first", program.display());
    let small = folder.join(format!("landfall-around-{}", std::process::id()));
    let stripped = Command::new("strip").args(["--strip-debug", "-o"]).arg(&small).arg(&program).status();
    assert!(stripped.is_ok_and(|status| status.success()), "strip (Debian package binutils) is missing");
    small
}

impl Environment {
    /// Begins a deploy with these objects, the Services among them as recorded.
    pub async fn deploy(&self, objects: &[Value]) -> Deploy {
        let mut all = Objects::default();
        for object in objects {
            all.insert(object.clone(), &self.site.environment);
        }
        let objects_of = |kind: &str| objects.iter().filter(|object| object["kind"] == kind).cloned().collect();
        let objects = Arc::new(all);
        let session = lock::take(&self.site, "test@here", PATIENCE).await.unwrap();
        let services = Arc::new(Services::begin(self.site.clone(), objects_of("Service")).await.unwrap());
        let volumes = Arc::new(PodVolumes::new(self.site.clone(), objects.clone()));
        let about = self.site.engine.about().clone();
        let around = Around {
            engine: self.site.engine.clone(),
            environment: self.site.environment.clone(),
            network: self.site.network.clone(),
            image: self.site.image.clone(),
            facts: EngineFacts { name: about.name, cpus: about.cpus, memory: about.memory },
            host_address: None,
            traffic: services.clone(),
            volumes: volumes.clone(),
            asker: Arc::new(session.agent()),
        };
        let rollouts = Rollouts::begin(around).await.unwrap();
        Deploy { services, volumes, rollouts, objects, session }
    }

    /// A Service of the environment.
    pub fn service(&self, name: &str, spec: &Value) -> Value {
        self.object("v1", "Service", name, &json!({"spec": spec}))
    }

    /// An object of the environment.
    pub fn object(&self, api_version: &str, kind: &str, name: &str, fields: &Value) -> Value {
        let mut object = json!({
            "apiVersion": api_version, "kind": kind,
            "metadata": {"name": name, "namespace": self.site.environment, "uid": format!("uid-{name}"),
                         "creationTimestamp": jiff::Timestamp::now().to_string()},
        });
        extend(&mut object, fields);
        object
    }

    /// A workload of one container with the label `app`, with what `spec`, `pod` and `container` say beside it.
    pub fn workload(&self, kind: &str, name: &str, image: &str, parts: &Value) -> Workload {
        let mut main =
            json!({"name": "web", "image": format!("landfall-around/web:{image}"), "imagePullPolicy": "Never"});
        extend(&mut main, &parts["container"]);
        let mut pod = json!({"terminationGracePeriodSeconds": 10, "containers": [main]});
        extend(&mut pod, &parts["pod"]);
        let api_version = if kind == "Pod" { "v1" } else { "apps/v1" };
        let labels = json!({"labels": {"app": name}});
        let fields = match kind {
            "Pod" => json!({"metadata": labels, "spec": pod}),
            _ => {
                let mut spec = json!({"template": {"metadata": labels, "spec": pod}});
                extend(&mut spec, &parts["spec"]);
                json!({"spec": spec})
            }
        };
        let document = self.object(api_version, kind, name, &fields);
        let Gvk { group, kind, .. } = Gvk::new(api_version, kind);
        let namespace = Some(self.site.environment.clone());
        Workload::new(ObjectId { group, kind, namespace, name: name.to_owned() }, document)
    }

    /// What the pod `from` gets from a URL, or why not.
    pub async fn get_from(&self, from: &str, url: &str) -> String {
        let inspect = self.site.engine.inspect(from).await.unwrap();
        let address = inspect["NetworkSettings"]["Networks"][&self.site.network]["IPAddress"].as_str().unwrap();
        let address = SocketAddr::new(address.parse().unwrap(), 8080);
        get(address, &format!("/get?{url}"), "x").await.unwrap_or_else(|fault| fault)
    }

    /// What a file in the pod `pod` holds. A pod without a readiness probe is ready a moment before its program listens.
    pub async fn file(&self, pod: &str, path: &str) -> String {
        let ask = async {
            loop {
                let answer = self.get_from(pod, &format!("http://127.0.0.1:8080/file?{path}")).await;
                if !answer.starts_with("Connection refused") {
                    return answer;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(PATIENCE, ask).await.unwrap()
    }

    /// The address of a published port.
    pub fn published(&self, port: u16) -> SocketAddr {
        SocketAddr::new(self.bench.address(), port)
    }

    /// The containers that belong to the environment.
    pub async fn containers(&self) -> Vec<Listed> {
        self.site.engine.containers(&[("landfall.dev/environment", &self.site.environment)]).await.unwrap()
    }

    /// The containers and volumes that belong to the environment.
    pub async fn left(&self) -> Vec<String> {
        let own = [("landfall.dev/environment", self.site.environment.as_str())];
        let containers = self.containers().await.into_iter().map(|one| one.name);
        let volumes = self.site.engine.volumes(&own).await.unwrap().into_iter().map(|one| one.name);
        let mut all: Vec<String> = containers.chain(volumes).collect();
        all.sort();
        all
    }
}

impl Deploy {
    /// Makes a workload so, and returns its pods when all are ready.
    pub async fn roll(&self, workload: &Workload) -> Vec<PodState> {
        self.rollouts.start(workload.clone(), self.objects.clone()).await;
        let count = workload.document["spec"]["replicas"].as_u64().unwrap_or(1);
        let mut changes = self.rollouts.changes();
        let wait = async {
            loop {
                let pods = self.rollouts.pods(&workload.id);
                let is_ready =
                    |pod: &&PodState| pod.work == Work::None && pod.version == workload.version && is_ready(pod);
                if pods.len() as u64 == count && pods.iter().filter(is_ready).count() as u64 == count {
                    return pods;
                }
                changes.changed().await.unwrap();
            }
        };
        match timeout(PATIENCE, wait).await {
            Ok(pods) => pods,
            Err(_) => panic!("not after {PATIENCE:?}; at last: {:#?}", shown(&self.rollouts.pods(&workload.id))),
        }
    }

    /// Ends it in good order.
    pub async fn end(self) {
        self.rollouts.end().await;
        self.services.finish().await.unwrap();
        assert_eq!(self.services.take_warnings(), Vec::<String>::new());
        landfall_deploy::target::Lock::release(Box::new(self.session)).await;
    }
}

fn is_ready(pod: &PodState) -> bool {
    let document = pod.document();
    let conditions = document["status"]["conditions"].as_array().cloned().unwrap_or_default();
    conditions.iter().any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
}

fn shown(pods: &[PodState]) -> Vec<String> {
    let line = |pod: &PodState| format!("{} {:?} {:?} {}", pod.name, pod.work, pod.fault, pod.document()["status"]);
    pods.iter().map(line).collect()
}

/// Gets a path by HTTP: the body, or why not.
pub async fn get(address: SocketAddr, path: &str, host: &str) -> Result<String, String> {
    let ask = async {
        let mut stream = TcpStream::connect(address).await?;
        stream
            .write_all(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())
            .await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    let answer = timeout(Duration::from_secs(20), ask).await.map_err(|_| "no answer in time".to_owned())?;
    let answer = answer.map_err(|error| error.to_string())?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| format!("cut: {answer}"))?;
    if head.starts_with("HTTP/1.1 200") {
        Ok(body.to_owned())
    } else {
        Err(format!("{}: {body}", head.lines().next().unwrap_or_default()))
    }
}

/// Gets `/` as soon as anybody answers: a pod may be ready a moment before its Services are told.
pub async fn first_answer(address: SocketAddr) -> String {
    let ask = async {
        loop {
            match get(address, "/", "x").await {
                Ok(answer) => return answer,
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    };
    timeout(PATIENCE, ask).await.unwrap()
}

/// Puts fields into an object, deeply.
pub fn extend(object: &mut Value, fields: &Value) {
    match (object, fields) {
        (_, Value::Null) => {}
        (Value::Object(object), Value::Object(fields)) => {
            for (key, value) in fields {
                extend(object.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (object, fields) => *object = fields.clone(),
    }
}
