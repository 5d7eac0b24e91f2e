//! The timeline of an environment to which much happened.

use super::site::Site;

#[test]
fn deploys_of_all_kinds() {
    let site = Site::with_pods("timeline-history");
    let digest = "0123456789abcdef".repeat(4);
    site.settings("level", "info").web("registry.example/shop/web:1.0").commit("Open the shop");
    site.landfall(&["deploy", "prod"]).success();
    insta::assert_snapshot!(site.shown(&["history", "prod"]), @"
    hh:mm:ss  live  prod eedbb19 Open the shop
        deployment/web: nothing -> registry.example/shop/web:1.0
        by Ada, deploy by ada@$HOST, 2 created, live after [N] s
    --- exit status 0 ---
    ");
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
    site.workload("api", "registry.example/shop/api:2.0", ", bench.landfall.dev/fate: unready");
    site.commit("Add the api");
    assert_eq!(site.landfall(&["deploy", "prod", "--timeout", "2s"]).status, 3);

    // The way back without a revert commit.
    site.landfall(&["deploy", "prod", &newer]).success();
    insta::assert_snapshot!(site.shown(&["history", "prod"]), @"
    hh:mm:ss  live  prod ab2f3d5 Update web to 1.1
        deployment/api: registry.example/shop/api:2.0 -> nothing
        by Ada, deploy by ada@$HOST, 1 pruned, live after [N] s
        an older revision, deployed over 2a457c1 without a revert
    hh:mm:ss  was not live in time  prod 2a457c1 Add the api
        deployment/api: nothing -> registry.example/shop/api:2.0
        by Ada, deploy by ada@$HOST, 1 created
        deployment/api in namespace timeline-history: 0 of 1 pods are ready; pod [POD] is starting: it has run for [N] s, and its readiness probe has not succeeded yet
    hh:mm:ss  was refused  prod e660971 Call web shop
        by Ada, deploy by ada@$HOST, nothing was written
        base/web.yaml:6:33: deployment/web in namespace timeline-history has changes in fields that cannot be changed
    hh:mm:ss  live  prod ab2f3d5 Update web to 1.1
        deployment/web: registry.example/shop/web:1.0 -> registry.example/shop/web:1.1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
        by Ada, deploy by ada@$HOST, 1 updated, live after [N] s
    hh:mm:ss  live  prod eedbb19 Open the shop
        deployment/web: nothing -> registry.example/shop/web:1.0
        by Ada, deploy by ada@$HOST, 2 created, live after [N] s
    --- exit status 0 ---
    ");
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
    insta::assert_snapshot!(shown, @r#"
    hh:mm:ss  failed  prod 70ea783 Add secrets
        by Ada, deploy by ada@$HOST, 1 created, 1 failed
        1 of 2 changes failed, 1 done, nothing was pruned
        secret/one: Applying secret/one in namespace timeline-failed is not allowed: secrets "one" is forbidden: exceeded quota: few, requested: count/secrets=1, used: count/secrets=1, limited: count/secrets=1
    --- stderr ---
    There are more: --limit, --since, --until
    --- exit status 0 ---
    "#);
    insta::assert_snapshot!(site.shown(&["status", "prod"]).replace("two", "one"), @"
    prod is at 8451243, applied hh:mm:ss
    on context admin ($SERVER)
    the last deploy, of 70ea783, failed: 1 of 2 changes failed, 1 done, nothing was pruned

      it has no workloads
    --- exit status 0 ---
    ");
    assert!(!site.json(&["history", "prod"]).to_string().contains("hunter2"));
    site.kubectl(&["delete", "quota", "few"]);
    site.landfall(&["deploy", "prod"]).success();
    insta::assert_snapshot!(site.shown(&["history", "prod", "--limit", "1"]).replace("two", "one"), @"
    hh:mm:ss  live  prod 70ea783 Add secrets
        by Ada, deploy by ada@$HOST, 1 created, live after [N] s
    --- stderr ---
    There are more: --limit, --since, --until
    --- exit status 0 ---
    ");
}
