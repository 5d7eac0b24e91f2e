//! One Gitea in a folder of its own.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    process::Command,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use landfall_bench_cluster::{free_port, keeper, program};
use serde_json::{Value, json};

use crate::{Answer, Repository, User, api, config};

const ADMIN: &str = "boss";
const PASSWORD: &str = "of-no-use-outside-of-a-test";

/// A running forge with an administrator.
pub struct Forge {
    name: String,
    folder: PathBuf,
    http_port: u16,
    ssh_port: u16,
    admin: String,
    count: AtomicUsize,
}

impl Forge {
    /// The forge that all tests of a process share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Forge> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// A forge of one's own, which ends when it is dropped.
    pub fn start() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(1);
        let name = format!("forge{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = keeper().folder().join(&name);
        fs::create_dir_all(&folder).unwrap();
        make_key(&folder.join("host_key"));
        let gitea = program("gitea");
        let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let (http_port, ssh_port) = (free_port(local), free_port(local));
        let ini = folder.join("app.ini");
        let static_files = gitea.with_file_name("gitea-static");
        fs::write(&ini, config::app_ini(&folder, &static_files, &user_name(), http_port, ssh_port)).unwrap();

        run(&gitea, &ini, &["migrate"]);
        let admin = ["--admin", "--username", ADMIN, "--password", PASSWORD, "--email", "boss@example.com"];
        run(&gitea, &ini, &[&["admin", "user", "create", "--must-change-password=false"], &admin[..]].concat());
        let command = [gitea.display().to_string(), "web".into(), "--config".into(), ini.display().to_string()];
        keeper().run(&format!("{name}/gitea"), &folder, &command);
        let mut forge = Self { name, folder, http_port, ssh_port, admin: String::new(), count: AtomicUsize::new(1) };
        keeper().wait_for(&format!("{}/gitea", forge.name), Duration::from_secs(60), || {
            api::request("GET", &format!("{}/api/healthz", forge.url()), None, None).status == 200
        });
        forge.admin = forge.make_token(ADMIN);
        forge
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.http_port)
    }

    /// Asks the API as the administrator, who may do everything; `path` is what follows `/api/v1`.
    pub fn api(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        api::request(method, &format!("{}/api/v1{path}", self.url()), Some(&api::token(&self.admin)), body.as_ref())
    }

    /// A new user with a token and an ssh key. The name gets a number, so that every test has users of its own.
    pub fn user(&self, name: &str) -> User {
        let name = self.unique(name);
        let mail = format!("{name}@example.com");
        let body = json!({"username": name, "email": mail, "password": PASSWORD, "must_change_password": false});
        self.api("POST", "/admin/users", Some(body)).ok();
        let user = User::new(&self.folder.join("users").join(&name), &name, &self.make_token(&name), self.http_port);
        let host_key = fs::read_to_string(self.folder.join("host_key.pub")).unwrap();
        fs::write(user.known_hosts(), format!("[127.0.0.1]:{} {host_key}", self.ssh_port)).unwrap();
        let body = json!({"title": "key", "key": user.public_key()});
        self.api("POST", &format!("/admin/users/{name}/keys"), Some(body)).ok();
        user
    }

    /// A new private repository without commits, whose default branch will be `main`.
    pub fn repository(&self, owner: &User) -> Repository<'_> {
        let name = self.unique("deploy");
        let body = json!({"name": name, "private": true, "default_branch": "main"});
        self.api("POST", &format!("/admin/users/{}/repos", owner.name()), Some(body)).ok();
        Repository::new(self, owner.name(), &name)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn ssh_port(&self) -> u16 {
        self.ssh_port
    }

    fn unique(&self, name: &str) -> String {
        format!("{name}-{}", self.count.fetch_add(1, Ordering::Relaxed))
    }

    fn make_token(&self, user: &str) -> String {
        let url = format!("{}/api/v1/users/{user}/tokens", self.url());
        let body = json!({"name": "test", "scopes": ["all"]});
        let answer = api::request("POST", &url, Some(&api::password(user, PASSWORD)), Some(&body)).ok();
        answer["sha1"].as_str().expect("an answer with a token").to_owned()
    }
}

impl Drop for Forge {
    fn drop(&mut self) {
        keeper().end(&self.name);
    }
}

/// Makes an ssh key without a passphrase.
pub(crate) fn make_key(path: &Path) {
    let made =
        Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f"]).arg(path).status();
    assert!(made.is_ok_and(|status| status.success()), "ssh-keygen failed (Debian package openssh-client)");
}

/// Runs one of Gitea's own commands.
fn run(gitea: &Path, ini: &Path, args: &[&str]) {
    let mut command = Command::new(gitea);
    command.args(args).arg("--config").arg(ini).env("HOME", ini.parent().unwrap());
    let output = command.output().unwrap();
    let said = || [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)].concat();
    assert!(output.status.success(), "gitea {} failed: {}", args.join(" "), said());
}

/// The user that runs this; Gitea insists on being told.
fn user_name() -> String {
    String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap().trim().to_owned()
}
