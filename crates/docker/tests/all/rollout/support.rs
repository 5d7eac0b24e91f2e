//! An environment of its own on a shared engine, whose rollouts are driven without a deploy.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, Once},
    time::Duration,
};

use async_trait::async_trait;
use landfall_bench_engine::{Engine as Bench, Image};
use landfall_core::{
    catalog::Catalog,
    health::ReadyConditions,
    inventory::Latest,
    object::{Gvk, ObjectId},
    rollout::Rollout,
    selector::Selector,
};
use landfall_deploy::target::{TargetError, Watch, WatchRequest};
use landfall_docker::{
    engine::{Address, Engine, EngineFault},
    pod::{EngineFacts, Objects, PodSpec, ProbeCheck, VolumeAt, VolumeKind},
    rollout::{Around, Asker, PodState, Rollouts, Traffic, Volumes, Work, Workload},
    watch::{Records, Watching},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// The longest that anything may take in a test.
const PATIENCE: Duration = Duration::from_secs(60);

/// An environment on the shared engine.
pub struct Environment {
    pub bench: &'static Bench,
    pub name: String,
    pub engine: Engine,
    pub traffic: Arc<Told>,
}

/// What the Services were told.
#[derive(Default)]
pub struct Told(Mutex<Vec<String>>);

impl Told {
    fn note(&self, word: &str, pod: &PodState) {
        self.0.lock().unwrap().push(format!("{word} {}", pod.version));
    }

    /// Forgets what was told so far.
    pub fn forget(&self) {
        self.0.lock().unwrap().clear();
    }

    /// All words so far; versions are replaced by their numbers, in the order in which they are first told of.
    pub fn words(&self) -> String {
        let mut versions: Vec<String> = Vec::new();
        let words = self.0.lock().unwrap().clone();
        let short = words.iter().map(|line| {
            let (word, version) = line.split_once(' ').unwrap();
            if !versions.iter().any(|known| known == version) {
                versions.push(version.to_owned());
            }
            let number = versions.iter().position(|known| known == version).unwrap() + 1;
            format!("{word} v{number}")
        });
        short.collect::<Vec<_>>().join(", ")
    }
}

#[async_trait]
impl Traffic for Told {
    async fn pod_ready(&self, pod: &PodState) {
        self.note("ready", pod);
    }

    async fn pod_unready(&self, pod: &PodState) {
        self.note("unready", pod);
    }

    async fn pod_leaving(&self, pod: &PodState, _limit: Duration) {
        self.note("leaving", pod);
    }

    async fn pod_gone(&self, pod: &PodState) {
        self.note("gone", pod);
    }
}

/// Asks pods from the machine itself, to which their addresses are routed.
struct FromOutside(Engine);

#[async_trait]
impl Asker for FromOutside {
    async fn ask(&self, host: &str, check: &ProbeCheck, limit: Duration) -> Result<(), String> {
        let inspect = self.0.inspect(host).await.map_err(|fault| fault.message)?;
        let networks = inspect["NetworkSettings"]["Networks"].as_object().cloned().unwrap_or_default();
        let address =
            networks.values().find_map(|network| network["IPAddress"].as_str()).unwrap_or_default().to_owned();
        let (port, path) = match check {
            ProbeCheck::Http { port, path, .. } => (*port, Some(path.clone())),
            ProbeCheck::Tcp { port, .. } => (*port, None),
            other => return Err(format!("the test cannot ask {other:?}")),
        };
        let ask = async {
            let mut stream = TcpStream::connect((address.as_str(), port)).await?;
            let mut answer = String::new();
            if let Some(path) = path {
                stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes()).await?;
                stream.read_to_string(&mut answer).await?;
            }
            std::io::Result::Ok(answer)
        };
        match timeout(limit, ask).await {
            Err(_) => Err("no answer in time".to_owned()),
            Ok(Err(error)) => Err(error.to_string()),
            Ok(Ok(answer)) if answer.is_empty() || answer.contains(" 200 ") => Ok(()),
            Ok(Ok(answer)) => Err(answer.lines().next().unwrap_or_default().to_owned()),
        }
    }
}

/// Claims are volumes, and each other volume has the pod's UID in its name.
struct Named(Engine, String);

