//! Which version of a template a pod was made from.

use landfall_core::{compare::normal::normal, schema};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// How many hexadecimal digits a hash has: as many as Kubernetes' own.
const DIGITS: usize = 10;

/// A hash of a `PodTemplateSpec`, the same for all spellings of it: a default written out or a quantity in another unit
/// makes no new version. What it refers to (ConfigMaps, Secrets) does not count, as with the kubelet.
pub fn template_hash(template: &Value) -> String {
    let normal = match schema::builtin().type_named("core.v1.PodTemplateSpec") {
        Some(object) => normal(object, template),
        None => template.clone(),
    };
    // Maps of serde_json are sorted, so that the order of fields does not count.
    let hash = Sha256::digest(normal.to_string());
    let mut text = String::with_capacity(DIGITS);
    for byte in hash.iter().take(DIGITS / 2) {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn spellings_do_not_count_and_meanings_do() {
        let template =
            |container: Value| json!({"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [container]}});
        let hash =
            template_hash(&template(json!({"name": "a", "image": "a:1", "resources": {"limits": {"cpu": "2"}}})));
        insta::assert_snapshot!(hash, @"bd409bb160");
        let same = json!({"resources": {"limits": {"cpu": "2000m"}}, "image": "a:1", "name": "a", "tty": false});
        assert_eq!(template_hash(&template(same)), hash);
        assert_ne!(template_hash(&template(json!({"name": "a", "image": "a:2"}))), hash);
    }
}
