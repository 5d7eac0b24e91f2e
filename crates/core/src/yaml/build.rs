//! One YAML document from parser events to a tree.

use std::{collections::HashMap, ops::Range, sync::Arc};

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle, Tag};

use super::{
    block,
    budget::Budget,
    document::DEPTH,
    explain,
    merge::{self, Merge},
    node::{Entry, Node, NodeValue},
    number::{self, Integer},
    resolve::{Scalar, resolve},
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
struct Builder<'source> {
    source: &'source Arc<Source>,
    /// The bytes of the document.
    range: Range<usize>,
    stack: Vec<Frame>,
    anchors: HashMap<usize, Anchor>,
    budget: Budget,
    root: Option<Node>,
    faults: &'source mut Vec<Diagnostic>,
}

/// A list or map whose end is not read yet.
struct Frame {
    span: Range<usize>,
    flow: bool,
    anchor: usize,
    decoded: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, merges: Vec<Merge>, key: Option<Key> },
}

/// A key that waits for its value.
struct Key {
    span: Range<usize>,
    /// `None` for `<<`.
    text: Option<String>,
}

/// What an alias stands for. Absent while the anchor's own value is being read.
struct Anchor {
    node: Node,
    decoded: usize,
    height: usize,
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

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Range<usize>,
    ) -> Option<()> {
        let plain = style == ScalarStyle::Plain;
        let span = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => block::notation(&self.source.text, &self.range, &span),
            _ => span,
        };
        let tag = tag.map(|tag| tag.suffix_in_namespace("tag:yaml.org,2002:").unwrap_or_default());
        let tag = tag.as_deref();
        let decoded = self.budget.decoded();
        let is_key = self.expects_key();
        if plain && !text.is_empty() && self.hides_colon(&span) {
            self.fault(span.clone(), format!("kubectl reads `{text}:` as one text here"), |fault| {
                fault.hint("Put a space after the colon, or a value")
            });
        }
        if is_key && text == "<<" && (plain && tag.is_none() || tag == Some("merge")) {
            return self.set_key(Key { span, text: None });
        }
        self.count(&span)?;
        let scalar = resolve(text, plain, tag).unwrap_or_else(|message| {
            self.fault(span.clone(), message, |fault| fault);
            Scalar::Text
        });
        if is_key {
            if anchor != 0 {
                let node = Node { value: NodeValue::String(text.to_owned()), span: span.clone() };
                self.remember(anchor, &node, decoded);
            }
            let text = self.key_text(scalar, text, &span);
            return self.set_key(Key { span, text: Some(text) });
        }
        let node = Node { value: self.scalar_value(scalar, text, &span), span };
        self.remember(anchor, &node, decoded);
        self.complete(node)
    }

    fn scalar_value(&mut self, scalar: Scalar, text: &str, span: &Range<usize>) -> NodeValue {
        match scalar {
            Scalar::Null => NodeValue::Null,
            Scalar::Bool(value) => NodeValue::Bool(value),
            Scalar::Text => NodeValue::String(text.to_owned()),
            Scalar::Binary(decoded) => NodeValue::String(decoded),
            Scalar::Integer(Integer::Signed(value)) => NodeValue::Number(value.into()),
            #[expect(clippy::cast_precision_loss, reason = "Go reads it as a float too")]
            Scalar::Integer(Integer::Unsigned(value)) => self.float(value as f64, text, span),
            Scalar::Float(value) => self.float(value, text, span),
        }
    }

    fn float(&mut self, value: f64, text: &str, span: &Range<usize>) -> NodeValue {
        if let Some(number) = number::whole_or_float(value) {
            return NodeValue::Number(number);
        }
        self.fault(span.clone(), format!("`{text}` is a number that JSON cannot hold"), |fault| {
            fault.hint("Quote it if it is a text")
        });
        NodeValue::Null
    }

    /// A key as sigs.k8s.io/yaml turns it into a string.
    fn key_text(&mut self, scalar: Scalar, text: &str, span: &Range<usize>) -> String {
        match scalar {
            Scalar::Text => text.to_owned(),
            Scalar::Binary(decoded) => decoded,
            Scalar::Bool(value) => value.to_string(),
            Scalar::Integer(Integer::Signed(value)) => value.to_string(),
            Scalar::Float(value) => number::float_key(value),
            Scalar::Null | Scalar::Integer(Integer::Unsigned(_)) => {
                let what = if scalar == Scalar::Null { "A key must not be empty" } else { "The key is too large" };
                self.fault(span.clone(), what, |fault| fault.hint("Quote the key if it is a text"));
                text.to_owned()
            }
        }
    }

    fn alias(&mut self, id: usize, span: Range<usize>) -> Option<()> {
        let Some(anchor) = self.anchors.get(&id) else {
            self.fault(span.clone(), "The alias stands inside the value that it refers to", |fault| fault);
            return self.complete(Node::null(span));
        };
        if self.stack.len() + anchor.height > DEPTH {
            self.fault(span, format!("The document is nested deeper than {DEPTH} levels"), |fault| fault);
            return None;
        }
        if !self.budget.count_alias(anchor.decoded) {
            return self.refuse_bomb(span);
        }
        let node = Node { value: anchor.node.value.clone(), span };
        self.complete(node)
    }

    /// Hands a finished value to the list or map around it.
    fn complete(&mut self, node: Node) -> Option<()> {
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

    /// Whether a colon and then the end of the item follow, as in `{name:}`: YAML 1.1 takes the colon for a part of the
    /// text there, YAML 1.2 does not.
    fn hides_colon(&self, span: &Range<usize>) -> bool {
        self.stack.last().is_some_and(|frame| frame.flow)
            && matches!(self.source.text.as_bytes().get(span.end..), Some([b':', b',' | b'}' | b']', ..]))
    }

    fn expects_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { content: Content::Map { key: None, .. }, .. }))
    }

    fn set_key(&mut self, new: Key) -> Option<()> {
        let frame = self.stack.last_mut()?;
        frame.span.end = frame.span.end.max(new.span.end);
        if let Content::Map { key, .. } = &mut frame.content {
            *key = Some(new);
        }
        Some(())
    }

    fn remember(&mut self, anchor: usize, node: &Node, decoded_before: usize) {
        if anchor != 0 {
            let decoded = self.budget.decoded() - decoded_before;
            self.anchors.insert(anchor, Anchor { node: node.clone(), decoded, height: height(node) });
        }
    }

    fn count(&mut self, span: &Range<usize>) -> Option<()> {
        if self.budget.count() { Some(()) } else { self.refuse_bomb(span.clone()) }
    }

    fn refuse_bomb(&mut self, span: Range<usize>) -> Option<()> {
        self.fault(span, "The aliases of this document expand to too many values", |fault| {
            fault.hint("Write the values out, or use fewer aliases of aliases")
        });
        None
    }

    fn bytes(&self, span: Span) -> Range<usize> {
        let range = span.byte_range().unwrap_or_default();
        let place = |offset: usize| (self.range.start + offset).min(self.range.end);
        place(range.start)..place(range.end.max(range.start))
    }

    fn fault(&mut self, span: Range<usize>, message: impl Into<String>, with: impl FnOnce(Diagnostic) -> Diagnostic) {
        self.faults.push(with(Diagnostic::at(self.source, span, message)));
    }
}

/// How many levels a value is deep.
fn height(node: &Node) -> usize {
    match &node.value {
        NodeValue::List(items) => 1 + items.iter().map(height).max().unwrap_or(0),
        NodeValue::Map(entries) => 1 + entries.iter().map(|entry| height(&entry.value)).max().unwrap_or(0),
        _ => 0,
    }
}
