//! A deployment repository with a bare remote, and a clone in which the user stands.

use std::process::Command;

use crate::timeline::site::Site;

/// A clone with an upstream branch.
pub struct Remote {
    pub site: Site,
}

impl Remote {
    /// With the level `info` deployed, and then `debug` by a second commit, both pushed.
    pub fn with_two_deploys(namespace: &str) -> Self {
        let remote = Self::empty(namespace);
        for (level, subject) in [("info", "Open the shop"), ("debug", "Tell more")] {
            remote.site.settings("level", level).commit(subject);
            remote.push();
            remote.deploy();
        }
        remote
    }

    /// With no commit yet.
    pub fn empty(namespace: &str) -> Self {
        let site = Site::plain(namespace);
        let work = &site.work;
        work.git(&["init", "--quiet"]);
        work.git(&["init", "--quiet", "--bare", "../srv/shop.git"]);
        let path = work.dir().join("../srv/shop.git").canonicalize().unwrap();
        work.git(&["remote", "add", "origin", &format!("file://{}", path.display())]);
        for (key, value) in [("user.name", "Ada"), ("user.email", "ada@example.com")] {
            work.git(&["config", key, value]);
        }
        Self { site }
    }

    pub fn push(&self) {
        self.site.work.git(&["push", "--quiet", "--set-upstream", "origin", "main"]);
    }

    pub fn deploy(&self) {
        self.site.landfall(&["deploy", "prod"]).success();
    }

    /// Runs `landfall`, and gives all that is printed, steady.
    pub fn shown(&self, args: &[&str]) -> String {
        self.site.shown(args)
    }

    /// Runs git in the bare repository.
    pub fn git(&self, args: &[&str]) -> String {
        self.site.work.git(&[&["--git-dir", "../srv/shop.git"], args].concat())
    }

    /// The remote's branch.
    pub fn tip(&self) -> String {
        self.git(&["rev-parse", "main"])
    }

    /// Somebody else's clone beside the user's.
    pub fn other(&self) -> Other<'_> {
        self.site.work.git(&["clone", "--quiet", "../srv/shop.git", "../other"]);
        Other { remote: self }
    }
}

/// Somebody else who works on the same repository.
pub struct Other<'r> {
    remote: &'r Remote,
}

impl Other<'_> {
    /// Commits a file and pushes it.
    pub fn pushes(&self, path: &str, text: &str, message: &str) {
        let folder = self.remote.site.work.dir().join("../other");
        std::fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
        std::fs::write(folder.join(path), text).unwrap();
        for args in [&["add", "--all"][..], &["commit", "--quiet", "--message", message], &["push", "--quiet"]] {
            self.remote.site.work.git(&[&["-C", "../other"], args].concat());
        }
    }
}

/// A hook of the bare repository that runs once before a push is taken.
pub fn write_hook(path: &std::path::Path, script: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    assert!(Command::new("chmod").arg("+x").arg(path).status().unwrap().success());
}
