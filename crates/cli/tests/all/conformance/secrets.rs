//! Values of Secrets appear nowhere, and arrive where they belong.

use super::place::Place;
use crate::live::stage::web;

on_all!(a_value_is_shown_nowhere);

const MARKER: &str = "hunter2MARKERhunter2";
/// Its base64.
const ENCODED: &str = "aHVudGVyMk1BUktFUmh1bnRlcjI=";

fn a_value_is_shown_nowhere(place: &Place) {
    let secret = |value: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: db, labels: {{deploy: $NS}}}}\nstringData: {{password: {value}}}\n"
        )
    };
    let env = "env: [{name: PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}]";
    place.write("base/secret.yaml", &secret(MARKER)).write("base/web.yaml", &web("v1", env));
    place.work.commit("Open");
    for args in [
        &["plan", "-vv"][..],
        &["plan", "-o", "json", "-vv"],
        &["deploy", "production", "--timeout", "90s", "-vv"],
        &["status", "-o", "json", "-vv"],
        &["history", "-o", "json", "-vv"],
    ] {
        hidden(place, args, 0);
    }
    if let Some(password) = place.variable("PASSWORD") {
        assert_eq!(password, MARKER, "the program has it");
    }
    // Refusals quote what is refused; a changed value is a change whose value is hidden.
    place.write("base/secret.yaml", &secret("other"));
    place.work.commit("Change");
    hidden(place, &["plan", "-vv"], 0);
    place.write("base/secret.yaml", &secret(&format!("{MARKER}!")).replace("stringData", "data"));
    place.work.commit("Not base64");
    hidden(place, &["deploy", "production", "-vv"], 1);
}

#[track_caller]
fn hidden(place: &Place, args: &[&str], status: i32) {
    let ran = place.landfall(args);
    assert_eq!(ran.status, status, "{args:?}: {}", ran.snapshot());
    let printed = format!("{}{}", ran.stdout, ran.stderr);
    for form in [MARKER, ENCODED, "hunter2", "aHVudGVy", "MARKER"] {
        assert!(!printed.contains(form), "'{form}' is shown by {args:?}:\n{printed}");
    }
}
