//! Merged lists in which entries share their merge key.
//!
//! A Service may serve port 53 over TCP and over UDP, and an environment variable may be set twice; the merge key
//! (`port`, `name`) then does not tell the entries apart, and kubectl's patch loses some of them. Here the manifest's
//! list wins: where it differs from the live list by meaning, it replaces it as a whole. Where it does not, nothing is
//! sent. Entries that others added under a key of their own stay, as in every merged list.

use serde_json::{Map, Value};

use super::apply::{Side, merge_map};
use super::diff::{self, DIRECTIVE};
use super::error::MergeError;
use super::lookup::{Lookup, Node};
use super::order::{go_text, key_text, key_value};
use crate::compare::{FieldPath, Step, complete, same_lists};
use crate::schema::Shape;

/// Stands in the documents for a list that was set aside. No manifest holds it: NUL is not allowed in YAML.
const MARK: &str = "\0landfall-list-";

/// The lists that were taken out of the documents before they were compared.
#[derive(Debug, Default)]
pub(super) struct Aside {
    lists: Vec<(FieldPath, Value, bool)>,
    path: FieldPath,
}

/// Takes every list with shared merge keys out of the three documents. If it is to be changed, a mark takes its place
/// in `modified`.
pub(super) fn set_aside(
    node: Node,
    original: &mut Map<String, Value>,
    modified: &mut Map<String, Value>,
    current: &mut Map<String, Value>,
) -> Result<Aside, MergeError> {
    let mut aside = Aside::default();
    aside.visit(node, Some(original), modified, Some(current))?;
    Ok(aside)
}

impl Aside {
    /// Puts the lists into the patch, at the places of their marks, and tells which live lists they replace.
    pub(super) fn put_back(&self, body: &mut Value) -> Vec<FieldPath> {
        if !self.lists.is_empty() {
            self.fill(body);
        }
        self.lists.iter().filter(|(_, _, replaces)| *replaces).map(|(path, _, _)| path.clone()).collect()
    }

    fn fill(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                let place = text.strip_prefix(MARK).and_then(|place| place.parse::<usize>().ok());
                if let Some((_, list, _)) = place.and_then(|place| self.lists.get(place)) {
                    *value = list.clone();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.fill(item)),
            Value::Object(map) => map.values_mut().for_each(|item| self.fill(item)),
            _ => {}
        }
    }

    fn visit(
        &mut self,
        node: Node,
        mut original: Option<&mut Map<String, Value>>,
        modified: &mut Map<String, Value>,
        mut current: Option<&mut Map<String, Value>>,
    ) -> Result<(), MergeError> {
        let keys: Vec<String> = modified
            .iter()
            .filter(|(_, value)| value.is_object() || value.is_array())
            .map(|(key, _)| key.clone())
            .collect();
        for key in keys {
            let field = node.field(&key);
            self.path.push(Step::Field(key.clone()));
            let (before, live) = (
                original.as_mut().and_then(|map| map.get_mut(&key)),
                current.as_mut().and_then(|map| map.get_mut(&key)),
            );
            match modified.get_mut(&key) {
                Some(Value::Object(wanted)) if !field.strategy.replace => {
                    let (before, live) = (before.and_then(Value::as_object_mut), live.and_then(Value::as_object_mut));
                    self.visit(field.below(), before, wanted, live)?;
                }
                Some(Value::Array(wanted)) if field.strategy.merge => {
                    let merge_key = field.merge_key.unwrap_or_default();
                    let (before, live) = (before.and_then(Value::as_array_mut), live.and_then(Value::as_array_mut));
                    if shared(wanted, merge_key)
                        || before.as_deref().is_some_and(|list| shared(list, merge_key))
                        || live.as_deref().is_some_and(|list| shared(list, merge_key))
                    {
                        let before = before.map(std::mem::take).unwrap_or_default();
                        let live = live.map(std::mem::take);
                        let mark = self.decide(field, &before, std::mem::take(wanted), live.as_deref())?;
                        for map in [original.as_deref_mut(), current.as_deref_mut()].into_iter().flatten() {
                            map.remove(&key);
                        }
                        modified.remove(&key);
                        modified.extend(mark.map(|mark| (key, mark)));
                    } else {
                        self.entries(field, before, wanted, live)?;
                    }
                }
                _ => {}
            }
            self.path.pop();
        }
        Ok(())
    }

    /// Goes on below the entries of a list whose keys are unique.
    fn entries(
        &mut self,
        field: Lookup,
        mut before: Option<&mut Vec<Value>>,
        wanted: &mut [Value],
        mut live: Option<&mut Vec<Value>>,
    ) -> Result<(), MergeError> {
        let merge_key = field.merge_key.unwrap_or_default();
        for entry in wanted {
            let Value::Object(entry) = entry else { continue };
            let Some(key) = entry.get(merge_key).cloned() else { continue };
            self.path.push(Step::Item { key: merge_key.to_owned(), value: key_text(entry, merge_key) });
            let (before, live) =
                (find(before.as_deref_mut(), merge_key, &key), find(live.as_deref_mut(), merge_key, &key));
            self.visit(field.item(), before, entry, live)?;
            self.path.pop();
        }
        Ok(())
    }

    /// The mark for a list that must be sent; `None` if the live list is the same by meaning.
    fn decide(
        &mut self,
        field: Lookup,
        before: &[Value],
        wanted: Vec<Value>,
        live: Option<&[Value]>,
    ) -> Result<Option<Value>, MergeError> {
        let mark = Value::from(format!("{MARK}{}", self.lists.len()));
        // A list that is not there takes the manifest's as it is; a directive in it would stay.
        let Some(live) = live else {
            self.lists.push((self.path.clone(), Value::Array(wanted), false));
            return Ok(Some(mark));
        };
        let merge_key = field.merge_key.unwrap_or_default();
        let list = fill_in(field, before, wanted, live)?;
        let mut grouped = list.clone();
        // The API server puts entries that share a key next to each other.
        grouped.sort_by_key(|entry| list.iter().position(|other| other.get(merge_key) == entry.get(merge_key)));
        if same_lists(field.item_shape(), live, &list) || same_lists(field.item_shape(), live, &grouped) {
            return Ok(None);
        }
        let mut patch = vec![Value::Object(Map::from_iter([(DIRECTIVE.to_owned(), Value::from("replace"))]))];
        patch.extend(grouped);
        self.lists.push((self.path.clone(), Value::Array(patch), true));
        Ok(Some(mark))
    }
}

