//! What is live, and how it is told.

use super::{site::Site, steady};

#[test]
fn each_service_with_image_time_and_revision() {
    let site = Site::with_pods("timeline-status");
    insta::assert_snapshot!(site.shown(&["status", "-l", "deploy=nothing"]), @"
    deploy=nothing was not deployed by Landfall yet
    on context admin ($SERVER)

      no workloads are live here
    --- exit status 0 ---
    ");
    site.settings("level", "info").web("shop/web:1.0").workload("api", "shop/api:1.0", "").commit("Open the shop");
    site.landfall(&["deploy", "prod"]).success();
    site.web("shop/web:1.1").commit("Update web");
    site.landfall(&["deploy", "prod"]).success();
    insta::assert_snapshot!(site.shown(&["status"]), @"
    prod is at 65c846b (Update web), applied hh:mm:ss
    on context admin ($SERVER)

      SERVICE         IMAGE         SINCE     FROM
    ✓ deployment/api  shop/api:1.0  hh:mm:ss  dfc02f2
    ✓ deployment/web  shop/web:1.1  hh:mm:ss  65c846b
    --- exit status 0 ---
    ");

    // On another machine there is no journal: the cluster tells it all but from which revision each service is.
    let elsewhere = |args: &[&str]| {
        let mut command = site.command(args);
        command.env("XDG_STATE_HOME", site.work.dir().join("../elsewhere"));
        steady(&site.work.ran(&command.output().unwrap()).snapshot())
    };
    insta::assert_snapshot!(elsewhere(&["status", "prod"]), @"
    prod is at 65c846b, applied hh:mm:ss
    on context admin ($SERVER)

      SERVICE         IMAGE         SINCE     FROM
    ✓ deployment/api  shop/api:1.0  hh:mm:ss
    ✓ deployment/web  shop/web:1.1  hh:mm:ss
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(elsewhere(&["history", "prod"]), @"
    --- stderr ---
    The journal $ROOT/work/../elsewhere/landfall/journal.db has no such deploys of prod
    --- exit status 0 ---
    ");

    // Something that does not become live, and why.
    site.web("shop/web:1.2")
        .workload("api", "shop/api:1.1", ", bench.landfall.dev/fate: unready")
        .commit("Update both");
    assert_eq!(site.landfall(&["deploy", "prod", "--timeout", "2s"]).status, 3);
    insta::assert_snapshot!(site.shown(&["status", "prod", "--exit-code"]), @"
    prod is at e62a17d (Update both), applied hh:mm:ss
    on context admin ($SERVER)
    the last deploy, of e62a17d, was not live in time: deployment/api in namespace timeline-status: 0 of 1 new pods are ready; pod [POD] is starting: it has run for [N] s, and its readiness probe has not succeeded yet

      SERVICE         IMAGE         SINCE     FROM
    … deployment/api  shop/api:1.1            dfc02f2
        0 of 1 new pods are ready; pod [POD] is starting: it has run for [N] s, and its readiness probe has not succeeded yet
    ✓ deployment/web  shop/web:1.2  hh:mm:ss  e62a17d
    --- exit status 3 ---
    ");
    insta::assert_snapshot!(elsewhere(&["status", "prod", "--exit-code"]), @"
    prod is at e62a17d, applied hh:mm:ss
    on context admin ($SERVER)

      SERVICE         IMAGE         SINCE     FROM
    … deployment/api  shop/api:1.1
        0 of 1 new pods are ready; pod [POD] is starting: it has run for [N] s, and its readiness probe has not succeeded yet
    ✓ deployment/web  shop/web:1.2  hh:mm:ss
    --- exit status 3 ---
    ");
}

#[test]
fn a_deploy_that_was_killed_while_it_wrote() {
    let site = Site::plain("timeline-halfway");
    site.settings("a", "info").commit("Open the shop");
    site.landfall(&["deploy", "prod"]).success();
    site.settings("a", "debug").commit("Tell more");
    let create = format!(
        "PATCH /api/v1/namespaces/{}/configmaps/a?fieldManager=kubectl-client-side-apply&fieldValidation=Strict HTTP",
        site.namespace
    );
    let interceptor = crate::intercept::Interceptor::holding(&site.cluster.proxy(), &create);
    let mut child = site
        .command(&["deploy", "prod", "--server", &interceptor.url()])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    interceptor.wait();
    child.kill().unwrap();
    child.wait().unwrap();
    drop(interceptor);
    insta::assert_snapshot!(site.shown(&["status"]), @"
    prod is at d9d6344 (Open the shop), applied hh:mm:ss
    on context admin ($SERVER)
    7a84cdf is being deployed since hh:mm:ss by ada@$HOST (process [N]), or that deploy failed or was killed halfway

      it has no workloads
    --- exit status 0 ---
    ");
    // The next one goes on, also if somebody has done by hand what was left.
    site.kubectl(&["apply", "-f", &site.work.dir().join("base/a.yaml").display().to_string()]);
    insta::assert_snapshot!(site.shown(&["deploy", "prod"]), @"
    --- stderr ---
    Deploying prod at 7a84cdf (Tell more)
    to context admin ($SERVER), namespace timeline-halfway

    Waiting for another deploy: ada@$HOST (process [N])
    Already live ([N] s): 1 unchanged
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(site.shown(&["status"]), @"
    prod is at 7a84cdf (Tell more), applied hh:mm:ss
    on context admin ($SERVER)

      it has no workloads
    --- exit status 0 ---
    ");
}

#[test]
fn all_environments_and_those_of_kubectl() {
    let site = Site::with_pods("timeline-two");
    site.cluster.kubectl(&["create", "namespace", "timeline-two-test"]).ok();
    let target = |namespace: &str| format!("target: {{kubernetes: {{namespace: {namespace}}}}}");
    let config = format!(
        "name: shop\nenvironments:\n  prod: {{branch: main, paths: [base], {}}}\n  test: {{branch: main, paths: [base], {}}}\n",
        target("timeline-two"),
        target("timeline-two-test")
    );
    site.work.write("landfall.yaml", &config);
    site.web("shop/web:1.0").commit("Open the shop");
    site.landfall(&["deploy", "prod"]).success();
    site.kubectl(&["apply", "-n", "timeline-two-test", "-f", &site.work.dir().join("base").display().to_string()]);
    let rollout = ["rollout", "status", "deployment/web", "-n", "timeline-two-test"];
    site.cluster.kubectl(&rollout).ok();
    insta::assert_snapshot!(site.shown(&["status"]), @"
    prod is at c3db822 (Open the shop), applied hh:mm:ss
    on context admin ($SERVER)

      SERVICE         IMAGE         SINCE     FROM
    ✓ deployment/web  shop/web:1.0  hh:mm:ss  c3db822

    test was not deployed by Landfall yet
    on context admin ($SERVER)

      SERVICE         IMAGE         SINCE     FROM
    ✓ deployment/web  shop/web:1.0  hh:mm:ss
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(site.shown(&["history"]), @"
    --- stderr ---
    error: landfall.yaml has several environments: prod, test
    hint: name one
    --- exit status 1 ---
    ");
    let by_label = site.shown(&["status", "-l", "deploy=shop", "-n", "timeline-two-test"]);
    insta::assert_snapshot!(by_label, @"
    deploy=shop was not deployed by Landfall yet
    on context admin ($SERVER)

      SERVICE         IMAGE         SINCE     FROM
    ✓ deployment/web  shop/web:1.0  hh:mm:ss
    --- exit status 0 ---
    ");
}
