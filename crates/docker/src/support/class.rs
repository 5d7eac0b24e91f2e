//! How far a field or a kind is supported on one host.

/// The class of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Honoured as in a cluster.
    Supported,
    /// Honoured, with a remark for the documentation.
    With(&'static str),
    /// Honoured with these values only; others are refused with the reason.
    Only(&'static [&'static str], &'static str),
    /// Accepted without effect, with the reason: it decides between things of which one host has but one, or none.
    Meaningless(&'static str),
    /// Written by the target itself, in a cluster, too: without effect where a manifest has it.
    Own,
    /// Refused, with the reason.
    Refused(&'static str),
}

/// The fields of one type of the schema.
#[derive(Debug)]
pub struct Table {
    /// The type as the schema names it, such as `core.v1.Container`.
    pub name: &'static str,
    /// Its fields by class. Each field of the schema is in exactly one row.
    pub rows: &'static [(&'static [&'static str], Class)],
}

impl Table {
    /// The class of a field.
    pub fn class(&self, field: &str) -> Option<Class> {
        self.rows.iter().find(|(fields, _)| fields.contains(&field)).map(|(_, class)| *class)
    }
}

/// The class of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KindClass {
    /// It is carried out; its fields have classes of their own. With what becomes of it on the engine.
    Supported(&'static str),
    /// It is recorded and has no effect, with the reason.
    Meaningless(&'static str),
    /// As before, but people may rely on its effect: each plan warns.
    Warned(&'static str),
    /// Refused, with the reason and what to do.
    Refused(&'static str),
}
