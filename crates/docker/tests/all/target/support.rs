//! An environment of its own on a shared engine, deployed to as the commands do.

use std::{path::PathBuf, process::Command, sync::OnceLock, time::Duration};

use landfall_bench_engine::{Engine as Bench, Image};
use landfall_core::{
    health::ReadyConditions,
    manifest::{ManifestFile, load},
    plan::{Action, Plan, PlanOptions},
    selector::Selector,
};
use landfall_deploy::{
    deploy::{Deployer, Outcome},
    environment::Request,
    progress::Silent,
    wait::Ending,
};
use landfall_docker::{
    DockerTarget,
    engine::{Address, Engine},
};
use landfall_journal::{Cause, Time};

/// An environment: all objects with the label `deploy: NAME` in the namespace of the same name.
pub struct Environment {
    pub bench: &'static Bench,
    pub name: &'static str,
    pub target: DockerTarget,
}

/// Makes an environment; `None` where no engine can be run.
pub async fn environment(name: &'static str) -> Option<Environment> {
    if !landfall_bench_engine::can_run() {
        return None;
    }
    let bench = tokio::task::spawn_blocking(bench).await.unwrap();
    Some(Environment { bench, name, target: target(bench).await })
}

/// A target as a Landfall that was just started has it.
pub async fn target(bench: &Bench) -> DockerTarget {
    let engine = Engine::connect(&Address::parse(&bench.url(), None).unwrap()).await.unwrap();
    DockerTarget::new(engine, program())
}

fn bench() -> &'static Bench {
    static LOADED: OnceLock<&'static Bench> = OnceLock::new();
    LOADED.get_or_init(|| {
        let bench = Bench::shared();
        for tag in ["v1", "v2"] {
            bench.load(&Image::web(&format!("target/web:{tag}")));
        }
        bench
    })
}

/// Landfall's program without what a debugger needs, which is most of it.
pub fn program() -> PathBuf {
    static STRIPPED: OnceLock<PathBuf> = OnceLock::new();
    let strip = || {
        let own = std::env::current_exe().unwrap();
        let folder = own.parent().and_then(|deps| deps.parent()).unwrap();
        let program = folder.join("landfall");
        assert!(program.exists(), "{} is not there: run `cargo build -p landfall` first", program.display());
        let small = folder.join(format!("landfall-target-{}", std::process::id()));
        let stripped = Command::new("strip").args(["--strip-debug", "-o"]).arg(&small).arg(&program).status();
        assert!(stripped.is_ok_and(|status| status.success()), "strip (Debian package binutils) is missing");
        small
    };
    STRIPPED.get_or_init(strip).clone()
}

impl Environment {
    /// Deploys manifests, and tells what came of it.
    pub async fn deploy(&self, manifests: &str) -> String {
        let changed = |options: PlanOptions| options;
        self.deploy_with(manifests, changed).await
    }

    /// Deploys with other options.
    pub async fn deploy_with(&self, manifests: &str, options: impl FnOnce(PlanOptions) -> PlanOptions) -> String {
        let file = ManifestFile { path: "shop.yaml".into(), bytes: manifests.as_bytes().to_vec() };
        let manifests = load(vec![file]).unwrap();
        let request = self.request(options(PlanOptions { max_prune_share: 1.0, ..PlanOptions::default() }));
        let deployer = Deployer { target: &self.target, journal: None, progress: &Silent };
        match deployer.deploy(manifests, &request).await {
            Ok(Outcome::Applied { planned, ending }) => {
                stable(&format!("{}{}", actions(&planned.plan), ending.map(told).unwrap_or_default()))
            }
            Ok(Outcome::Blocked(planned)) => {
                let refusals = planned.plan.refusals.iter();
                refusals.map(|one| format!("refused: {}; {}\n", one.message, one.details.join("; "))).collect()
            }
            Err(error) => format!("failed: {error}\n"),
        }
    }

    fn request(&self, options: PlanOptions) -> Request {
        Request {
            environment: self.name.to_owned(),
            cause: Cause::Apply,
            asked_by: "test@here".to_owned(),
            commit: None,
            is_before: None,
            detected: Time::now(),
            wait: Some(Duration::from_secs(60)),
            selector: Selector::parse(&format!("deploy={}", self.name)).unwrap(),
            ready_conditions: ReadyConditions::default(),
            namespace: Some(self.name.to_owned()),
            enforce_namespace: false,
            options,
            only: None,
            revision: None,
            repository: None,
            leads: false,
            track: true,
            holder: "test@here".to_owned(),
            now: Time::now().to_string(),
        }
    }

