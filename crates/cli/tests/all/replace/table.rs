//! The immutable fields that Landfall foresees are those that the API server refuses, for every built-in kind.

use std::{collections::BTreeMap, fmt::Write};

use landfall_bench_cluster::Cluster;
use serde_json::{Value, json};

use super::fields::{merge, subjects};
use crate::shop::Shop;

/// A subject under a name of its own, and the same with one change.
struct Case {
    name: String,
    before: Value,
    after: Value,
    change: Value,
}

fn cases(shop: &Shop<'_>) -> Vec<Case> {
    let mut cases = Vec::new();
    for subject in subjects() {
        for change in subject.changes {
            let mut before = subject.manifest.clone();
            let name = format!("case-{}", cases.len() + 100);
            merge(&mut before, &json!({"metadata": {"name": name, "labels": {"deploy": shop.namespace}}}));
            if before["kind"] == "CustomResourceDefinition" {
                name_definition(&mut before, &name);
            }
            if before["kind"] == "IPAddress" {
                before["metadata"]["name"] = json!(format!("10.96.200.{}", cases.len() % 250));
            }
            let mut after = before.clone();
            merge(&mut after, &change);
            cases.push(Case { name: before["metadata"]["name"].as_str().unwrap().to_owned(), before, after, change });
        }
    }
    cases
}

/// A definition's name is made of other fields of it.
fn name_definition(definition: &mut Value, name: &str) {
    let plural = name.replace('-', "");
    let kind = format!("Case{}", &plural[4..]);
    let names = json!({"plural": plural, "singular": plural, "kind": kind, "listKind": format!("{kind}List")});
    merge(definition, &json!({"metadata": {"name": format!("{plural}.example.com")}, "spec": {"names": names}}));
}

#[test]
fn what_is_foreseen_is_what_the_server_refuses() {
    let cluster = Cluster::start();
    let shop = Shop::on(&cluster);
    let cases = cases(&shop);
    let write = |pick: &dyn Fn(&Case) -> Value| {
        for case in &cases {
            shop.write(&format!("base/{}.json", case.name), &pick(case).to_string());
        }
    };
    write(&|case| case.before.clone());
    shop.deploy_with(&[]).success();
    write(&|case| case.after.clone());

    // What kubectl's dry run does not tell as done was refused.
    let base = shop.work.dir().join("base").display().to_string();
    let server = shop.kubectl(&["apply", "-f", &base, "--dry-run=server", "-o", "name"]);
    let accepted: Vec<&str> = server.stdout.lines().filter_map(|line| line.rsplit('/').next()).collect();
    let plan = shop.work.landfall(&["plan", "-f", "base", "-l", &shop.fill("deploy=$NS"), "--no-check", "-o", "json"]);
    let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
    let actions: BTreeMap<&str, &str> = plan["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| (o["name"].as_str().unwrap(), o["action"].as_str().unwrap()))
        .collect();

    let mut wrong = String::new();
    for case in &cases {
        let is_refused = !accepted.contains(&case.name.as_str());
        let action = actions[case.name.as_str()];
        if is_refused != (action == "replace") || !is_refused && action != "update" {
            let reason = said(&server.stderr, &case.name);
            let _ = writeln!(
                wrong,
                "{} {}: planned {action}, server: {reason}",
                case.before["kind"].as_str().unwrap(),
                case.change
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What kubectl quotes of the server's refusal of a file.
fn said<'a>(stderr: &'a str, name: &str) -> &'a str {
    let file = format!("/{name}.json\": ");
    stderr.lines().find_map(|line| line.rsplit_once(&file)).map_or("accepted", |(_, reason)| reason)
}
