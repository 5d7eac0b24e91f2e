//! The way back is a commit.

use super::place::Place;
use crate::live::stage::web;

on_both!(a_rollback_deploys_what_was_there_before);

fn a_rollback_deploys_what_was_there_before(place: &Place) {
    place.write("base/web.yaml", &web("v1", ""));
    place.deploy("Open", &[]).success();
    place.write("base/web.yaml", &web("v2", ""));
    place.deploy("Update", &[]).success();
    place.assert_runs(&["web landfall-bench/web:v2"]);
    place.work.git(&["config", "user.name", "Ada"]);
    place.work.git(&["config", "user.email", "ada@example.com"]);
    let ran = place.landfall(&["rollback", "production", "--timeout", "90s"]).success();
    insta::assert_snapshot!(place.mask(&ran), @"");
    place.assert_runs(&["web landfall-bench/web:v1"]);
    let history = place.landfall(&["history", "production"]).success();
    assert_eq!(history.stdout.matches("live").count(), 3, "{}", history.stdout);
}
