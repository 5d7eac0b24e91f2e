//! A real sshd for this user alone, on a free port.

use std::{
    net::TcpStream,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::{silent::closed_port, wait_until};

pub struct SshServer {
    process: Child,
    pub port: u16,
    user: String,
    dir: PathBuf,
}

impl SshServer {
    pub fn start(dir: &Path) -> Self {
        std::fs::create_dir_all(dir).unwrap();
        let sshd = Path::new("/usr/sbin/sshd");
        assert!(sshd.exists(), "{} is needed for this test (Debian package openssh-server)", sshd.display());
        // Started by root, sshd insists on this folder, which the service's start would make.
        if output("id", &["-u"]) == "0" && !Path::new("/run/sshd").exists() {
            std::fs::DirBuilder::new().mode(0o755).create("/run/sshd").unwrap();
        }
        for key in ["host", "client", "stranger"] {
            let status = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(dir.join(key))
                .status()
                .unwrap();
            assert!(status.success());
        }
        std::fs::copy(dir.join("client.pub"), dir.join("authorized_keys")).unwrap();
        std::fs::set_permissions(dir.join("authorized_keys"), std::fs::Permissions::from_mode(0o600)).unwrap();
        // Somebody else may take the port before sshd has it.
        for _ in 0..5 {
            let port = closed_port();
            let shown = dir.display();
            let config = format!(
                "Port {port}\nListenAddress 127.0.0.1\nHostKey {shown}/host\nAuthorizedKeysFile {shown}/authorized_keys\n\
                 PidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n"
            );
            std::fs::write(dir.join("sshd_config"), config).unwrap();
            let log = std::fs::File::create(dir.join("sshd.log")).unwrap();
            let mut process = Command::new(sshd)
                .args(["-D", "-e", "-f"])
                .arg(dir.join("sshd_config"))
                .stdin(Stdio::null())
                .stderr(log)
                .spawn()
                .unwrap();
            let mut up = false;
            wait_until("the start of sshd", Duration::from_secs(10), || {
                up = TcpStream::connect(("127.0.0.1", port)).is_ok();
                up || process.try_wait().unwrap().is_some()
            });
            if up {
                return Self { process, port, user: output("id", &["-un"]), dir: dir.to_owned() };
            }
        }
        panic!("sshd does not start: {}", std::fs::read_to_string(dir.join("sshd.log")).unwrap());
    }

    pub fn url(&self, path: &Path) -> String {
        format!("ssh://{}@127.0.0.1:{}{}", self.user, self.port, path.display())
    }

    /// The address that scp takes; the port comes with the command.
    pub fn scp_url(&self, path: &Path) -> String {
        format!("{}@127.0.0.1:{}", self.user, path.display())
    }

    /// An ssh that knows nobody but this server, with one of the keys `client` and `stranger`.
    pub fn command(&self, key: &str, knows_host: bool) -> String {
        let known = self.dir.join(if knows_host { "known_hosts" } else { "nobody" });
        let host_key = std::fs::read_to_string(self.dir.join("host.pub")).unwrap();
        if knows_host {
            std::fs::write(&known, format!("[127.0.0.1]:{} {host_key}", self.port)).unwrap();
        }
        format!(
            "ssh -F none -p {} -o UserKnownHostsFile={} -o IdentitiesOnly=yes -i {}",
            self.port,
            known.display(),
            self.dir.join(key).display()
        )
    }
}

impl Drop for SshServer {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn output(program: &str, args: &[&str]) -> String {
    String::from_utf8(Command::new(program).args(args).output().unwrap().stdout).unwrap().trim().to_owned()
}
