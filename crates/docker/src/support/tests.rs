//! That nothing falls between the classes.

use std::collections::BTreeSet;

use landfall_core::{
    object::Gvk,
    schema::{self, Shape, Type},
};

use super::{
    class::{Class, KindClass},
    fields,
    kinds::kind_class,
};

/// The types that a walk over the supported kinds comes to.
fn reached() -> BTreeSet<&'static str> {
    let mut reached = BTreeSet::new();
    for (gvk, kind) in schema::builtin().kinds() {
        if matches!(kind_class(&gvk), KindClass::Supported(_)) {
            reach(kind.root(), &mut reached);
        }
    }
    reached
}

fn reach(object: &'static Type, reached: &mut BTreeSet<&'static str>) {
    if !reached.insert(object.name) {
        return;
    }
    let Some(table) = fields::table(object.name) else { return };
    for field in object.fields() {
        if matches!(table.class(field.name), Some(Class::Supported | Class::With(_))) {
            let mut shape = &field.shape;
            while let Shape::List(item) | Shape::Map(item) = shape {
                shape = item;
            }
            if let Some(object) = shape.object() {
                reach(object, reached);
            }
        }
    }
}

#[test]
fn every_field_of_the_supported_kinds_has_exactly_one_class() {
    let mut wrong = Vec::new();
    for name in reached() {
        let Some(table) = fields::table(name) else {
            wrong.push(format!("{name} has no table"));
            continue;
        };
        let object = schema::builtin().type_named(name).unwrap();
        for field in object.fields() {
            let rows = table.rows.iter().filter(|(fields, _)| fields.contains(&field.name)).count();
            if rows != 1 {
                wrong.push(format!("{name}.{} is in {rows} rows", field.name));
            }
        }
        for (fields, _) in table.rows {
            let unknown = fields.iter().filter(|field| object.field(field).is_none());
            wrong.extend(unknown.map(|field| format!("{name} has no field {field}")));
        }
    }
    let reached = reached();
    let idle = fields::tables().filter(|table| !reached.contains(table.name));
    wrong.extend(idle.map(|table| format!("{} is not reached", table.name)));
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn no_type_has_two_tables() {
    let names: Vec<&str> = fields::tables().map(|table| table.name).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
}

#[test]
fn custom_kinds_are_refused() {
    assert!(matches!(kind_class(&Gvk::new("example.org/v1", "Widget")), KindClass::Refused(_)));
}
