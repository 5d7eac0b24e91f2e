//! A real history: 32 revisions of deploy-sourcegraph from 2018.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    arena::Arena,
    lane::{Call, Lane, Report, Tool},
    random,
};

const SELECTOR: &str = "deploy=sourcegraph";

/// The manifests of deploy-sourcegraph, or a notice where they are not at hand.
pub fn manifests(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/manifests/deploy-sourcegraph").join(name);
    if !path.exists() {
        println!("skipped: there is no {}", path.display());
        return None;
    }
    Some(path)
}

fn git(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git").current_dir(folder).args(args).output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A clone of the history, and its revisions from the first one.
fn clone(bundle: &Path) -> (tempfile::TempDir, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["clone", "--quiet", "--branch", "main", &bundle.to_string_lossy(), "history"]);
    let clone = folder.path().join("history");
    let revisions = git(&clone, &["rev-list", "--reverse", "HEAD"]).lines().map(str::to_owned).collect();
    (folder, revisions)
}

/// Manifests below a folder whose API version no cluster has served for years.
fn gone(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gone(&path, found);
        } else if fs::read_to_string(&path)
            .unwrap()
            .lines()
            .any(|line| line.starts_with("apiVersion: ") && line.ends_with("v1beta1"))
        {
            found.push(path);
        }
    }
}

/// All four clusters are equal after each of the 32 revisions.
///
/// Two points of this history stop both tools, each in its own way, and are walked past in the way that the tool's user
/// would take:
/// - revision 1 has manifests in API versions that no cluster serves any more; they are left out;
/// - revision 7 changes the claim templates of the StatefulSet gitserver, which the API server refuses. With kubectl it is
///   deleted with `--cascade=orphan` before it is applied again, with Landfall it is replaced by its approval.
#[test]
fn four_clusters_are_equal_after_every_revision() {
    let Some(bundle) = manifests("deploy-sourcegraph-2018.bundle") else { return };
    let (folder, revisions) = clone(&bundle);
    let clone = folder.path().join("history");
    let base = clone.join("base");
    let mut arena = Arena::four(SELECTOR, true, random::seed("history"));
    let mut blocked = Vec::new();
    for (number, revision) in (1..).zip(&revisions) {
        git(&clone, &["checkout", "--quiet", "--force", revision]);
        let mut left_out = Vec::new();
        gone(&base, &mut left_out);
        assert_eq!(left_out.len(), if number == 1 { 15 } else { 0 });
        left_out.iter().for_each(|path| fs::remove_file(path).unwrap());
        let landfall = ["--replace".to_owned(), "statefulset/gitserver".to_owned()];
        let call = Call { folder: &base, selector: SELECTOR, kubectl: &[], landfall: &landfall };
        let stopped = |report: &Report| {
            report.stderr.contains("spec.volumeClaimTemplates") && report.stderr.contains("field is immutable")
        };
        let walk_past = |lane: &Lane, report: &Report| {
            if report.tool == Tool::Kubectl && stopped(report) {
                lane.cluster.kubectl(&["delete", "--cascade=orphan", "statefulset", "gitserver"]).ok();
                let again = lane.apply(Tool::Kubectl, &call);
                assert!(again.success, "{again:?}");
            } else {
                assert!(report.success, "{report:?}");
            }
        };
        let reports = arena.apply(&call, walk_past);
        if reports.iter().any(stopped) {
            blocked.push(number);
        }
        let when = format!("revision {number} ({})", &revision[..7]);
        arena.assert_equal(&when, &reports);
        if number == 7 || number % 8 == 0 {
            arena.assert_quiet(&when, &call);
        }
    }
    assert_eq!((revisions.len(), blocked), (32, vec![7]));
}
