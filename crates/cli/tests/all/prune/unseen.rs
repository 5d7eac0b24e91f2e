//! What cannot be seen is not pruned, and not forgotten.

use landfall_bench_cluster::Cluster;

use crate::shop::{Shop, WIDGET, WIDGETS, config_map};

const SECRET: &str = "apiVersion: v1
kind: Secret
metadata: {name: password, labels: {deploy: $NS}}
stringData: {password: hunter2}
";

#[test]
fn a_kind_that_the_user_may_not_list_is_left_for_a_later_run() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a"))
        .write("base/b.yaml", &config_map("b"))
        .write("base/secret.yaml", SECRET);
    shop.deploy_with(&[]).success();
    shop.remove("base/b.yaml").remove("base/secret.yaml");
    shop.cluster.grant(
        &shop.namespace,
        "deployer",
        "get,list,create,update,patch,delete",
        "configmaps,leases.coordination.k8s.io",
    );
    let shop = shop.with_user("deployer");
    insta::assert_snapshot!(shop.deploy(), @r#"
    - prune  configmap/b

    1 to prune, 1 unchanged
    --- stderr ---
    Deploying base
    to context deployer ($SERVER), namespace $NS

    warning: Secret in namespace $NS could not be read, so that none is pruned: secrets is forbidden: User "deployer" cannot list resource "secrets" in API group "" in the namespace "$NS"
    warning: kinds that may not be read are not pruned, such as [KINDS]
    Done in [N] s: 1 pruned, 1 unchanged
    --- exit status 0 ---
    "#);
    assert_eq!(shop.live("configmaps,secrets"), "configmap/a secret/password");
    // kubectl gives up as a whole.
    let base = shop.work.dir().join("base").display().to_string();
    let selector = shop.fill("deploy=$NS");
    let said =
        shop.cluster.kubectl_as("deployer", &["apply", "-n", &shop.namespace, "-f", &base, "-l", &selector, "--prune"]);
    let said = said.err().replace(&shop.namespace, "$NS");
    insta::assert_snapshot!(said.lines().last().unwrap_or_default(), @r#"error: error pruning namespaced object /v1, Kind=Endpoints: endpoints is forbidden: User "deployer" cannot list resource "endpoints" in API group "" in the namespace "$NS""#);
    // The next one who may see it prunes it.
    let shop = shop.with_user("admin");
    insta::assert_snapshot!(shop.deploy(), @"
    - prune  secret/password

    1 to prune, 1 unchanged
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 pruned, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("configmaps,secrets"), "configmap/a");
}

/// Takes the group over from the definition, and leads to nowhere.
const BROKEN: &str = "apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.example.com}
spec:
  group: example.com
  version: v1
  groupPriorityMinimum: 1000
  versionPriority: 10
  insecureSkipTLSVerify: true
  service: {namespace: default, name: missing, port: 443}
";

#[test]
fn a_broken_api_service_does_not_stop_a_deploy_and_hides_nothing() {
    let cluster = Cluster::start();
    let shop = Shop::on(&cluster);
    shop.kubectl_stdin(&["apply", "-f", "-"], WIDGETS).ok();
    shop.kubectl(&["wait", "--for=condition=Established", "crd/widgets.example.com", "--timeout=60s"]).ok();
    shop.write("base/a.yaml", &config_map("a")).write("base/widget.yaml", WIDGET);
    shop.deploy_with(&[]).success();
    shop.kubectl_stdin(&["replace", "-f", "-"], BROKEN).ok();
    shop.kubectl(&["wait", "--for=condition=Available=False", "apiservice/v1.example.com", "--timeout=60s"]).ok();
    // The manifest of a kind that is not served is an error.
    insta::assert_snapshot!(shop.deploy(), @"
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: The cluster cannot serve example.com/v1 now: the API service that serves it does not answer
     --> base/widget.yaml:1:13
      |
    1 | apiVersion: example.com/v1
      |             ^^^^^^^^^^^^^^
      |
      = help: repair the API service that serves this group, or leave its objects out of this deploy

    error: The manifests have 1 fault; nothing was applied
    --- exit status 1 ---
    ");
    shop.remove("base/widget.yaml").write("base/b.yaml", &config_map("b"));
    insta::assert_snapshot!(shop.deploy(), @"
    + create  configmap/b  base/b.yaml:1:1

    1 to create, 1 unchanged
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    warning: Widget.example.com could not be read, so that none is pruned: the API service that serves it does not answer
    Done in [N] s: 1 created, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("configmaps"), "configmap/a configmap/b");
    let base = shop.work.dir().join("base").display().to_string();
    // kubectl says nothing of it.
    insta::assert_snapshot!(shop.kubectl(&["apply", "-f", &base, "-l", "deploy=$NS", "--prune"]).ok(), @"
    configmap/a unchanged
    configmap/b unchanged
    ");
    shop.kubectl(&["delete", "apiservice", "v1.example.com"]).ok();
    shop.kubectl(&["wait", "--for=condition=Available", "apiservice/v1.example.com", "--timeout=60s"]).ok();
    insta::assert_snapshot!(shop.deploy(), @"
    - prune  widget/one

    1 to prune, 2 unchanged
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Done in [N] s: 1 pruned, 2 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("widgets"), "");
}
