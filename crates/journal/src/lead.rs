//! Who of several processes with one journal leads. The lock belongs to the process itself, in PostgreSQL to a connection
//! of it and beside a SQLite file to the open file: whoever dies has given it back, no clock is compared, and nothing
//! needs to be renewed.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, ConnectOptions, any::AnyConnectOptions};

use crate::{
    error::{Error, Result},
    fault::PATIENCE,
    journal::Journal,
    location::{Kind, Location},
    rows::{number, text},
};

/// How long the server may take to say that the lock is still held.
const LIMIT: Duration = Duration::from_secs(5);

/// A server that sees nothing of a leader for 15 seconds gives the lock to another one. Later than [`LIMIT`] and the
/// seconds between two questions together, so that the old leader has noticed it by itself.
const SETTINGS: &str = "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 2; \
                        SET client_min_messages = 'warning';";

/// A process that leads, or would.
pub struct Candidate {
    place: Place,
    location: Location,
    /// Who this process is, for the others.
    me: String,
}

enum Place {
    /// A file beside the journal, which is locked while it leads.
    File { path: PathBuf, held: Option<File> },
    /// An advisory lock with this key, held by a connection of its own.
    Server { key: i64, options: Box<AnyConnectOptions>, connection: Option<AnyConnection>, leads: bool },
}

/// What came of trying to lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Election {
    /// This process leads, until its [`Candidate`] is dropped or [`leads`](Candidate::leads) says no.
    Leads,
    /// Another one leads: its own words of itself; `None` where it has just gone.
    StandsBy(Option<String>),
}

impl Journal {
    /// A candidate for leading what has this name. `me` tells the others who it is: a host and a process.
    pub fn candidate(&self, name: &str, me: &str) -> Candidate {
        let digest = Sha256::digest(format!("landfall leads {name}"));
        let key = i64::from_be_bytes(std::array::from_fn(|at| digest[at]));
        let place = match &self.location.0 {
            Kind::Sqlite(path) => {
                let mut file = path.clone().into_os_string();
                file.push(format!("-leads-{key:016x}"));
                Place::File { path: file.into(), held: None }
            }
            Kind::Postgres { .. } => {
                let options = Box::new(self.pool.connect_options().as_ref().clone());
                Place::Server { key, options, connection: None, leads: false }
            }
        };
        Candidate { place, location: self.location().clone(), me: me.to_owned() }
    }
}

impl Candidate {
    /// Tries to lead. Does not wait.
    ///
    /// # Errors
    ///
    /// The journal's folder cannot be written, or its server does not answer.
    pub async fn stand(&mut self) -> Result<Election> {
        match &mut self.place {
            Place::File { path, held } => stand_at_file(path, held, &self.me),
            Place::Server { leads: true, .. } => Ok(Election::Leads),
            Place::Server { key, options, connection, leads } => {
                let answer = tokio::time::timeout(PATIENCE, stand_at_server(*key, options, connection, &self.me)).await;
                let answer = answer.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(|error| {
                    *connection = None;
                    self.location.fault(error)
                })?;
                *leads = answer == Election::Leads;
                Ok(answer)
            }
        }
    }

    /// Whether it still leads. A server that does not answer may have given the lock to another one already.
    pub async fn leads(&mut self) -> bool {
        match &mut self.place {
            Place::File { held, .. } => held.is_some(),
            Place::Server { connection, leads, .. } => {
                let Some(open) = connection.as_mut().filter(|_| *leads) else { return false };
                let asked = tokio::time::timeout(LIMIT, sqlx::query("SELECT 1").execute(open)).await;
                *leads = matches!(asked, Ok(Ok(_)));
                if !*leads {
                    *connection = None;
                }
                *leads
            }
        }
    }
}

fn stand_at_file(path: &Path, held: &mut Option<File>, me: &str) -> Result<Election> {
    if held.is_some() {
        return Ok(Election::Leads);
    }
    // It is emptied only by who has the lock: until then it has the words of the leader.
    let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
    let mut file = options.map_err(Error::not_writable(path))?;
    match file.try_lock() {
        Ok(()) => {
            let written = file.set_len(0).and_then(|()| file.write_all(me.as_bytes()));
            written.map_err(Error::not_writable(path))?;
            *held = Some(file);
            Ok(Election::Leads)
        }
        Err(TryLockError::WouldBlock) => {
            let words = std::fs::read_to_string(path).map_err(Error::not_writable(path))?;
            Ok(Election::StandsBy(Some(words).filter(|words| !words.is_empty())))
        }
        Err(TryLockError::Error(error)) => Err(Error::not_writable(path)(error)),
    }
}

async fn stand_at_server(
    key: i64,
    options: &AnyConnectOptions,
    connection: &mut Option<AnyConnection>,
    me: &str,
) -> sqlx::Result<Election> {
    let open = match connection {
        Some(open) => open,
        None => {
            let mut new = options.connect().await?;
            sqlx::raw_sql(SETTINGS).execute(&mut new).await?;
            let name = "SELECT set_config('application_name', $1, false)";
            sqlx::query(name).bind(me.to_owned()).execute(&mut new).await?;
            connection.insert(new)
        }
    };
    let lock = "SELECT CASE WHEN pg_try_advisory_lock($1) THEN 1 ELSE 0 END::bigint";
    if number(&sqlx::query(lock).bind(key).fetch_one(&mut *open).await?)? == 1 {
        return Ok(Election::Leads);
    }
    // A lock with one key of 64 bits is shown as two halves: https://www.postgresql.org/docs/current/view-pg-locks.html
    let leader = "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
                  WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid::bigint = $1 \
                  AND l.objid::bigint = $2 AND l.database = \
                  (SELECT oid FROM pg_database WHERE datname = current_database())";
    let (high, low) = (i64::from(((key as u64) >> 32) as u32), i64::from(key as u32));
    let row = sqlx::query(leader).bind(high).bind(low).fetch_optional(&mut *open).await?;
    Ok(Election::StandsBy(row.as_ref().map(text).transpose()?.filter(|words| !words.is_empty())))
}
