//! What others did in between.

use super::site::Site;

/// Times of the API server are whole seconds: what comes after this is in a later one than what came before.
fn next_second() {
    std::thread::sleep(std::time::Duration::from_millis(1100));
}

#[test]
fn kubectl_in_between_is_told_as_not_by_landfall() {
    let site = Site::plain("timeline-by-hand");
    for name in ["applied", "deleted", "edited", "same"] {
        site.settings(name, "info");
    }
    site.commit("Open the shop");
    site.landfall(&["deploy", "prod"]).success();
    let revision = std::fs::read_to_string(site.work.dir().join("base/applied.yaml")).unwrap();

    next_second();
    site.settings("applied", "by-kubectl");
    site.kubectl(&["apply", "-f", &site.work.dir().join("base/applied.yaml").display().to_string()]);
    let patch = r#"{"data": {"level": "by-bob"}}"#;
    site.kubectl(&["patch", "configmap", "edited", "--field-manager=bob", "-p", patch]);
    site.kubectl(&["delete", "configmap", "deleted"]);
    site.work.write("base/applied.yaml", &revision);
    site.settings("edited", "debug").commit("Tell more");
    site.landfall(&["deploy", "prod"]).success();
    insta::assert_snapshot!(site.shown(&["history", "prod"]), @"");
    insta::assert_snapshot!(site.shown(&["status", "prod"]), @"");

    // Told once, and not again by the next deploy.
    next_second();
    site.settings("same", "debug").commit("Tell even more");
    site.landfall(&["deploy", "prod"]).success();
    insta::assert_snapshot!(site.shown(&["status", "prod"]), @"");
    let seen = site.json(&["history", "prod"])["seen"].clone();
    insta::assert_snapshot!(super::steady(&serde_json::to_string_pretty(&seen[0]).unwrap()), @"");
    assert_eq!(seen.as_array().unwrap().len(), 3);
}