#[async_trait]
impl Volumes for Named {
    async fn ensure(&self, uid: &str, pod: &PodSpec) -> Result<BTreeMap<String, VolumeAt>, String> {
        let mut places = BTreeMap::new();
        for spec in &pod.volumes {
            let name = match &spec.kind {
                VolumeKind::Claim(claim) => format!("{}.{}", claim.claim, pod.namespace),
                _ => format!("pod-{uid}-{}", spec.name),
            };
            let labels = BTreeMap::from([("landfall.dev/environment".to_owned(), self.1.clone())]);
            let made = self.0.create_volume(&name, &labels, &BTreeMap::new()).await;
            let mountpoint = made.map_err(|fault| fault.message)?.mountpoint;
            places.insert(spec.name.clone(), VolumeAt::Named { name, mountpoint });
        }
        Ok(places)
    }

    async fn remove_of_pod(&self, uid: &str) -> Result<(), EngineFault> {
        self.remove(|of| of == uid).await
    }

    async fn remove_of_others(&self, uids: &BTreeSet<String>) -> Result<(), EngineFault> {
        self.remove(|of| !uids.contains(of)).await
    }
}

impl Named {
    async fn remove(&self, is_meant: impl Fn(&str) -> bool) -> Result<(), EngineFault> {
        for volume in self.0.volumes(&[("landfall.dev/environment", &self.1)]).await? {
            if volume.name.strip_prefix("pod-").and_then(|rest| rest.get(..36)).is_some_and(&is_meant) {
                self.0.remove_volume(&volume.name).await?;
            }
        }
        Ok(())
    }
}

/// Makes an environment with a network; `None` where no engine can be run.
pub async fn environment(name: &str) -> Option<Environment> {
    if !landfall_bench_engine::can_run() {
        return None;
    }
    static IMAGES: Once = Once::new();
    let bench = tokio::task::spawn_blocking(Bench::shared).await.unwrap();
    IMAGES.call_once(|| {
        for tag in ["v1", "v2", "v3"] {
            bench.load(&Image::web(&format!("landfall-bench/web:{tag}")));
        }
        let pause = landfall_bench_cluster::program("pause");
        bench.load(&Image::new("landfall-bench/sandbox:v1").program("/landfall", &pause));
    });
    let engine = Engine::connect(&Address::parse(&bench.url(), None).unwrap()).await.unwrap();
    engine.create_network(name, &BTreeMap::new()).await.unwrap();
    Some(Environment { bench, name: name.to_owned(), engine, traffic: Arc::default() })
}

impl Environment {
    /// Begins rollouts, as a Landfall that was just started.
    pub async fn rollouts(&self) -> Rollouts {
        self.rollouts_through(self.engine.clone()).await.unwrap()
    }

    /// Begins rollouts by a connection of their own.
    pub async fn rollouts_through(&self, engine: Engine) -> Result<Rollouts, EngineFault> {
        let about = engine.about().clone();
        let around = Around {
            environment: self.name.clone(),
            network: self.name.clone(),
            image: "landfall-bench/sandbox:v1".to_owned(),
            facts: EngineFacts { name: about.name, cpus: about.cpus, memory: about.memory },
            host_address: None,
            traffic: self.traffic.clone(),
            volumes: Arc::new(Named(engine.clone(), self.name.clone())),
            asker: Arc::new(FromOutside(engine.clone())),
            engine,
        };
        Rollouts::begin(around).await
    }

    /// The names of the environment's volumes.
    pub async fn volumes(&self) -> Vec<String> {
        let volumes = self.engine.volumes(&[("landfall.dev/environment", &self.name)]).await.unwrap();
        let mut names: Vec<String> = volumes.into_iter().map(|volume| volume.name).collect();
        names.sort();
        names
    }

    /// The containers of the environment, as `name state`, with random parts replaced.
    pub async fn containers(&self) -> Vec<String> {
        let listed = self.engine.containers(&[("landfall.dev/environment", &self.name)]).await.unwrap();
        let mut lines: Vec<String> = listed.into_iter().map(|one| format!("{} {}", one.name, one.state)).collect();
        lines.sort();
        lines
    }
}

