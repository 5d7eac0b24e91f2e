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
    insta::assert_snapshot!(kept.stdout.trim_end(), @"");
    assert_eq!(place.claims(), 1);
    let pruned = place.landfall(&["deploy", "production", "--no-wait", "--allow-prune", "persistentvolumeclaim/data"]);
    pruned.success();
    place.until("the claim is gone", || place.claims() == 0);
}

fn a_revision_that_would_delete_most_is_refused(place: &Place) {
    let names = ["one", "two", "three", "four", "five", "six", "seven", "eight"];
    for name in names {
        place.write(&format!("base/{name}.yaml"), &settings(name, "info"));
    }
    place.deploy("Open", &[]).success();
    for name in &names[2..] {
        place.work.remove(&format!("base/{name}.yaml"));
    }
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
    insta::assert_snapshot!(place.report(&refused.unwrap(), "error:"), @r"
    --- stderr ---
    error: This revision is not deployed; nothing was written
      - The revision has no objects for this environment
        to go on: check the paths, the branch and the selector; to end an environment, delete its objects with kubectl delete -l SELECTOR, or on one host as docs/docker.md says
    --- exit status 4 ---
    ");
}
