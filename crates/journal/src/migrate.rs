//! The tables, as this program knows them.

use sqlx::{
    AnyConnection, Connection, Row, SqlSafeStr,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use crate::{
    error::{Error, Result},
    location::{Kind, Location},
};

/// Every version of the tables: its number, its name and what leads to it. Only ever added to.
const MIGRATIONS: [(i64, &str, &str); 4] = [
    (1, "journal", include_str!("../migrations/0001_journal.sql")),
    (2, "notifications", include_str!("../migrations/0002_notifications.sql")),
    (3, "filters", include_str!("../migrations/0003_filters.sql")),
    (4, "standing", include_str!("../migrations/0004_standing.sql")),
];

/// Where the database says which of them it has.
const TABLE: &str = "landfall_migrations";

/// The newest version that this program knows.
const KNOWN: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// Brings the tables up to date.
pub(crate) async fn migrate(connection: &mut AnyConnection, location: &Location) -> Result<()> {
    match version(connection).await {
        Ok(Some(KNOWN)) => return Ok(()),
        Ok(Some(found)) if found > KNOWN => {
            return Err(Error::Newer { place: location.to_string(), found, known: KNOWN });
        }
        // There is no such table, or something is wrong that the next step will say.
        Ok(_) | Err(_) => {}
    }
    let migrations = MIGRATIONS.into_iter().map(|(version, name, text)| {
        Migration::new(version, name.into(), MigrationType::Simple, text.into_sql_str(), false)
    });
    let mut migrator = Migrator::with_migrations(migrations.collect());
    migrator.dangerous_set_table_name(TABLE);
    let done = match location.0 {
        Kind::Sqlite(_) => exclusively(connection, &migrator).await,
        Kind::Postgres { .. } => migrator.run_direct(None, connection, false).await,
    };
    done.map_err(|error| fault(error, location))
}

/// The newest version that the database has.
async fn version(connection: &mut AnyConnection) -> sqlx::Result<Option<i64>> {
    let newest = "SELECT max(version) FROM landfall_migrations";
    sqlx::query(newest).fetch_one(connection).await?.try_get(0)
}

/// The migrator has no lock of its own for SQLite: two processes would make the same tables at once.
async fn exclusively(connection: &mut AnyConnection, migrator: &Migrator) -> std::result::Result<(), MigrateError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    migrator.run_direct(None, &mut *transaction, false).await?;
    Ok(transaction.commit().await?)
}

fn fault(error: MigrateError, location: &Location) -> Error {
    let place = location.to_string();
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => location.fault(error),
        MigrateError::VersionMissing(found) => Error::Newer { place, found, known: KNOWN },
        MigrateError::VersionMismatch(version) => Error::Damaged {
            place,
            why: format!("version {version} of its tables is not the one that Landfall was released with"),
        },
        other => Error::Database { place, why: location.hide(&other.to_string()) },
    }
}