/// A workload of one container, with what `spec` and `container` say beside it.
pub fn workload(kind: &str, name: &str, image: &str, spec: &Value, container: &Value) -> Workload {
    let api_version = match kind {
        "Job" => "batch/v1",
        "Pod" => "v1",
        _ => "apps/v1",
    };
    let mut main =
        json!({"name": "web", "image": format!("landfall-bench/web:{image}"), "imagePullPolicy": "IfNotPresent"});
    extend(&mut main, container);
    let pod = json!({"terminationGracePeriodSeconds": 5, "containers": [main]});
    let mut document = json!({
        "apiVersion": api_version, "kind": kind,
        "metadata": {"name": name, "namespace": "prod", "uid": format!("uid-{name}"),
                     "creationTimestamp": jiff::Timestamp::now().to_string()},
        "spec": {"template": {"metadata": {"labels": {"app": name}}, "spec": pod}},
    });
    extend(&mut document["spec"], spec);
    let Gvk { group, kind, .. } = Gvk::new(api_version, kind);
    Workload::new(ObjectId { group, kind, namespace: Some("prod".to_owned()), name: name.to_owned() }, document)
}

/// Puts fields into an object, deeply.
pub fn extend(object: &mut Value, fields: &Value) {
    match (object, fields) {
        (Value::Object(object), Value::Object(fields)) => {
            for (key, value) in fields {
                extend(object.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (object, fields) => *object = fields.clone(),
    }
}

pub async fn start(rollouts: &Rollouts, workload: &Workload) {
    rollouts.start(workload.clone(), Arc::new(Objects::default())).await;
}

/// Waits until the pods of a workload are as wanted; they are told if they never are.
#[track_caller]
pub fn until<'a>(
    rollouts: &'a Rollouts,
    workload: &'a Workload,
    wanted: impl Fn(&[PodState]) -> bool + 'a,
) -> impl Future<Output = Vec<PodState>> + 'a {
    let place = std::panic::Location::caller();
    async move {
        let mut changes = rollouts.changes();
        let wait = async {
            loop {
                let pods = rollouts.pods(&workload.id);
                if wanted(&pods) {
                    return pods;
                }
                changes.changed().await.unwrap();
            }
        };
        match timeout(PATIENCE, wait).await {
            Ok(pods) => pods,
            Err(_) => panic!("{place}: not after {PATIENCE:?}; at last: {:#?}", shown(&rollouts.pods(&workload.id))),
        }
    }
}

/// Whether the only pods are so many ready ones of the workload's version.
pub fn all_ready(workload: &Workload, count: usize) -> impl Fn(&[PodState]) -> bool + '_ {
    move |pods| {
        pods.len() == count
            && pods.iter().all(|pod| pod.work == Work::None && pod.version == workload.version && is_ready(pod))
    }
}

pub fn is_ready(pod: &PodState) -> bool {
    let document = pod.document();
    let conditions = document["status"]["conditions"].as_array().cloned().unwrap_or_default();
    conditions.iter().any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
}

/// Pods for messages.
pub fn shown(pods: &[PodState]) -> Vec<String> {
    let line = |pod: &PodState| format!("{} {:?} {:?} {}", pod.name, pod.work, pod.fault, pod.document()["status"]);
    pods.iter().map(line).collect()
}

/// The records of a test: documents in memory.
pub struct InMemory(pub Vec<Value>);

#[async_trait]
impl Records for InMemory {
    fn documents(&self) -> Vec<Value> {
        self.0.clone()
    }

    async fn latest(&self) -> Result<Option<(Latest, String)>, TargetError> {
        Ok(None)
    }
}

/// A watch of workloads.
pub fn watch(rollouts: &Arc<Rollouts>, workloads: &[&Workload]) -> Watching {
    let objects: Vec<(ObjectId, Gvk)> = workloads
        .iter()
        .map(|workload| {
            let text = |field: &str| workload.document[field].as_str().unwrap().to_owned();
            (workload.id.clone(), Gvk::new(&text("apiVersion"), &text("kind")))
        })
        .collect();
    let records = InMemory(workloads.iter().map(|workload| workload.document.clone()).collect());
    let request = WatchRequest {
        objects: &objects,
        selector: &Selector::default(),
        key: None,
        catalog: &Catalog::default(),
        ready_conditions: &ReadyConditions::default(),
    };
    Watching::new(Arc::clone(rollouts), Arc::new(records), &request)
}

/// Waits until a watch's first object is told as wanted, and tells its sentence.
pub async fn told(watch: &mut Watching, wanted: impl Fn(&Rollout) -> bool) -> Rollout {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let sight = watch.next(Duration::from_secs(1)).await.unwrap();
        let rollout = sight.rollouts.into_iter().next().unwrap();
        if wanted(&rollout) {
            return rollout;
        }
        assert!(tokio::time::Instant::now() < deadline, "at last: {rollout:?} {:?}", sight.warnings);
    }
}
