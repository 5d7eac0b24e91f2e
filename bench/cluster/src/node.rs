//! A real node: kubelet, kube-proxy, CoreDNS, containerd and runc, closed off from the machine by namespaces.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::cgroup;
use crate::image::Image;
use crate::keeper::keeper;
use crate::node_config;
use crate::programs::{clean_env, crate_file, program};

const PATIENCE: Duration = Duration::from_secs(90);

/// The name of the node object.
pub(crate) const NAME: &str = "real-node";

/// A node whose network is up and whose containerd is starting.
pub(crate) struct Node {
    /// The keeper's name of the node's first process.
    program: String,
    folder: PathBuf,
    /// The third part of its addresses.
    number: u8,
}

impl Node {
    /// Makes the namespaces and the link to the machine, and starts containerd. The kubelet waits for [`Node::join`].
    pub(crate) fn start(id: &str, cluster_folder: &Path) -> Self {
        check_machine();
        let folder = cluster_folder.join("node");
        fs::create_dir_all(folder.join("bin")).expect("the cluster's folder is writable");
        for name in ["containerd", "containerd-shim-runc-v2", "kubelet", "kube-proxy", "coredns"] {
            symlink(program(name), folder.join("bin").join(name)).expect("the node's folder is writable");
        }
        // One cgroup for all pods of this node: the kubelet kills what it does not know below its root.
        let owner =
            keeper().folder().file_name().expect("the keeper's folder has a name").to_string_lossy().into_owned();
        let cgroup = format!("/{owner}-{id}");
        fs::write(cluster_folder.join("cleanup"), cgroup::remove(&cgroup)).expect("the folder is writable");
        run("bash", &["-c", &cgroup::make(&cgroup)])
            .unwrap_or_else(|error| panic!("cannot make the control group {cgroup}: {error}"));

        let program = format!("{id}/node-init");
        let number = link(start_namespaces(&program, &folder));
        node_config::write(&folder, number, &cgroup);
        // The last file: the node's first process goes on when it is there.
        fs::write(folder.join("number"), number.to_string()).expect("the node's folder is writable");
        let node = Self { program, folder, number };
        let socket = node.socket();
        let path = socket.as_os_str().len();
        assert!(path < 100, "{} is too long for a socket; set TMPDIR to a shorter folder", socket.display());
        node
    }

    /// The machine's address on the link to the node; pods and the node reach the machine there.
    pub(crate) fn machine_address(&self) -> IpAddr {
        Ipv4Addr::new(10, 201, self.number, 1).into()
    }

    /// The node's own address.
    pub(crate) fn address(&self) -> IpAddr {
        Ipv4Addr::new(10, 201, self.number, 2).into()
    }

    /// The addresses of the cluster's Services; this machine sends them to the node, where kube-proxy takes them.
    pub(crate) fn service_range(&self) -> String {
        service_range(self.number)
    }

    /// Starts the kubelet, kube-proxy and CoreDNS.
    pub(crate) fn join(&self, kubeconfig: &Path) {
        fs::copy(kubeconfig, self.folder.join("kubeconfig")).expect("the node's folder is writable");
        fs::write(self.folder.join("start-kubelet"), "").expect("the node's folder is writable");
    }

    /// Waits until containerd has the image that every pod needs.
    pub(crate) fn wait_for_containerd(&self) {
        keeper().wait_for(&self.program, PATIENCE, || self.socket().exists() && self.ctr(&["version"]).is_ok());
        let tar = self.folder.join("pause.tar");
        Image::pause(node_config::PAUSE_IMAGE).write(&tar);
        self.import(&tar);
    }

    /// Waits until a question about the node is answered with yes.
    pub(crate) fn wait_for(&self, ready: impl FnMut() -> bool) {
        keeper().wait_for(&self.program, PATIENCE, ready);
    }

    /// Loads an image from a tar file.
    pub(crate) fn import(&self, tar: &Path) {
        if let Err(error) = self.ctr(&["-n", "k8s.io", "images", "import", &tar.display().to_string()]) {
            panic!("containerd does not take {}: {error}", tar.display());
        }
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("containerd.sock")
    }

