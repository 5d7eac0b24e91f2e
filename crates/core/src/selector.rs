//! Label selectors as kubectl's `-l` takes them.
//!
//! Source: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors>.

use std::{collections::BTreeMap, fmt};

use serde_json::Value;
use thiserror::Error;

/// A label selector: requirements that must all hold. The empty selector matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    requirements: Vec<Requirement>,
}

/// One requirement of a selector.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Requirement {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Absent(String),
    Greater(String, i64),
    Less(String, i64),
}

/// A selector that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "The selector '{selector}' cannot be read: {reason}. Write it as kubectl's -l: 'deploy=NAME', 'tier in (web,api)', '!legacy'."
)]
pub struct SelectorError {
    selector: String,
    reason: String,
}

impl Selector {
    /// Reads `a=b,c!=d,e in (x,y),f notin (z),g,!h,i>1,j<2`.
    ///
    /// # Errors
    /// Where a key or value is not a label's, or the syntax is not that of a selector.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        let error = |reason: String| SelectorError { selector: text.to_owned(), reason };
        let mut requirements = Vec::new();
        for part in split_outside_parentheses(text) {
            let part = part.trim();
            if part.is_empty() && text.trim().is_empty() {
                continue;
            }
            requirements.push(parse_requirement(part).map_err(error)?);
        }
        Ok(Self { requirements })
    }

    /// Reads the `LabelSelector` of an object, such as a Deployment's `spec.selector`; `None` where it is none.
    pub fn of_label_selector(value: &Value) -> Option<Self> {
        let texts = |value: Option<&Value>| -> Option<Vec<String>> {
            value.and_then(Value::as_array).into_iter().flatten().map(|text| Some(text.as_str()?.to_owned())).collect()
        };
        let mut requirements = Vec::new();
        for (key, value) in value.get("matchLabels").and_then(Value::as_object).into_iter().flatten() {
            requirements.push(Requirement::In(key.clone(), vec![value.as_str()?.to_owned()]));
        }
        for expression in value.get("matchExpressions").and_then(Value::as_array).into_iter().flatten() {
            let key = expression.get("key")?.as_str()?.to_owned();
            requirements.push(match expression.get("operator")?.as_str()? {
                "In" => Requirement::In(key, texts(expression.get("values"))?),
                "NotIn" => Requirement::NotIn(key, texts(expression.get("values"))?),
                "Exists" => Requirement::Exists(key),
                "DoesNotExist" => Requirement::Absent(key),
                _ => return None,
            });
        }
        Some(Self { requirements })
    }

    /// Selects no object at all.
    pub fn nothing() -> Self {
        Self { requirements: vec![Requirement::In(String::new(), Vec::new())] }
    }

    /// Whether an object with these labels is selected.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.requirements.iter().all(|requirement| match requirement {
            Requirement::In(key, values) => labels.get(key).is_some_and(|value| values.contains(value)),
            Requirement::NotIn(key, values) => labels.get(key).is_none_or(|value| !values.contains(value)),
            Requirement::Exists(key) => labels.contains_key(key),
            Requirement::Absent(key) => !labels.contains_key(key),
            Requirement::Greater(key, bound) => number(labels, key).is_some_and(|value| value > *bound),
            Requirement::Less(key, bound) => number(labels, key).is_some_and(|value| value < *bound),
        })
    }

    /// Whether everything is selected.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// The value that the selector asks of its first `key=value`, a good short name for what it selects.
    pub fn leading_value(&self) -> Option<&str> {
        self.requirements.iter().find_map(|requirement| match requirement {
            Requirement::In(_, values) if values.len() == 1 => values.first().map(String::as_str),
            _ => None,
        })
    }
}

impl fmt::Display for Selector {
    /// One canonical text for equal selectors, as the API server takes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, requirement) in self.requirements.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            match requirement {
                Requirement::In(key, values) if values.len() == 1 => write!(f, "{key}={}", values.join(","))?,
                Requirement::In(key, values) => write!(f, "{key} in ({})", values.join(","))?,
                Requirement::NotIn(key, values) if values.len() == 1 => write!(f, "{key}!={}", values.join(","))?,
                Requirement::NotIn(key, values) => write!(f, "{key} notin ({})", values.join(","))?,
                Requirement::Exists(key) => f.write_str(key)?,
                Requirement::Absent(key) => write!(f, "!{key}")?,
                Requirement::Greater(key, bound) => write!(f, "{key}>{bound}")?,
                Requirement::Less(key, bound) => write!(f, "{key}<{bound}")?,
            }
        }
        Ok(())
    }
}

fn number(labels: &BTreeMap<String, String>, key: &str) -> Option<i64> {
    labels.get(key)?.parse().ok()
}

