//! From a template with choices to a manifest.
//!
//! A template is JSON in which some objects stand for a choice:
//! - `{"?": [a, b]}`: one of these, which may be another one in the next revision;
//! - `{"!": [a, b]}`: one of these, for the whole life of the object (fields that cannot be changed);
//! - `{"*": [a, b]}`: a list of some of these, in any order, which may change; `{"+": [a, b]}`: never an empty one.
//!
//! The text `~` stands for a field that is not there, `$NAME` for the object's name.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::random::{Random, mix};

/// What decides the choices of one object. A choice depends only on the seed, on its place, and on how often it was
/// made anew.
#[derive(Debug, Clone)]
pub struct Genes {
    seed: u64,
    made: BTreeMap<String, u32>,
}

impl Genes {
    pub fn new(seed: u64) -> Self {
        Self { seed, made: BTreeMap::new() }
    }

    /// The manifest that a template has with these choices.
    pub fn express(&mut self, template: &Value, name: &str) -> Value {
        let mut value = self.resolve(template, "").unwrap_or_default();
        rename(&mut value, name);
        value
    }

    /// Makes some of the choices anew.
    pub fn mutate(&mut self, random: &mut Random) {
        let places: Vec<String> = self.made.keys().cloned().collect();
        for _ in 0..1 + random.below(4) {
            if !places.is_empty()
                && let Some(made) = self.made.get_mut(random.of(&places))
            {
                *made += 1;
            }
        }
    }

    fn choose(&mut self, place: &str, choices: usize) -> usize {
        let made = *self.made.entry(place.to_owned()).or_default();
        Random::new(mix(self.seed, &format!("{place} {made}"))).below(choices)
    }

    fn resolve(&mut self, template: &Value, place: &str) -> Option<Value> {
        match template {
            Value::String(text) if text == "~" => None,
            Value::Array(items) => {
                let resolved =
                    items.iter().enumerate().filter_map(|(i, item)| self.resolve(item, &format!("{place}/{i}")));
                Some(Value::Array(resolved.collect()))
            }
            Value::Object(map) => match map.iter().next() {
                Some((key, Value::Array(choices))) if key == "?" => {
                    let choice = self.choose(place, choices.len());
                    self.resolve(&choices[choice], &format!("{place}?{choice}"))
                }
                Some((key, Value::Array(choices))) if key == "!" => {
                    let choice = Random::new(mix(self.seed, place)).below(choices.len());
                    self.resolve(&choices[choice], &format!("{place}!{choice}"))
                }
                Some((key, Value::Array(items))) if key == "*" || key == "+" => {
                    Some(self.some(items, key == "+", place))
                }
                _ => {
                    let resolved = map.iter().filter_map(|(key, value)| {
                        Some((key.clone(), self.resolve(value, &format!("{place}/{key}"))?))
                    });
                    Some(Value::Object(resolved.collect::<Map<_, _>>()))
                }
            },
            value => Some(value.clone()),
        }
    }

    /// Some of the items, moved around.
    fn some(&mut self, items: &[Value], any: bool, place: &str) -> Value {
        let mut chosen: Vec<usize> = (0..items.len()).filter(|i| self.choose(&format!("{place}*{i}"), 5) < 3).collect();
        if chosen.is_empty() && any {
            chosen.push(0);
        }
        let turn = self.choose(&format!("{place}*"), 6);
        if turn >= 3 {
            chosen.reverse();
        }
        let length = chosen.len().max(1);
        chosen.rotate_left(turn % length);
        Value::Array(chosen.into_iter().filter_map(|i| self.resolve(&items[i], &format!("{place}/{i}"))).collect())
    }
}

fn rename(value: &mut Value, name: &str) {
    match value {
        Value::String(text) if text.contains("$NAME") => *text = text.replace("$NAME", name),
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, name)),
        Value::Object(map) => map.values_mut().for_each(|item| rename(item, name)),
        _ => {}
    }
}
