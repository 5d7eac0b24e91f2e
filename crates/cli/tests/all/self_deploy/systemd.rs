//! The service of a machine under the systemd of this Debian.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{DEPLOY, PATIENCE, replace};
use crate::{
    runner::is_root,
    serve::CONFIG,
    shop::{Shop, config_map},
};

const MACHINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/self_deploy/machine");

#[test]
fn it_runs_confined_comes_back_after_a_kill_and_ends_in_order() {
    if !Machine::can_boot() {
        return;
    }
    let shop = Shop::open();
    shop.write("landfall.yaml", CONFIG).write("base/one.yaml", &config_map("one"));
    shop.work.commit("Open the shop");
    shop.work.git(&["clone", "--quiet", "--bare", ".", "../srv/shop.git"]);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    // As the comments in these files say.
    let settings = replace(
        fs::read_to_string(format!("{DEPLOY}/systemd/landfall.env")).unwrap(),
        &[
            (
                "--repo https://git.example.com/shop.git --listen 127.0.0.1:8080",
                "--repo file:///srv/shop.git".to_owned(),
            ),
            ("#KUBECONFIG=", "KUBECONFIG=".to_owned()),
        ],
    );
    let kubeconfig = shop.kubectl(&["config", "view", "--flatten", "--raw"]).ok();
    let unit = format!("{DEPLOY}/systemd/landfall.service");
    let machine = Machine::boot(&[
        (Path::new(&unit), "/etc/systemd/system/landfall.service"),
        (
            &file("drop-in", "[Service]\nLoadCredential=kubeconfig:/etc/landfall/kubeconfig\n"),
            "/etc/systemd/system/landfall.service.d/kubeconfig.conf",
        ),
        (&file("settings", &settings), "/etc/landfall/landfall.env"),
        (&file("kubeconfig", &kubeconfig), "/etc/landfall/kubeconfig"),
        (Path::new(env!("CARGO_BIN_EXE_landfall")), "/usr/local/bin/landfall"),
        (&shop.work.dir().parent().unwrap().join("srv"), "/srv"),
        // Git reads no folder of another user, unless it is told that this is meant.
        (&file("gitconfig", "[safe]\n\tdirectory = *\n"), "/etc/gitconfig"),
    ]);
    machine.run(&["systemctl", "start", "landfall"]);
    machine.until("one is live", || shop.live("configmaps") == "configmap/one");

    let first = machine.run(&["systemctl", "show", "landfall", "--property=MainPID", "--value"]);
    let status = machine.run(&["cat", &format!("/proc/{}/status", first.trim())]);
    let confined = ["NoNewPrivs:\t1", "Seccomp:\t2", "CapEff:\t0000000000000000"];
    assert!(confined.iter().all(|line| status.contains(line)) && !status.contains("Uid:\t0\t"), "{status}");

    machine.run(&["kill", "-KILL", first.trim()]);
    machine.until("it runs again", || {
        let now = machine.run(&["systemctl", "show", "landfall", "--property=MainPID", "--value"]);
        now.trim() != "0" && now != first
    });
    shop.write("base/two.yaml", &config_map("two"));
    shop.work.commit("Add another");
    shop.work.git(&["push", "--quiet", "../srv/shop.git", "main"]);
    machine.until("two is live", || shop.live("configmaps") == "configmap/one configmap/two");

    machine.run(&["systemctl", "stop", "landfall"]);
    let said = machine.run(&["journalctl", "--unit=landfall", "--no-pager", "--output=cat"]);
    let ends = ["Ended; what was being written is written", "landfall.service: Deactivated successfully."];
    assert!(ends.iter().all(|line| said.contains(line)), "{said}");
    // What it keeps is its own, below the folders that systemd makes for it.
    let kept = machine.run(&["find", "/var/lib/private/landfall", "/var/cache/private/landfall", "-maxdepth", "1"]);
    assert!(kept.contains("/var/lib/private/landfall/journal.db") && kept.contains("landfall/repositories"), "{kept}");
}

/// A machine with a systemd of its own, until it is dropped.
struct Machine {
    script: Child,
    pid: String,
    _folder: TempDir,
}

impl Machine {
    fn can_boot() -> bool {
        if !is_root() {
            eprintln!("NOTICE: skipped, since only root can boot a machine of its own");
        }
        is_root()
    }

    fn boot(files: &[(&Path, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut script = Command::new(MACHINE)
            .arg(folder.path())
            .args(files.iter().flat_map(|(from, to)| [from.as_os_str(), to.as_ref()]))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pid = String::new();
        BufReader::new(script.stdout.take().unwrap()).read_line(&mut pid).unwrap();
        assert!(!pid.is_empty(), "the machine does not boot; its words are above");
        let machine = Self { script, pid: pid.trim().to_owned(), _folder: folder };
        machine.until("it has booted", || {
            machine.command(&["systemctl", "is-active", "machine.target"]).output().unwrap().status.success()
        });
        machine
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.pid, "--mount", "--pid", "--uts", "--ipc", "--cgroup", "--"]).args(args);
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command
    }

    /// What a command prints that must succeed.
    fn run(&self, args: &[&str]) -> String {
        let output = self.command(args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}\n{}", String::from_utf8_lossy(&output.stderr), self.journal());
        String::from_utf8(output.stdout).unwrap()
    }

    fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let started = Instant::now();
        while !holds() {
            assert!(started.elapsed() < PATIENCE, "not in time: {what}\n{}", self.journal());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn journal(&self) -> String {
        let output = self.command(&["journalctl", "--no-pager", "--lines=50"]).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // At the end of its input it ends the machine.
        drop(self.script.stdin.take());
        let _ = self.script.wait();
    }
}
