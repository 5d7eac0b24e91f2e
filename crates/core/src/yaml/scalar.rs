//! Scalars, as values and as keys.

use std::ops::Range;

use granit_parser::{ScalarStyle, Tag};

use super::{
    block,
    build::{Builder, Key},
    node::{Node, NodeValue},
    number::{self, Integer},
    resolve::{Scalar, resolve},
};

impl Builder<'_> {
    pub(super) fn scalar(
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

    /// Whether a colon and then the end of the item follow, as in `{name:}`: YAML 1.1 takes the colon for a part of the
    /// text there, YAML 1.2 does not.
    fn hides_colon(&self, span: &Range<usize>) -> bool {
        self.stack.last().is_some_and(|frame| frame.flow)
            && matches!(self.source.text.as_bytes().get(span.end..), Some([b':', b',' | b'}' | b']', ..]))
    }
}
