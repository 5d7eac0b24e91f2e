//! Objects and the namespaces that they are in.

use landfall_bench_cluster::Cluster;

use super::{apply, assert_empty, config_map, environment, workspace, workspace_in};
use crate::runner::Workspace;

fn namespace_manifest(name: &str, label: &str) -> String {
    format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{deploy: {label}}}}}\n")
}

#[test]
fn namespace_that_does_not_exist() {
    let namespace = "half-there";
    let work = workspace_in(namespace);
    work.write("landfall.yaml", &environment(namespace));
    work.write("base/a.yaml", &config_map("a").replace("{name:", "{namespace: no-such-place, name:"));
    work.write("base/b.yaml", &config_map("b")).commit("Begin");
    insta::assert_snapshot!(work.landfall(&["deploy"]).snapshot(), @"
    --- stderr ---
    Deploying prod at d9ab473 (Begin)
    to context admin ($SERVER), namespace half-there

    error: This revision is not deployed; nothing was written
      - base/a.yaml:3:23: The namespace 'no-such-place' of configmap/a does not exist
        to go on: correct the namespace, add its manifest to the revision, or create it: kubectl create namespace no-such-place
    --- exit status 1 ---
    ");
    assert_empty(namespace);
}

#[test]
fn the_environments_namespace_does_not_exist() {
    let work = Workspace::on(Cluster::shared());
    work.write("landfall.yaml", &environment("no-such-place"));
    work.write("base/a.yaml", &config_map("a")).write("base/b.yaml", &config_map("b")).commit("Begin");
    insta::assert_snapshot!(work.landfall(&["deploy"]).snapshot(), @"
    --- stderr ---
    Deploying prod at c70a083 (Begin)
    to context admin ($SERVER), namespace no-such-place

    error: This revision is not deployed; nothing was written
      - base/a.yaml:3:1: The namespace 'no-such-place' of configmap/a does not exist
          and 1 more object for the same reason
        to go on: correct the namespace, add its manifest to the revision, or create it: kubectl create namespace no-such-place
    --- exit status 1 ---
    ");
    insta::assert_snapshot!(work.landfall(&["plan"]).snapshot(), @"
    + create  configmap/a  base/a.yaml:1:1
    + create  configmap/b  base/b.yaml:1:1

    2 to create
    --- stderr ---
    Plan for prod at c70a083 (Begin)
    on context admin ($SERVER), namespace no-such-place

    error: This revision would not be deployed
      - base/a.yaml:3:1: The namespace 'no-such-place' of configmap/a does not exist
          and 1 more object for the same reason
        to go on: correct the namespace, add its manifest to the revision, or create it: kubectl create namespace no-such-place
    --- exit status 1 ---
    ");
}

#[test]
fn namespace_that_contradicts_the_flag() {
    let (work, namespace) = workspace();
    work.write("base/a.yaml", &config_map("a").replace("{name:", "{namespace: other, name:"));
    insta::assert_snapshot!(apply(&work, &namespace).snapshot(), @"
    --- stderr ---
    error: The namespace 'other' is not the '$NS' that was asked for
     --> base/a.yaml:3:23
      |
    3 | metadata: {namespace: other, name: a, labels: {deploy: shop}}
      |                       ^^^^^
      |
      = help: remove the namespace from the manifest, or run without -n

    error: The manifests have 1 fault; nothing was applied
    --- exit status 1 ---
    ");
}

#[test]
fn namespace_and_its_objects_in_one_revision() {
    let namespace = "new-namespaces";
    let work = workspace_in(namespace);
    let new = "shop-new";
    work.write("landfall.yaml", &environment(namespace).replace("name: shop", &format!("name: {namespace}")));
    let settings = config_map("a").replace("deploy: shop", &format!("deploy: {namespace}"));
    work.write("base/a.yaml", &settings.replace("{name:", &format!("{{namespace: {new}, name:")));
    work.write("base/ns.yaml", &namespace_manifest(new, namespace)).commit("Begin");
    insta::assert_snapshot!(work.landfall(&["deploy"]).snapshot(), @"
    + create  namespace/shop-new       base/ns.yaml:1:1
    + create  configmap/a -n shop-new  base/a.yaml:1:1

    2 to create
    --- stderr ---
    Deploying prod at c105e2f (Begin)
    to context admin ($SERVER), namespace new-namespaces

    Live since [TIME] ([N] s): 2 created
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(work.landfall(&["deploy"]).snapshot(), @"
    --- stderr ---
    Deploying prod at c105e2f (Begin)
    to context admin ($SERVER), namespace new-namespaces

    Already live ([N] s): 2 unchanged
    --- exit status 0 ---
    ");
}

#[test]
fn the_environments_own_namespace_comes_with_the_revision() {
    let cluster = Cluster::shared();
    let new = "shop-own";
    let work = Workspace::on(cluster);
    work.write("base/a.yaml", &config_map("a").replace("deploy: shop", &format!("deploy: {new}")));
    work.write("base/ns.yaml", &namespace_manifest(new, new));
    work.write("landfall.yaml", &environment(new).replace("name: shop", &format!("name: {new}"))).commit("Begin");
    insta::assert_snapshot!(work.landfall(&["deploy"]).snapshot(), @"
    + create  namespace/shop-own  base/ns.yaml:1:1
    + create  configmap/a         base/a.yaml:1:1

    2 to create
    --- stderr ---
    Deploying prod at 1e91afd (Begin)
    to context admin ($SERVER), namespace shop-own

    Live since [TIME] ([N] s): 2 created
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(work.landfall(&["deploy"]).snapshot(), @"
    --- stderr ---
    Deploying prod at 1e91afd (Begin)
    to context admin ($SERVER), namespace shop-own

    Already live ([N] s): 2 unchanged
    --- exit status 0 ---
    ");
    work.write(
        "base/a.yaml",
        &config_map("a").replace("deploy: shop", &format!("deploy: {new}")).replace("info", "debug"),
    )
    .commit("More");
    work.landfall(&["deploy"]).success();
}

#[test]
fn a_refusal_leaves_the_environments_own_namespace_alone() {
    let cluster = Cluster::shared();
    let new = "shop-refused";
    let work = Workspace::on(cluster);
    work.write("base/role.yaml", &format!("apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: {new}, labels: {{deploy: {new}}}}}\nrules: [{{verbs: [get], resourcez: [pods]}}]\n"));
    work.write("base/ns.yaml", &namespace_manifest(new, new));
    work.write("landfall.yaml", &environment(new).replace("name: shop", &format!("name: {new}"))).commit("Begin");
    insta::assert_snapshot!(work.landfall(&["deploy"]).snapshot(), @"
    --- stderr ---
    Deploying prod at 4e08714 (Begin)
    to context admin ($SERVER), namespace shop-refused

    error: This revision is not deployed; nothing was written
      - base/role.yaml:4:24: The cluster would refuse clusterrole/shop-refused: 1 field is wrong
          base/role.yaml:4:24: rules[0].resourcez: unknown field; did you mean `resources`?
        to go on: correct the manifest
    --- exit status 1 ---
    ");
    let found = cluster.kubectl(&["get", "namespace", new, "--ignore-not-found", "-o", "name"]).ok();
    assert_eq!(found, "", "nothing was to be written");
}