/// Whether two entries have the same key.
fn shared(list: &[Value], merge_key: &str) -> bool {
    let mut texts: Vec<String> = list.iter().filter_map(|entry| entry.get(merge_key)).map(go_text).collect();
    texts.sort_unstable();
    texts.windows(2).any(|pair| pair.first() == pair.last())
}

fn find<'a>(list: Option<&'a mut Vec<Value>>, merge_key: &str, key: &Value) -> Option<&'a mut Map<String, Value>> {
    list?.iter_mut().find(|entry| entry.get(merge_key) == Some(key))?.as_object_mut()
}

/// The manifest's list, in which every entry keeps what the API server had filled in (a node port, for example), and
/// behind it the live entries whose key neither the manifest nor the last applied list has: others put them there.
fn fill_in(field: Lookup, before: &[Value], wanted: Vec<Value>, live: &[Value]) -> Result<Vec<Value>, MergeError> {
    let merge_key = field.merge_key.unwrap_or_default();
    let mut foreign = Vec::new();
    for entry in live {
        let key = key_value(entry, merge_key)?;
        if !before.iter().chain(&wanted).any(|other| other.get(merge_key) == Some(key)) {
            foreign.push(entry.clone());
        }
    }
    let (mut live, mut before) = (live.to_vec(), before.to_vec());
    let mut list = Vec::with_capacity(wanted.len());
    for entry in wanted {
        key_value(&entry, merge_key)?;
        let Value::Object(entry) = entry else { continue };
        let mut full = entry.clone();
        if let Some(object) = field.item_shape().and_then(Shape::object) {
            complete(object, &mut full);
        }
        let past = take_closest(&mut before, &full, merge_key).unwrap_or_default();
        list.push(Value::Object(match take_closest(&mut live, &full, merge_key) {
            Some(present) => {
                let patch = diff::three_way(&past, &full, &present, field.item())?;
                merge_map(present, patch, field.item(), Side::Server)?
            }
            None => entry,
        }));
    }
    list.extend(foreign);
    Ok(list)
}

/// Takes the entry with the same key that agrees in most fields. One that names another protocol is another entry.
fn take_closest(list: &mut Vec<Value>, wanted: &Map<String, Value>, merge_key: &str) -> Option<Map<String, Value>> {
    let agreement = |entry: &Value| -> Option<usize> {
        let other = entry.as_object().filter(|other| other.get(merge_key) == wanted.get(merge_key))?;
        let conflict =
            matches!((other.get("protocol"), wanted.get("protocol")), (Some(left), Some(right)) if left != right);
        (!conflict).then(|| wanted.iter().filter(|(key, value)| other.get(*key) == Some(*value)).count())
    };
    let mut best: Option<(usize, usize)> = None;
    for (place, entry) in list.iter().enumerate() {
        if let Some(count) = agreement(entry)
            && best.is_none_or(|(_, most)| count > most)
        {
            best = Some((place, count));
        }
    }
    match list.remove(best?.0) {
        Value::Object(entry) => Some(entry),
        _ => None,
    }
}
