//! Two environments on one target do not meet.

use super::place::Place;

on_all!(two_environments_leave_each_other_alone);

fn two_environments_leave_each_other_alone(place: &Place) {
    place.configure("$NS", &[("one", "one", "deploy=$NS,part=one"), ("two", "two", "deploy=$NS,part=two")]);
    let settings = |name: &str, part: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, labels: {{deploy: $NS, part: {part}}}}}\ndata: {{level: info}}\n"
        )
    };
    for (part, names) in [("one", ["a", "b", "c"]), ("two", ["d", "e", "f"])] {
        for name in names {
            place.write(&format!("{part}/{name}.yaml"), &settings(name, part));
        }
    }
    place.work.commit("Open");
    for environment in ["one", "two"] {
        place.landfall(&["deploy", environment]).success();
    }
    // What leaves one is pruned of one.
    place.work.remove("one/c.yaml");
    place.work.commit("Without c");
    let plan = place.landfall(&["plan", "two", "--exit-code"]);
    assert_eq!(plan.status, 0, "{}", plan.snapshot());
    insta::assert_snapshot!(place.report(&place.landfall(&["deploy", "one"]).success(), "Live since"), @r"
    --- stderr ---
    Live since [TIME] ([N] s): 1 pruned, 2 unchanged
    --- exit status 0 ---
    ");
    let plan = place.landfall(&["plan", "two", "--exit-code"]);
    assert_eq!(plan.status, 0, "{}", plan.snapshot());
    // What one has, the other cannot take.
    place.write("two/b.yaml", &settings("b", "two"));
    place.work.commit("Take b");
    let refused = place.landfall(&["deploy", "two"]);
    // Where the record is, each target says in its own words.
    let report = place.report(&refused, "error:");
    let report: Vec<&str> =
        report.lines().map(|line| line.split(" (its record: ").next().unwrap_or_default()).collect();
    insta::assert_snapshot!(report.join("\n"), @r"
    --- stderr ---
    error: This revision is not deployed; nothing was written
      - two/b.yaml:1:1: configmap/b in namespace $NS belongs to the environment 'deploy=$NS,part=one'
        to go on: remove it from one of the two, or give the two different names or namespaces; if that environment is no more, delete its record
    --- exit status 4 ---
    ");
}
