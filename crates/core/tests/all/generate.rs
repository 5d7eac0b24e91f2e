//! Random objects and random edits of them, along the types of the built-in kinds.

use landfall_core::schema::{Field, Kind, Scalar, Shape};
use serde_json::{Map, Value, json};

/// A small random number generator (xorshift64*), so that a seed gives the same cases everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit.max(1)
    }

    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// Where in the types an edit is; `None` in custom kinds.
type Place = Option<&'static Shape>;

/// A field's shape and merge key.
fn field_of(place: Place, key: &str) -> Option<&'static Field> {
    place?.object()?.field(key)
}

/// Makes a number of edits somewhere in an object of a kind, never to its apiVersion, kind and name.
pub fn edit(object: &mut Value, kind: Option<&Kind>, edits: usize, directives: bool, random: &mut Random) {
    for _ in 0..edits {
        let Value::Object(map) = object else { return };
        let keys: Vec<String> =
            map.keys().filter(|key| !["apiVersion", "kind"].contains(&key.as_str())).cloned().collect();
        let root = kind.map(Kind::root);
        if random.one_in(8)
            && let Some(root) = root
        {
            let field = &root.fields()[random.below(root.fields().len())];
            if !["apiVersion", "kind", "metadata"].contains(&field.name) {
                map.insert(field.name.to_owned(), value(&field.shape, field.merge_key, 3, random));
                continue;
            }
        }
        let key = &keys[random.below(keys.len())];
        let field = root.and_then(|root| root.field(key));
        if let Some(value) = map.get_mut(key) {
            edit_value(
                value,
                field.map(|field| &field.shape),
                field.and_then(|field| field.merge_key),
                directives,
                random,
            );
        }
        if map["metadata"].get("name").is_none() {
            map["metadata"]["name"] = json!("kept");
        }
    }
}

fn edit_value(value: &mut Value, place: Place, merge_key: Option<&'static str>, directives: bool, random: &mut Random) {
    match value {
        Value::Object(map) => edit_map(map, place, directives, random),
        Value::Array(list) => edit_list(list, place, merge_key, directives, random),
        _ => *value = scalar(place, random),
    }
}

fn edit_map(map: &mut Map<String, Value>, place: Place, directives: bool, random: &mut Random) {
    let keys: Vec<String> = map.keys().filter(|key| *key != "name").cloned().collect();
    if directives && random.one_in(6) {
        match random.below(4) {
            0 => map.insert("$patch".to_owned(), json!(["replace", "delete", "merge"][random.below(3)])),
            1 => map.insert("$retainKeys".to_owned(), keys.into_iter().map(Value::String).collect()),
            _ => None,
        };
        return;
    }
    match random.below(10) {
        0 if !keys.is_empty() => {
            map.remove(&keys[random.below(keys.len())]);
        }
        1 if !keys.is_empty() => {
            map.insert(keys[random.below(keys.len())].clone(), Value::Null);
        }
        2 | 3 => add_field(map, place, random),
        _ if !keys.is_empty() => {
            let key = &keys[random.below(keys.len())];
            let (inner, merge_key) = match place {
                Some(Shape::Map(item)) => (Some(&**item), None),
                _ => field_of(place, key).map_or((None, None), |field| (Some(&field.shape), field.merge_key)),
            };
            if let Some(value) = map.get_mut(key) {
                edit_value(value, inner, merge_key, directives, random);
            }
        }
        _ => add_field(map, place, random),
    }
}

fn add_field(map: &mut Map<String, Value>, place: Place, random: &mut Random) {
    match place {
        Some(shape @ Shape::Object(_)) => {
            let fields = shape.object().map_or(&[][..], |object| object.fields());
            if !fields.is_empty() {
                let field = &fields[random.below(fields.len())];
                map.insert(field.name.to_owned(), value(&field.shape, field.merge_key, 3, random));
            }
        }
        Some(Shape::Map(item)) => {
            map.insert(format!("key{}", random.below(4)), value(item, None, 2, random));
        }
        _ => {
            map.insert(format!("free{}", random.below(4)), free(2, random));
        }
    }
}

