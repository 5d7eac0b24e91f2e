//! Faults in files, with the source line and a mark below the place.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use landfall_core::diagnostic::{Diagnostic, Place};

use super::{hidden, line};

/// More faults than these are only counted: nobody reads on.
const MOST: usize = 50;

/// Writes faults to stderr.
pub fn report(faults: &[Diagnostic]) {
    for fault in faults.iter().take(MOST) {
        line(&render(fault));
        line("");
    }
    if faults.len() > MOST {
        line(&format!("... and {} more faults", faults.len() - MOST));
    }
}

fn render(fault: &Diagnostic) -> String {
    let mut group = match &fault.place {
        Place::Span(source, span) if !hidden::is_hidden(&source.text, span.start) => {
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
            let hide = |text: &str| match place {
                Place::Span(source, span) => hidden::without_quotes(text, &source.text, span.start),
                Place::File(_) => text.to_owned(),
            };
            let title = format!("{}\n --> {place}", hide(&fault.message));
            return match &fault.hint.as_deref().map(hide) {
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
