//! Our patches, and what we make of them, against kubectl's and the API server's own code.
//!
//! `MERGE_SEED` and `MERGE_CASES` choose other cases than the usual ones.

use landfall_core::merge::{self, Patch, PatchFormat};
use landfall_core::object::Gvk;
use landfall_core::schema::{self, Kind};
use landfall_core::{json_go, last_applied};
use serde_json::{Value, json};

use crate::generate::{Random, edit, value};
use crate::kubectl::{Answer, Kubectl};

struct Case {
    kind: Option<Kind>,
    gvk: Gvk,
    original: Option<Value>,
    modified: Value,
    current: Value,
    /// Another live object, on which the patch is tried, too: as if somebody had been faster.
    other: Value,
}

impl Case {
    fn to_json(&self) -> Value {
        let mut case = json!({
            "apiVersion": self.gvk.api_version(), "kind": self.gvk.kind,
            "modified": self.modified, "current": self.current,
        });
        if let Some(original) = &self.original {
            case["original"] = original.clone();
        }
        case
    }
}

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn objects() -> Vec<Value> {
    serde_json::from_str(include_str!("../../testdata/merge/objects.json")).unwrap()
}

/// Kinds that kubectl and the Go program have Go types for.
fn kinds() -> Vec<(Gvk, Kind)> {
    let mut kinds: Vec<_> = schema::builtin()
        .kinds()
        .filter(|(gvk, kind)| {
            kind.strategic() && !["apiextensions.k8s.io", "apiregistration.k8s.io"].contains(&gvk.group.as_str())
        })
        .collect();
    kinds.sort_by(|(left, _), (right, _)| left.cmp(right));
    kinds
}

fn generate(random: &mut Random, objects: &[Value], kinds: &[(Gvk, Kind)]) -> Case {
    let (gvk, kind, base) = if random.one_in(3) {
        let (gvk, kind) = &kinds[random.below(kinds.len())];
        let mut base = json!({"apiVersion": gvk.api_version(), "kind": gvk.kind, "metadata": {"name": "random"}});
        for field in kind.root().fields() {
            if !["apiVersion", "kind", "metadata"].contains(&field.name) {
                base[field.name] = value(&field.shape, field.merge_key, 6, random);
            }
        }
        (gvk.clone(), Some(*kind), base)
    } else {
        let base = objects[random.below(objects.len())].clone();
        let gvk = Gvk::new(base["apiVersion"].as_str().unwrap(), base["kind"].as_str().unwrap());
        let kind = schema::builtin().lookup(&gvk);
        (gvk, kind, base)
    };
    let directives = random.one_in(10);
    let mut variant = |directives: bool| {
        let mut variant = base.clone();
        edit(&mut variant, kind.as_ref(), random.below(7), directives, random);
        variant
    };
    let (modified, original, current, other) = (variant(directives), variant(false), variant(false), variant(false));
    let original = (!random.one_in(6)).then_some(original);
    // Most deploys change little between what was last applied and the manifest.
    let (mut modified, mut current) = (modified, current);
    if let (true, Some(original)) = (random.one_in(3), &original) {
        modified = original.clone();
        edit(&mut modified, kind.as_ref(), random.below(3), directives, random);
        current = original.clone();
        edit(&mut current, kind.as_ref(), random.below(5), false, random);
    }
    Case { kind, gvk, original, modified, current, other }
}

/// Errors of kubectl at fields that its schema does not know, which we leave to the API server.
fn is_unknown_field(error: &str) -> bool {
    ["unable to find api field", "data type is not struct", "expected slice or array type"]
        .iter()
        .any(|text| error.contains(text))
}

fn canonical(text: &str) -> String {
    let mut value: Value = serde_json::from_str(text).unwrap();
    json_go::normalize(&mut value);
    json_go::encode(&value)
}

