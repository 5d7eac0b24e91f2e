//! Reads the table's text.

use super::{Field, KindEntry, Scalar, Schema, Shape, Strategy, Type, TypeId};

/// Reads a table in the format that [`super`] describes. Every string stays a slice of the text. A line that cannot be
/// understood is left out and noted.
pub(super) fn parse(text: &'static str) -> Schema {
    let mut table = Schema::default();
    for name in text.lines().filter_map(|line| line.strip_prefix("type ")) {
        let id = TypeId(u32::try_from(table.types.len()).unwrap_or(u32::MAX));
        table.types.push(Type { name, fields: Vec::new() });
        table.names.insert(name, id);
    }
    let mut current = None;
    for (number, line) in text.lines().enumerate() {
        let understood = if let Some(rest) = line.strip_prefix(' ') {
            field(&table, rest).and_then(|field| {
                let place: &mut Type = table.types.get_mut(current?)?;
                place.fields.push(field);
                Some(())
            })
        } else if line.starts_with("type ") {
            current = Some(current.map_or(0, |place| place + 1));
            Some(())
        } else if let Some(rest) = line.strip_prefix("kind ") {
            kind(&mut table, rest)
        } else {
            line.starts_with('#').then_some(())
        };
        if understood.is_none() {
            table.malformed.push(number + 1);
        }
    }
    for entry in &mut table.types {
        // The generator sorts them by whole lines, in which `?` and a blank count.
        entry.fields.sort_unstable_by_key(|field| field.name);
    }
    table
}

/// `apps/v1 Deployment deployments apps.v1.Deployment namespaced strategic status`
fn kind(table: &mut Schema, line: &'static str) -> Option<()> {
    let mut words = line.split(' ');
    let (api_version, kind, plural, root) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let name = line.get(..api_version.len() + 1 + kind.len())?;
    let root = *table.names.get(root)?;
    let mut entry = KindEntry { plural, root, namespaced: false, strategic: false, status: false };
    for word in words {
        match word {
            "namespaced" => entry.namespaced = true,
            "strategic" => entry.strategic = true,
            "status" => entry.status = true,
            _ => return None,
        }
    }
    table.kinds.insert(name, entry);
    Some(())
}

/// `env? []core.v1.EnvVar merge by name`
fn field(table: &Schema, line: &'static str) -> Option<Field> {
    let mut words = line.split(' ');
    let (name, written) = (words.next()?, words.next()?);
    let (name, zero_is_absent) = name.strip_suffix('?').map_or((name, false), |name| (name, true));
    let mut field =
        Field { name, shape: shape(table, written)?, strategy: Strategy::default(), merge_key: None, zero_is_absent };
    while let Some(word) = words.next() {
        if word == "by" {
            field.merge_key = Some(words.next()?);
            continue;
        }
        for strategy in word.split(',') {
            match strategy {
                "merge" => field.strategy.merge = true,
                "replace" => field.strategy.replace = true,
                "retainKeys" => field.strategy.retain_keys = true,
                _ => return None,
            }
        }
    }
    Some(field)
}

fn shape(table: &Schema, written: &str) -> Option<Shape> {
    if let Some(item) = written.strip_prefix("[]") {
        return shape(table, item).map(|item| Shape::List(Box::new(item)));
    }
    if let Some(item) = written.strip_prefix("{}") {
        return shape(table, item).map(|item| Shape::Map(Box::new(item)));
    }
    match Scalar::named(written) {
        Some(scalar) => Some(Shape::Scalar(scalar)),
        None => table.names.get(written).map(|id| Shape::Object(*id)),
    }
}
