//! A deployment repository on the shared forge, with people who work on it.

use std::process::Command;

use landfall_bench_forge::{Access, Forge, Repository, User};
use landfall_git::{GitOptions, Mirror, RepoUrl};

use super::{Repo, Sandbox};
use crate::revert::ada;

/// The ways to a forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Http,
    Ssh,
}

pub const WAYS: [Way; 2] = [Way::Http, Way::Ssh];

/// A private repository of Ada's, with a few commits on `main`; Bob may push as well.
pub struct Hosted {
    pub sandbox: Sandbox,
    pub repository: Repository<'static>,
    pub ada: User,
    pub bob: User,
    /// Ada's clone, which has no remote by name.
    pub clone: Repo,
    /// The commits, oldest first.
    pub ids: Vec<String>,
}

impl Hosted {
    pub fn new() -> Self {
        let (sandbox, forge) = (Sandbox::new(), Forge::shared());
        let (ada, bob) = (forge.user("ada"), forge.user("bob"));
        let repository = forge.repository(&ada);
        repository.add(&bob, Access::Write);
        let clone = sandbox.repo("clone");
        let ids = vec![
            clone.write("base/web.yaml", "image: one\n").write("base/api.yaml", "image: one\n").commit("Start"),
            clone.write("base/web.yaml", "image: two\n").commit("Update web"),
            clone.write("base/api.yaml", "image: two\n").commit("Update api"),
        ];
        let hosted = Self { sandbox, repository, ada, bob, clone, ids };
        hosted.push("main").unwrap();
        hosted
    }

    pub fn url(&self, way: Way) -> String {
        match way {
            Way::Http => self.repository.http_url(),
            Way::Ssh => self.repository.ssh_url(),
        }
    }

    /// A mirror with a cache of its own, as a user of the forge.
    pub fn mirror(&self, way: Way, user: &User) -> Mirror {
        let cache = self.sandbox.path(&format!("cache-{}-{way:?}", user.name()));
        Mirror::open(&cache, &RepoUrl::parse(&self.url(way)).unwrap(), options_of(user)).unwrap()
    }

    /// Bob pushes with the git program; `spec` is a branch, or `+branch` to force.
    pub fn push(&self, spec: &str) -> Result<(), String> {
        let mut command = Command::new("git");
        command.current_dir(&self.clone.path).args(["push", "--quiet", &self.url(Way::Http), spec]);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").envs(self.bob.git_env());
        let output = command.output().unwrap();
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    }
}

/// Git as a user of the forge, who commits as Ada.
pub fn options_of(user: &User) -> GitOptions {
    let mut options = ada();
    options.extra_env.extend(user.git_env());
    options
}
