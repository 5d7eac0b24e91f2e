//! A place for one story: a namespace of its own on a cluster or on an engine, and a deployment repository that is deployed
//! there.

use std::{
    collections::BTreeMap,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use landfall_bench_cluster::{Cluster, Image};
use landfall_bench_engine::Engine;
use serde_json::Value;

use crate::{
    live::{masked, running::Running, stage},
    runner::{Ran, Workspace},
    timeline::site,
};

/// How long a test looks for what must be so.
const PATIENCE: Duration = Duration::from_secs(20);

/// An environment `production` with nothing in it. In all texts that it takes, `$NS` stands for the name of its namespace,
/// which is also the value of its label.
pub struct Place {
    pub work: Workspace,
    pub namespace: String,
    on: On,
}

enum On {
    Cluster(&'static Cluster),
    Engine(&'static Engine),
}

impl AsRef<Workspace> for Place {
    fn as_ref(&self) -> &Workspace {
        &self.work
    }
}

impl Place {
    /// One on a cluster with a real node; `None` where there can be none, which is said.
    pub fn cluster() -> Option<Self> {
        Some(Self::on_cluster(stage::cluster()?))
    }

    /// One on a cluster whose pods become ready, without containers.
    pub fn simulated() -> Self {
        Self::on_cluster(site::cluster())
    }

    fn on_cluster(cluster: &'static Cluster) -> Self {
        let place = Self::new(Workspace::on(cluster), On::Cluster(cluster));
        cluster.kubectl(&["create", "namespace", &place.namespace]).ok();
        // The controllers make it a moment after the namespace; pods that come before are refused.
        place.until("the namespace has an account", || {
            cluster.kubectl(&["get", "serviceaccount", "default", "-n", &place.namespace]).status.success()
        });
        place
    }

    /// One on a Docker engine; `None` where there can be none, which is said.
    pub fn engine() -> Option<Self> {
        let engine = engine()?;
        Some(Self::new(Workspace::new().replace(&engine.url(), "$ENGINE"), On::Engine(engine)))
    }

    /// One on Podman, which speaks Docker's API; `None` where there can be none, which is said.
    pub fn podman() -> Option<Self> {
        let engine = podman()?;
        Some(Self::new(Workspace::new().replace(&engine.url(), "$ENGINE"), On::Engine(engine)))
    }

    fn new(work: Workspace, on: On) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(100);
        let namespace = format!("place-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let work = work.replace(&namespace, "$NS");
        let place = Self { work, namespace, on };
        place.configure("$NS", &[("production", "base", "")]);
        place
    }

    /// Writes `landfall.yaml` with environments: their names, folders, and selectors (the usual one where empty).
    pub fn configure(&self, name: &str, environments: &[(&str, &str, &str)]) {
        let target = match &self.on {
            On::Cluster(_) => "kubernetes: {namespace: $NS}".to_owned(),
            On::Engine(engine) => format!("docker: {{host: '{}', namespace: $NS}}", engine.url()),
        };
        let mut text = format!("name: {name}\nenvironments:\n");
        for (environment, path, selector) in environments {
            let selector = if selector.is_empty() { String::new() } else { format!(", selector: '{selector}'") };
            text += &format!("  {environment}: {{branch: main, paths: [{path}]{selector}, target: {{{target}}}}}\n");
        }
        self.write("landfall.yaml", &text);
    }

    /// Writes a file of the repository.
    pub fn write(&self, path: &str, text: &str) -> &Self {
        self.work.write(path, &self.fill(text));
        self
    }

    /// Runs `landfall` with these arguments.
    pub fn landfall(&self, args: &[&str]) -> Ran {
        let args: Vec<String> = args.iter().map(|arg| self.fill(arg)).collect();
        self.work.landfall(&args.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Commits everything, and deploys it to its end.
    pub fn deploy(&self, message: &str, args: &[&str]) -> Ran {
        self.work.commit(message);
        let says_how_long = args.iter().any(|arg| matches!(*arg, "--timeout" | "--no-wait"));
        let limit = if says_how_long { &[][..] } else { &["--timeout", "90s"] };
        self.landfall(&[&["deploy", "production"], limit, args].concat())
    }

    /// Commits everything, and deploys it while the test goes on.
    pub fn start(&self, message: &str) -> Running {
        self.work.commit(message);
        Running::start(self, &["deploy", "production", "--timeout", "90s"])
    }

    /// What a command told at its end, from the first line that begins with this; what differs from run to run, and from
    /// target to target, is replaced.
    pub fn report(&self, ran: &Ran, begin: &str) -> String {
        let lines = ran.stderr.lines().skip_while(|line| !line.starts_with(begin)).collect::<Vec<_>>().join("\n");
        self.mask(&Ran { stdout: String::new(), stderr: lines, status: ran.status })
    }

    /// All that was told, with the names of pods, times and seconds replaced.
    pub fn mask(&self, ran: &Ran) -> String {
        masked::mask(&Default::default(), &without_names(&ran.snapshot()))
    }

    /// The containers that run and are not being stopped, each with its image, as the target itself tells it.
    pub fn running(&self) -> Vec<String> {
        let mut all = match &self.on {
            On::Cluster(cluster) => {
                let listed = cluster.kubectl(&["get", "pods", "-n", &self.namespace, "-o", "json"]).ok();
                let listed: Value = serde_json::from_str(&listed).unwrap();
                let stays = |pod: &&Value| {
                    pod["metadata"]["deletionTimestamp"].is_null() && pod["status"]["phase"] == "Running"
                };
                let pods = listed["items"].as_array().unwrap().iter().filter(stays);
                let containers = pods.flat_map(|pod| pod["spec"]["containers"].as_array().unwrap());
                let name = |container: &Value, field: &str| container[field].as_str().unwrap().to_owned();
                containers.map(|one| format!("{} {}", name(one, "name"), name(one, "image"))).collect::<Vec<_>>()
            }
            On::Engine(engine) => {
                let namespace = format!("label=landfall.dev/namespace={}", self.namespace);
                let format = "{{.Label \"landfall.dev/container\"}} {{.Image}}";
                let filters = ["--filter", &namespace, "--filter", "label=landfall.dev/container"];
                let listed = engine.docker(&[&["ps", "--format", format][..], &filters].concat()).ok();
                // Podman says of an image that it came from no registry.
                listed.lines().map(|line| line.replace(" localhost/", " ")).collect()
            }
        };
        all.sort_unstable();
        all
    }

    /// The levels of the live ConfigMaps with this selector, by their names, as the target itself tells it; `None` where only
    /// Landfall could tell it.
    pub fn levels(&self, selector: &str) -> Option<BTreeMap<String, String>> {
        let On::Cluster(cluster) = &self.on else { return None };
        let get = ["get", "configmaps", "-n", &self.namespace, "-l", &self.fill(selector), "-o", "json"];
        let listed: Value = serde_json::from_str(&cluster.kubectl(&get).ok()).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let level = |one: &Value| (text(&one["metadata"]["name"]), text(&one["data"]["level"]));
        Some(listed["items"].as_array().unwrap().iter().map(level).collect())
    }

    /// Panics unless exactly these containers run, or soon do.
    #[track_caller]
    pub fn assert_runs(&self, expected: &[&str]) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let running = self.running();
            if running == expected {
                return;
            }
            assert!(Instant::now() < deadline, "{running:?} run, not {expected:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// What was written to the target while something was done: one line a write, none if nothing was.
    pub fn writes(&self, work: impl FnOnce()) -> Vec<String> {
        match &self.on {
            On::Cluster(cluster) => {
                let versions = || {
                    let kinds = "configmaps,secrets,deployments,services,persistentvolumeclaims,leases";
                    let columns = "custom-columns=:kind,:metadata.name,:metadata.resourceVersion";
                    let get = ["get", kinds, "-n", &self.namespace, "--no-headers", "-o", columns];
                    cluster.kubectl(&get).ok().lines().map(str::to_owned).collect::<Vec<_>>()
                };
                let before = versions();
                work();
                versions().into_iter().filter(|line| !before.contains(line)).collect()
            }
            On::Engine(engine) => {
                let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64().to_string();
                let since = now();
                work();
                let format = "{{.Type}} {{.Action}} {{.Actor.ID}} {{.Actor.Attributes.name}}";
                let events = ["events", "--since", &since, "--until", &now(), "--format", format];
                let events = engine.docker(&events).ok();
                events.lines().filter(|line| line.contains(&self.namespace)).map(str::to_owned).collect()
            }
        }
    }

    /// Everything on the target that belongs to the place, one line each. Empty means that nothing is left.
    pub fn all(&self) -> Vec<String> {
        match &self.on {
            On::Cluster(cluster) => {
                let kinds = "configmaps,secrets,deployments,replicasets,pods,services,persistentvolumeclaims";
                let get =
                    ["get", kinds, "-n", &self.namespace, "-l", &format!("deploy={}", self.namespace), "-o", "name"];
                cluster.kubectl(&get).ok().lines().map(str::to_owned).collect()
            }
            On::Engine(engine) => {
                let lists: [&[&str]; 3] = [
                    &["ps", "--all", "--format", "container {{.Names}}"],
                    &["volume", "ls", "--format", "volume {{.Name}}"],
                    &["network", "ls", "--format", "network {{.Name}}"],
                ];
                let lines = lists.iter().map(|list| engine.docker(list).ok()).collect::<String>();
                lines.lines().filter(|line| line.contains(&self.namespace)).map(str::to_owned).collect()
            }
        }
    }

    /// Removes the pods of the place behind everybody's back.
    pub fn remove_pods(&self) {
        match &self.on {
            On::Cluster(cluster) => {
                cluster.kubectl(&["delete", "pods", "--all", "-n", &self.namespace, "--grace-period=1"]).ok();
            }
            On::Engine(engine) => {
                let namespace = format!("label=landfall.dev/namespace={}", self.namespace);
                let filters = ["--filter", &namespace, "--filter", "label=landfall.dev/pod"];
                let ids = engine.docker(&[&["ps", "--all", "--quiet"][..], &filters].concat()).ok();
                let ids: Vec<&str> = ids.split_whitespace().collect();
                assert!(!ids.is_empty(), "there are no pods");
                engine.docker(&[&["rm", "--force"][..], &ids].concat()).ok();
            }
        }
    }

    /// How many claims there are, as the target itself tells it.
    pub fn claims(&self) -> usize {
        let listed = match &self.on {
            On::Cluster(cluster) => {
                let get = ["get", "persistentvolumeclaims", "-n", &self.namespace, "-o", "name"];
                cluster.kubectl(&get).ok()
            }
            On::Engine(engine) => {
                let name = format!("name=^data.{}$", self.namespace);
                engine.docker(&["volume", "ls", "--quiet", "--filter", &name]).ok()
            }
        };
        listed.lines().count()
    }

    /// An environment variable of the program in the only pod; `None` where nothing but the program could tell it.
    pub fn variable(&self, name: &str) -> Option<String> {
        let On::Engine(engine) = &self.on else { return None };
        let namespace = format!("label=landfall.dev/namespace={}", self.namespace);
        let filters = ["--filter", &namespace, "--filter", "label=landfall.dev/container"];
        let id = engine.docker(&[&["ps", "--quiet"][..], &filters].concat()).ok();
        let format = "{{range .Config.Env}}{{println .}}{{end}}";
        let variables = engine.docker(&["inspect", "--format", format, id.trim()]).ok();
        let begin = format!("{name}=");
        Some(variables.lines().find_map(|line| line.strip_prefix(&begin)).unwrap_or_default().to_owned())
    }

    /// Loads an image into the place's engine.
    pub fn load(&self, image: &Image) {
        match &self.on {
            On::Engine(engine) => engine.load(image),
            On::Cluster(_) => panic!("the place is on a cluster"),
        }
    }

    /// Runs `docker` on the place's engine.
    pub fn docker(&self, args: &[&str]) -> String {
        match &self.on {
            On::Engine(engine) => engine.docker(args).ok(),
            On::Cluster(_) => panic!("the place is on a cluster"),
        }
    }

    /// The address of the place's engine.
    pub fn docker_host(&self) -> String {
        match &self.on {
            On::Engine(engine) => engine.url(),
            On::Cluster(_) => panic!("the place is on a cluster"),
        }
    }

    /// Whether it is an engine, for the few sentences that only one host needs.
    pub fn is_engine(&self) -> bool {
        matches!(self.on, On::Engine(_))
    }

    /// Whether that is Podman.
    pub fn is_podman(&self) -> bool {
        matches!(self.on, On::Engine(engine) if engine.is_podman())
    }

    /// Panics unless something is so soon.
    #[track_caller]
    pub fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so() {
            assert!(Instant::now() < deadline, "in vain: {what}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// `$NS` replaced by the name.
    pub fn fill(&self, text: &str) -> String {
        text.replace("$NS", &self.namespace)
    }
}

/// The engine of all these tests. It has the images `landfall-bench/web:v1` and `:v2`, as the cluster has.
fn engine() -> Option<&'static Engine> {
    static ENGINE: OnceLock<Option<Engine>> = OnceLock::new();
    ENGINE.get_or_init(|| landfall_bench_engine::can_run().then(|| with_images(Engine::start()))).as_ref()
}

/// The same of Podman.
fn podman() -> Option<&'static Engine> {
    static PODMAN: OnceLock<Option<Engine>> = OnceLock::new();
    PODMAN.get_or_init(|| landfall_bench_engine::can_run().then(|| with_images(Engine::podman()))).as_ref()
}

fn with_images(engine: Engine) -> Engine {
    for version in ["v1", "v2"] {
        engine.load(&Image::web(&format!("landfall-bench/web:{version}")));
    }
    engine
}

/// `web-5d6c7b8f9-x7x2k` becomes `[POD]`, as both targets name the pods of a Deployment, and `4f9d1c2` becomes `[REV]`.
fn without_names(text: &str) -> String {
    const ENDS: [char; 5] = [' ', '\n', ':', ';', ','];
    let word = |word: &str| {
        let name = word.trim_end_matches(ENDS);
        let is_id = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let is_revision = name.len() == 7 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        let parts: Vec<&str> = name.rsplitn(3, '-').collect();
        let shown = match parts.as_slice() {
            [random, hash, _] if random.len() == 5 && hash.len() >= 7 && is_id(random) && is_id(hash) => "[POD]",
            _ if is_revision && name.bytes().any(|byte| byte.is_ascii_digit()) => "[REV]",
            _ => name,
        };
        format!("{shown}{}", &word[name.len()..])
    };
    text.split_inclusive(ENDS).map(word).collect()
}

/// The manifest of a ConfigMap of the environment.
pub fn settings(name: &str, level: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, labels: {{deploy: $NS}}}}\ndata: {{level: {level}}}\n"
    )
}

/// The Service of the Deployment `web`.
pub const SERVICE: &str = "apiVersion: v1
kind: Service
metadata: {name: web, labels: {deploy: $NS}}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
";

/// A claim of the environment.
pub const CLAIM: &str = "apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, labels: {deploy: $NS}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
";
