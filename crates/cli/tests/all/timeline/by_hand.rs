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
    next_second();
    let patch = r#"{"data": {"level": "by-bob"}}"#;
    site.kubectl(&["patch", "configmap", "edited", "--field-manager=bob", "-p", patch]);
    site.kubectl(&["delete", "configmap", "deleted"]);
    site.work.write("base/applied.yaml", &revision);
    site.settings("edited", "debug").commit("Tell more");
    site.landfall(&["deploy", "prod"]).success();
    insta::assert_snapshot!(site.shown(&["history", "prod"]), @"
    hh:mm:ss  live  prod 809cf5c Tell more
        by Ada, deploy by ada@$HOST, 1 created, 2 updated, live after [N] s
    hh:mm:ss  not by Landfall  configmap/deleted: it was deleted
    hh:mm:ss  not by Landfall  configmap/edited: data[level] was changed by bob, which the next deploy overwrote
    hh:mm:ss  not by Landfall  configmap/applied: it was applied by hand, with kubectl or `landfall apply`
    hh:mm:ss  live  prod 1a6ba0f Open the shop
        by Ada, deploy by ada@$HOST, 4 created, live after [N] s
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(site.shown(&["status", "prod"]), @"
    prod is at 809cf5c (Tell more), applied hh:mm:ss
    on context admin ($SERVER)

      it has no workloads
    --- exit status 0 ---
    ");

    // Told once, and not again by the next deploy.
    next_second();
    site.settings("same", "debug").commit("Tell even more");
    site.landfall(&["deploy", "prod"]).success();
    insta::assert_snapshot!(site.shown(&["status", "prod"]), @"
    prod is at 5d5b892 (Tell even more), applied hh:mm:ss
    on context admin ($SERVER)

      it has no workloads
    --- exit status 0 ---
    ");
    let seen = site.json(&["history", "prod"])["seen"].clone();
    insta::assert_snapshot!(super::steady(&serde_json::to_string_pretty(&seen[0]).unwrap()), @r#"
    {
      "by": "kubectl-client-side-apply",
      "done": "[TIME]",
      "object": {
        "group": "",
        "kind": "ConfigMap",
        "name": "applied",
        "namespace": "timeline-by-hand"
      },
      "seen": "[TIME]",
      "what": "it was applied by hand, with kubectl or `landfall apply`"
    }
    "#);
    assert_eq!(seen.as_array().unwrap().len(), 3);
}
