//! Directives of strategic merge patches in manifests: `$patch`, `$retainKeys`.
//!
//! They are meant for patches, and the API server refuses to create an object with one; but kubectl passes them on when the
//! object exists, and its users have come to use them to remove what others wrote.

use std::fs;

use super::{
    arena::Arena,
    lane::{Call, Tool, Turns},
};

const SELECTOR: &str = "deploy=shop";

fn deployment(strategy: &str, containers: &str, more: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, labels: {{deploy: shop}}}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  strategy: {strategy}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers: {containers}
{more}"
    )
}

/// What somebody else put there before each step: a container, a variable, a label of the pods.
const BY_HAND: &str = r#"{"spec":{"template":{"metadata":{"labels":{"mine":"yes"}},"spec":{
    "containers":[{"name":"sidecar","image":"sidecar:1"},{"name":"web","env":[{"name":"MINE","value":"1"}]}]}}}}"#;

/// Both tools do the same with every directive, and with the plain manifest after it, be it to carry it out or to pass on a
/// refusal. (A directive that stays in the last-applied annotation stops both for good.)
#[test]
fn both_tools_treat_directives_alike() {
    let containers = "[{name: web, image: 'web:1', env: [{name: A, value: '1'}]}]";
    let plain = deployment("{type: Recreate}", containers, "");
    let in_containers = |containers: &str| deployment("{type: Recreate}", containers, "");
    let in_strategy = |strategy: &str| deployment(strategy, containers, "");
    let in_pod = |more: &str| deployment("{type: Recreate}", containers, &format!("      {more}\n"));
    let steps = [
        ("replace a list", in_containers("[{$patch: replace}, {name: web, image: 'web:2'}]")),
        ("delete an entry", in_containers("[{name: web, image: 'web:1'}, {name: sidecar, $patch: delete}]")),
        ("replace a list in an entry", in_containers("[{name: web, image: 'web:1', env: [{$patch: replace}]}]")),
        ("replace an entry", in_containers("[{name: web, image: 'web:1', $patch: replace}]")),
        ("replace a map", in_strategy("{$patch: replace, type: RollingUpdate}")),
        ("keep keys", in_strategy("{$retainKeys: [type], type: Recreate}")),
        ("keep other keys", in_strategy("{$retainKeys: [rollingUpdate], type: Recreate}")),
        ("delete a map", in_pod("securityContext: {$patch: delete}")),
        ("merge a map", in_pod("securityContext: {$patch: merge, runAsUser: 1}")),
        ("an unknown directive", in_pod("securityContext: {$patch: paint}")),
    ];
    let lanes = vec![("kubectl only", Turns::Only(Tool::Kubectl)), ("Landfall only", Turns::Only(Tool::Landfall))];
    let mut arena = Arena::of(SELECTOR, false, lanes);
    let folder = tempfile::tempdir().unwrap();
    let kubectl = ["--prune-allowlist=apps/v1/Deployment".to_owned()];
    let call = Call { folder: folder.path(), selector: SELECTOR, kubectl: &kubectl, landfall: &[] };
    let mut answers = String::new();
    for (name, manifest) in &steps {
        arena.each(|lane| lane.cluster.kubectl(&["delete", "deployment", "web", "--ignore-not-found"]).ok());
        answers.push_str(name);
        for manifest in [&plain, manifest, &plain] {
            fs::write(folder.path().join("web.yaml"), manifest).unwrap();
            let reports = arena.apply(&call, |_, _| {});
            arena.assert_equal(name, &reports);
            let succeeded: Vec<bool> = reports.iter().map(|report| report.success).collect();
            assert_eq!(succeeded[0], succeeded[1], "{name}: {reports:#?}");
            answers.push_str(if succeeded[0] { ", done" } else { ", refused" });
            let by_hand = ["patch", "deployment", "web", "--field-manager=kubectl-edit", "-p", BY_HAND];
            arena.each(|lane| lane.cluster.kubectl(&by_hand).ok());
        }
        answers.push('\n');
    }
    insta::assert_snapshot!(answers, @"
    replace a list, done, refused, done
    delete an entry, done, done, done
    replace a list in an entry, done, refused, done
    replace an entry, done, done, refused
    replace a map, done, done, refused
    keep keys, done, done, done
    keep other keys, done, done, done
    delete a map, done, done, done
    merge a map, done, done, done
    an unknown directive, done, done, done
    ");
}
