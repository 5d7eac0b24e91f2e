//! The service of a machine.

use std::{fs, path::Path, process::Command};

use super::DEPLOY;

#[test]
fn the_service_of_a_machine_is_accepted_and_closed() {
    let unit = Path::new(DEPLOY).join("systemd/landfall.service");
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("landfall.service");
    // The program is not installed where this runs.
    let text = fs::read_to_string(unit).unwrap();
    fs::write(&copy, text.replace("/usr/local/bin/landfall", env!("CARGO_BIN_EXE_landfall"))).unwrap();
    let analyze = |args: &[&str]| Command::new("systemd-analyze").args(args).arg(&copy).output().unwrap();
    let verified = analyze(&["verify", "--man=no"]);
    assert!(verified.status.success() && verified.stderr.is_empty(), "{verified:?}");
    // Tenths of the scale from 0 (closed) to 10 (open).
    let judged = analyze(&["security", "--offline=true", "--threshold=15", "--no-pager"]);
    assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stdout));
}