#[derive(Debug, Default)]
struct Tally {
    equal: usize,
    empty: usize,
    both_refuse: usize,
    unknown_fields: usize,
    kubectl_crashes: usize,
    results: usize,
}

fn check_patch(case: &Case, answer: &Answer, tally: &mut Tally) -> Option<Patch> {
    let ours = merge::three_way(case.kind.as_ref(), case.original.as_ref(), &case.modified, &case.current);
    let show = || serde_json::to_string(&case.to_json()).unwrap();
    match (&ours, answer.patch_error.as_str()) {
        (Ok(patch), "") => {
            assert_eq!(json_go::encode(&patch.body), answer.patch, "kubectl's patch is on the right\n{}", show());
            let format = if patch.format == PatchFormat::Strategic { "strategic" } else { "json" };
            assert_eq!(format, answer.format);
            assert!(patch.replaced_lists.is_empty());
            tally.equal += 1;
            tally.empty += usize::from(patch.is_empty());
            Some(patch.clone())
        }
        (Ok(_), error) if is_unknown_field(error) => {
            tally.unknown_fields += 1;
            None
        }
        // Objects inside `$retainKeys` and the like.
        (_, "panic") => {
            tally.kubectl_crashes += 1;
            None
        }
        (Ok(patch), error) => panic!("kubectl refuses ({error}), we send {}\n{}", patch.body, show()),
        (Err(error), "") => panic!("{error}\n{}", show()),
        (Err(_), _) => {
            tally.both_refuse += 1;
            None
        }
    }
}

fn check_result(case: &Case, live: &Value, patch: &Patch, answer: &Answer, tally: &mut Tally) {
    let ours = merge::apply_patch(case.kind.as_ref(), live, patch);
    let error = if answer.result.is_empty() && answer.result_error.is_empty() { "panic" } else { &answer.result_error };
    let show = || format!("{}\nlive {live}\npatch {}", case.gvk, patch.body);
    match (ours, error) {
        (Ok(result), "") => {
            assert_eq!(json_go::encode(&result), canonical(&answer.result), "{}", show());
            tally.results += 1;
        }
        (Ok(_), error) if is_unknown_field(error) => tally.unknown_fields += 1,
        (_, "panic") => tally.kubectl_crashes += 1,
        (Ok(_), error) => panic!("the server refuses ({error})\n{}", show()),
        (Err(error), "") => panic!("{error}\n{}", show()),
        (Err(_), _) => tally.both_refuse += 1,
    }
}

#[test]
fn patches_and_results_are_kubectls() {
    let Some(kubectl) = Kubectl::build() else { return };
    let (seed, count) = (setting("MERGE_SEED", 1), setting("MERGE_CASES", 3000));
    println!("MERGE_SEED={seed} MERGE_CASES={count}");
    let (mut random, objects, kinds) = (Random::new(seed), objects(), kinds());
    let cases: Vec<Case> = (0..count).map(|_| generate(&mut random, &objects, &kinds)).collect();
    let answers = kubectl.ask(&cases.iter().map(Case::to_json).collect::<Vec<_>>());
    let mut tally = Tally::default();
    let mut again = Vec::new();
    for (case, answer) in cases.iter().zip(&answers) {
        let Some(patch) = check_patch(case, answer, &mut tally) else { continue };
        check_result(case, &case.current, &patch, answer, &mut tally);
        again.push((case, patch));
    }
    let questions: Vec<Value> = again
        .iter()
        .map(|(case, patch)| {
            json!({"apiVersion": case.gvk.api_version(), "kind": case.gvk.kind, "current": case.other, "patch": patch.body})
        })
        .collect();
    for ((case, patch), answer) in again.iter().zip(kubectl.ask(&questions)) {
        check_result(case, &case.other, patch, &answer, &mut tally);
    }
    println!("{tally:?}");
    assert!(tally.equal as u64 > count * 8 / 10, "too few cases say anything: {tally:?}");
}

