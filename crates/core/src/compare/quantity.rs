//! `resource.Quantity`: what an amount is, whatever its suffix.
//!
//! Rules: the grammar in apimachinery's `pkg/api/resource/quantity.go`.

use serde_json::Value;

/// An amount: `digits` times ten to the power of `exponent`, without trailing zeros in `digits`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity {
    negative: bool,
    digits: u128,
    exponent: i32,
}

impl Quantity {
    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.digits == 0
    }

    /// The amount in units of ten to the power of `exponent` (-3 for thousandths), rounded up as `ScaledValue` does;
    /// `None` if it is negative or does not fit.
    pub fn in_units(self, exponent: i32) -> Option<u64> {
        if self.negative {
            return None;
        }
        let shift = self.exponent.checked_sub(exponent)?;
        let power = 10_u128.checked_pow(shift.unsigned_abs());
        let units = match (shift < 0, power) {
            (false, Some(power)) => self.digits.checked_mul(power)?,
            (false, None) if self.digits == 0 => 0,
            (false, None) => return None,
            (true, Some(power)) => self.digits.div_ceil(power),
            (true, None) => u128::from(self.digits > 0),
        };
        u64::try_from(units).ok()
    }

    /// The amount in the exponent notation, such as `25e-2`. Equal amounts have the same text.
    pub fn text(self) -> String {
        let sign = if self.negative { "-" } else { "" };
        match self.exponent {
            0 => format!("{sign}{}", self.digits),
            exponent => format!("{sign}{}e{exponent}", self.digits),
        }
    }
}

/// Reads text such as `250m`, `1.5Gi`, `1e3`, or a JSON number. `None` if it is no quantity, or one of more than 38
/// digits.
pub fn parse(value: &Value) -> Option<Quantity> {
    match value {
        Value::String(text) => parse_text(text),
        Value::Number(number) => parse_text(&number.to_string()),
        _ => None,
    }
}

fn parse_text(text: &str) -> Option<Quantity> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = text.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut digits: u128 = 0;
    for digit in whole.chars().chain(fraction.chars()) {
        digits = digits.checked_mul(10)?.checked_add(u128::from(digit.to_digit(10)?))?;
    }
    let (binary, decimal) = scale(suffix)?;
    digits = digits.checked_mul(1_u128.checked_shl(binary)?)?;
    let exponent = decimal.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    Some(canonical(negative, digits, exponent))
}

/// The powers of two and of ten that a suffix stands for.
fn scale(suffix: &str) -> Option<(u32, i32)> {
    Some(match suffix {
        "" => (0, 0),
        "n" => (0, -9),
        "u" => (0, -6),
        "m" => (0, -3),
        "k" => (0, 3),
        "M" => (0, 6),
        "G" => (0, 9),
        "T" => (0, 12),
        "P" => (0, 15),
        "E" => (0, 18),
        "Ki" => (10, 0),
        "Mi" => (20, 0),
        "Gi" => (30, 0),
        "Ti" => (40, 0),
        "Pi" => (50, 0),
        "Ei" => (60, 0),
        _ => (0, suffix.strip_prefix(['e', 'E'])?.parse().ok()?),
    })
}

/// Amounts below one billionth are rounded up, away from zero, as the API server does.
fn canonical(negative: bool, mut digits: u128, mut exponent: i32) -> Quantity {
    while exponent < -9 && digits > 0 {
        digits = digits.div_ceil(10);
        exponent += 1;
    }
    while digits > 0 && digits.is_multiple_of(10) {
        digits /= 10;
        exponent += 1;
    }
    if digits == 0 {
        Quantity { negative: false, digits, exponent: 0 }
    } else {
        Quantity { negative, digits, exponent }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_are_equal_whatever_their_suffix() {
        for (left, right) in [
            (json!("2000m"), json!("2")),
            (json!("2000m"), json!(2)),
            (json!("500m"), json!(0.5)),
            (json!("500m"), json!("0.5")),
            (json!("1024Mi"), json!("1Gi")),
            (json!("1.5Gi"), json!("1536Mi")),
            (json!("1e3"), json!("1k")),
            (json!("1E3"), json!("1000")),
            (json!("1E"), json!("1000000000000000000")),
            (json!("+1"), json!("1.000")),
            (json!("0"), json!("0Gi")),
            (json!("-0"), json!("0")),
            (json!("0.0000000001"), json!("1n")),
            (json!(".5"), json!("500m")),
            (json!("8Ei"), json!("9223372036854775808")),
        ] {
            assert_eq!(parse(&left), parse(&right), "{left} {right}");
            assert!(parse(&left).is_some(), "{left}");
        }
    }

    #[test]
    fn amounts_are_counted_in_units_and_rounded_up() {
        for (text, exponent, expected) in [
            ("250m", -3, Some(250)),
            ("1", -3, Some(1000)),
            ("1.5Gi", 0, Some(1_610_612_736)),
            ("100m", 0, Some(1)),
            ("0", 0, Some(0)),
            ("1n", -3, Some(1)),
            ("-1", 0, None),
            ("100E", 0, None),
        ] {
            assert_eq!(parse(&json!(text)).unwrap().in_units(exponent), expected, "{text}");
        }
        assert_eq!(parse(&json!("0.25")).unwrap().text(), "25e-2");
        assert_eq!(parse(&json!("250m")).unwrap().text(), "25e-2");
    }

    #[test]
    fn amounts_differ_and_text_is_refused() {
        for (left, right) in [("1G", "1Gi"), ("1", "1m"), ("1M", "1m"), ("-1", "1")] {
            assert_ne!(parse(&json!(left)), parse(&json!(right)), "{left} {right}");
        }
        for text in ["", "abc", "1KB", "1 Gi", ".", "1e", "--1", "1K", "1ki"] {
            assert_eq!(parse(&json!(text)), None, "{text}");
        }
    }
}
