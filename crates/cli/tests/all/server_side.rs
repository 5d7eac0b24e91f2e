//! Server-side apply, where kubectl's users need it: configurations that are too large for the last-applied annotation,
//! and objects that were applied with `--server-side`.

use landfall_bench_cluster::Cluster;

use crate::runner::Workspace;

#[test]
fn large_configurations_are_applied_on_the_server_side() {
    let cluster = Cluster::shared();
    let namespace = cluster.namespace();
    let work = Workspace::on(cluster);
    let text = |letter: &str| format!("    {}\n", letter.repeat(99)).repeat(3_000);
    let manifest = |letter: &str, more: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: large\n  labels: {{deploy: large}}\ndata:\n  text: |\n{}{more}",
            text(letter)
        )
    };
    let run = |args: &[&str]| {
        let mut all = vec!["apply", "-f", "base", "-l", "deploy=large", "--prune", "-n", &namespace];
        all.extend(args);
        work.landfall(&all).snapshot()
    };
    work.write("base/large.yaml", &manifest("a", "  more: x\n"));
    insta::assert_snapshot!(run(&[]), @"
    configmap/large serverside-applied
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(run(&[]), @"
    configmap/large unchanged
    --- exit status 0 ---
    ");
    work.write("base/large.yaml", &manifest("b", ""));
    insta::assert_snapshot!(run(&["--dry-run=server"]), @"
    configmap/large configured (server dry run)
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(run(&[]), @"
    configmap/large configured
    --- exit status 0 ---
    ");
    insta::assert_snapshot!(run(&[]), @"
    configmap/large unchanged
    --- exit status 0 ---
    ");
    let live = cluster.kubectl(&["get", "configmap", "large", "-n", &namespace, "-o", "json"]).ok();
    assert!(live.contains("bbbbbbbbb") && !live.contains("\"more\"") && !live.contains("last-applied"));
    work.remove("base/large.yaml").write(
        "base/other.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other, labels: {deploy: large}}\n",
    );
    insta::assert_snapshot!(run(&[]), @"
    configmap/large pruned
    configmap/other created
    --- exit status 0 ---
    ");
}

#[test]
fn objects_applied_on_the_server_side_stay_so() {
    let cluster = Cluster::shared();
    let namespace = cluster.namespace();
    let work = Workspace::on(cluster).replace(&namespace, "$NS");
    let web = |port: &str, image: &str| {
        format!(
            "apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: {namespace}, labels: {{deploy: side}}}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
        - name: web
          image: {image}
          resources: {{limits: {{cpu: 2000m}}}}
          ports:
            - {{containerPort: 80}}
{port}"
        )
    };
    let more = "            - {containerPort: 81, name: more}\n";
    work.write("base/web.yaml", &web(more, "web:v1"));
    let file = work.dir().join("base/web.yaml").to_string_lossy().into_owned();
    cluster.kubectl(&["apply", "--server-side", "-f", &file]).ok();
    let plan = || work.landfall(&["plan", "-f", "base", "-l", "deploy=side", "-n", &namespace]).stdout;
    insta::assert_snapshot!(plan(), @"1 unchanged");
    work.write("base/web.yaml", &web("", "web:v2"));
    insta::assert_snapshot!(plan(), @r#"
    ~ update  deployment/web  base/web.yaml:1:1

    1 to update

    deployment/web
        spec.template.spec.containers[name=web].image
          - "web:v1"
          + "web:v2"
        spec.template.spec.containers[name=web].ports[containerPort=81]
          - {"containerPort":81,"name":"more","protocol":"TCP"}
    "#);
    work.landfall(&["deploy", "--no-wait", "-f", "base", "-l", "deploy=side", "-n", &namespace]).success();
    insta::assert_snapshot!(plan(), @"1 unchanged");
    let live =
        cluster.kubectl(&["get", "deployment", "web", "-n", &namespace, "-o", "json", "--show-managed-fields"]).ok();
    assert!(live.contains("web:v2") && !live.contains("\"more\"") && !live.contains("last-applied"), "{live}");
    // kubectl goes on where we ended, and finds nothing to do.
    let again = cluster.kubectl(&["apply", "--server-side", "-f", &file]).ok();
    assert_eq!(again.trim(), "deployment.apps/web serverside-applied");
}
