//! The fields of the supported kinds, type by type.

mod containers;
mod objects;
mod pods;
mod services;
mod storage;
mod volumes;
mod workloads;

use super::class::Table;

/// All tables, in the order of the documentation.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    [
        objects::TABLES,
        workloads::TABLES,
        pods::TABLES,
        containers::TABLES,
        volumes::TABLES,
        storage::TABLES,
        services::TABLES,
    ]
    .into_iter()
    .flatten()
}

/// The table of a type.
pub fn table(name: &str) -> Option<&'static Table> {
    tables().find(|table| table.name == name)
}
