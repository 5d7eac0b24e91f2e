//! Who Landfall is to the API server: kubectl's flags, and what a kubeconfig says.

use landfall_bench_cluster::Cluster;

use crate::runner::Workspace;

#[test]
fn acts_as_somebody_else() {
    let cluster = Cluster::shared();
    let namespace = cluster.namespace();
    let work = Workspace::on(cluster).replace(&namespace, "$NS");
    work.write("base/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
    let apply = |more: &[&str]| {
        let mut args = vec!["apply", "-f", "base", "-n", &namespace];
        args.extend(more);
        work.landfall(&args).snapshot()
    };
    insta::assert_snapshot!(apply(&["--as", "nobody"]), @r#"
    --- stderr ---
    error: Reading configmap/a in namespace $NS is not allowed: configmaps "a" is forbidden: User "nobody" cannot get resource "configmaps" in API group "" in the namespace "$NS"
    hint: ask for this right: docs/permissions.md lists those that Landfall needs
    --- exit status 1 ---
    "#);
    cluster.grant(&namespace, "editor", "get,list,create,patch", "configmaps");
    insta::assert_snapshot!(apply(&["--as", "editor"]), @"
    configmap/a created
    --- exit status 0 ---
    ");
    // A kubeconfig may say it, too: kubectl's `as`.
    let kubeconfig = std::fs::read_to_string(cluster.kubeconfig()).unwrap();
    let user = kubeconfig.lines().find(|line| line.trim_start().starts_with("token:")).unwrap();
    let indent = &user[..user.len() - user.trim_start().len()];
    let path = work.dir().join("kubeconfig");
    std::fs::write(&path, kubeconfig.replace(user, &format!("{user}\n{indent}as: nobody"))).unwrap();
    insta::assert_snapshot!(apply(&["--kubeconfig", path.to_str().unwrap()]), @r#"
    --- stderr ---
    error: Reading configmap/a in namespace $NS is not allowed: configmaps "a" is forbidden: User "nobody" cannot get resource "configmaps" in API group "" in the namespace "$NS"
    hint: ask for this right: docs/permissions.md lists those that Landfall needs
    --- exit status 1 ---
    "#);
}
