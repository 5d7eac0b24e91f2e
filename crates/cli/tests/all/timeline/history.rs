//! The timeline of an environment to which much happened.

use super::site::Site;

#[test]
fn deploys_of_all_kinds() {
    let site = Site::with_pods("timeline-history");
    let digest = "0123456789abcdef".repeat(4);
    site.settings("level", "info").web("registry.example/shop/web:1.0").commit("Open the shop");
    site.landfall(&["deploy", "prod"]).success();
    insta::assert_snapshot!(site.shown(&["history", "prod"]), @"");
    let image = format!("registry.example/shop/web:1.1@sha256:{digest}");
    let newer = site.web(&image).commit("Update web to 1.1");
    site.landfall(&["deploy", "prod"]).success();

    // A guard stops it: what a Deployment selects cannot be changed.
    let web = std::fs::read_to_string(site.work.dir().join("base/web.yaml")).unwrap();
    site.work.write("base/web.yaml", &web.replace("{app: web}", "{app: shop}"));
    site.commit("Call web shop");
    assert_eq!(site.landfall(&["deploy", "prod"]).status, 4);
    site.work.write("base/web.yaml", &web);

    // It cannot become live.
    site.workload("api", "registry.example/shop/api:2.0", ", bench.landfall.dev/fate: pull-error");
    site.commit("Add the api");
    assert_eq!(site.landfall(&["deploy", "prod"]).status, 3);

    // The way back without a revert commit.
    site.landfall(&["deploy", "prod", &newer]).success();
    insta::assert_snapshot!(site.shown(&["history", "prod"]), @"");
}

#[test]
fn a_change_that_fails() {
    let site = Site::with_pods("timeline-failed");
    site.settings("level", "info").commit("Open the shop");
    site.landfall(&["deploy", "prod"]).success();
    // Room for one: each of the two passes the check alone.
    site.kubectl(&["create", "quota", "few", "--hard=count/secrets=1"]);
    let used = ["get", "quota", "few", "-o", "jsonpath={.status.used.count/secrets}"];
    while site.kubectl(&used) != "0" {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: NAME, labels: {deploy: shop}}\nstringData: {password: hunter2}\n";
    for name in ["one", "two"] {
        site.work.write(&format!("base/{name}.yaml"), &secret.replace("NAME", name));
    }
    site.commit("Add secrets");
    assert_eq!(site.landfall(&["deploy", "prod"]).status, 1);
    // Which of the two comes first is chance.
    let shown = site.shown(&["history", "prod", "--limit", "1"]).replace("two", "one");
    insta::assert_snapshot!(shown, @"");
    insta::assert_snapshot!(site.shown(&["status", "prod"]).replace("two", "one"), @"");
    assert!(!site.json(&["history", "prod"]).to_string().contains("hunter2"));
    site.kubectl(&["delete", "quota", "few"]);
    site.landfall(&["deploy", "prod"]).success();
    insta::assert_snapshot!(site.shown(&["history", "prod", "--limit", "1"]).replace("two", "one"), @"");
}
