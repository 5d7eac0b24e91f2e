//! An engine on another machine, reached as `ssh` does: a real sshd on this one, with keys and a configuration of its own.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    conformance::place::{Place, SERVICE},
    live::stage::web,
    runner::Ran,
};

#[test]
fn a_deploy_to_an_engine_behind_ssh() {
    let Some(place) = Place::engine() else { return };
    let server = Sshd::start(&place);
    place.write("base/web.yaml", &web("v1", "")).write("base/service.yaml", SERVICE);
    let to = "--docker=ssh://root@engine.example.com";
    let deploy = ["deploy", "-f", "base", "-l", "deploy=$NS", "-n", "$NS", "--timeout", "90s", to];
    let ran = server.landfall(&place, "client", &deploy);
    assert_eq!(ran.status, 0, "{}", ran.snapshot());
    insta::assert_snapshot!(place.report(&ran, "Live since"), @r"
    --- stderr ---
    Live since [TIME] ([N] s): 2 created
    --- exit status 0 ---
    ");
    place.assert_runs(&["web landfall-bench/web:v1"]);

    // Whoever deploys beside the engine finds what was done from afar.
    let beside = format!("--docker={}", place.docker_host());
    let plan = place.landfall(&["plan", "-f", "base", "-l", "deploy=$NS", "-n", "$NS", "--exit-code", &beside]);
    assert_eq!(plan.status, 0, "{}", plan.snapshot());

    let stranger = server.landfall(&place, "stranger", &deploy);
    insta::assert_snapshot!(place.mask(&stranger), @r"
    --- stderr ---
    error: The engine at ssh://root@engine.example.com cannot be reached: root@127.0.0.1: Permission denied (publickey).
    --- exit status 1 ---
    ");
}

/// A server that lets one key in, and knows where the engine is.
struct Sshd {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Sshd {
    fn start(place: &Place) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        // Started by root, sshd insists on this folder, which the service's start would make.
        if !Path::new("/run/sshd").exists() {
            fs::DirBuilder::new().mode(0o755).create("/run/sshd").unwrap();
        }
        for key in ["host", "client", "stranger"] {
            let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(path(key)).status();
            assert!(made.unwrap().success());
        }
        fs::copy(path("client.pub"), path("authorized_keys")).unwrap();
        let shown = folder.path().display();
        let host = place.docker_host();
        // Somebody else may take the port before sshd has it.
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let config = format!(
                "Port {port}\nListenAddress 127.0.0.1\nHostKey {shown}/host\nAuthorizedKeysFile {shown}/authorized_keys\n\
                 PidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
                 PermitRootLogin prohibit-password\nSetEnv DOCKER_HOST={host}\n"
            );
            fs::write(path("sshd_config"), config).unwrap();
            let host_key = fs::read_to_string(path("host.pub")).unwrap();
            fs::write(path("known_hosts"), format!("[127.0.0.1]:{port} {host_key}")).unwrap();
            let mut sshd = Command::new("/usr/sbin/sshd");
            sshd.args(["-D", "-e", "-f"]).arg(path("sshd_config")).stdin(Stdio::null()).stderr(Stdio::null());
            let mut process = sshd.spawn().expect("sshd can be started (Debian package openssh-server)");
            let deadline = Instant::now() + Duration::from_secs(10);
            while Instant::now() < deadline && process.try_wait().unwrap().is_none() {
                if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                    return Self { process, port, folder };
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        panic!("sshd does not start");
    }

    /// Runs `landfall` with an `ssh` that has one of the keys `client` and `stranger`, and no configuration but this.
    fn landfall(&self, place: &Place, key: &str, args: &[&str]) -> Ran {
        let folder = self.folder.path().display();
        let programs = self.folder.path().join(format!("bin-{key}"));
        fs::create_dir_all(&programs).unwrap();
        let ssh = format!(
            "#!/bin/sh\nexec /usr/bin/ssh -F none -o UserKnownHostsFile={folder}/known_hosts -o IdentitiesOnly=yes \
             -o BatchMode=yes -o Hostname=127.0.0.1 -o Port={port} -i {folder}/{key} \"$@\"\n",
            port = self.port
        );
        fs::write(programs.join("ssh"), ssh).unwrap();
        fs::set_permissions(programs.join("ssh"), fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
        let args: Vec<String> = args.iter().map(|arg| place.fill(arg)).collect();
        let mut command = place.work.command(&args.iter().map(String::as_str).collect::<Vec<_>>());
        place.work.ran(&command.env("PATH", path).stdin(Stdio::null()).output().unwrap())
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}
