//! `landfall apply -o json` and `-o yaml`, beside kubectl's.

use serde_json::Value;

use crate::shop::{Shop, config_map};

const SERVICE: &str = "apiVersion: v1
kind: Service
metadata: {name: web, labels: {deploy: $NS}, annotations: {note: \"<a> & b\", switch: \"on\"}}
spec:
  selector: {app: web}
  ports: [{port: 80}]
";

const SECRET: &str = "apiVersion: v1
kind: Secret
metadata: {name: password, labels: {deploy: $NS}}
stringData: {password: hunter2}
data: {token: bGV0bWVpbg==}
";

/// Two shops with the same files: one for each tool.
fn shops() -> [Shop<'static>; 2] {
    [Shop::open(), Shop::open()]
}

/// What `landfall apply` prints in the first shop and what kubectl prints in the second, without the names of the two.
fn both(shops: &[Shop<'_>; 2], more: &[&str]) -> [String; 2] {
    let [ours, theirs] = shops;
    let args = |shop: &Shop<'_>| {
        let base = shop.work.dir().join("base").display().to_string();
        let usual = ["apply", "-f", &base, "-l", "deploy=$NS", "-n", "$NS"].map(str::to_owned);
        usual.into_iter().chain(more.iter().map(|&arg| arg.to_owned())).collect::<Vec<_>>()
    };
    let our_args = args(ours);
    let printed = ours.landfall(&our_args.iter().map(String::as_str).collect::<Vec<_>>()).success().stdout;
    let their_args = args(theirs);
    let said = theirs.kubectl(&their_args.iter().map(String::as_str).collect::<Vec<_>>()).ok();
    [printed, said.replace(&theirs.namespace, "$NS")].map(|text| without_chance(&text))
}

/// Without what differs between two objects of one manifest; JSON stays JSON.
fn without_chance(text: &str) -> String {
    const CHANCE: [&str; 5] = ["uid", "resourceVersion", "creationTimestamp", "clusterIP", "time"];
    let line = |line: &str| {
        let comma = if line.ends_with(',') { "," } else { "" };
        match line.split_once(": ") {
            Some((field, _)) if CHANCE.contains(&field.trim().trim_matches('"')) => format!("{field}: \"?\"{comma}\n"),
            None if line.trim_start_matches([' ', '-', '"']).starts_with("10.") => format!("\"?\"{comma}\n"),
            _ => format!("{line}\n"),
        }
    };
    text.lines().map(line).collect()
}

fn write(shops: &[Shop<'_>; 2], files: &[(&str, &str)]) {
    for shop in shops {
        for (path, text) in files {
            shop.write(path, text);
        }
    }
}

#[test]
fn prints_what_kubectl_prints() {
    let shops = shops();
    write(&shops, &[("base/a.yaml", &config_map("b")), ("base/b.yaml", &config_map("a")), ("base/web.yaml", SERVICE)]);
    for more in [
        &["--dry-run=client", "-o", "json"][..],
        &["--dry-run=server", "-o", "json"],
        &["-o", "json"],
        &["-o", "json"],
        &["-o", "yaml"],
        &["--dry-run=client", "-o", "yaml"],
        &["--dry-run=server", "-o", "yaml"],
    ] {
        let [ours, theirs] = both(&shops, more);
        assert!(ours.contains("last-applied-configuration"), "{ours}");
        assert!(ours == theirs, "{more:?}\n{ours}\n{theirs}");
    }
    write(&shops, &[("base/a.yaml", &config_map("b").replace("info", "debug"))]);
    for more in [&["--dry-run=server", "-o", "json"][..], &["-o", "json", "--show-managed-fields"]] {
        let [ours, theirs] = both(&shops, more);
        assert!(ours.contains("debug"), "{ours}");
        assert!(ours == theirs, "{more:?}\n{ours}\n{theirs}");
    }
    // One object is no list, and what is pruned follows it.
    for shop in &shops {
        shop.remove("base/a.yaml").remove("base/web.yaml");
    }
    let [ours, theirs] = both(&shops, &["-o", "json", "--prune"]);
    let documents = |text: &str| {
        let mut all: Vec<String> = serde_json::Deserializer::from_str(text)
            .into_iter::<Value>()
            .map(|value| value.unwrap().to_string())
            .collect();
        // kubectl prunes kind by kind, in no order that is promised.
        all[1..].sort();
        all
    };
    assert_eq!(documents(&ours).len(), 3);
    assert_eq!(documents(&ours), documents(&theirs));
}

#[test]
fn values_of_secrets_are_hidden() {
    let shop = Shop::open();
    shop.write("base/a.yaml", SECRET);
    let hidden = |text: &str| {
        for value in ["hunter2", "aHVudGVyMg==", "letmein", "bGV0bWVpbg=="] {
            assert!(!text.contains(value), "{text}");
        }
    };
    for (place, format) in [
        ("--dry-run=client", "json"),
        ("--dry-run=server", "yaml"),
        ("--dry-run=none", "json"),
        ("--dry-run=none", "yaml"),
        ("--dry-run=client", "yaml"),
    ] {
        let ran = shop.landfall(&["apply", "-f", "base", "-l", "deploy=$NS", place, "-o", format]).success();
        hidden(&ran.snapshot());
    }
    let ran = shop.landfall(&["apply", "-f", "base", "-l", "deploy=$NS", "-o", "yaml"]).success();
    insta::assert_snapshot!(without_chance(&ran.stdout), @r#"
    apiVersion: v1
    data:
      password: (hidden)
      token: (hidden)
    kind: Secret
    metadata:
      annotations:
        kubectl.kubernetes.io/last-applied-configuration: |
          {"apiVersion":"v1","data":{"token":"(hidden)"},"kind":"Secret","metadata":{"annotations":{},"labels":{"deploy":"$NS"},"name":"password","namespace":"$NS"},"stringData":{"password":"(hidden)"}}
      creationTimestamp: "?"
      labels:
        deploy: $NS
      name: password
      namespace: $NS
      resourceVersion: "?"
      uid: "?"
    type: Opaque
    "#);
    shop.write("base/b.yaml", &config_map("b")).remove("base/a.yaml");
    let ran = shop.landfall(&["apply", "-f", "base", "-l", "deploy=$NS", "--prune", "-o", "yaml"]).success();
    hidden(&ran.snapshot());
    insta::assert_snapshot!(without_chance(&ran.stdout), @r#"
    apiVersion: v1
    data:
      level: info
    kind: ConfigMap
    metadata:
      annotations:
        kubectl.kubernetes.io/last-applied-configuration: |
          {"apiVersion":"v1","data":{"level":"info"},"kind":"ConfigMap","metadata":{"annotations":{},"labels":{"deploy":"$NS"},"name":"b","namespace":"$NS"}}
      creationTimestamp: "?"
      labels:
        deploy: $NS
      name: b
      namespace: $NS
      resourceVersion: "?"
      uid: "?"
    ---
    apiVersion: v1
    data:
      password: (hidden)
      token: (hidden)
    kind: Secret
    metadata:
      annotations:
        kubectl.kubernetes.io/last-applied-configuration: |
          {"apiVersion":"v1","data":{"token":"(hidden)"},"kind":"Secret","metadata":{"annotations":{},"labels":{"deploy":"$NS"},"name":"password","namespace":"$NS"},"stringData":{"password":"(hidden)"}}
      creationTimestamp: "?"
      labels:
        deploy: $NS
      name: password
      namespace: $NS
      resourceVersion: "?"
      uid: "?"
    type: Opaque
    "#);
}

#[test]
fn a_refused_revision_prints_no_objects() {
    let shop = Shop::open();
    shop.write("base/a.yaml", &config_map("a").replace("level: info", "level: 1"));
    insta::assert_snapshot!(shop.landfall(&["apply", "-f", "base", "-l", "deploy=$NS", "-o", "json"]).snapshot(), @"
    --- stderr ---
    error: This revision is not deployed; nothing was written
      - base/a.yaml:6:1: The cluster would refuse configmap/a in namespace $NS: 1 field is wrong
          base/a.yaml:6:1: data: must be a string, but it is a number
        to go on: correct the manifest
    --- exit status 1 ---
    ");
}
