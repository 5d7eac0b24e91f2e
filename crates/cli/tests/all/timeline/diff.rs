//! What changes between two revisions, whatever is live.

use super::site::Site;

#[test]
fn between_revisions() {
    let site = Site::plain("timeline-diff");
    let password = |value: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: login, labels: {{deploy: shop}}}}\nstringData: {{password: {value}}}\n"
        )
    };
    site.work.write("base/login.yaml", &password("hunter2"));
    site.settings("level", "info").settings("old", "info").web("shop/web:1.0").commit("Open the shop");
    site.work.git(&["tag", "v1"]);
    site.work.write("base/login.yaml", &password("hunter3"));
    site.remove("old").settings("level", "debug").settings("new", "info").web("shop/web:1.1").commit("Update web");
    insta::assert_snapshot!(site.shown(&["diff", "v1", "HEAD"]), @"");
    insta::assert_snapshot!(site.shown(&["diff", "HEAD", "v1"]), @"");
    insta::assert_snapshot!(site.shown(&["diff", "v1", "v1"]), @"");
    insta::assert_snapshot!(site.shown(&["diff", "v1", "v2"]), @"");
    let json = site.json(&["diff", "v1", "HEAD"]);
    assert!(!json.to_string().contains("hunter"));
    insta::assert_snapshot!(
        serde_json::to_string(&[&json["kind"], &json["title"], &json["totals"], &json["objects"][1]]).unwrap(),
        @""
    );
}

#[test]
fn what_a_guard_would_stop_and_what_is_broken() {
    let site = Site::plain("timeline-diff-guard");
    site.web("shop/web:1.0").commit("Open the shop");
    let web = std::fs::read_to_string(site.work.dir().join("base/web.yaml")).unwrap();
    site.work.write("base/web.yaml", &web.replace("{app: web}", "{app: shop}"));
    site.commit("Call web shop");
    insta::assert_snapshot!(site.shown(&["diff", "HEAD~1", "HEAD", "--environment", "prod"]), @"");
    site.work.write("base/web.yaml", "kind: [").commit("Break it");
    insta::assert_snapshot!(site.shown(&["diff", "HEAD~1", "HEAD"]), @"");
}
