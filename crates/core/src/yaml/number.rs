//! Numbers as Go reads and prints them.

use serde_json::Number;

/// What `strconv.ParseInt` and then `strconv.ParseUint` make of a text in base 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Integer {
    Signed(i64),
    Unsigned(u64),
}

/// Reads an integer whose prefix tells the base: `0x`, `0b`, `0o`, or `0` for octal.
pub(super) fn integer(text: &str) -> Option<Integer> {
    let (sign, digits) = split_sign(text);
    let (base, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    based(sign, digits, base)
}

/// goyaml's own reading of binary numbers, which lets a sign follow the prefix.
pub(super) fn signed_binary(text: &str) -> Option<Integer> {
    let (sign, digits) = split_sign(text.strip_prefix("0b")?);
    based(sign, digits, 2)
}

fn split_sign(text: &str) -> (&str, &str) {
    text.split_at(usize::from(text.starts_with(['+', '-'])))
}

fn based(sign: &str, digits: &str, base: u32) -> Option<Integer> {
    // Rust would accept a second sign here.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, base).ok()?;
    match sign {
        "-" => 0_i64.checked_sub_unsigned(magnitude).map(Integer::Signed),
        _ => match i64::try_from(magnitude) {
            Ok(value) => Some(Integer::Signed(value)),
            Err(_) if sign.is_empty() => Some(Integer::Unsigned(magnitude)),
            Err(_) => None,
        },
    }
}

/// Reads a float such as `1.5`, `.5e-3` or `2.`; `None` for anything else and for one that is out of range.
pub(super) fn float(text: &str) -> Option<f64> {
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    text.parse().ok().filter(|value: &f64| digits && plain && value.is_finite())
}

/// Removes underscores that stand between two digits, as a Go literal may have them; `None` if one stands elsewhere.
pub(super) fn without_underscores(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let is_digit = |index: Option<usize>| index.and_then(|index| bytes.get(index)).is_some_and(u8::is_ascii_digit);
    let between = |index: usize| is_digit(index.checked_sub(1)) && is_digit(index.checked_add(1));
    let valid = text.match_indices('_').all(|(index, _)| between(index));
    valid.then(|| text.replace('_', ""))
}

/// A finite float after the way through JSON: `1.0` is printed as `1` and read again as an integer.
pub(super) fn whole_or_float(value: f64) -> Option<Number> {
    // Go prints the shortest digits that give the same float, filled up with zeros, and so does Rust.
    if value.fract() == 0.0
        && value.abs() < 1e21
        && let Ok(integer) = format!("{value}").parse::<i64>()
    {
        return Some(integer.into());
    }
    Number::from_f64(value)
}

/// A float as a map key: Go's `FormatFloat(value, 'g', -1, 32)`.
#[expect(clippy::cast_possible_truncation, reason = "sigs.k8s.io/yaml prints float keys with 32 bits")]
pub(super) fn float_key(value: f64) -> String {
    let value = value as f32;
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // Go switches to an exponent at six digits.
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    format!("{value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_a_base() {
        for (text, expected) in [
            ("0777", Some(Integer::Signed(511))),
            ("-017", Some(Integer::Signed(-15))),
            ("0o17", Some(Integer::Signed(15))),
            ("0X1f", Some(Integer::Signed(31))),
            ("0b11", Some(Integer::Signed(3))),
            ("0", Some(Integer::Signed(0))),
            ("-9223372036854775808", Some(Integer::Signed(i64::MIN))),
            ("18446744073709551615", Some(Integer::Unsigned(u64::MAX))),
            ("08", None),
            ("0x", None),
            ("+-5", None),
            ("", None),
        ] {
            assert_eq!(integer(text), expected, "{text}");
        }
        assert_eq!(signed_binary("0b-11"), Some(Integer::Signed(-3)));
    }

    #[test]
    fn float_keys_are_those_of_go() {
        for (value, expected) in
            [(1.0, "1"), (1.5, "1.5"), (1_234_567.0, "1.234567e+06"), (1e-7, "1e-07"), (100_000.0, "100000")]
        {
            assert_eq!(float_key(value), expected);
        }
    }
}
