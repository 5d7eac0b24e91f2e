//! Which lines of a file are not shown, since they may hold the values of a Secret. A file that cannot be read cannot
//! tell its kinds either, so this goes by its words, and hides rather too much.

use std::ops::Range;

/// Fields of manifests, whose names in a message tell nothing.
const FIELDS: [&str; 13] = [
    "apiVersion",
    "kind",
    "metadata",
    "metadata.name",
    "metadata.namespace",
    "name",
    "namespace",
    "labels",
    "annotations",
    "items",
    "data",
    "stringData",
    "type",
];

/// Whether the line at an offset is hidden.
///
/// A document that names a kind which is no Secret is shown although another document of the file is one.
pub fn is_hidden(text: &str, offset: usize) -> bool {
    let document = &text[document(text, offset)];
    may_be_secret(text) && (may_be_secret(document) || !names_kind(document))
}

/// A message without what it quotes from the document at an offset.
pub fn without_quotes(message: &str, text: &str, offset: usize) -> String {
    let document = &text[document(text, offset)];
    let parts = message.split('`').enumerate().map(|(index, part)| {
        let is_quoted = index % 2 == 1 && !part.is_empty();
        // `&anchor` as `anchor`: what matters stands in the file without its signs.
        let word = part.trim_matches(|letter: char| !letter.is_alphanumeric());
        let is_sign = word.is_empty() && part.len() <= 3;
        let is_known = is_sign || FIELDS.contains(&part) || !document.contains(word);
        if is_quoted && !is_known { "..." } else { part }
    });
    parts.collect::<Vec<_>>().join("`")
}

/// The document around an offset. Only lines of `---` and nothing else separate: one that goes on (`-----BEGIN`) may be
/// part of a value whose indentation is lost.
fn document(text: &str, offset: usize) -> Range<usize> {
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        return 0..text.len();
    }
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "---" {
            if at > offset {
                return start..at;
            }
            start = at;
        }
        at += line.len();
    }
    start..text.len()
}

/// Whether a text names a kind at its first level.
fn names_kind(text: &str) -> bool {
    text.lines().any(|line| line.strip_prefix("kind:").is_some_and(|kind| !kind.trim().is_empty()))
}

fn may_be_secret(text: &str) -> bool {
    let is_word = |index: usize| {
        let end = index + "Secret".len();
        let letter = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
        !letter(text[..index].chars().next_back()) && !letter(text[end..].chars().next())
    };
    let names_it = text.match_indices("Secret").any(|(index, _)| is_word(index));
    let is_kind = |line: &str| {
        let line = line.to_lowercase();
        line.split_once("kind").is_some_and(|(_, kind)| kind.contains("secret"))
    };
    names_it || text.contains("stringData") || text.lines().any(is_kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "kind: ConfigMap\ndata: {a: b\n---\nkind: Secret\nstringData: {a: b\n---\nkind: Deployment\nspec:\n  imagePullSecrets: []\n";

    #[test]
    fn only_documents_that_are_surely_no_secret_are_shown() {
        let hidden = |text: &str, part: &str| is_hidden(text, text.find(part).unwrap());
        assert!(!hidden(TWO, "data: {a: b"));
        assert!(hidden(TWO, "stringData"));
        assert!(!hidden(TWO, "spec:"));
        for text in [
            "kind: Secret\nx",
            "{\"kind\":\"Secret\"}x",
            "kind: secret\nx",
            "kind: &k Secret\nx",
            "- kind: Secret\n---\nx",
            "kind: List\nitems:\n- kind: Secret\n  data: x",
            "{\"kind\":\"Secret\"}\n---\nkind: ConfigMap\nx",
            "kind: Secret\ndata: |\n-----BEGIN KEY-----\nkind: x",
            "stringData: x",
            "kind: SealedSecret\nx",
        ] {
            assert!(is_hidden(text, text.rfind('x').unwrap()), "{text}");
        }
        assert!(!hidden("kind: Deployment\nimagePullSecrets: x", "x"), "the word is not Secret");
    }

    #[test]
    fn messages_lose_what_they_quote() {
        let text = "kind: Secret\nstringData: {a: *hunter2}";
        assert_eq!(
            without_quotes("The alias `hunter2` of `kind` is `gone`", text, 20),
            "The alias `...` of `kind` is `gone`"
        );
    }
}