fn split_outside_parentheses(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0usize, 0);
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn parse_requirement(text: &str) -> Result<Requirement, String> {
    if let Some(key) = text.strip_prefix('!') {
        return Ok(Requirement::Absent(parse_key(key)?));
    }
    if let Some(open) = text.find('(') {
        let list = text[open + 1..].strip_suffix(')').ok_or_else(|| format!("'{text}' has no closing parenthesis"))?;
        let mut values = list.split(',').map(parse_value).collect::<Result<Vec<_>, _>>()?;
        values.sort();
        values.dedup();
        let head: Vec<&str> = text[..open].split_whitespace().collect();
        return match head.as_slice() {
            [key, "in"] => Ok(Requirement::In(parse_key(key)?, values)),
            [key, "notin"] => Ok(Requirement::NotIn(parse_key(key)?, values)),
            _ => Err(format!("'{text}' must be 'KEY in (...)' or 'KEY notin (...)'")),
        };
    }
    // The longer operators first: `a!=b` and `a==b` also contain `=`.
    for (operator, negated) in [("!=", true), ("==", false), ("=", false)] {
        if let Some((key, value)) = text.split_once(operator) {
            let (key, values) = (parse_key(key)?, vec![parse_value(value)?]);
            return Ok(if negated { Requirement::NotIn(key, values) } else { Requirement::In(key, values) });
        }
    }
    for (operator, greater) in [(">", true), ("<", false)] {
        if let Some((key, value)) = text.split_once(operator) {
            let bound = value.trim().parse().map_err(|_| format!("'{}' is not a whole number", value.trim()))?;
            let key = parse_key(key)?;
            return Ok(if greater { Requirement::Greater(key, bound) } else { Requirement::Less(key, bound) });
        }
    }
    Ok(Requirement::Exists(parse_key(text)?))
}

fn parse_key(text: &str) -> Result<String, String> {
    let key = text.trim();
    let (prefix, name) = key.rsplit_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let prefix_is_good = prefix.is_none_or(|prefix| {
        !prefix.is_empty()
            && prefix.len() <= 253
            && prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b))
    });
    if !prefix_is_good || name.is_empty() || !is_label_text(name) {
        return Err(format!("'{key}' is not a label key"));
    }
    Ok(key.to_owned())
}

fn parse_value(text: &str) -> Result<String, String> {
    let value = text.trim();
    if is_label_text(value) { Ok(value.to_owned()) } else { Err(format!("'{value}' is not a label value")) }
}

/// At most 63 letters, digits, `-`, `_`, `.`, with a letter or digit at both ends; may be empty.
fn is_label_text(text: &str) -> bool {
    let edge = |byte: Option<u8>| byte.is_none_or(|byte| byte.is_ascii_alphanumeric());
    text.len() <= 63
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && edge(text.bytes().next())
        && edge(text.bytes().last())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> BTreeMap<String, String> {
        text.split_whitespace()
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn matches_as_kubectl() {
        for (selector, selected, left_out) in [
            ("deploy=web", "deploy=web a=b", "deploy=api"),
            ("deploy==web", "deploy=web", ""),
            ("deploy!=web", "deploy=api", "deploy=web"),
            ("deploy!=web", "", "deploy=web"),
            ("deploy in (web, api)", "deploy=api", "deploy=db"),
            ("deploy notin (web,api)", "x=y", "deploy=web"),
            ("deploy", "deploy=", "x=y"),
            ("!deploy", "x=y", "deploy=web"),
            ("a=b,c", "a=b c=d", "a=b"),
            ("n>3", "n=4", "n=3"),
            ("n<3", "n=2", "n=x"),
            ("app.kubernetes.io/name=web", "app.kubernetes.io/name=web", ""),
        ] {
            let parsed = Selector::parse(selector).unwrap();
            assert!(parsed.matches(&labels(selected)), "{selector} must select {selected}");
            assert!(!parsed.matches(&labels(left_out)), "{selector} must leave out {left_out}");
        }
        assert!(Selector::parse("").unwrap().matches(&labels("")));
    }

    #[test]
    fn has_one_canonical_text() {
        for (selector, canonical) in
            [("a==b", "a=b"), (" a in (y,x) , !c", "a in (x,y),!c"), ("a in (x)", "a=x"), ("a notin (x)", "a!=x")]
        {
            assert_eq!(Selector::parse(selector).unwrap().to_string(), canonical);
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for selector in ["=web", "a=b,", "a in (b", "a b", "a=-b", "n>x", "/a=b", "a within (b)"] {
            assert!(Selector::parse(selector).is_err(), "{selector}");
        }
        insta::assert_snapshot!(
            Selector::parse("deploy=my web").unwrap_err(),
            @"The selector 'deploy=my web' cannot be read: 'my web' is not a label value. Write it as kubectl's -l: 'deploy=NAME', 'tier in (web,api)', '!legacy'."
        );
    }
}
