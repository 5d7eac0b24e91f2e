//! In a cluster, with the rights of `deploy/rights` and no others.

use std::{
    fs,
    net::TcpStream,
    os::unix::fs::chown,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Instant,
};

use landfall_bench_cluster::Cluster;
use serde_json::Value;

use super::{DEPLOY, PATIENCE, USER, edit, image, is_live, replace};
use crate::{live::stage, runner::Workspace};

#[test]
fn a_commit_with_another_image_of_it_replaces_it() {
    let Some(cluster) = stage::cluster() else { return };
    let own = Own::deploy(cluster);
    own.until_live("Open", "landfall:0.1.0");
    own.edit("landfall:0.1.0", "landfall:0.2.0");
    own.commit("Take the next Landfall");
    own.until_live("Take the next Landfall", "landfall:0.2.0");
    // Whoever is there now goes on.
    own.edit("name: http, port: 80,", "name: http, port: 8000,");
    own.commit("Take another port");
    own.until_live("Take another port", "landfall:0.2.0");
    let mut told: Vec<String> = own.deploys().iter().map(|deploy| deploy["deploy"]["outcome"].to_string()).collect();
    told.dedup();
    assert_eq!(told, ["\"live\""]);
}

/// Landfall in its namespace of a cluster.
struct Own {
    cluster: &'static Cluster,
    work: Workspace,
    /// What the pod sees as its repository: the one that a small web server gives away.
    bare: PathBuf,
    state: PathBuf,
    server: Child,
}

impl Own {
    /// Applies the rights, and deploys the first one by hand.
    fn deploy(cluster: &'static Cluster) -> Self {
        for tag in ["landfall:0.1.0", "landfall:0.2.0"] {
            let tar = image(cluster.folder(), tag);
            cluster.import_image(&tar);
            fs::remove_file(tar).unwrap();
        }
        cluster.kubectl(&["apply", "-f", &format!("{DEPLOY}/rights")]).ok();
        let token = "--from-literal=token=a-token";
        cluster.kubectl(&["create", "secret", "generic", "landfall", "-n", "landfall", token]).ok();

        let work = Workspace::on(cluster);
        let folder = |name: &str| {
            let folder = cluster.folder().join(name);
            fs::create_dir(&folder).unwrap();
            folder
        };
        let (state, served) = (folder("landfall-state"), folder("landfall-repositories"));
        chown(&state, Some(USER), Some(USER)).unwrap();
        let volume = format!(
            "apiVersion: v1
kind: PersistentVolume
metadata: {{name: landfall}}
spec:
  capacity: {{storage: 1Gi}}
  accessModes: [ReadWriteOnce]
  hostPath: {{path: {}}}
",
            state.display()
        );
        cluster.kubectl_stdin(&["apply", "-f", "-"], &volume).ok();

        let address = cluster.machine_address().to_string();
        let port = landfall_bench_cluster::free_port(cluster.machine_address());
        let server = Command::new("python3")
            .args(["-m", "http.server", &port.to_string(), "--bind", &address, "--directory"])
            .arg(&served)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let own = Self { cluster, work, bare: served.join("landfall.git"), state, server };
        let started = Instant::now();
        while TcpStream::connect((cluster.machine_address(), port)).is_err() {
            assert!(started.elapsed() < PATIENCE, "the web server does not start");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        let manifest = fs::read_to_string(format!("{DEPLOY}/kubernetes/landfall.yaml")).unwrap();
        let url = format!("http://{address}:{port}/landfall.git");
        let manifest = replace(manifest, &[("https://git.example.com/landfall.git", url)]);
        own.work.write("kubernetes/landfall.yaml", &manifest);
        own.work.write("landfall.yaml", &fs::read_to_string(format!("{DEPLOY}/landfall.yaml")).unwrap());
        own.work.git(&["init", "--quiet", "--bare", &own.bare.display().to_string()]);
        own.commit("Open");
        own.work.landfall(&["deploy", "cluster"]).success();
        own
    }

    fn edit(&self, from: &str, to: &str) {
        edit(&self.work, "kubernetes/landfall.yaml", from, to);
    }

    /// Commits everything, for the pod to see.
    fn commit(&self, message: &str) {
        self.work.commit(message);
        let bare = self.bare.display().to_string();
        self.work.git(&["push", "--quiet", &bare, "main"]);
        self.work.git(&["-C", &bare, "update-server-info"]);
    }

    /// The timeline of the journal that the pod writes.
    fn deploys(&self) -> Vec<Value> {
        let journal = self.state.join("journal.db");
        if !journal.exists() {
            return Vec::new();
        }
        let told =
            self.work.landfall(&["history", "cluster", "-o", "json", "--journal", &journal.display().to_string()]);
        let page: Value = serde_json::from_str(&told.success().stdout).unwrap();
        page["deploys"].as_array().unwrap().clone()
    }

    /// Waits until a commit is live by its own account, and one pod of this image is there.
    fn until_live(&self, subject: &str, image: &str) {
        let started = Instant::now();
        loop {
            let deploys = self.deploys();
            let images = "jsonpath={.items[*].spec.containers[*].image}";
            let pods = self.cluster.kubectl(&["get", "pods", "-n", "landfall", "-o", images]).ok();
            if is_live(&deploys, subject) && pods == image {
                return;
            }
            if started.elapsed() > PATIENCE {
                let logs = self.cluster.kubectl(&["logs", "-n", "landfall", "deploy/landfall"]);
                let pods = self.cluster.kubectl(&["describe", "pods", "-n", "landfall"]);
                panic!("{subject} is not live:\n{deploys:#?}\n{}{}\n{}", logs.stdout, logs.stderr, pods.stdout);
            }
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.server.kill();
        let _ = self.server.wait();
        // Other tests share the cluster.
        for what in [["namespace", "landfall"], ["persistentvolume", "landfall"]] {
            self.cluster.kubectl(&[&["delete", "--wait=false"], &what[..]].concat());
        }
    }
}
