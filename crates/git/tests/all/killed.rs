//! Killed in the middle of things.

use std::{fs, time::Duration};

use landfall_git::{Mirror, RepoUrl};

use crate::support::{Sandbox, http::HttpServer, options, other_process, paths, wait_until, yaml};

#[test]
fn a_killed_clone_leaves_nothing_that_is_taken_as_good() {
    let sandbox = Sandbox::new();
    let repo = sandbox.repo("srv/remote");
    // Text that does not compress, so that half of it fills more than git's buffers.
    let mut noise = 1_u64;
    for i in 0..200 {
        let words = std::iter::repeat_with(|| {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            format!("{noise:016x}")
        });
        repo.write(&format!("base/{i}.yaml"), &words.take(1000).collect::<Vec<_>>().join("\n"));
    }
    let first = repo.commit("First");
    let server = HttpServer::start(&sandbox.path("srv"), false, None);
    let url = server.url("", "remote/.git");
    let stall = sandbox.path("srv/STALL");
    fs::write(&stall, "").unwrap();

    let cache = sandbox.cache().display().to_string();
    let env = [("MIRROR_CACHE", cache.as_str()), ("MIRROR_URL", url.as_str())];
    let mut process = other_process("killed::opens_a_mirror", &env).spawn().unwrap();
    let growing = || names(&sandbox).into_iter().find(|name| name.contains(".new-"));
    let is_receiving = |name: String| {
        let objects = sandbox.cache().join(name).join("objects/pack");
        fs::read_dir(objects).is_ok_and(|mut entries| entries.next().is_some())
    };
    wait_until("the clone", Duration::from_secs(20), || growing().is_some_and(is_receiving));
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(growing().is_some(), "the killed clone has left its folder");
    fs::remove_file(&stall).unwrap();

    let mirror = sandbox.mirror(&url).unwrap();
    let tip = mirror.resolve("main").unwrap();
    assert_eq!(tip.id.as_str(), first);
    assert_eq!(paths(&mirror.read_tree(&tip.id, &["base".to_owned()], yaml).unwrap()).len(), 200);
    assert_eq!(names(&sandbox).len(), 2, "only the mirror and its lock are left");
}

/// The names in the cache.
fn names(sandbox: &Sandbox) -> Vec<String> {
    fs::read_dir(sandbox.cache())
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

#[test]
#[ignore = "run by a_killed_clone_leaves_nothing_that_is_taken_as_good"]
fn opens_a_mirror() {
    let url = RepoUrl::parse(&std::env::var("MIRROR_URL").unwrap()).unwrap();
    Mirror::open(std::env::var("MIRROR_CACHE").unwrap().as_ref(), &url, options()).unwrap();
}
