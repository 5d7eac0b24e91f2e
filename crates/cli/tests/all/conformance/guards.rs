//! What is never done without approval.

use super::place::{CLAIM, Place, settings};

on_both!(a_claim_is_kept_until_it_is_named, a_revision_that_would_delete_most_is_refused, an_empty_revision_is_refused);

fn a_claim_is_kept_until_it_is_named(place: &Place) {
    for name in ["one", "two", "three"] {
        place.write(&format!("base/{name}.yaml"), &settings(name, "info"));
    }
    place.write("base/claim.yaml", CLAIM);
    // Nothing binds a claim that nobody mounts in a cluster without a provisioner.
    place.deploy("Open", &["--no-wait"]).success();
    place.work.remove("base/claim.yaml");
    place.work.commit("Without the claim");
    let kept = place.landfall(&["deploy", "production", "--no-wait"]).success();
    insta::assert_snapshot!(place.mask(&kept).replace(NO_WAIT, ""), @"");
    assert_eq!(place.claims(), 1);
    let pruned = place.landfall(&["deploy", "production", "--no-wait", "--allow-prune", "persistentvolumeclaim/data"]);
    pruned.success();
    place.until("the claim is gone", || place.claims() == 0);
}

fn a_revision_that_would_delete_most_is_refused(place: &Place) {
    for name in ["one", "two", "three", "four"] {
        place.write(&format!("base/{name}.yaml"), &settings(name, "info"));
    }
    place.deploy("Open", &[]).success();
    place.work.remove("base/two.yaml").remove("base/three.yaml").remove("base/four.yaml");
    place.work.commit("Close");
    let mut refused = None;
    let writes = place.writes(|| refused = Some(place.landfall(&["deploy", "production"])));
    assert_eq!(writes, [""; 0]);
    insta::assert_snapshot!(place.report(&refused.unwrap(), "error:"), @"");
}

fn an_empty_revision_is_refused(place: &Place) {
    place.write("base/one.yaml", &settings("one", "info"));
    place.deploy("Open", &[]).success();
    place.write("base/one.yaml", "# nothing\n");
    place.work.commit("Close");
    let mut refused = None;
    let writes = place.writes(|| refused = Some(place.landfall(&["deploy", "production"])));
    assert_eq!(writes, [""; 0]);
    insta::assert_snapshot!(place.report(&refused.unwrap(), "error:"), @"");
}

/// Only one host says it.
const NO_WAIT: &str = "--no-wait has no effect on one host: nothing goes on there without Landfall, so it waits\n";
