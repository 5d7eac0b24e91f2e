//! A deploy that is killed between deleting an object and creating it again.

use std::process::Stdio;

use crate::{
    intercept::Interceptor,
    shop::{Shop, config_map},
};

#[test]
fn the_next_deploy_creates_what_a_killed_one_deleted() {
    let shop = Shop::open();
    let settings = config_map("settings") + "immutable: true\n";
    shop.write("base/a.yaml", &config_map("a")).write("base/settings.yaml", &settings);
    shop.deploy_with(&[]).success();
    shop.write("base/settings.yaml", &settings.replace("info", "debug"));
    let create = shop.fill(
        "POST /api/v1/namespaces/$NS/configmaps?fieldManager=kubectl-client-side-apply&fieldValidation=Strict HTTP",
    );
    let interceptor = Interceptor::holding(&shop.cluster.proxy(), &create);
    let args = shop.deploy_args(&["--server", &interceptor.url(), "--replace", "configmap/settings"]);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut child = shop.work.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    interceptor.wait();
    child.kill().unwrap();
    child.wait().unwrap();
    drop(interceptor);
    assert_eq!(shop.live("configmaps"), "configmap/a");
    let holder = shop.field("lease", ".items[0].spec.holderIdentity");
    insta::assert_snapshot!(shop.deploy().replace(&holder, "$HOLDER"), @"
    + create  configmap/settings  base/settings.yaml:1:1

    1 to create, 1 unchanged
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Waiting for another deploy: $HOLDER
    Done in [N] s: 1 created, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.field("configmap/settings", ".data.level"), "debug");
}
