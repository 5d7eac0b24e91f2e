//! The real history of a deployment repository.

use std::path::PathBuf;

use crate::support::{Sandbox, git, yaml};

#[test]
fn every_revision_of_a_real_history_reads_as_git_reads_it() {
    let bundle = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/manifests/deploy-sourcegraph/deploy-sourcegraph-2018.bundle"
    ));
    if !bundle.exists() {
        println!("skipped: {} is missing", bundle.display());
        return;
    }
    let sandbox = Sandbox::new();
    let mirror = sandbox.mirror(&bundle.canonicalize().unwrap().display().to_string()).unwrap();
    let tip = mirror.resolve("main").unwrap();
    let history = mirror.history(&tip.id, usize::MAX).unwrap();
    assert_eq!(history.len(), 32);
    let started = std::time::Instant::now();
    for commit in &history {
        assert!(mirror.read_tree(&commit.id, &[".".to_owned()], yaml).is_ok());
    }
    println!("32 revisions: {:?}", started.elapsed());
    for commit in &history {
        let read = mirror.read_tree(&commit.id, &[".".to_owned()], yaml).unwrap();
        let listed = git(mirror.path(), ["ls-tree", "-r", "--name-only", commit.id.as_str()]);
        assert_eq!(read.files.len(), listed.lines().filter(|path| yaml(path)).count());
        assert_eq!(commit.author.name, git(mirror.path(), ["log", "-1", "--format=%an", commit.id.as_str()]));
        assert_eq!(commit.subject, git(mirror.path(), ["log", "-1", "--format=%s", commit.id.as_str()]));
        assert!(mirror.is_ancestor(&commit.id, &tip.id).unwrap());
        for file in read.files.iter().step_by(10) {
            let shown = git(mirror.path(), ["cat-file", "blob", &format!("{}:{}", commit.id, file.path)]);
            assert_eq!(String::from_utf8_lossy(&file.bytes).trim(), shown, "{} {}", commit.id, file.path);
        }
    }
}