    fn ctr(&self, args: &[&str]) -> Result<String, String> {
        let output = Command::new(program("ctr"))
            .arg("-a")
            .arg(self.socket())
            .args(args)
            .env_clear()
            .envs(clean_env(&self.folder))
            .output()
            .map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Starts the node's first process in its namespaces; gives the process id of its `unshare`, by which they can be named.
fn start_namespaces(program: &str, folder: &Path) -> u32 {
    let script = crate_file("node-init").display().to_string();
    let folder_text = folder.display().to_string();
    let unshare = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "bash"];
    let words: Vec<String> = unshare.into_iter().map(str::to_owned).chain([script, folder_text]).collect();
    let process = keeper().run(program, folder, &words);
    let own = fs::read_link("/proc/self/ns/net").ok();
    let apart = || fs::read_link(format!("/proc/{process}/ns/net")).is_ok_and(|theirs| Some(theirs) != own);
    keeper().wait_for(program, Duration::from_secs(10), apart);
    process
}

/// Links the machine with the namespaces of a process; gives the number of the link, which no other node on the machine has.
///
/// The far end of the link is made inside the namespace, so the link ends with it.
fn link(process: u32) -> u8 {
    let process = process.to_string();
    let first: u8 = rand::random_range(0..250);
    for number in (0..250).map(|step| (first as u16 + step) as u8 % 250 + 1) {
        let name = format!("lfb{number}");
        let made = ip(&["link", "add", &name, "type", "veth", "peer", "name", "eth0", "netns", &process]);
        match made {
            Err(error) if error.contains("File exists") => continue,
            Err(error) => panic!("cannot make the network link of a node: {error}"),
            Ok(()) => {}
        }
        let (address, pods) = (format!("10.201.{number}.1/30"), format!("10.201.{number}.128/25"));
        let via = format!("10.201.{number}.2");
        ip(&["address", "add", &address, "dev", &name])
            .and_then(|()| ip(&["link", "set", &name, "up"]))
            .and_then(|()| ip(&["route", "add", &pods, "via", &via]))
            .and_then(|()| ip(&["route", "add", &service_range(number), "via", &via]))
            .unwrap_or_else(|error| panic!("cannot set up the network link {name} of a node: {error}"));
        return number;
    }
    panic!("250 nodes of the bench run on this machine already");
}

fn service_range(number: u8) -> String {
    format!("10.202.{number}.0/24")
}

fn ip(args: &[&str]) -> Result<(), String> {
    run("ip", args)
}

fn run(program: &str, args: &[&str]) -> Result<(), String> {
    let output = Command::new(program)
        .args(args)
        .env_clear()
        .envs(clean_env(Path::new("/")))
        .output()
        .map_err(|error| format!("cannot start {program}: {error}"))?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()) }
}

/// Whether this process may start a cluster with a real node, which needs root. Says on standard error that it may not, for
/// tests that then leave it out. Packages that are missing are an error and not a reason to leave a test out.
#[allow(clippy::print_stderr, reason = "a test that is left out must say so")]
pub fn can_run_real_node() -> bool {
    let root = run("bash", &["-c", "test $(id -u) = 0"]).is_ok();
    if !root {
        eprintln!("skipped: a real node needs root");
    }
    root
}

/// Says what is missing before anything is started, instead of how it fails.
fn check_machine() {
    let needs = "for program in runc ip iptables conntrack unshare; do
          command -v $program >/dev/null || { echo \"$program is missing\" >&2; exit 1; }
        done
        test -x /usr/lib/cni/bridge || { echo 'the CNI plug-ins are missing' >&2; exit 1; }";
    assert!(can_run_real_node(), "a real node needs root; run the test as root, or use kwok_nodes");
    if let Err(error) = run("bash", &["-c", needs]) {
        panic!("{error}; bench/install-debian installs what a real node needs");
    }
}
