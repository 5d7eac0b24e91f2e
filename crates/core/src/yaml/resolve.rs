//! What a scalar means: the rules of goyaml v2, which kubectl uses.

use base64::{Engine, alphabet, engine::GeneralPurpose, engine::GeneralPurposeConfig};

use super::number::{self, Integer};

/// A scalar with its YAML type, before it becomes JSON.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Integer(Integer),
    Float(f64),
    /// The text as it stands.
    Text,
    /// Decoded from `!!binary`.
    Binary(String),
}

/// Resolves a scalar. `tag` is the name of a YAML core tag (`int` for `!!int`), or `""` for any other tag.
///
/// # Errors
/// A sentence about a tag that does not fit the text.
pub(super) fn resolve(text: &str, plain: bool, tag: Option<&str>) -> Result<Scalar, String> {
    let scalar = match tag {
        None if plain => return Ok(untagged(text)),
        Some("int" | "float" | "bool" | "null" | "timestamp") => untagged(text),
        Some("binary") => return binary(text),
        _ => return Ok(Scalar::Text),
    };
    let tag = tag.unwrap_or_default();
    match (tag, scalar) {
        ("float", Scalar::Integer(Integer::Signed(value))) => Ok(Scalar::Float(approximate(value))),
        ("timestamp", Scalar::Text) if looks_like_date(text) => Ok(Scalar::Text),
        (_, scalar) if tag == name(&scalar) => Ok(scalar),
        (_, scalar) => Err(format!("`!!{tag}` is set on a value that is {}", describe(&scalar))),
    }
}

#[expect(clippy::cast_precision_loss, reason = "`!!float` asks for it")]
fn approximate(value: i64) -> f64 {
    value as f64
}

fn untagged(text: &str) -> Scalar {
    match text.as_bytes().first() {
        None => Scalar::Null,
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => word(text),
        Some(b'.') => match text {
            ".nan" | ".NaN" | ".NAN" => Scalar::Float(f64::NAN),
            ".inf" | ".Inf" | ".INF" => Scalar::Float(f64::INFINITY),
            _ => {
                let value = number::without_underscores(text).and_then(|digits| number::float(&digits));
                value.map_or(Scalar::Text, Scalar::Float)
            }
        },
        Some(b'+' | b'-' | b'0'..=b'9') => numeric(text),
        Some(_) => Scalar::Text,
    }
}

fn word(text: &str) -> Scalar {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Scalar::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Scalar::Bool(false),
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        _ => Scalar::Text,
    }
}

fn numeric(text: &str) -> Scalar {
    match text {
        "+.inf" | "+.Inf" | "+.INF" => return Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Scalar::Float(f64::NEG_INFINITY),
        _ => {}
    }
    let stripped;
    let digits = if text.contains('_') {
        stripped = text.replace('_', "");
        &stripped
    } else {
        text
    };
    if let Some(integer) = number::integer(digits) {
        return Scalar::Integer(integer);
    }
    if let Some(float) = number::float(digits) {
        return Scalar::Float(float);
    }
    number::signed_binary(digits).map_or(Scalar::Text, Scalar::Integer)
}

fn binary(text: &str) -> Result<Scalar, String> {
    // Go takes padding as required but does not mind bits left over, and skips line breaks.
    const ENGINE: GeneralPurpose =
        GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));
    let packed: String = text.chars().filter(|character| !matches!(character, '\r' | '\n')).collect();
    let bytes = ENGINE.decode(packed).map_err(|_| "`!!binary` is set on a value that is not base64".to_owned())?;
    let text = String::from_utf8(bytes)
        .map_err(|_| "`!!binary` is set on bytes that are not UTF-8, which JSON cannot hold".to_owned())?;
    Ok(Scalar::Binary(text))
}

/// `2001-1-2` with or without a time. goyaml keeps the text of any timestamp, so only its shape matters.
fn looks_like_date(text: &str) -> bool {
    let date = text.split(['T', 't', ' ']).next().unwrap_or_default();
    let mut parts = date.split('-');
    let mut number = |shortest: usize, longest: usize| {
        parts.next().is_some_and(|part| {
            (shortest..=longest).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    number(4, 4) && number(1, 2) && number(1, 2) && parts.next().is_none()
}

fn name(scalar: &Scalar) -> &'static str {
    match scalar {
        Scalar::Null => "null",
        Scalar::Bool(_) => "bool",
        Scalar::Integer(_) => "int",
        Scalar::Float(_) => "float",
        Scalar::Text => "str",
        Scalar::Binary(_) => "binary",
    }
}

fn describe(scalar: &Scalar) -> &'static str {
    match scalar {
        Scalar::Null => "null",
        Scalar::Bool(_) => "a boolean",
        Scalar::Integer(_) => "an integer",
        Scalar::Float(_) => "a float",
        Scalar::Text | Scalar::Binary(_) => "a string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_those_of_goyaml() {
        let integer = |value| Scalar::Integer(Integer::Signed(value));
        for (text, expected) in [
            ("1_000", integer(1000)),
            ("0_7", integer(7)),
            ("0b-11", integer(-3)),
            ("08", Scalar::Float(8.0)),
            ("-.5", Scalar::Float(-0.5)),
            (".5_0", Scalar::Float(0.5)),
            ("._5", Scalar::Text),
            ("1.", Scalar::Float(1.0)),
            ("1e400", Scalar::Text),
            ("1234e5678", Scalar::Text),
            ("infinity", Scalar::Text),
            ("nan", Scalar::Text),
            ("12:30:45", Scalar::Text),
            ("2001-01-01", Scalar::Text),
            ("YES", Scalar::Bool(true)),
            ("yEs", Scalar::Text),
            ("-", Scalar::Text),
            ("+", Scalar::Text),
        ] {
            assert_eq!(resolve(text, true, None), Ok(expected), "{text}");
        }
        assert_eq!(resolve("on", false, None), Ok(Scalar::Text));
    }

    #[test]
    fn a_tag_must_fit() {
        assert_eq!(resolve("5", false, Some("int")), Ok(Scalar::Integer(Integer::Signed(5))));
        assert_eq!(resolve("5", true, Some("float")), Ok(Scalar::Float(5.0)));
        assert_eq!(resolve("aGVsbG8=", true, Some("binary")), Ok(Scalar::Binary("hello".to_owned())));
        assert_eq!(resolve("2001-1-2 3:04:05", true, Some("timestamp")), Ok(Scalar::Text));
        for (text, tag) in [("1.5", "int"), ("foo", "null"), ("foo", "timestamp"), ("*", "binary"), ("/w==", "binary")]
        {
            assert!(resolve(text, true, Some(tag)).is_err(), "{text} {tag}");
        }
    }
}
