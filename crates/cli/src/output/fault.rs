//! Faults in files, with the source line and a mark below the place.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use landfall_core::diagnostic::{Diagnostic, Place};

use super::{line, wrap};

/// More faults than these are only counted: nobody reads on.
const MOST: usize = 50;

/// Writes faults to stderr.
pub fn report(faults: &[Diagnostic]) {
    for fault in faults.iter().take(MOST) {
        line(&render(&Diagnostic {
            message: wrap::within(&fault.message, "error: ".len()),
            hint: fault.hint.as_deref().map(|hint| wrap::within(hint, "     = help: ".len())),
            ..fault.clone()
        }));
        line("");
    }
    if faults.len() > MOST {
        line(&format!("... and {} more faults", faults.len() - MOST));
    }
}

fn render(fault: &Diagnostic) -> String {
    let mut group = match &fault.place {
        Place::Span(source, span) if !fault.place.is_hidden() => {
            let (text, span) = one_line(&source.text, span);
            let (line, _) = source.position(span.start);
            let start = source.text[..text.start].matches('\n').count() + 1;
            debug_assert!(start <= line);
            let local = span.start - text.start..span.end - text.start;
            let snippet = Snippet::source(&source.text[text])
                .line_start(start)
                .path(source.path.as_str())
                .annotation(AnnotationKind::Primary.span(local));
            Level::ERROR.primary_title(fault.message.as_str()).element(snippet)
        }
        place => {
            let title = format!("{}\n --> {place}", place.without_secrets(&fault.message).replace('\n', "\n       "));
            return match &fault.hint.as_deref().map(|hint| place.without_secrets(hint).replace('\n', "\n          ")) {
                Some(hint) => {
                    format!("{}error{}: {title}\n  = help: {hint}", super::ERROR.render(), super::ERROR.render_reset())
                }
                None => format!("{}error{}: {title}", super::ERROR.render(), super::ERROR.render_reset()),
            };
        }
    };
    if let Some(hint) = &fault.hint {
        group = group.element(Level::HELP.message(hint.as_str()));
    }
    Renderer::styled().render(&[group])
}

/// The line of a place and the place cut to it: a fault of a whole document is shown by its first line.
fn one_line(text: &str, span: &Range<usize>) -> (Range<usize>, Range<usize>) {
    let start = span.start.min(text.len());
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |length| start + length);
    (line_start..line_end, start..span.end.clamp(start, line_end))
}

#[cfg(test)]
mod tests {
    use landfall_core::manifest::{ManifestFile, load};
    use proptest::prelude::*;

    use super::*;

    /// Loads a file and tells its faults.
    fn told(bytes: Vec<u8>) -> String {
        match load(vec![ManifestFile { path: "a.yaml".to_owned(), bytes }]) {
            Ok(_) => String::new(),
            Err(faults) => faults.iter().map(render).collect(),
        }
    }

    /// Words and signs of manifests in any order, so that faults of all kinds come about.
    fn manifest_soup() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            prop::sample::select(vec![
                "apiVersion: v1\n",
                "kind: Secret\n",
                "kind: ConfigMap\n",
                "metadata: ",
                "stringData:\n",
                "  name: a\n",
                "---\n",
                "{",
                "}",
                "[",
                "]",
                "\"",
                "'",
                ": ",
                ",",
                "- ",
                "|\n",
                ">-\n",
                "&a ",
                "*a",
                "<<: ",
                "!!binary ",
                "? ",
                "%",
                "\t",
                "\n",
                "\r\n",
                " ",
                "#",
                "{{ .x }}",
                "items:\n",
                "\u{feff}",
                "\u{2028}",
                "\u{e4}",
                "\u{1f600}",
                "\\u00",
                "\"kind\": \"Secret\"",
            ])
            .prop_map(str::to_owned),
            "[a-z0-9]{1,8}",
        ];
        prop::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn arbitrary_bytes_are_told_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            told(bytes);
        }

        #[test]
        fn arbitrary_manifests_are_told_without_a_panic(text in manifest_soup()) {
            told(text.into_bytes());
        }

        #[test]
        fn no_line_of_a_secret_is_shown(soup in manifest_soup(), value in "[A-Z]{12}") {
            let text = format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\nstringData:\n  a: {value}{soup}\n");
            let told = told(text.into_bytes());
            prop_assert!(!told.contains(&value), "{told}");
        }
    }
}
