//! One engine, as a test sees it.

use std::{
    fs,
    io::Write,
    net::IpAddr,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use landfall_bench_cluster::{Image, Output, cgroup, keeper};

use crate::{docker, link, machine};

const PATIENCE: Duration = Duration::from_secs(60);

/// A Docker engine of its own: empty at the start, gone at the end.
///
/// Dropping it ends it with all its containers; so does the end of the process, however it comes about.
pub struct Engine {
    id: String,
    folder: PathBuf,
    cgroup: String,
    /// The third part of its addresses.
    number: u8,
    is_podman: bool,
}

impl Engine {
    /// The engine that all tests of a process share; they use names of their own.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Engine> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Starts an engine and waits until it answers.
    pub fn start() -> Self {
        Self::start_by("engine-init")
    }

    /// The same of Podman, whose socket speaks Docker's API.
    pub fn podman() -> Self {
        machine::check_podman();
        Self::start_by("podman-init")
    }

    fn start_by(init: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        machine::check();
        let id = format!("e{}", COUNT.fetch_add(1, Ordering::Relaxed) + 1);
        let folder = keeper().folder().join(&id);
        fs::create_dir(&folder).expect("the bench's folder is writable");
        let owner = keeper().folder().file_name().expect("the keeper's folder has a name").to_string_lossy();
        let cgroup = format!("/{owner}-{id}");
        // Nobody answers there, so that a name that is in no network is not there at once.
        fs::write(folder.join("resolv.conf"), "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
            .expect("the engine's folder is writable");
        fs::write(folder.join("cleanup"), cgroup::remove(&cgroup) + &podman_groups(&folder))
            .expect("the engine's folder is writable");
        let mut engine = Self { id, folder, cgroup, number: 0, is_podman: init == "podman-init" };
        let path = engine.socket().as_os_str().len();
        assert!(path < 100, "{} is too long for a socket; set TMPDIR to a shorter folder", engine.socket().display());
        engine.make_pipe();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(init).display().to_string();
        let unshare = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "bash"];
        let words = unshare.into_iter().map(str::to_owned);
        let words = words.chain([script, engine.folder.display().to_string(), engine.cgroup.clone()]);
        let process = keeper().run(&engine.program(), &engine.folder, &words.collect::<Vec<_>>());
        engine.number = engine.join(process, None);
        engine.wait_until_ready();
        engine
    }

    /// The socket of its API.
    pub fn socket(&self) -> PathBuf {
        self.folder.join("docker.sock")
    }

    /// The socket as `DOCKER_HOST` has it: `unix:///...`.
    pub fn url(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// The address of its host as seen from this machine, where published ports answer.
    pub fn address(&self) -> IpAddr {
        link::host(self.number).into()
    }

    /// The address of this machine as its containers see it. A server that listens there can be reached from them, also a
    /// registry without TLS.
    pub fn machine_address(&self) -> IpAddr {
        link::machine(self.number).into()
    }

    /// Whether it is Podman.
    pub fn is_podman(&self) -> bool {
        self.is_podman
    }

    /// Its folder: `dockerd.log`, `data`. Tests may put files into it; it is deleted with the engine.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs Debian's `docker` against it.
    pub fn docker(&self, args: &[&str]) -> Output {
        docker::run(&self.socket(), args)
    }

    /// Loads an image.
    pub fn load(&self, image: &Image) {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let tar = self.folder.join(format!("image-{}.tar", COUNT.fetch_add(1, Ordering::Relaxed) + 1));
        image.write(&tar);
        self.docker(&["load", "--quiet", "--input", &tar.display().to_string()]).ok();
        fs::remove_file(tar).expect("it was just written");
    }

    /// Stops the engine in good order, as `systemctl stop docker`: its containers are stopped.
    pub fn stop(&self) {
        self.order("TERM");
        self.wait_until_ended();
    }

    /// Kills dockerd alone at once, as a crash of it would; its containers run on.
    pub fn kill(&self) {
        self.order("KILL");
        self.wait_until_ended();
    }

    /// Starts a stopped or killed engine and waits until it answers.
    pub fn start_again(&self) {
        // Written when it ended; of the next start it would tell an end that was before.
        fs::remove_file(self.folder.join("ended")).expect("an engine that is started again has ended");
        self.order("start");
        self.wait_until_ready();
    }

    /// Stops the engine and starts it again, as `systemctl restart docker`.
    pub fn restart(&self) {
        self.stop();
        self.start_again();
    }

    /// A power failure and the start after it: dockerd, containerd, shims and containers are killed in the same moment, their
    /// networks and mounts are gone, and the engine starts with what is on its disk.
    pub fn crash_machine(&self) {
        let program = self.program();
        keeper().signal(&program, "KILL");
        let deadline = Instant::now() + PATIENCE;
        while keeper().is_alive(&program) {
            assert!(Instant::now() < deadline, "the engine's processes do not end");
            std::thread::sleep(Duration::from_millis(20));
        }
        machine::shell(&cgroup::remove(&self.cgroup)).expect("control groups can be removed");
        fs::remove_file(self.folder.join("number")).expect("the engine's folder is writable");
        // There is one only if the engine was stopped before.
        let _ = fs::remove_file(self.folder.join("ended"));
        self.join(keeper().start_again(&program), Some(self.number));
        self.wait_until_ready();
    }

    /// The end of dockerd's log, for messages.
    pub fn log_tail(&self) -> String {
        let log = fs::read_to_string(self.folder.join("dockerd.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }

    /// The keeper's name of its first process.
    fn program(&self) -> String {
        format!("{}/engine-init", self.id)
    }

    fn make_pipe(&self) {
        let made = Command::new("mkfifo").arg(self.folder.join("orders")).status();
        assert!(made.is_ok_and(|status| status.success()), "cannot make a pipe in {}", self.folder.display());
    }

    /// Makes the control groups and the link for a first process that waits for them.
    fn join(&self, process: u32, again: Option<u8>) -> u8 {
        machine::shell(&cgroup::make(&self.cgroup))
            .unwrap_or_else(|error| panic!("cannot make the control group {}: {error}", self.cgroup));
        let own = fs::read_link("/proc/self/ns/net").ok();
        let apart = || fs::read_link(format!("/proc/{process}/ns/net")).is_ok_and(|theirs| Some(theirs) != own);
        keeper().wait_for(&self.program(), PATIENCE, apart);
        let number = link::link(process, again);
        // In one step, since the first process goes on when it is there.
        let new = self.folder.join("number.new");
        fs::write(&new, number.to_string()).expect("the engine's folder is writable");
        fs::rename(new, self.folder.join("number")).expect("the engine's folder is writable");
        number
    }

    fn order(&self, order: &str) {
        let pipe = fs::OpenOptions::new().write(true).open(self.folder.join("orders"));
        let sent = pipe.and_then(|mut pipe| writeln!(pipe, "{order}"));
        sent.unwrap_or_else(|error| panic!("cannot order the engine to {order}: {error}"));
    }

    fn wait_until_ready(&self) {
        keeper().wait_for(&self.program(), PATIENCE, || {
            if let Ok(ended) = fs::read_to_string(self.folder.join("ended")) {
                panic!("{}:\n{}", ended.trim(), self.log_tail());
            }
            self.socket().exists() && self.docker(&["version"]).status.success()
        });
    }

    fn wait_until_ended(&self) {
        let ended = self.folder.join("ended");
        keeper().wait_for(&self.program(), PATIENCE, || ended.exists());
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        keeper().end(&self.id);
    }
}

/// Removes the control groups of containers that Podman had when it was killed: it names them after the containers.
fn podman_groups(folder: &Path) -> String {
    let containers = folder.join("data/overlay-containers");
    format!(
        "\nfor id in $(ls {} 2>/dev/null | grep -E '^[0-9a-f]{{64}}$'); do\n  \
         find /sys/fs/cgroup -depth -type d -path \"*/libpod_parent/*$id*\" -exec rmdir {{}} + 2>/dev/null || true\ndone\n",
        containers.display()
    )
}
