//! `$(NAME)` in commands, arguments and values.

use std::collections::BTreeMap;

/// Replaces every `$(NAME)` by the value of that variable. A reference to no variable stays as it is, `$$(NAME)` is
/// the text `$(NAME)`, and an operator that is neither stays, too.
///
/// Source: `expansion.Expand` in Kubernetes' `third_party/forked/golang/expansion`.
pub(super) fn expand(text: &str, variables: &[&BTreeMap<String, String>]) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find('$') {
        expanded.push_str(&rest[..place]);
        let after = &rest[place + 1..];
        if let Some(after) = after.strip_prefix('$') {
            expanded.push('$');
            rest = after;
        } else if let Some((name, after)) = after.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
            match variables.iter().find_map(|variables| variables.get(name)) {
                Some(value) => expanded.push_str(value),
                None => expanded.push_str(&format!("$({name})")),
            }
            rest = after;
        } else {
            expanded.push('$');
            rest = after;
        }
    }
    expanded + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_replaced_as_the_kubelet_does() {
        let variables: BTreeMap<String, String> =
            [("A", "1"), ("B", "$(A)"), ("EMPTY", "")].map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        for (text, expected) in [
            ("", ""),
            ("$(A)", "1"),
            ("x$(A)y$(A)", "x1y1"),
            ("$(B)", "$(A)"),
            ("[$(EMPTY)]", "[]"),
            ("$(MISSING)", "$(MISSING)"),
            ("$$(A)", "$(A)"),
            ("$$$(A)", "$1"),
            ("$$$$(A)", "$$(A)"),
            ("$A", "$A"),
            ("$(A", "$(A"),
            ("cost: 5$", "cost: 5$"),
            ("ä$(A)ö", "ä1ö"),
            ("$($(A))", "$($(A))"),
        ] {
            assert_eq!(expand(text, &[&variables]), expected, "{text}");
        }
    }
}
