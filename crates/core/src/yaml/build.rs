//! One YAML document from parser events to a tree.

use std::{collections::HashMap, ops::Range, sync::Arc};

use granit_parser::{Event, Parser, Span, StructureStyle};

use super::{
    alias::Anchor,
    budget::Budget,
    document::DEPTH,
    explain,
    merge::{self, Merge},
    node::{Entry, Node, NodeValue},
};
use crate::diagnostic::{Diagnostic, Source};

/// Reads the document in a range of the file; `None` if it holds nothing or a fault that stops the reading.
pub(super) fn document(source: &Arc<Source>, range: Range<usize>, faults: &mut Vec<Diagnostic>) -> Option<Node> {
    let text = &source.text[range.clone()];
    if let Some(fault) = explain::forbidden_character(source, &range) {
        faults.push(fault);
        return None;
    }
    // kubectl ends the last line; it matters only to `|+` above a line of blanks.
    let ended;
    let text = if text.ends_with([' ', '\t']) {
        ended = format!("{text}\n");
        &ended
    } else {
        text
    };
    let mut options = granit_parser::options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        flow_nesting_limit: DEPTH,
        block_nesting_limit: DEPTH,
    };
    options.set_emit_comments(false);
    let known = faults.len();
    let mut builder = Builder {
        source,
        range: range.clone(),
        stack: Vec::new(),
        anchors: HashMap::new(),
        budget: Budget::default(),
        root: None,
        faults,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut documents = 0;
    while let Some(event) = parser.next_event() {
        match event {
            Ok((Event::DocumentStart(..), span)) if documents > 0 => {
                // goyaml stops at the end of the first document and never sees the rest.
                let span = builder.bytes(span);
                builder.fault(span, "kubectl ignores everything from here on, since it follows `...`", |fault| {
                    fault.hint("Begin the next document with a line `---`")
                });
                return None;
            }
            Ok((Event::DocumentStart(..), _)) => documents += 1,
            Ok((event, span)) => builder.event(event, span)?,
            Err(error) => {
                let fault = explain::scan_error(source, &range, &error);
                builder.faults.push(fault);
                return None;
            }
        }
    }
    let root = builder.root;
    if faults.len() > known { None } else { root }
}

/// The tree under construction.
pub(super) struct Builder<'source> {
    pub(super) source: &'source Arc<Source>,
    /// The bytes of the document.
    pub(super) range: Range<usize>,
    pub(super) stack: Vec<Frame>,
    pub(super) anchors: HashMap<usize, Anchor>,
    pub(super) budget: Budget,
    root: Option<Node>,
    faults: &'source mut Vec<Diagnostic>,
}

/// A list or map whose end is not read yet.
pub(super) struct Frame {
    span: Range<usize>,
    pub(super) flow: bool,
    anchor: usize,
    decoded: usize,
    content: Content,
}

pub(super) enum Content {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, merges: Vec<Merge>, key: Option<Key> },
}

/// A key that waits for its value.
pub(super) struct Key {
    pub(super) span: Range<usize>,
    /// `None` for `<<`.
    pub(super) text: Option<String>,
}

impl Builder<'_> {
    /// `None` ends the reading of this document.
    fn event(&mut self, event: Event<'_>, span: Span) -> Option<()> {
        let span = self.bytes(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => self.scalar(&text, style, anchor, tag.as_deref(), span),
            Event::SequenceStart(style, anchor, _) => {
                self.open(span, style == StructureStyle::Flow, anchor, Content::List(Vec::new()))
            }
            Event::MappingStart(style, anchor, _) => {
                let content = Content::Map { entries: Vec::new(), merges: Vec::new(), key: None };
                self.open(span, style == StructureStyle::Flow, anchor, content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(id) => self.alias(id, span),
            Event::UnresolvedAlias(name) => {
                let hint = format!("Define it above with `&{name}`, or quote the value if it is a text");
                self.fault(span.clone(), format!("The anchor `{name}` is not defined"), |fault| fault.hint(hint));
                self.complete(Node::null(span))
            }
            _ => Some(()),
        }
    }

    fn open(&mut self, span: Range<usize>, flow: bool, anchor: usize, content: Content) -> Option<()> {
        if self.stack.len() >= DEPTH {
            self.fault(span, format!("The document is nested deeper than {DEPTH} levels"), |fault| fault);
            return None;
        }
        let decoded = self.budget.decoded();
        self.count(&span)?;
        self.stack.push(Frame { span, flow, anchor, decoded, content });
        Some(())
    }

    fn close(&mut self, end: Range<usize>) -> Option<()> {
        let Frame { mut span, flow, anchor, decoded, content } = self.stack.pop()?;
        // A block ends where the next token begins; its last value says more.
        if flow {
            span.end = end.end.max(span.end);
        }
        let value = match content {
            Content::List(items) => NodeValue::List(items),
            Content::Map { entries, merges, .. } => {
                explain::duplicate_keys(self.source, &entries, self.faults);
                NodeValue::Map(if merges.is_empty() { entries } else { merge::apply(entries, merges) })
            }
        };
        let node = Node { value, span };
        self.remember(anchor, &node, decoded);
        self.complete(node)
    }

    /// Hands a finished value to the list or map around it.
    pub(super) fn complete(&mut self, node: Node) -> Option<()> {
        if self.expects_key() {
            let span = node.span.clone();
            let text = self.complex_key(node);
            return self.set_key(Key { span, text: Some(text) });
        }
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(node);
            return Some(());
        };
        frame.span.end = frame.span.end.max(node.span.end);
        match &mut frame.content {
            Content::List(items) => items.push(node),
            Content::Map { entries, merges, key } => match key.take()? {
                Key { span, text: Some(text) } => {
                    let mut value = node;
                    if value.span.is_empty() {
                        // An absent value is reported at the next token, maybe many lines below.
                        value.span = span.end..span.end;
                    }
                    entries.push(Entry { key: text, key_span: span, value });
                }
                Key { span, text: None } => match merge::entries(node) {
                    Some(merged) => merges.push(Merge { position: entries.len(), entries: merged }),
                    None => self.fault(span, "`<<` needs a map, or a list of maps", |fault| {
                        fault.hint("Quote it as `\"<<\"` if it is meant as a plain key")
                    }),
                },
            },
        }
        Some(())
    }

    /// An alias, a list or a map in the place of a key.
    fn complex_key(&mut self, node: Node) -> String {
        match node.value {
            NodeValue::String(text) => text,
            NodeValue::Bool(value) => value.to_string(),
            NodeValue::Number(number) => number.to_string(),
            _ => {
                let fault = explain::complex_key(self.source, &node);
                self.faults.push(fault);
                // Any text that no other key has, lest a second fault be reported.
                format!("\0{}", node.span.start)
            }
        }
    }

    pub(super) fn expects_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { content: Content::Map { key: None, .. }, .. }))
    }

    pub(super) fn set_key(&mut self, new: Key) -> Option<()> {
        let frame = self.stack.last_mut()?;
        frame.span.end = frame.span.end.max(new.span.end);
        if let Content::Map { key, .. } = &mut frame.content {
            *key = Some(new);
        }
        Some(())
    }

    fn bytes(&self, span: Span) -> Range<usize> {
        let range = span.byte_range().unwrap_or_default();
        let place = |offset: usize| (self.range.start + offset).min(self.range.end);
        place(range.start)..place(range.end.max(range.start))
    }

    pub(super) fn fault(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        with: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        self.faults.push(with(Diagnostic::at(self.source, span, message)));
    }
}
