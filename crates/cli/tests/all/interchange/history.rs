//! A real history: 32 revisions of deploy-sourcegraph from 2018.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    arena::Arena,
    lane::{Call, Lane, Report, Tool, Turns},
    random,
    writes::landfalls_writes,
};
use crate::runner::Workspace;

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

/// The two revisions of this history that cannot be applied: Landfall says why, and writes nothing, not even its own
/// record. (kubectl applies what it can, and prunes nothing any more.)
#[test]
fn a_revision_that_cannot_be_applied_writes_nothing() {
    let Some(bundle) = manifests("deploy-sourcegraph-2018.bundle") else { return };
    let (folder, revisions) = clone(&bundle);
    let clone = folder.path().join("history");
    let lane = Lane::start("Landfall only", Turns::Only(Tool::Landfall), false);
    let apply = |revision: usize| {
        git(&clone, &["checkout", "--quiet", "--force", &revisions[revision - 1]]);
        let work = Workspace::on(&lane.cluster).replace(&clone.to_string_lossy(), "$REPO");
        work.landfall(&["apply", "--prune", "-l", SELECTOR, "-R", "-f", &clone.join("base").to_string_lossy()])
    };
    let mut refused = String::new();
    let writes = |run: &mut dyn FnMut()| -> Vec<String> {
        landfalls_writes(&lane.cluster, run).into_iter().filter(|write| !write.ends_with("(dry run)")).collect()
    };
    assert_eq!(writes(&mut || refused = apply(1).snapshot()), [""; 0]);
    let first: String = refused.lines().take(8).map(|line| format!("{line}\n")).collect();
    insta::assert_snapshot!(first, @"
    --- stderr ---
    error: The cluster does not serve extensions/v1beta1 Deployment
     --> $REPO/base/frontend/sourcegraph-frontend.Deployment.yaml:1:13
      |
    1 | apiVersion: extensions/v1beta1
      |             ^^^^^^^^^^^^^^^^^^
      |
      = help: it serves Deployment as apps/v1
    ");
    apply(6).success();
    let before = lane.versions(SELECTOR);
    assert_eq!(writes(&mut || refused = apply(7).snapshot()), [""; 0]);
    insta::assert_snapshot!(refused, @r#"
    --- stderr ---
    error: This revision is not deployed; nothing was written
      - $REPO/base/gitserver/gitserver.StatefulSet.yaml:79:25: statefulset/gitserver in namespace default has changes in fields that cannot be changed
          spec.volumeClaimTemplates[0].spec.storageClassName: (none) -> "sourcegraph"
          if it is replaced: its pods keep running and its claims stay; the new one adopts them
        to go on: undo the change, or replace it: --replace statefulset/gitserver, or the annotation landfall.dev/replace: allowed
    --- exit status 4 ---
    "#);
    assert_eq!(before, lane.versions(SELECTOR));
}

/// Each tool prunes what the other one applied.
#[test]
fn each_tool_prunes_what_the_other_applied() {
    let Some(bundle) = manifests("deploy-sourcegraph-2018.bundle") else { return };
    let (folder, _) = clone(&bundle);
    let clone = folder.path().join("history");
    let base = clone.join("base");
    let kinds = ["apps/v1/Deployment", "core/v1/Service", "core/v1/ServiceAccount", "core/v1/ConfigMap"];
    let kubectl: Vec<String> = kinds.iter().map(|kind| format!("--prune-allowlist={kind}")).collect();
    let call = Call { folder: &base, selector: SELECTOR, kubectl: &kubectl, landfall: &[] };
    let arena = Arena::of(SELECTOR, false, vec![("a", Turns::Only(Tool::Kubectl)), ("b", Turns::Only(Tool::Landfall))]);
    let tool = |lane: &Lane, first: bool| if (lane.name == "a") == first { Tool::Kubectl } else { Tool::Landfall };
    let reports = arena.each(|lane| lane.apply(tool(lane, true), &call));
    assert!(reports.iter().all(|report| report.success), "{reports:#?}");
    arena.assert_equal("the last revision", &reports);
    let removed = [
        "redis/redis-cache.Deployment.yaml",
        "redis/redis-cache.Service.yaml",
        "config-file.ConfigMap.yaml",
        "frontend/sourcegraph-frontend.ServiceAccount.yaml",
    ];
    removed.iter().for_each(|file| fs::remove_file(base.join(file)).unwrap());
    let reports = arena.each(|lane| lane.apply(tool(lane, false), &call));
    assert!(reports.iter().all(|report| report.success), "{reports:#?}");
    arena.assert_equal("a revision without some of its objects", &reports);
    for report in &reports {
        let pruned = report.stdout.lines().filter(|line| line.ends_with(" pruned")).count();
        assert_eq!(pruned, removed.len(), "{report:#?}");
    }
}