#[test]
fn the_annotation_is_kubectls() {
    let Some(kubectl) = Kubectl::build() else { return };
    let (mut random, objects, kinds) = (Random::new(setting("MERGE_SEED", 1)), objects(), kinds());
    let manifests: Vec<Value> = (0..500).map(|_| generate(&mut random, &objects, &kinds).modified).collect();
    let answers = kubectl.ask(&manifests.iter().map(|manifest| json!({"manifest": manifest})).collect::<Vec<_>>());
    for (manifest, answer) in manifests.iter().zip(answers) {
        assert_eq!(answer.patch_error, "");
        let (modified, text) = last_applied::annotate(manifest);
        assert_eq!(text, answer.last_applied);
        assert_eq!(json_go::encode_line(&modified), answer.modified);
    }
}

/// A list of ports or variables in which keys repeat.
fn shared_keys(random: &mut Random, ports: bool) -> Value {
    let mut list: Vec<Value> = Vec::new();
    for _ in 0..random.below(5) {
        let mut pick = |choices: &[&str]| choices[random.below(choices.len())].to_owned();
        let entry = if ports {
            let (port, target) = (pick(&["dns", "http"]), pick(&["a", "b", "c"]));
            json!({"port": port.len(), "protocol": pick(&["TCP", "UDP"]), "targetPort": target})
        } else {
            json!({"name": pick(&["A", "B"]), "value": pick(&["1", "2"])})
        };
        // A Service may not have the same port and protocol twice.
        let same = |other: &Value| ports && other["port"] == entry["port"] && other["protocol"] == entry["protocol"];
        if !list.iter().any(same) {
            list.push(entry);
        }
    }
    Value::Array(list)
}

fn sorted(list: &Value) -> Vec<String> {
    let mut texts: Vec<String> = list.as_array().into_iter().flatten().map(Value::to_string).collect();
    texts.sort();
    texts
}

/// kubectl loses entries here; ours must arrive at the server as the manifest has them.
#[test]
fn entries_with_shared_keys_arrive() {
    let Some(kubectl) = Kubectl::build() else { return };
    let mut random = Random::new(setting("MERGE_SEED", 1));
    let (mut questions, mut expected) = (Vec::new(), Vec::new());
    for _ in 0..1000 {
        let ports = random.one_in(2);
        let (gvk, path) = if ports {
            (Gvk::new("v1", "Service"), "/spec/ports")
        } else {
            (Gvk::new("v1", "Pod"), "/spec/containers/0/env")
        };
        let object = |list: Value| match ports {
            true => json!({"spec": {"ports": list}}),
            false => json!({"spec": {"containers": [{"name": "web", "env": list}]}}),
        };
        let kind = schema::builtin().lookup(&gvk);
        let applied = shared_keys(&mut random, ports);
        let wanted = shared_keys(&mut random, ports);
        let (original, modified, live) = (object(applied.clone()), object(wanted.clone()), object(applied));
        let patch = merge::three_way(kind.as_ref(), Some(&original), &modified, &live).unwrap();
        let merged = merge::apply_patch(kind.as_ref(), &live, &patch).unwrap();
        assert_eq!(sorted(merged.pointer(path).unwrap_or(&Value::Null)), sorted(&wanted), "{live} {}", patch.body);
        let again = merge::three_way(kind.as_ref(), Some(&modified), &modified, &merged).unwrap();
        assert!(!merged.pointer(path).is_some_and(Value::is_array) || again.is_empty(), "{merged} {}", again.body);
        questions.push(json!({
            "apiVersion": gvk.api_version(), "kind": gvk.kind, "current": live, "patch": patch.body,
        }));
        expected.push(merged);
    }
    for ((question, merged), answer) in questions.iter().zip(expected).zip(kubectl.ask(&questions)) {
        assert_eq!(answer.result_error, "");
        assert_eq!(canonical(&answer.result), json_go::encode(&merged), "{question}");
    }
}
