//! `docs/json.md`: its examples of the timeline are what the program prints, and its tables name every field.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{blocks, path, write_block};
use crate::timeline::{site::Site, steady};

/// An environment with two deploys, the second of which has a new image.
fn site() -> Site {
    let site = Site::with_pods("timeline-docs");
    let image = |tag: &str, digest: &str| format!("registry.example/shop/web:{tag}@sha256:{}", digest.repeat(32));
    site.web(&image("1.0", "3f")).commit("Open the shop");
    site.landfall(&["deploy", "prod"]).success();
    // Times of the API server are whole seconds.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    site.kubectl(&["annotate", "deployment/web", "--field-manager=bob", "deploy.example.com/owner=bob"]);
    let web = std::fs::read_to_string(site.work.dir().join("base/web.yaml")).unwrap();
    let annotated = web.replacen("{name: web,", "{name: web, annotations: {deploy.example.com/owner: ada},", 1);
    site.work.write("base/web.yaml", &annotated.replace(&image("1.0", "3f"), &image("1.1", "a7")));
    site.commit("Update web to 1.1");
    site.landfall(&["deploy", "prod"]).success();
    site
}

#[test]
fn the_examples_are_what_is_printed() {
    let site = site();
    let commands = [&["status", "prod"][..], &["history", "prod", "--limit", "1"], &["history", "prod", "--at", "0s"]];
    for (number, command) in commands.into_iter().enumerate() {
        let printed = site.landfall(&[command, &["-o", "json"]].concat()).success();
        let printed = example(&printed.stdout);
        // The first example is that of a plan.
        if std::env::var_os("LANDFALL_BLESS").is_some() {
            write_block("json.md", "json", number + 1, &printed);
        }
        let documented = blocks("json.md", "json").remove(number + 1);
        assert_eq!(printed.trim(), documented.trim(), "run the test with LANDFALL_BLESS=1 to write docs/json.md anew");
        let printed: Value = serde_json::from_str(&printed).unwrap();
        let page = std::fs::read_to_string(path("json.md")).unwrap();
        // What stands between backticks, such as `services[].rollout.id`.
        let quoted = page.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
        let named: BTreeSet<&str> = quoted.flat_map(|text| text.split(['.', '[', ']'])).collect();
        for field in fields(&printed) {
            assert!(named.contains(field.as_str()), "{field} is in no table");
        }
    }
}

/// What differs from run to run, as it could be.
fn example(text: &str) -> String {
    steady(text)
        .replace("[TIME]", "2026-01-02T03:04:05.678Z")
        .replace("[ID]", "01kdy0s3k8m3x5v9q2w7e4r6t8")
        .replace("$SERVER", "https://127.0.0.1:6443")
        .replace("$HOST", "laptop")
}

/// The names of all fields. Below these, names are those of containers.
fn fields(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => map
            .iter()
            .flat_map(|(name, value)| {
                let is_by_container = name == "wanted" || name == "images" && value.is_object();
                let below = if is_by_container { Vec::new() } else { fields(value) };
                [name.clone()].into_iter().chain(below)
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(fields).collect(),
        _ => Vec::new(),
    }
}
