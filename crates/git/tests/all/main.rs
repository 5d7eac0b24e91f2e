//! Everything that this crate does, against real repositories, real servers and the real git.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a helper that fails is a test that fails")]

mod advance;
mod bundle;
mod directory;
mod faults;
mod history;
mod http;
mod killed;
mod large;
mod local;
mod mirror;
mod push;
mod push_faults;
mod resolve;
mod revert;
mod revert_like_git;
mod ssh;
mod support;
mod tree;
mod uncommitted;

/// A module that is not listed above would never run.
#[test]
fn no_file_is_forgotten() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all");
    let main = std::fs::read_to_string(folder.join("main.rs")).unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = name.trim_end_matches(".rs");
        assert!(module == "main" || main.contains(&format!("mod {module};")), "{name} is not a module of main.rs");
    }
}
