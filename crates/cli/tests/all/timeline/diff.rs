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
    insta::assert_snapshot!(site.shown(&["diff", "v1", "HEAD"]), @r#"
    ~ update  configmap/level  base/level.yaml:1:1
    + create  configmap/new    base/new.yaml:1:1
    - prune   configmap/old
    ~ update  secret/login     base/login.yaml:1:1
    ~ update  deployment/web   base/web.yaml:1:1

    1 to create, 3 to update, 1 to prune

    configmap/level
        data[level]
          - "info"
          + "debug"

    secret/login
        data[password]
          ~ (hidden)

    deployment/web
        spec.template.spec.containers[name=web].image
          - "shop/web:1.0"
          + "shop/web:1.1"
    --- stderr ---
    From a1ca92f (Open the shop) to f0a5d15 (Update web) in prod
    --- exit status 0 ---
    "#);
    insta::assert_snapshot!(site.shown(&["diff", "HEAD", "v1"]), @r#"
    ~ update  configmap/level  base/level.yaml:1:1
    - prune   configmap/new
    + create  configmap/old    base/old.yaml:1:1
    ~ update  secret/login     base/login.yaml:1:1
    ~ update  deployment/web   base/web.yaml:1:1

    1 to create, 3 to update, 1 to prune

    configmap/level
        data[level]
          - "debug"
          + "info"

    secret/login
        data[password]
          ~ (hidden)

    deployment/web
        spec.template.spec.containers[name=web].image
          - "shop/web:1.1"
          + "shop/web:1.0"
    --- stderr ---
    From f0a5d15 (Update web) to a1ca92f (Open the shop) in prod
    --- exit status 0 ---
    "#);
    insta::assert_snapshot!(site.shown(&["diff", "v1", "v1"]), @"
    4 unchanged
    --- stderr ---
    From a1ca92f (Open the shop) to a1ca92f (Open the shop) in prod
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(site.shown(&["diff", "v1", "v2"]), @"
    --- stderr ---
    error: `v2` is no branch, tag or commit of $ROOT/work; did you mean `v1`?
    hint: if it exists on the remote, run `git fetch` first
    --- exit status 1 ---
    ");
    let json = site.json(&["diff", "v1", "HEAD"]);
    assert!(!json.to_string().contains("hunter"));
    insta::assert_snapshot!(
        serde_json::to_string(&[&json["kind"], &json["title"], &json["totals"], &json["objects"][1]]).unwrap(),
        @r#"["Plan","a1ca92f (Open the shop) to f0a5d15 (Update web) in prod",{"create":1,"keep":0,"prune":1,"repair":0,"replace":0,"unchanged":0,"update":3},{"action":"create","apiVersion":"v1","kind":"ConfigMap","name":"new","namespace":"timeline-diff","place":"base/new.yaml:1:1","reason":null}]"#
    );
}

#[test]
fn what_a_guard_would_stop_and_what_is_broken() {
    let site = Site::plain("timeline-diff-guard");
    site.web("shop/web:1.0").commit("Open the shop");
    let web = std::fs::read_to_string(site.work.dir().join("base/web.yaml")).unwrap();
    site.work.write("base/web.yaml", &web.replace("{app: web}", "{app: shop}"));
    site.commit("Call web shop");
    insta::assert_snapshot!(site.shown(&["diff", "HEAD~1", "HEAD", "--environment", "prod"]), @r#"
    ! replace  deployment/web  base/web.yaml:1:1

    1 to replace

    deployment/web
        spec.selector.matchLabels[app]
          - "web"
          + "shop"
        spec.template.metadata.labels[app]
          - "web"
          + "shop"
        replaced, since spec.selector.matchLabels[app] cannot be changed: its pods are stopped, since the new selector does not select them, and new ones started
    --- stderr ---
    From c6a5861 (Open the shop) to 92c1fec (Call web shop) in prod

    warning: deploying this needs an approval: deployment/web in namespace timeline-diff-guard has changes in fields that cannot be changed
    --- exit status 0 ---
    "#);
    site.work.write("base/web.yaml", "kind: [").commit("Break it");
    insta::assert_snapshot!(site.shown(&["diff", "HEAD~1", "HEAD"]), @"
    --- stderr ---
    error: The bracket is not closed
     --> base/web.yaml:1:7
      |
    1 | kind: [
      |       ^
      |
      = help: Add the missing `]` or `}`, or quote the value if the bracket is part of a text

    error: The manifests have 1 fault; nothing was applied
    --- exit status 1 ---
    ");
}
