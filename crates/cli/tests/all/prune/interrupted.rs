//! Deploys that end halfway, and clusters that change in between.

use std::{os::unix::process::ExitStatusExt, process::Stdio};

use crate::{
    intercept::Interceptor,
    shop::{Shop, config_map},
};

#[test]
fn after_a_failed_apply_nothing_is_pruned() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a")).write("base/b.yaml", &config_map("b"));
    shop.deploy_with(&[]).success();
    // Room for one more Secret: each of two passes the check alone, and one is refused in earnest.
    shop.kubectl(&["create", "quota", "few", "--hard=count/secrets=1"]).ok();
    let status = r#"{"status":{"hard":{"count/secrets":"1"},"used":{"count/secrets":"0"}}}"#;
    shop.kubectl(&["patch", "quota", "few", "--subresource=status", "--type=merge", "-p", status]).ok();
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: NAME, labels: {deploy: $NS}}\n";
    shop.remove("base/b.yaml");
    shop.write("base/one.yaml", &secret.replace("NAME", "one")).write("base/two.yaml", &secret.replace("NAME", "two"));
    let ran = shop.deploy_with(&[]);
    // Which of the two comes first is chance.
    let printed = ran.stderr.replace("two", "one");
    insta::assert_snapshot!(printed, @r#"
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: 1 of 3 changes failed, 1 done, nothing was pruned
      - base/one.yaml:1:1: Applying secret/one in namespace $NS is not allowed: secrets "one" is forbidden: exceeded quota: few, requested: count/secrets=1, used: count/secrets=1, limited: count/secrets=1
    hint: correct the cause and deploy again: it goes on where this one ended
    "#);
    assert_eq!(ran.status, 1);
    assert_eq!(shop.live("configmaps"), "configmap/a configmap/b");
    assert_eq!(shop.live("secrets").split(' ').count(), 1);
    // With room it goes on where it ended.
    shop.kubectl(&["delete", "quota", "few"]).ok();
    shop.deploy_with(&[]).success();
    assert_eq!(shop.live("configmaps,secrets"), "configmap/a secret/one secret/two");
}

#[test]
fn what_a_killed_deploy_applied_is_pruned_by_the_next_revision() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a")).write("base/b.yaml", &config_map("b"));
    shop.deploy_with(&[]).success();
    // Of a kind that the revision before did not have.
    let class = "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: $NS-high, labels: {deploy: $NS}}\nvalue: 10\n";
    shop.remove("base/b.yaml").write("base/class.yaml", class);
    let interceptor =
        Interceptor::holding(&shop.cluster.proxy(), &shop.fill("DELETE /api/v1/namespaces/$NS/configmaps/b HTTP"));
    let args = shop.deploy_args(&["--server", &interceptor.url()]);
    let mut child = shop
        .work
        .command(&args.iter().map(String::as_str).collect::<Vec<_>>())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    interceptor.wait();
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(9));
    drop(interceptor);
    assert_eq!(
        shop.live("configmaps,priorityclasses"),
        "configmap/a configmap/b priorityclass.scheduling.k8s.io/$NS-high"
    );
    shop.remove("base/class.yaml").write("base/c.yaml", &config_map("c"));
    // The lock of the killed one runs out.
    let holder = shop.field("lease", ".items[0].spec.holderIdentity");
    insta::assert_snapshot!(shop.deploy().replace(&holder, "$HOLDER"), @"
    - prune   configmap/b
    + create  configmap/c                  base/c.yaml:1:1
    - prune   priorityclass/$NS-high

    1 to create, 2 to prune, 1 unchanged
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    Waiting for another deploy: $HOLDER
    Done in [N] s: 1 created, 2 pruned, 1 unchanged
    --- exit status 0 ---
    ");
    assert_eq!(shop.live("configmaps,priorityclasses"), "configmap/a configmap/c");
}

#[test]
fn an_object_that_somebody_created_again_since_it_was_observed_is_not_pruned() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a")).write("base/b.yaml", &config_map("b"));
    shop.deploy_with(&[]).success();
    shop.remove("base/b.yaml");
    let interceptor =
        Interceptor::holding(&shop.cluster.proxy(), &shop.fill("DELETE /api/v1/namespaces/$NS/configmaps/b HTTP"));
    let url = interceptor.url();
    let ran = std::thread::scope(|scope| {
        let deploy = scope.spawn(|| shop.deploy_with(&["--server", &url]));
        interceptor.wait();
        shop.kubectl(&["delete", "configmap", "b"]).ok();
        shop.kubectl_stdin(&["create", "-f", "-"], &config_map("b").replace("info", "by hand")).ok();
        interceptor.release();
        deploy.join().unwrap()
    });
    insta::assert_snapshot!(ran.snapshot().replace(&url, "$SERVER"), @"
    - prune  configmap/b

    1 to prune, 1 unchanged
    --- stderr ---
    Deploying base
    to context admin ($SERVER), namespace $NS

    error: 1 of 1 changes failed, 0 done, nothing was pruned
      - configmap/b in namespace $NS was not pruned: somebody deleted and created it since it was observed
    hint: correct the cause and deploy again: it goes on where this one ended
    --- exit status 1 ---
    ");
    assert_eq!(shop.field("configmap/b", ".data.level"), "by hand");
}
