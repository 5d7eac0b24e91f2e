//! Values of Secrets are in no answer.

use super::{Serving, reporting};
use crate::shop::Shop;

const SECRET: &str = "apiVersion: v1
kind: Secret
metadata: {name: login, labels: {deploy: $NS}}
stringData: {password: canary-one-of-git}
";

#[test]
fn values_of_secrets_are_in_no_answer() {
    let shop = Shop::open();
    shop.write("landfall.yaml", &reporting()).write("base/login.yaml", SECRET);
    shop.work.commit("Open the shop");
    let serving = Serving::start_with(&shop, &["--listen", "127.0.0.1:0"]);
    serving.until("Live: 1 created");
    // Desired and live differ, each with a value of its own; a manifest that cannot be used quotes one.
    let by_hand = r#"{"stringData":{"password":"canary-two-by-hand","more":"canary-three"}}"#;
    shop.kubectl(&["patch", "secret", "login", "-p", by_hand]).ok();
    shop.write("base/login.yaml", &SECRET.replace("canary-one-of-git}", "canary-four, other: [canary-six]}"));
    shop.work.commit("Break it");
    serving.until("1 field is wrong");
    shop.write("base/login.yaml", &SECRET.replace("canary-one-of-git", "*canary-five"));
    shop.work.commit("Break its YAML");
    serving.until("base/login.yaml:4:24: ");
    let credential =
        "notifications:\n  team: {slack: {tokn: canary-seven}}\n  mail: {email: {server: 'canary-eight'}}\n";
    shop.write("landfall.yaml", &(reporting() + credential));
    shop.work.commit("Write a credential into the configuration");
    serving.until("landfall.yaml:10:18: ");
    let ran = shop.landfall(&["deploy", "prod"]).snapshot();
    assert!(ran.contains("The field `tokn` is unknown") && !ran.contains("canary-"), "{ran}");

    let deploys = serving.json("/api/v1/deploys");
    let id = deploys["deploys"][0]["deploy"]["id"].as_str().unwrap();
    let object = format!("object?environment=prod&kind=Secret&namespace={}&name=login", shop.namespace);
    let page = serving.get(&format!("/{object}"));
    assert!(page.contains("data[password]") && page.contains("(hidden)"), "the difference is shown: {page}");
    for path in [
        "/".to_owned(),
        "/timeline".to_owned(),
        format!("/deploys/{id}"),
        "/live-at?environment=prod&at=2100-01-01".to_owned(),
        format!("/{object}"),
        format!("/api/v1/{object}"),
        "/api/v1/environments".to_owned(),
        "/api/v1/deploys".to_owned(),
        format!("/api/v1/deploys/{id}"),
        "/metrics".to_owned(),
        "/canary-none".to_owned(),
    ] {
        let answer = serving.get(&path);
        // `canary-` as base64, at each of its three offsets.
        for form in [
            "canary-one",
            "canary-two",
            "canary-t",
            "canary-f",
            "canary-s",
            "canary-e",
            "Y2FuYXJ5L",
            "NhbmFyeS",
            "jYW5hcnkt",
        ] {
            assert!(!answer.contains(form), "{path} has {form}: {answer}");
        }
    }
    let said = serving.end();
    assert!(!said.contains("canary-"), "{said}");
}
