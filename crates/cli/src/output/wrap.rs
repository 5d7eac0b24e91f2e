//! Long lines for people are broken at the terminal's width. Words are not, nor what somebody may want to copy: a command,
//! flags with their values, and what stands in backquotes.

use std::ops::Range;

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm, core::Word};

/// A terminal that is narrower is treated as if it were as wide as this.
const NARROWEST: usize = 40;

/// A text with a label before it, in lines as wide as the terminal; further lines begin with so many blanks, and with as
/// many as the line that they continue. Where there is no terminal and no `COLUMNS` tells a width, lines stay whole:
/// whoever reads a log searches it.
pub fn wrap(text: &str, label: &str, indent: usize) -> String {
    match width() {
        Some(width) => wrap_at(width, text, label, indent),
        None => format!("{label}{text}"),
    }
}

/// The lines of a text before which something of this width stands, for whoever puts it there.
pub fn within(text: &str, before: usize) -> String {
    match width() {
        Some(width) => wrap_at(width.max(NARROWEST) - before.min(NARROWEST / 2), text, "", 0),
        None => text.to_owned(),
    }
}

fn width() -> Option<usize> {
    let terminal = terminal_size::terminal_size_of(std::io::stderr()).map(|(width, _)| usize::from(width.0));
    let columns = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    terminal.filter(|width| *width > 0).or_else(columns)
}

fn wrap_at(width: usize, text: &str, label: &str, indent: usize) -> String {
    let mut lines = Vec::new();
    for (number, line) in text.split('\n').enumerate() {
        let content = line.trim_start_matches(' ');
        let own = &line[..line.len() - content.len()];
        let first = if number == 0 { format!("{label}{own}") } else { own.to_owned() };
        // The lines of a text that has several bring their own indentation.
        let further = if number == 0 { " ".repeat(indent) } else { format!("{own}  ") };
        let options = Options::new(width.max(NARROWEST))
            .initial_indent(&first)
            .subsequent_indent(&further)
            .break_words(false)
            .word_separator(WordSeparator::Custom(words))
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(WrapAlgorithm::FirstFit);
        if content.is_empty() {
            lines.push(first);
        } else {
            lines.extend(textwrap::wrap(content, options).into_iter().map(String::from));
        }
    }
    lines.join("\n")
}

/// The parts of a line between which it may be broken.
fn words(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    Box::new(parts(line).into_iter().map(|part| Word::from(&line[part])))
}

fn parts(line: &str) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut kept = Kept::default();
    let mut start = 0;
    for word in line.split_inclusive(' ') {
        let end = start + word.len();
        let goes_on = kept.goes_on(word.trim_end());
        match parts.last_mut() {
            Some(last) if goes_on || word == " " => last.end = end,
            _ => parts.push(start..end),
        }
        start = end;
    }
    parts
}

/// What of a line is kept together.
#[derive(Default)]
struct Kept {
    /// Within backquotes.
    quoted: bool,
    /// Within a command after a colon, which ends with the line or a comma: `or create it: kubectl create namespace a`.
    command: bool,
    /// The word before is a flag, or the value of one: `-f base -R -l deploy=shop`.
    flags: Flags,
    /// The word before ends with a colon.
    after_colon: bool,
}

#[derive(Default, PartialEq)]
enum Flags {
    #[default]
    None,
    Flag,
    Value,
}

impl Kept {
    /// Whether a word belongs to the one before it.
    fn goes_on(&mut self, word: &str) -> bool {
        let is_flag = word.starts_with('-') && word.trim_start_matches('-').starts_with(char::is_alphanumeric);
        let goes_on = self.quoted || self.command || self.flags == Flags::Flag || self.flags == Flags::Value && is_flag;
        self.quoted ^= word.matches('`').count() % 2 == 1;
        let ends = word.ends_with([',', ';', ':', '.', ')']);
        let begins_command = self.after_colon && matches!(word, "kubectl" | "landfall" | "git" | "helm");
        self.command = (self.command || begins_command) && !ends;
        self.flags = match (ends, is_flag) {
            (true, _) => Flags::None,
            (false, true) => Flags::Flag,
            (false, false) if self.flags == Flags::Flag => Flags::Value,
            (false, false) => Flags::None,
        };
        self.after_colon = word.ends_with(':');
        goes_on
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn commands_are_not_broken() {
        let text = "write one, or name files and a selector: -f base -R -l deploy=NAME; or `git lfs pull`, or create it: kubectl create namespace a\n  the second line is indented\n\nlast";
        insta::assert_snapshot!(wrap_at(40, text, "hint: ", 6), @"
        hint: write one, or name files and a
              selector:
              -f base -R -l deploy=NAME; or
              `git lfs pull`, or create it:
              kubectl create namespace a
          the second line is indented

        last
        ");
    }

    #[test]
    fn what_is_too_long_stays_whole() {
        let long = "a".repeat(50);
        assert_eq!(
            wrap_at(10, &format!("see {long} there"), "error: ", 7),
            format!("error: see\n       {long}\n       there")
        );
        assert_eq!(wrap_at(80, "", "", 0), "");
        assert_eq!(wrap_at(80, "  a", "", 0), "  a");
    }

    proptest! {
        #[test]
        fn nothing_but_blanks_is_changed(text in "[a-z`:,; \n-]{0,200}", width in 0usize..120) {
            let blanks = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(blanks(&wrap_at(width, &text, "hint: ", 6)), blanks(&format!("hint: {text}")));
        }
    }
}
