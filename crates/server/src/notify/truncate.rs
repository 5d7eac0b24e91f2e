//! Texts that fit.

/// At most so many characters, with an ellipsis where something is left out.
pub(super) fn truncate(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    kept.trim_end().to_owned() + "…"
}

#[cfg(test)]
mod tests {
    use super::truncate;

    #[test]
    fn counts_characters() {
        assert_eq!(truncate("größer", 6), "größer");
        assert_eq!(truncate("größer", 5), "größ…");
        assert_eq!(truncate("a b", 2), "a…");
    }
}
