//! JSON as Go's `encoding/json` writes it and as Kubernetes reads it, byte for byte.
//!
//! kubectl stores the manifest in the last-applied annotation through `UnstructuredJSONScheme`, which is
//! `json.NewEncoder(w).Encode(object)`. Two spellings of the same object would be a change, so ours must be the same.

use serde_json::{Number, Value};

/// The value on one line, as `json.Marshal` writes it: keys sorted by their bytes, no blanks, `<`, `>`, `&`, U+2028 and
/// U+2029 escaped, floats in Go's notation (`1e+21`, `1e-7`, whole floats without a point).
pub fn encode(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

/// [`encode`] with the newline that `json.Encoder` puts at the end.
pub fn encode_line(value: &Value) -> String {
    let mut out = encode(value);
    out.push('\n');
    out
}

/// Makes numbers what Kubernetes' decoder (`sigs.k8s.io/json`) makes of them: whole numbers within an `int64` stay, all
/// others become `float64`. What was written with a point or an exponent is a float even if it is whole.
pub fn normalize(value: &mut Value) {
    match value {
        Value::Number(number) if !number.is_i64() => {
            // serde_json reads `-0` as a float; Go reads an integer.
            let float = number.as_f64().unwrap_or_default();
            let zero = float == 0.0 && float.is_sign_negative();
            *value = if zero { Value::from(0) } else { Number::from_f64(float).map_or(Value::Null, Value::Number) };
        }
        Value::Array(items) => items.iter_mut().for_each(normalize),
        Value::Object(map) => map.values_mut().for_each(normalize),
        _ => {}
    }
}

/// The value as it arrives after it was written by [`encode`] and read again: whole floats below 1e21 are integers.
pub(crate) fn reread(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(whole) = number.as_f64().filter(|_| !number.is_i64()).and_then(whole) {
                *value = Value::from(whole);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(reread),
        Value::Object(map) => map.values_mut().for_each(reread),
        _ => {}
    }
}

/// A float as an `int64`, if it is one exactly.
pub(crate) fn whole(float: f64) -> Option<i64> {
    // 2^63 itself does not fit.
    let fits = float.fract() == 0.0 && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&float);
    fits.then_some(float as i64)
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&number_text(number)),
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for (place, (key, item)) in map.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_text(key, out);
                out.push(':');
                write(item, out);
            }
            out.push('}');
        }
    }
}

fn number_text(number: &Number) -> String {
    match (number.as_i64(), number.as_f64()) {
        (Some(integer), _) => integer.to_string(),
        (None, Some(float)) => float_text(float, -6, 21),
        (None, None) => number.to_string(),
    }
}

/// The shortest digits that read back as the same float; with an exponent below `10^smallest` and from `10^largest` on.
/// `encoding/json` uses -6 and 21, `fmt`'s `%v` -4 and 21.
pub(crate) fn float_text(float: f64, smallest: i32, largest: i32) -> String {
    if float == 0.0 {
        return if float.is_sign_negative() { "-0".to_owned() } else { "0".to_owned() };
    }
    let scientific = format!("{float:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if exponent < smallest || exponent >= largest {
        // Go writes the sign of the exponent always; encoding/json takes the leading zero of a short one away.
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{digits}e{sign}{}", exponent.abs())
    } else {
        format!("{float}")
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(char)));
            }
            _ => out.push(char),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_is_escaped_as_go_does() {
        assert_eq!(
            encode(&json!({"b": "<a href=\"x\">&\u{2028}é\u{7f}", "a": "\t\u{1}\u{8}\u{c}\\"})),
            "{\"a\":\"\\t\\u0001\\b\\f\\\\\",\"b\":\"\\u003ca href=\\\"x\\\"\\u003e\\u0026\\u2028é\u{7f}\"}"
        );
        assert_eq!(encode_line(&json!([])), "[]\n");
    }

    #[test]
    fn numbers_are_read_and_written_as_go_does() {
        // Each pair was printed by Go: sigs.k8s.io/json reads the left, encoding/json writes the right.
        for (read, written) in [
            ("1", "1"),
            ("1.0", "1"),
            ("1.50", "1.5"),
            ("-0", "0"),
            ("1e2", "100"),
            ("1e20", "100000000000000000000"),
            ("1e21", "1e+21"),
            ("0.000001", "0.000001"),
            ("0.0000001", "1e-7"),
            ("9223372036854775807", "9223372036854775807"),
            ("9223372036854775808", "9223372036854776000"),
            ("18446744073709551615", "18446744073709552000"),
            ("0.1", "0.1"),
        ] {
            let mut value: Value = serde_json::from_str(read).unwrap();
            normalize(&mut value);
            assert_eq!(encode(&value), written, "{read}");
        }
    }
}
