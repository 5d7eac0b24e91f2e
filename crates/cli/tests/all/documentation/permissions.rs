//! `docs/permissions.md`: a user with just these rights can do everything.

use landfall_bench_cluster::Cluster;

use super::blocks;
use crate::runner::Workspace;

const WORKLOAD: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {deploy: LABEL}}
spec:
  replicas: 0
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: 'web:1'}]}}
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {deploy: LABEL}}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Secret
metadata: {name: web, labels: {deploy: LABEL}}
stringData: {password: hunter2}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web, labels: {deploy: LABEL}}
";

/// Deploys, changes, replaces and prunes as a user.
fn deploy_everything(work: &Workspace, namespace: &str, label: &str, more: &str) {
    let workload = WORKLOAD.replace("LABEL", label);
    let select = format!("deploy={label}");
    let base = ["-f", "base", "-l", &select, "-n", namespace];
    let run = |command: &[&str]| work.landfall(&[command, &base].concat()).success();
    let deploy = |more: &[&str]| run(&[&["deploy", "--no-wait"], more].concat());
    work.write("base/web.yaml", &workload).write("base/more.yaml", more);
    run(&["plan"]);
    let ran = deploy(&[]);
    assert!(!ran.stderr.contains("error"), "{}", ran.stderr);
    // Nothing here makes a workload live, but watching it is allowed.
    let ran = work.landfall(&[&["deploy", "--timeout=1s"][..], &base].concat());
    assert_eq!(ran.status, 3, "{}", ran.stderr);
    assert!(!ran.stderr.contains("cannot be watched"), "{}", ran.stderr);
    work.write("base/web.yaml", &workload.replace("web:1", "web:2").replace("hunter2", "hunter3"));
    run(&["apply", "--prune"]);
    work.write("base/web.yaml", &workload.replace("stringData", "type: example.com/login\nstringData"));
    deploy(&["--replace", "secret/web"]);
    work.write("base/web.yaml", workload.split("---\n").next().unwrap());
    let ran = deploy(&[]);
    assert!(ran.stderr.contains("3 pruned"), "{}", ran.stderr);
    deploy(&[]);
}

#[test]
fn one_namespace() {
    let cluster = Cluster::shared();
    let namespace = cluster.namespace();
    let rules = blocks("permissions.md", "yaml").remove(0);
    assert!(rules.contains("kind: Role\n"));
    cluster
        .kubectl_stdin(&["apply", "-f", "-"], &rules.replace("namespace: shop", &format!("namespace: {namespace}")))
        .ok();
    let work = Workspace::on(cluster).with_kubeconfig(&cluster.kubeconfig_for("deployer"));
    deploy_everything(&work, &namespace, "shop", "");
}

/// In a cluster of its own: the rights are for every namespace, and other tests count on users without any.
#[test]
fn the_whole_cluster() {
    let cluster = Cluster::start();
    let namespace = cluster.namespace();
    let rules = blocks("permissions.md", "yaml").remove(1);
    assert!(rules.contains("kind: ClusterRole\n"));
    cluster.kubectl_stdin(&["apply", "-f", "-"], &rules).ok();
    let more = format!(
        "apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop-extra, labels: {{deploy: {namespace}}}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {{name: shop, labels: {{deploy: {namespace}}}}}
rules: [{{apiGroups: [''], resources: [nodes], verbs: [get, watch]}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {{name: shop, labels: {{deploy: {namespace}}}}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: shop}}
subjects: [{{kind: ServiceAccount, name: default, namespace: shop-extra}}]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: widgets.shop.example.com, labels: {{deploy: {namespace}}}}}
spec:
  group: shop.example.com
  scope: Namespaced
  names: {{plural: widgets, kind: Widget}}
  versions: [{{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}}}]
---
apiVersion: shop.example.com/v1
kind: Widget
metadata: {{name: one, labels: {{deploy: {namespace}}}}}
"
    );
    let work = Workspace::on(&cluster).with_kubeconfig(&cluster.kubeconfig_for("deployer"));
    deploy_everything(&work, &namespace, &namespace, &more);
}
