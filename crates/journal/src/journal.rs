//! A journal that is open.

use std::{
    fmt, fs,
    io::ErrorKind,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
    sync::Arc,
    time::Duration,
};

use secrecy::ExposeSecret;
use sqlx::{
    AnyConnection, AnyPool, ConnectOptions, Connection,
    any::{AnyConnectOptions, AnyPoolOptions},
};

use crate::{
    error::{Error, Result},
    fault::PATIENCE,
    location::{Kind, Location},
    migrate::migrate,
};

/// Run on each connection to SQLite.
///
/// - A log beside the file (WAL) lets others read while one writes.
/// - `synchronous=NORMAL`: what was committed survives the end of the process, also by kill -9, since it is in the hands of
///   the operating system. Only a crash of the machine itself may lose the last moments before it, never the file. Waiting
///   for the disk at each step of a deploy is not worth that: the target still says what is live, and the next deploy goes
///   on from there.
const SQLITE: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; \
                      PRAGMA foreign_keys = ON;";

/// Run on each connection to PostgreSQL: a process that vanishes in the middle of a transaction does not hold up others
/// for long.
const POSTGRES: &str = "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '30s'; \
                        SET client_min_messages = 'warning';";

/// An open journal. Cheap to clone; clones share its connections. All of it must be used within one tokio runtime. Every
/// future may be dropped: a write is done whole or not at all.
#[derive(Clone)]
pub struct Journal {
    pub(crate) pool: AnyPool,
    pub(crate) location: Arc<Location>,
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Journal({})", self.location)
    }
}

impl Journal {
    /// Opens the journal, and makes its file, folder and tables where there are none.
    ///
    /// # Errors
    ///
    /// [`Error::NotWritable`], [`Locked`](Error::Locked), [`Damaged`](Error::Damaged), [`Newer`](Error::Newer),
    /// [`Unreachable`](Error::Unreachable), [`Refused`](Error::Refused).
    pub async fn open(location: &Location) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let url = location.url();
        let options: AnyConnectOptions = url.expose_secret().parse().map_err(|error| location.fault(error))?;
        // The driver's log has whole statements; the errors say enough.
        let options = options.disable_statement_logging();
        let settings = match &location.0 {
            Kind::Sqlite(path) => {
                make_file(path)?;
                SQLITE
            }
            Kind::Postgres { .. } => POSTGRES,
        };
        let mut connection = reach(&options, settings, location).await?;
        migrate(&mut connection, location).await?;
        let pool = AnyPoolOptions::new().acquire_timeout(PATIENCE);
        let pool = match &location.0 {
            // A file does not go away as a server does.
            Kind::Sqlite(_) => pool.max_connections(4).idle_timeout(None).max_lifetime(None).test_before_acquire(false),
            Kind::Postgres { .. } => pool.max_connections(8),
        };
        let pool = pool.after_connect(move |connection, _| Box::pin(prepare(connection, settings)));
        let pool = pool.connect_lazy_with(options);
        if matches!(location.0, Kind::Sqlite(_)) {
            // Whoever closes a file last removes its log, and the next one has to make it again.
            drop(pool.acquire().await.map_err(|error| location.fault(error))?);
        }
        connection.close().await.map_err(|error| location.fault(error))?;
        Ok(Self { pool, location: Arc::new(location.clone()) })
    }

    /// Where it is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Closes its connections; what was written is safe without it. A SQLite file is left without its `-wal` beside it.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Makes the file for its owner alone; what SQLite makes beside it gets the same rights.
fn make_file(path: &Path) -> Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.exists()) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(Error::not_writable(folder))?;
    }
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Error::not_writable(path)(error)),
    }
}

/// Sets a connection up. Switching a new file to its log does not wait for others who do the same, so it is tried again.
async fn prepare(connection: &mut AnyConnection, settings: &'static str) -> sqlx::Result<()> {
    let mut tries = 0;
    loop {
        match sqlx::raw_sql(settings).execute(&mut *connection).await {
            Err(sqlx::Error::Database(error)) if tries < 100 && error.code().is_some_and(|code| code == "5") => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            other => return other.map(|_| ()),
        }
    }
}

/// Connects once. The pool would try again for long, and then say nothing but that it took too long.
async fn reach(options: &AnyConnectOptions, settings: &'static str, location: &Location) -> Result<AnyConnection> {
    let reached = async {
        let mut connection = options.connect().await?;
        prepare(&mut connection, settings).await?;
        Ok(connection)
    };
    let answer = tokio::time::timeout(PATIENCE, reached).await.unwrap_or(Err(sqlx::Error::PoolTimedOut));
    answer.map_err(|error| location.fault(error))
}
