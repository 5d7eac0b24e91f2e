//! What differs from run to run, replaced.

use std::collections::BTreeMap;

/// A text with the names of pods, seconds and times of day replaced.
pub fn mask(pods: &BTreeMap<String, String>, text: &str) -> String {
    let named = pods.iter().fold(text.to_owned(), |text, (name, from)| text.replace(name, &format!("{from}[POD]")));
    let lines: Vec<String> = named.lines().map(line).collect();
    lines.join("\n")
}

/// `it has run for 12 s since 14:32:05` becomes `it has run for [N] s since [TIME]`.
fn line(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let masked = words.iter().enumerate().map(|(index, word)| {
        let before_unit = words.get(index + 1).is_some_and(|next| next.trim_end_matches([')', ',', ';', ':']) == "s");
        let bare = word.trim_start_matches('(');
        let open = &word[..word.len() - bare.len()];
        if before_unit && bare.parse::<f64>().is_ok() {
            format!("{open}[N]")
        } else if is_time(bare) {
            "[TIME]".to_owned()
        } else if is_date(bare) {
            "[DATE]".to_owned()
        } else {
            (*word).to_owned()
        }
    });
    masked.collect::<Vec<_>>().join(" ")
}

/// `14:32:05`.
fn is_time(word: &str) -> bool {
    is_number_of(word, ':', [2, 2, 2])
}

/// `2026/01/02`, as Go's programs log it.
fn is_date(word: &str) -> bool {
    is_number_of(word, '/', [4, 2, 2])
}

fn is_number_of(word: &str, separator: char, lengths: [usize; 3]) -> bool {
    let parts: Vec<&str> = word.split(separator).collect();
    let is_part = |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() == 3 && parts.iter().zip(lengths).all(|(part, length)| is_part(part, length))
}

#[test]
fn only_what_differs_is_masked() {
    let pods = BTreeMap::from([("web-5d6c-x7x2k".to_owned(), "web-5d6c-".to_owned())]);
    let text = "pod web-5d6c-x7x2k has run for 12 s (1 of 2 pods)\nLive since 14:32:05 (3.4 s): 1 created";
    let masked = "pod web-5d6c-[POD] has run for [N] s (1 of 2 pods)\nLive since [TIME] ([N] s): 1 created";
    assert_eq!(mask(&pods, text), masked);
}
