//! Landfall as `deploy/` runs it, and how it replaces itself.

mod cluster;
mod host;
mod systemd;
mod unit;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use serde_json::Value;

use crate::runner::Workspace;

/// What users run it by.
const DEPLOY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy");

/// Who runs the program in its image.
const USER: u32 = 65532;

/// Longer than anything that a test waits for.
const PATIENCE: Duration = Duration::from_secs(180);

/// Builds the image of the program under test as a file in a folder.
fn image(folder: &Path, tag: &str) -> PathBuf {
    let tar = folder.join("landfall.tar");
    let built = Command::new(format!("{DEPLOY}/image/build"))
        .args(["--tar", &tar.display().to_string(), tag])
        .env("LANDFALL_PROGRAM", env!("CARGO_BIN_EXE_landfall"))
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    tar
}

/// Replaces what must be there once.
fn replace(text: String, replaced: &[(&str, String)]) -> String {
    replaced.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "{from} is not in:\n{text}");
        text.replacen(from, to, 1)
    })
}

/// Changes a file of a repository.
fn edit(work: &Workspace, file: &str, from: &str, to: &str) {
    let path = work.dir().join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replace(from, to)).unwrap();
}

/// Whether the newest deploy of a timeline has this subject, and is live.
fn is_live(deploys: &[Value], subject: &str) -> bool {
    deploys
        .first()
        .is_some_and(|newest| newest["deploy"]["subject"] == subject && newest["deploy"]["outcome"] == "live")
}
