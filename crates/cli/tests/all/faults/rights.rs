//! Users who may not do all that a deploy needs: told is the right that is missing, and nothing is written.

use landfall_bench_cluster::Cluster;

use super::{deploy, live, write};
use crate::runner::Workspace;

const CONTENT: &str = "services,deployments.apps";
const READ: &str = "get,list";
const WRITE: &str = "get,list,create,patch,delete";

/// A namespace in which `deployer` has these rights (verbs and resources), and a workspace of that user.
fn workspace(rights: &[(&str, &str)]) -> (Workspace, String) {
    let cluster = Cluster::shared();
    let namespace = cluster.namespace();
    for (verbs, resources) in rights {
        cluster.grant(&namespace, "deployer", verbs, resources);
    }
    let work = Workspace::on(cluster).with_kubeconfig(&cluster.kubeconfig_for("deployer")).replace(&namespace, "$NS");
    work.write(
        "base/web.yaml",
        "apiVersion: v1\nkind: Service\nmetadata: {name: web, labels: {deploy: shop}}\nspec: {ports: [{port: 80}]}\n",
    );
    (work, namespace)
}

#[test]
fn nothing_at_all() {
    let (work, namespace) = workspace(&[]);
    insta::assert_snapshot!(work.landfall(&deploy(&namespace, &[])).snapshot(), @r#"
    --- stderr ---
    Deploying base
    to context deployer ($SERVER), namespace $NS

    error: Reading the inventory (ConfigMap landfall-shop-3005fe85 in namespace $NS) is not allowed: configmaps is forbidden: User "deployer" cannot list resource "configmaps" in API group "" in the namespace "$NS"
    hint: ask for this right: docs/permissions.md lists those that Landfall needs
    --- exit status 1 ---
    "#);
}

#[test]
fn cannot_read_the_record() {
    let (work, namespace) = workspace(&[(WRITE, CONTENT), ("get,create,update", "leases.coordination.k8s.io")]);
    insta::assert_snapshot!(work.landfall(&deploy(&namespace, &[])).snapshot(), @r#"
    --- stderr ---
    Deploying base
    to context deployer ($SERVER), namespace $NS

    error: Reading the inventory (ConfigMap landfall-shop-3005fe85 in namespace $NS) is not allowed: configmaps is forbidden: User "deployer" cannot list resource "configmaps" in API group "" in the namespace "$NS"
    hint: ask for this right: docs/permissions.md lists those that Landfall needs
    --- exit status 1 ---
    "#);
}

#[test]
fn cannot_write_the_record() {
    let (work, namespace) =
        workspace(&[(WRITE, CONTENT), ("get,create,update", "leases.coordination.k8s.io"), (READ, "configmaps")]);
    insta::assert_snapshot!(work.landfall(&deploy(&namespace, &["--prune=false"])).snapshot(), @r#"
    + create  service/web  base/web.yaml:1:1

    1 to create
    --- stderr ---
    Deploying base
    to context deployer ($SERVER), namespace $NS

    error: Writing the inventory (ConfigMap landfall-shop-3005fe85 in namespace $NS) is not allowed: configmaps is forbidden: User "deployer" cannot create resource "configmaps" in API group "" in the namespace "$NS"
    hint: ask for this right: docs/permissions.md lists those that Landfall needs
    --- exit status 1 ---
    "#);
    let found = Cluster::shared().kubectl(&["get", "services", "-n", &namespace, "-o", "name"]).ok();
    assert_eq!(found, "", "nothing was to be written");
}

#[test]
fn cannot_use_the_lock() {
    let (work, namespace) = workspace(&[(WRITE, CONTENT), ("get,list,create,update", "configmaps")]);
    insta::assert_snapshot!(work.landfall(&deploy(&namespace, &["--prune=false"])).snapshot(), @r#"
    --- stderr ---
    Deploying base
    to context deployer ($SERVER), namespace $NS

    error: Reading the lock of the environment (a Lease) is not allowed: leases.coordination.k8s.io "landfall-shop-3005fe85" is forbidden: User "deployer" cannot get resource "leases" in API group "coordination.k8s.io" in the namespace "$NS"
    hint: ask for this right: docs/permissions.md lists those that Landfall needs
    --- exit status 1 ---
    "#);
}

#[test]
fn cannot_read_a_kind_of_the_revision() {
    let (work, namespace) = workspace(&[("get,list,create,update", "configmaps")]);
    insta::assert_snapshot!(work.landfall(&deploy(&namespace, &["--prune=false"])).snapshot(), @r#"
    --- stderr ---
    Deploying base
    to context deployer ($SERVER), namespace $NS

    error: Reading service/web in namespace $NS is not allowed: services "web" is forbidden: User "deployer" cannot get resource "services" in API group "" in the namespace "$NS"
    hint: ask for this right: docs/permissions.md lists those that Landfall needs
    --- exit status 1 ---
    "#);
}

#[test]
fn may_only_read() {
    let (work, namespace) = workspace(&[(READ, CONTENT), (READ, "configmaps")]);
    insta::assert_snapshot!(work.landfall(&deploy(&namespace, &["--prune=false"])).snapshot(), @r#"
    --- stderr ---
    Deploying base
    to context deployer ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - base/web.yaml:1:1: The cluster would refuse service/web in namespace $NS: services is forbidden: User "deployer" cannot create resource "services" in API group "" in the namespace "$NS"
        to go on: ask for this right: docs/permissions.md lists those that a deploy needs
    --- exit status 1 ---
    "#);
    let plan = ["plan", "-f", "base", "-l", "deploy=shop", "-n", &namespace, "--prune=false"];
    insta::assert_snapshot!(work.landfall(&plan).snapshot(), @r#"
    + create  service/web  base/web.yaml:1:1

    1 to create
    --- stderr ---
    Plan for base
    on context deployer ($SERVER), namespace $NS

    error: This revision would not be deployed
      - base/web.yaml:1:1: The cluster would refuse service/web in namespace $NS: services is forbidden: User "deployer" cannot create resource "services" in API group "" in the namespace "$NS"
        to go on: ask for this right: docs/permissions.md lists those that a deploy needs
    --- exit status 1 ---
    "#);
    insta::assert_snapshot!(work.landfall(&[&plan[..], &["--no-check"]].concat()).snapshot(), @"
    + create  service/web  base/web.yaml:1:1

    1 to create
    --- stderr ---
    Plan for base
    on context deployer ($SERVER), namespace $NS
    --- exit status 0 ---
    ");
}

#[test]
fn may_not_prune() {
    let cluster = Cluster::shared();
    let namespace = cluster.namespace();
    cluster.grant(&namespace, "deployer", "get,list,create,update,patch", "configmaps");
    cluster.grant(&namespace, "deployer", "get,create,update", "leases.coordination.k8s.io");
    let work = Workspace::on(cluster).with_kubeconfig(&cluster.kubeconfig_for("deployer")).replace(&namespace, "$NS");
    write(&work, 2, "info");
    work.landfall(&deploy(&namespace, &[])).success();
    work.remove("base/001.yaml");
    // How many kinds there are is not the matter here.
    let ran = work.landfall(&deploy(&namespace, &[]));
    let said = ran.snapshot().lines().filter(|line| !line.starts_with("warning: kinds")).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(said, @r#"
    --- stderr ---
    Deploying base
    to context deployer ($SERVER), namespace $NS

    error: This revision is not deployed; nothing was written
      - The cluster would refuse to delete configmap/settings-001 in namespace $NS: configmaps "settings-001" is forbidden: User "deployer" cannot delete resource "configmaps" in API group "" in the namespace "$NS"
        to go on: ask for this right: docs/permissions.md lists those that a deploy needs
    --- exit status 1 ---
    "#);
    assert_eq!(live(cluster, &namespace, "info"), 2);
}
