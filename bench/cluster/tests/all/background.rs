//! The cluster for use by hand; and that nothing is left of a cluster whose process is killed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use landfall_bench_cluster::{Cluster, can_run_real_node, kubectl};

use crate::eventually;

/// `bench-cluster` with a state folder of its own.
struct Background {
    state: PathBuf,
    node: &'static str,
}

impl Background {
    /// The folder ends with this process's own.
    fn new(node: &'static str) -> Self {
        let state = Cluster::shared().folder().join(node);
        fs::create_dir(&state).expect("the cluster's folder is writable");
        Self { state, node }
    }

    /// Its standard output; it must succeed.
    #[track_caller]
    fn run(&self, verb: &str) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_bench-cluster"))
            .arg(verb)
            .env("XDG_STATE_HOME", &self.state)
            .env("LANDFALL_BENCH_NODE", self.node)
            .env_remove("LANDFALL_BENCH_KEEP")
            .output()
            .expect("bench-cluster can be started");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "bench-cluster {verb}: {stderr}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.state.join("landfall-bench").join(name)
    }

    /// Kills the process in the background, if there is one.
    fn kill(&self) {
        if let Ok(process) = fs::read_to_string(self.file("pid")) {
            let killed = Command::new("kill").args(["-9", &process]).output();
            assert!(killed.is_ok());
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The processes whose command line has a text.
fn processes(text: &str) -> Vec<String> {
    let entries = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let commands = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    let commands = commands.map(|command| String::from_utf8_lossy(&command).replace('\0', " "));
    commands.filter(|command| command.contains(text)).collect()
}

#[test]
fn a_cluster_in_the_background_goes_up_and_down() {
    let background = Background::new("none");
    let said = background.run("up");
    let kubeconfig = background.file("kubeconfig");
    assert!(said.starts_with(&format!("export KUBECONFIG={}\n", kubeconfig.display())), "{said}");
    assert_eq!(background.run("up"), said);
    kubectl(&kubeconfig, &["create", "configmap", "a"], None).ok();
    background.run("down");
    assert!(!kubeconfig.exists());
    // The shell that looks whether the cluster's process still lives sees its end a moment later.
    let folder = background.state.display().to_string();
    eventually("everything has ended", || match processes(&folder) {
        left if left.is_empty() => Ok(()),
        left => Err(format!("{left:#?}")),
    });
    background.run("down");
}

#[test]
fn nothing_is_left_of_a_killed_process_and_its_node() {
    if !can_run_real_node() {
        return;
    }
    // Other programs of this machine have some, such as a Podman.
    let mounts = || fs::read_to_string("/proc/self/mountinfo").unwrap().lines().map(str::to_owned).collect::<Vec<_>>();
    let others = mounts();
    let background = Background::new("real");
    background.run("up");
    let kubeconfig = background.file("kubeconfig");
    let cluster = PathBuf::from(fs::read_to_string(background.file("cluster")).unwrap());
    let run = ["run", "web", "--image=landfall-bench/web:v1", "--port=8080"];
    kubectl(&kubeconfig, &run, None).ok();
    kubectl(&kubeconfig, &["wait", "--for=condition=Ready", "pod/web", "--timeout=60s"], None).ok();

    let link = format!("lfb{}", fs::read_to_string(cluster.join("node/number")).unwrap());
    let keeper = cluster.parent().unwrap();
    let cgroup = format!("{}-{}", keeper.file_name().unwrap().display(), cluster.file_name().unwrap().display());
    let left = || {
        let mut left = processes(&keeper.display().to_string());
        let own = |line: &String| line.contains(&cgroup) || line.contains("/run/netns") && !others.contains(line);
        left.extend(mounts().into_iter().filter(own));
        let mut paths = vec![format!("/sys/class/net/{link}"), keeper.display().to_string()];
        let hierarchies = fs::read_dir("/sys/fs/cgroup").unwrap().filter_map(Result::ok);
        paths.extend(hierarchies.map(|entry| entry.path().join(&cgroup).display().to_string()));
        paths.push(format!("/sys/fs/cgroup/{cgroup}"));
        left.extend(paths.into_iter().filter(|path| Path::new(path).exists()));
        left
    };
    let before = left();
    for expected in ["kube-apiserver", "kubelet", "containerd-shim", &link, "/sys/fs/cgroup/"] {
        assert!(before.iter().any(|line| line.contains(expected)), "{expected} is not in {before:#?}");
    }
    background.kill();
    // Control groups cannot be removed while a process is in them, so the containers are gone too.
    eventually("everything is gone", || if left().is_empty() { Ok(()) } else { Err(format!("{:#?}", left())) });
}
