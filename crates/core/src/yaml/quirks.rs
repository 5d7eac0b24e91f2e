//! kubectl's own answers to the dark corners of YAML, against ours.

use std::{fs, sync::Arc};

use serde_json::Value;

use super::parse;
use crate::diagnostic::Source;

/// Where we differ from kubectl on purpose, and why.
const STRICTER: &[(&str, &str)] = &[
    ("dupkey", "a duplicate key is an error: kubectl lets the last one win in silence"),
    ("boolkey", "`on` and `true` are one key after they became strings: kubectl takes either, by chance"),
];

/// kubectl printed two objects, which the collector of the answers could not read as one.
const TWO_OBJECTS: &str = "dots";

#[test]
fn every_answer_is_that_of_kubectl() {
    let folder = format!("{}/testdata/yaml", env!("CARGO_MANIFEST_DIR"));
    let answers = fs::read_to_string(format!("{folder}/kubectl-answers.tsv")).unwrap();
    let mut count = 0;
    for line in answers.lines() {
        let [name, _, answer] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        count += 1;
        let text = fs::read_to_string(format!("{folder}/quirks/{name}.yaml")).unwrap();
        let parsed = parse(&Arc::new(Source { path: format!("{name}.yaml"), text }));
        let specs = parsed.map(|documents| {
            documents.iter().map(|document| document.root.to_json()["spec"].clone()).collect::<Vec<_>>()
        });
        if STRICTER.iter().any(|(stricter, _)| *stricter == name) {
            assert!(specs.is_err(), "{name}: {specs:?}");
        } else if name == TWO_OBJECTS {
            assert_eq!(specs, Ok(vec![serde_json::json!({"v": 1}), serde_json::json!({"v": 2})]));
        } else if answer.starts_with("ERR") {
            assert!(specs.is_err(), "{name}: {specs:?}");
        } else {
            let expected: Vec<Value> = serde_json::from_str(answer).unwrap();
            assert_eq!(specs, Ok(expected), "{name}");
        }
    }
    assert_eq!(count, 66);
}