    /// The names of all containers of the environment with their states; random parts are left out, and the lock of the
    /// last deploy, which the engine removes in this moment.
    pub fn containers(&self) -> String {
        let filter = format!("label=landfall.dev/environment={}", self.key());
        let listed = self.bench.docker(&["ps", "--all", "--filter", &filter, "--format", "{{.Names}} {{.State}}"]).ok();
        let mut lines: Vec<String> =
            listed.lines().filter(|line| !line.ends_with("removing")).map(without_random).collect();
        lines.sort();
        lines.join("\n")
    }

    /// Changes things as nobody should: removes a pod of `web`, stops `store`, and lets the proxy of `web` go.
    pub fn break_by_hand(&self) {
        let filter = format!("label=landfall.dev/environment={}", self.key());
        let listed = self.bench.docker(&["ps", "--filter", &filter, "--format", "{{.Names}}"]).ok();
        let first = |prefix: &str| listed.lines().find(|name| name.starts_with(prefix)).unwrap().to_owned();
        self.bench.docker(&["rm", "--force", &first("web-")]).ok();
        self.bench.docker(&["stop", &first("store-")]).ok();
        self.bench.docker(&["rm", "--force", &first("svc-web")]).ok();
    }

    /// The value of the label of all that is the environment's own, and the name of its network.
    pub fn key(&self) -> String {
        use landfall_deploy::environment::EnvironmentKey;
        let selector = Selector::parse(&format!("deploy={}", self.name)).unwrap();
        landfall_docker::network::environment(&EnvironmentKey::new(self.name, &selector))
    }
}

/// `web-6f9c4b7d50-x2k8p.shop` is `web.shop`.
fn without_random(line: &str) -> String {
    let (name, state) = line.split_once(' ').unwrap();
    let (pod, rest) = name.split_once('.').unwrap_or((name, ""));
    let parts: Vec<&str> = pod.split('-').collect();
    let is_random = |part: &str| part.len() == 5 || part.len() == 10;
    let kept = match parts.as_slice() {
        [kept @ .., hash, random] if is_random(hash) && is_random(random) => kept.join("-"),
        [kept @ .., hash] if hash.len() == 10 => kept.join("-"),
        all => all.join("-"),
    };
    format!("{kept}.{rest} {state}")
}

/// A text with the random part of pods' names replaced, and without what is only a matter of time.
fn stable(text: &str) -> String {
    let text = text.replace("; 1 old pod is still stopping", "").replace("; 2 old pods are still stopping", "");
    let word = |word: &str| {
        let (pod, rest) = word.split_once('.').unwrap_or((word, ""));
        let is_random = |part: &str, length| part.len() == length && part.chars().all(|c| c.is_ascii_alphanumeric());
        match pod.rsplitn(3, '-').collect::<Vec<_>>().as_slice() {
            [random, hash, name] if is_random(random, 5) && is_random(hash, 10) => format!("{name}-HASH.{rest}"),
            _ => word.to_owned(),
        }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn actions(plan: &Plan) -> String {
    let line = |item: &landfall_core::plan::Item| {
        let word = match &item.action {
            Action::Create { .. } => "create".to_owned(),
            Action::Update { .. } => "update".to_owned(),
            Action::Replace { .. } => "replace".to_owned(),
            Action::Repair { drift } => format!("repair ({})", drift.join("; ")),
            Action::Unchanged => return None,
            Action::Prune => "prune".to_owned(),
            Action::Keep(keep) => format!("keep ({})", keep.reason),
        };
        Some(format!("{word} {}\n", item.id.short()))
    };
    plan.items.iter().filter_map(line).collect()
}

fn told(ending: Ending) -> String {
    let lines = |word: &str, rollouts: Vec<landfall_core::rollout::Rollout>| {
        let line =
            |rollout: &landfall_core::rollout::Rollout| format!("{}: {}\n", rollout.id.short(), rollout.sentence);
        format!("{word}\n{}", rollouts.iter().map(line).collect::<String>())
    };
    match ending {
        Ending::Live { rollouts, .. } => lines("live", rollouts),
        Ending::Hopeless(rollouts) => lines("hopeless", rollouts),
        Ending::TimedOut(rollouts) => lines("timed out", rollouts),
        Ending::Superseded(_) => "superseded\n".to_owned(),
        Ending::Stopped(rollouts) => lines("stopped", rollouts),
    }
}
