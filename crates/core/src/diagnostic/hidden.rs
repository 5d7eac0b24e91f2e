//! Which lines of a file are not shown, since they may hold what is secret: the values of a Secret, or a credential that
//! somebody wrote into the `notifications` of `landfall.yaml`. A file that cannot be read cannot tell its kinds either, so
//! this goes by its words, and hides rather too much.

use std::ops::Range;

use super::Source;

/// The name of the configuration, which is in the root of the deployment repository.
pub const CONFIGURATION: &str = "landfall.yaml";

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

/// Fields at the first level of `landfall.yaml` that hold no credentials.
const OPEN_FIELDS: [&str; 3] = ["name:", "environments:", "readyConditions:"];

/// Whether the line at an offset is hidden.
///
/// A document that names a kind which is no Secret is shown although another document of the file is one.
pub(super) fn is_hidden(source: &Source, offset: usize) -> bool {
    if is_configuration(source) {
        return is_of_notifications(&source.text, offset);
    }
    let text = &source.text;
    let document = &text[document(text, offset)];
    may_be_secret(text) && (may_be_secret(document) || !names_kind(document))
}

/// A message without what it quotes from the document at an offset.
pub(super) fn without_quotes(message: &str, source: &Source, offset: usize) -> String {
    let text = &source.text;
    let document = &text[document(text, offset)];
    // The names of fields are what a fault of the configuration is about.
    let is_field = |word: &str| is_configuration(source) && is_only_a_key(word, document);
    let parts = message.split('`').enumerate().map(|(index, part)| {
        let is_quoted = index % 2 == 1 && !part.is_empty();
        // `&anchor` as `anchor`: what matters stands in the file without its signs.
        let word = part.trim_matches(|letter: char| !letter.is_alphanumeric());
        let is_sign = word.is_empty() && part.len() <= 3;
        let is_known = is_sign || FIELDS.contains(&part) || !document.contains(word) || is_field(word);
        if is_quoted && !is_known { "..." } else { part }
    });
    parts.collect::<Vec<_>>().join("`")
}

fn is_configuration(source: &Source) -> bool {
    source.path.rsplit('/').next() == Some(CONFIGURATION)
}

/// Whether an offset is in a line of `notifications`: from that field to the next one that is known.
fn is_of_notifications(text: &str, offset: usize) -> bool {
    if is_json(text) {
        return text.contains("notifications");
    }
    let before = &text[..text.floor_char_boundary(offset)];
    let end = text[before.len()..].find('\n').map_or(text.len(), |length| before.len() + length);
    let mut is_inside = false;
    for line in text[..end].lines() {
        let line = line.trim_start_matches(['\u{feff}', '"', '\'']);
        is_inside |= line.starts_with("notifications");
        is_inside &= !OPEN_FIELDS.iter().any(|field| line.starts_with(field));
    }
    is_inside
}

/// Whether a text has a word as a key, and nowhere else.
fn is_only_a_key(word: &str, text: &str) -> bool {
    let mut places = after_each(word, text).map(|after| after.trim_start_matches(['"', '\''])).peekable();
    places.peek().is_some() && places.all(|after| after.starts_with(":\n") || after.starts_with(": "))
}

/// What follows each place where a text has a word that is no part of another one.
fn after_each<'a>(word: &'a str, text: &'a str) -> impl Iterator<Item = &'a str> {
    let is_letter = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    text.match_indices(word)
        .map(|(index, _)| (&text[..index], &text[index + word.len()..]))
        .filter(move |(before, after)| !is_letter(before.chars().next_back()) && !is_letter(after.chars().next()))
        .map(|(_, after)| after)
}

/// Whether a text is one of JSON, whose lines separate nothing.
fn is_json(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
}

/// The document around an offset. Only lines of `---` and nothing else separate: one that goes on (`-----BEGIN`) may be
/// part of a value whose indentation is lost.
fn document(text: &str, offset: usize) -> Range<usize> {
    if is_json(text) {
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
    let names_it = after_each("Secret", text).next().is_some();
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

    fn file(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn only_documents_that_are_surely_no_secret_are_shown() {
        let hidden = |text: &str, part: &str| is_hidden(&file("a.yaml", text), text.find(part).unwrap());
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
            assert!(is_hidden(&file("a.yaml", text), text.rfind('x').unwrap()), "{text}");
        }
        assert!(!hidden("kind: Deployment\nimagePullSecrets: x", "x"), "the word is not Secret");
    }

    #[test]
    fn messages_lose_what_they_quote() {
        let text = "kind: Secret\nstringData: {a: *hunter2}";
        assert_eq!(
            without_quotes("The alias `hunter2` of `kind` is `gone`", &file("a.yaml", text), 20),
            "The alias `...` of `kind` is `gone`"
        );
    }

    #[test]
    fn no_line_of_notifications_is_shown() {
        let text = "name: shop\nnotifications:\n  team: {slack: {tokn: xoxb-1}}\nxoxb-2\nenvironments: {}\n";
        let hidden = |path: &str, text: &str, part: &str| is_hidden(&file(path, text), text.find(part).unwrap());
        for (part, expected) in
            [("name", false), ("notifications", true), ("tokn", true), ("xoxb-2", true), ("environments", false)]
        {
            assert_eq!(hidden(CONFIGURATION, text, part), expected, "{part}");
            assert!(!hidden("base/web.yaml", text, part), "{part}");
        }
        assert!(hidden(CONFIGURATION, "{\"name\": \"shop\", \"notifications\": {}}", "shop"), "all is one line");
        let message = "The field `tokn` is unknown; did you mean `token`? It is `xoxb-1`";
        let told = without_quotes(message, &file(CONFIGURATION, text), text.find("tokn").unwrap());
        assert_eq!(told, "The field `tokn` is unknown; did you mean `token`? It is `...`");
        assert!(is_only_a_key("to", "token: auto\nto: x"), "parts of words are other words");
        assert!(!is_only_a_key("to", "token: auto") && !is_only_a_key("to", "to: to"));
    }
}
