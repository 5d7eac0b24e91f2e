//! What is live, and how it is told.

use super::{site::Site, steady};

#[test]
fn each_service_with_image_time_and_revision() {
    let site = Site::with_pods("timeline-status");
    insta::assert_snapshot!(site.shown(&["status", "-l", "deploy=nothing"]), @"");
    site.settings("level", "info").web("shop/web:1.0").workload("api", "shop/api:1.0", "").commit("Open the shop");
    site.landfall(&["deploy", "prod"]).success();
    site.web("shop/web:1.1").commit("Update web");
    site.landfall(&["deploy", "prod"]).success();
    insta::assert_snapshot!(site.shown(&["status"]), @"");

    // On another machine there is no journal: the cluster tells it all but from which revision each service is.
    let elsewhere = |args: &[&str]| {
        let mut command = site.command(args);
        command.env("XDG_STATE_HOME", site.work.dir().join("../elsewhere"));
        steady(&site.work.ran(&command.output().unwrap()).snapshot())
    };
    insta::assert_snapshot!(elsewhere(&["status", "prod"]), @"");
    insta::assert_snapshot!(elsewhere(&["history", "prod"]), @"");

    // Something that does not become live, and why.
    site.web("shop/web:1.2")
        .workload("api", "shop/api:1.1", ", bench.landfall.dev/fate: pull-error")
        .commit("Update both");
    assert_eq!(site.landfall(&["deploy", "prod"]).status, 3);
    insta::assert_snapshot!(site.shown(&["status", "prod", "--exit-code"]), @"");
    insta::assert_snapshot!(elsewhere(&["status", "prod", "--exit-code"]), @"");
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
    insta::assert_snapshot!(site.shown(&["status"]), @"");
    // The next one goes on, also if somebody has done by hand what was left.
    site.kubectl(&["apply", "-f", &site.work.dir().join("base/a.yaml").display().to_string()]);
    insta::assert_snapshot!(site.shown(&["deploy", "prod"]), @"");
    insta::assert_snapshot!(site.shown(&["status"]), @"");
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
    insta::assert_snapshot!(site.shown(&["status"]), @"");
    insta::assert_snapshot!(site.shown(&["history"]), @"");
    let by_label = site.shown(&["status", "-l", "deploy=shop", "-n", "timeline-two-test"]);
    insta::assert_snapshot!(by_label, @"");
}
