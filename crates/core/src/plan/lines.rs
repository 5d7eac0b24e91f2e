//! A change as the lines that people read, on a terminal or a page.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::{Change, HIDDEN};

/// What a line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// It is live, and goes.
    Removed,
    /// It comes.
    Added,
    /// It stays; told for what is around it.
    Same,
    /// It changes, and cannot be shown.
    Hidden,
    /// Lines that stay are left out here.
    Gap,
}

impl Sign {
    /// What stands before the line.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Removed => "-",
            Self::Added => "+",
            Self::Same => " ",
            Self::Hidden => "~",
            Self::Gap => "...",
        }
    }
}

impl Change {
    /// The lines of the field, without line ends. Of long texts only those around what changes.
    pub fn lines(&self) -> Vec<(Sign, String)> {
        match (&self.old, &self.new) {
            (Some(Value::String(old)), Some(Value::String(new))) if old.contains('\n') || new.contains('\n') => {
                of_texts(old, new)
            }
            (old, new) if old == new => vec![(Sign::Hidden, HIDDEN.to_owned())],
            (old, new) => {
                let old = old.iter().flat_map(|value| of_value(Sign::Removed, value));
                old.chain(new.iter().flat_map(|value| of_value(Sign::Added, value))).collect()
            }
        }
    }
}

/// A value in one line if it is short, as indented JSON else.
fn of_value(sign: Sign, value: &Value) -> Vec<(Sign, String)> {
    let line = value.to_string();
    let text = if line.len() <= 60 { line } else { serde_json::to_string_pretty(value).unwrap_or(line) };
    text.lines().map(|line| (sign, line.to_owned())).collect()
}

fn of_texts(old: &str, new: &str) -> Vec<(Sign, String)> {
    let mut lines = Vec::new();
    let diff = TextDiff::from_lines(old, new);
    for (index, group) in diff.grouped_ops(2).iter().enumerate() {
        if index > 0 {
            lines.push((Sign::Gap, String::new()));
        }
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let sign = match change.tag() {
                ChangeTag::Delete => Sign::Removed,
                ChangeTag::Insert => Sign::Added,
                ChangeTag::Equal => Sign::Same,
            };
            lines.push((sign, change.value().trim_end_matches('\n').to_owned()));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: Value, new: Value) -> String {
        let change = Change { field: "a".to_owned(), old: Some(old), new: Some(new) };
        change.lines().iter().map(|(sign, line)| format!("{} {line}\n", sign.letter())).collect()
    }

    #[test]
    fn what_changes_is_told_by_lines() {
        assert_eq!(shown(1.into(), "a".into()), "- 1\n+ \"a\"\n");
        assert_eq!(shown(HIDDEN.into(), HIDDEN.into()), "~ (hidden)\n");
        let long: String = (0..9).map(|number| format!("{number}\n")).collect();
        let other = long.replace('0', "x").replace('8', "y");
        assert_eq!(shown(long.into(), other.into()), "- 0\n+ x\n  1\n  2\n... \n  6\n  7\n- 8\n+ y\n");
    }
}
