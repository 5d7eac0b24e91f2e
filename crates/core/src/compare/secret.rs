//! `stringData` of a Secret, which the API server turns into `data`.

use serde_json::{Map, Value};

/// The Secret as the API server stores it: every entry of `stringData` moved to `data` in base64, over what is there.
pub(super) fn fold(secret: &Value) -> Option<Value> {
    let texts = secret.get("stringData")?;
    let mut folded = secret.as_object()?.clone();
    folded.remove("stringData");
    let mut data = match folded.remove("data") {
        Some(Value::Object(data)) => data,
        _ => Map::new(),
    };
    for (key, text) in texts.as_object().into_iter().flatten() {
        if let Value::String(text) = text {
            data.insert(key.clone(), Value::String(base64(text.as_bytes())));
        }
    }
    folded.insert("data".to_owned(), Value::Object(data));
    Some(Value::Object(folded))
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group =
            chunk.iter().fold(0_usize, |group, byte| group << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            if place <= chunk.len() {
                out.push(char::from(ALPHABET[group >> (18 - 6 * place) & 63]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_becomes_base64() {
        for (text, encoded) in [("", ""), ("a", "YQ=="), ("ab", "YWI="), ("abc", "YWJj"), ("ÿ?>", "w78/Pg==")] {
            assert_eq!(base64(text.as_bytes()), encoded);
        }
        assert_eq!(
            fold(&json!({"data": {"a": "YQ==", "b": "YQ=="}, "stringData": {"b": "ab"}})),
            Some(json!({"data": {"a": "YQ==", "b": "YWI="}}))
        );
        assert_eq!(fold(&json!({"data": {}})), None);
    }
}
