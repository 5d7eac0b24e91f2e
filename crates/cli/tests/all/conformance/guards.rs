//! What is never done without approval.

use super::place::{CLAIM, Place, settings};

on_all!(a_claim_is_kept_until_it_is_named, a_revision_that_would_delete_most_is_refused, an_empty_revision_is_refused);

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
    insta::assert_snapshot!(kept.stdout.trim_end(), @r"
    = keep  persistentvolumeclaim/data

    1 kept, 3 unchanged

    persistentvolumeclaim/data
        a PersistentVolumeClaim is never deleted without approval: the data in its volume may be lost with it
        to delete it: deploy with --allow-prune persistentvolumeclaim/data, or delete it by hand
    ");
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
    insta::assert_snapshot!(place.report(&refused.unwrap(), "error:"), @r"
    --- stderr ---
    error: This revision is not deployed; nothing was written
      - The revision would prune 6 of the 8 live objects of this environment (75 %, allowed are 50 %)
          configmap/eight in namespace $NS
          configmap/five in namespace $NS
          configmap/four in namespace $NS
          configmap/seven in namespace $NS
          configmap/six in namespace $NS
          configmap/three in namespace $NS
        to go on: check that the revision and the paths are the right ones; then prune in several commits, name the objects with --allow-prune, or raise maxPruneShare of the environment in landfall.yaml
    --- exit status 4 ---
    ");
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