fn edit_list(
    list: &mut Vec<Value>,
    place: Place,
    merge_key: Option<&'static str>,
    directives: bool,
    random: &mut Random,
) {
    let item = place.and_then(Shape::item);
    match random.below(6) {
        0 if !list.is_empty() => {
            list.remove(random.below(list.len()));
        }
        1 if list.len() > 1 => {
            let from = random.below(list.len());
            let moved = list.remove(from);
            list.insert(random.below(list.len() + 1), moved);
        }
        2 | 3 => {
            let mut entry = match item {
                Some(item) => value(item, None, 3, random),
                None => free(2, random),
            };
            if let Some(key) = merge_key {
                entry[key] = key_value(item, key, random);
                if list.iter().any(|other| other.get(key) == entry.get(key)) {
                    return;
                }
                if directives && random.one_in(3) {
                    entry["$patch"] = json!(["delete", "replace"][random.below(2)]);
                }
            } else if list.contains(&entry) {
                return;
            }
            list.insert(random.below(list.len() + 1), entry);
        }
        _ if !list.is_empty() => {
            let place = random.below(list.len());
            if !list[place].is_object() {
                let changed = scalar(item, random);
                if !list.contains(&changed) {
                    list[place] = changed;
                }
                return;
            }
            let before = list[place].clone();
            edit_value(&mut list[place], item, None, directives, random);
            if let Some(key) = merge_key {
                list[place][key] = before[key].clone();
            }
        }
        _ => {}
    }
}

/// A merge key from a small pool, so that lists share entries.
fn key_value(item: Place, key: &str, random: &mut Random) -> Value {
    match field_of(item, key).map(|field| &field.shape) {
        Some(Shape::Scalar(Scalar::Integer)) => json!([80, 443, 8080, 9, 100, 5775][random.below(6)]),
        _ => json!(["web", "a", "B", "data", "z", "config", "A"][random.below(7)]),
    }
}

/// A random value of a shape.
pub fn value(shape: &'static Shape, merge_key: Option<&'static str>, depth: usize, random: &mut Random) -> Value {
    match shape {
        Shape::Scalar(_) => scalar(Some(shape), random),
        Shape::Object(_) => {
            let mut map = Map::new();
            let fields = shape.object().map_or(&[][..], |object| object.fields());
            for field in fields {
                if depth > 0 && random.below(fields.len()) < 3 {
                    map.insert(field.name.to_owned(), value(&field.shape, field.merge_key, depth - 1, random));
                }
            }
            Value::Object(map)
        }
        Shape::Map(item) => {
            (0..random.below(3)).map(|n| (format!("key{n}"), value(item, None, depth, random))).collect()
        }
        Shape::List(item) => {
            let mut list: Vec<Value> = Vec::new();
            for _ in 0..random.below(4) {
                let mut entry = value(item, None, depth.saturating_sub(1), random);
                if let Some(key) = merge_key {
                    entry[key] = key_value(Some(item), key, random);
                }
                let same = |other: &Value| match merge_key {
                    Some(key) => other.get(key) == entry.get(key),
                    None => *other == entry,
                };
                if !list.iter().any(same) {
                    list.push(entry);
                }
            }
            Value::Array(list)
        }
    }
}

fn scalar(place: Place, random: &mut Random) -> Value {
    let text = ["a", "b", "", "web", "<x>&", "\u{2028}é", "TCP"][random.below(7)];
    match place {
        Some(Shape::Scalar(Scalar::Integer)) => json!([0, 1, 80, 2_147_483_647][random.below(4)]),
        Some(Shape::Scalar(Scalar::Number)) => [json!(1.5), json!(1e21), json!(2), json!(3.0)][random.below(4)].clone(),
        Some(Shape::Scalar(Scalar::Boolean)) => json!(random.one_in(2)),
        Some(Shape::Scalar(Scalar::Quantity)) => {
            [json!("2000m"), json!("2"), json!(2), json!(0.5), json!("1Gi")][random.below(5)].clone()
        }
        Some(Shape::Scalar(Scalar::IntOrString)) => [json!(80), json!("http"), json!("25%")][random.below(3)].clone(),
        Some(Shape::Scalar(Scalar::Raw)) => free(1, random),
        Some(_) => json!(text),
        None => free(0, random),
    }
}

/// Any JSON.
fn free(depth: usize, random: &mut Random) -> Value {
    match random.below(if depth == 0 { 6 } else { 9 }) {
        0 => json!(random.below(3)),
        1 => json!(1.0e22),
        2 => json!(0.25),
        3 => json!(["x", "y", "<&>"][random.below(3)]),
        4 => json!(random.one_in(2)),
        5 => json!(3.0),
        6 => (0..random.below(3)).map(|_| free(depth - 1, random)).collect(),
        _ => (0..random.below(3)).map(|n| (format!("free{n}"), free(depth - 1, random))).collect(),
    }
}
