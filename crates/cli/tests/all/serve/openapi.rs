//! Every answer of the API is as `docs/openapi.json` says.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Serving, open};

#[test]
fn every_answer_has_the_shape_of_the_document() {
    let shop = open();
    let serving = Serving::start_with(&shop, &["--listen", "127.0.0.1:0"]);
    serving.until("Live: 1 created");
    serving.until_page("/api/v1/environments", r#""name":"done""#);
    let document = serving.json("/api/v1/openapi.json");
    let deploys = serving.json("/api/v1/deploys");
    let id = deploys["deploys"][0]["deploy"]["id"].as_str().unwrap();
    let object = format!("environment=prod&kind=ConfigMap&namespace={}&name", shop.namespace);
    let asked = [
        ("/api/v1/environments", String::new(), "200"),
        ("/api/v1/deploys", "?environment=prod&service=settings&since=2000-01-01&limit=5".to_owned(), "200"),
        ("/api/v1/deploys", "?outcome=live".to_owned(), "200"),
        ("/api/v1/deploys", "?outcome=alive".to_owned(), "400"),
        ("/api/v1/deploys/{id}", id.to_owned(), "200"),
        ("/api/v1/deploys/{id}", "none".to_owned(), "404"),
        ("/api/v1/live-at", "?environment=prod&at=2100-01-01".to_owned(), "200"),
        ("/api/v1/live-at", "?environment=prod&at=yesterday".to_owned(), "400"),
        ("/api/v1/live-at", "?environment=none&at=2100-01-01".to_owned(), "404"),
        ("/api/v1/object", format!("?{object}=settings"), "200"),
        ("/api/v1/object", format!("?{object}=none"), "404"),
        ("/api/v1/notifications", String::new(), "200"),
        ("/api/v1/openapi.json", String::new(), "200"),
    ];
    let known: BTreeSet<&str> = document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(asked.iter().map(|(path, ..)| *path).collect::<BTreeSet<_>>(), known, "every path is asked");
    for (path, rest, status) in &asked {
        let answer = serving.get(&format!("{}{rest}", path.replace("{id}", "")));
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}{rest}: {answer}");
        let described = &document["paths"][path]["get"]["responses"][status];
        assert!(described.is_object(), "{path} does not describe the status {status}");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let (kind, content) = described["content"].as_object().unwrap().iter().next().unwrap();
        assert!(head.contains(&format!("content-type: {kind}")), "{path}{rest}: {head}");
        if kind == "application/json" {
            check(&document, &content["schema"], body, path);
        }
    }
}

fn check(document: &Value, schema: &Value, body: &str, path: &str) {
    let mut schema = schema.clone();
    // What the schema refers to is found from its own root.
    schema["components"] = document["components"].clone();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    let faults: Vec<String> =
        validator.iter_errors(&body).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{path}: {faults:#?}\n{body:#}");
    let other = serde_json::json!({"apiVersion": 1});
    assert!(path.ends_with("openapi.json") || !validator.is_valid(&other), "{path}: its schema takes everything");
}
