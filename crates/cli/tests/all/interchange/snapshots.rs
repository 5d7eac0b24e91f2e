//! Two snapshots of a real repository, years apart.

use std::path::Path;

use super::{
    arena::Arena,
    history::manifests,
    lane::{Call, Lane, Report, Tool, Turns},
    writes::landfalls_writes,
};

const SELECTOR: &str = "deploy=sourcegraph";

/// What stands in the way of the second snapshot over the first: a Service without an address of its own had one. With
/// kubectl its user deletes it, with Landfall it is named.
const REPLACED: &str = "service/indexed-search";

/// A claim of the first snapshot that the second does not have: Landfall deletes it only by name.
const GONE: &str = "persistentvolumeclaim/indexed-search";

fn call<'a>(folder: &'a Path, landfall: &'a [String]) -> Call<'a> {
    Call { folder, selector: SELECTOR, kubectl: &[], landfall }
}

fn configured(report: &Report) -> usize {
    report.stdout.lines().filter(|line| line.ends_with(" configured")).count()
}

/// Applied by either tool or by both in turn, each snapshot is the same; then a run of Landfall sends nothing, while
/// kubectl reports 2 and 8 objects as configured: `cpu: "2000m"` against a live `2`, for example.
///
/// On the cluster that only kubectl knew, Landfall writes one thing: its own record.
#[test]
fn each_snapshot_is_the_same_and_then_at_rest() {
    let (Some(old), Some(new)) = (manifests("v2.13.5/base"), manifests("v5.0.0/base")) else { return };
    let turns = || {
        vec![
            ("kubectl only", Turns::Only(Tool::Kubectl)),
            ("Landfall only", Turns::Only(Tool::Landfall)),
            ("in turn", Turns::Alternate),
        ]
    };
    let mut arena = Arena::of(SELECTOR, false, turns());
    let approved = [format!("--replace={REPLACED}"), format!("--allow-prune={GONE}")];
    for (snapshot, spurious) in [(&old, 2), (&new, 8)] {
        let when = snapshot.display().to_string();
        let call = call(snapshot, &approved);
        let reports = arena.apply(&call, |lane, report| walk_past(lane, report, &call));
        arena.assert_equal(&when, &reports);
        let written = arena.each(|lane| {
            landfalls_writes(&lane.cluster, || {
                let report = lane.apply(Tool::Landfall, &call);
                let changes: Vec<&str> = report.stdout.lines().filter(|line| !line.ends_with(" unchanged")).collect();
                assert!(report.success && changes.is_empty(), "{changes:?} {report:?}");
            })
        });
        let again =
            arena.each(|lane| landfalls_writes(&lane.cluster, || assert!(lane.apply(Tool::Landfall, &call).success)));
        let own =
            |writes: &[String]| writes.iter().all(|write| write.contains("configmaps") && !write.contains("dry run"));
        assert!(written.iter().all(|writes| writes.len() <= 1 && own(writes)), "{written:?}");
        assert_eq!(written[1], [""; 0], "the cluster that Landfall knows");
        assert!(again.iter().all(Vec::is_empty), "{again:?}");
        let kubectl = arena.each(|lane| lane.apply(Tool::Kubectl, &call));
        assert_eq!(kubectl.iter().map(configured).collect::<Vec<_>>(), [spurious; 3], "{kubectl:#?}");
        arena.assert_equal(&when, &kubectl);
    }
}

fn walk_past(lane: &Lane, report: &Report, call: &Call<'_>) {
    if report.success {
        return;
    }
    assert_eq!(report.tool, Tool::Kubectl, "{report:#?}");
    lane.cluster.kubectl(&["delete", REPLACED]).ok();
    let again = lane.apply(Tool::Kubectl, call);
    assert!(again.success, "{again:#?}");
}
