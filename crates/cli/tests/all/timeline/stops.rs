//! Stops the program at one of its writes, so that it can be killed exactly there. The program knows nothing of it.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::{AnyConnection, Connection, Row};
use tokio::runtime::Runtime;

/// Something that stops the program at a write.
pub trait Stop {
    /// The program will stop at its write of this number, counted from now on.
    fn at(&mut self, number: usize);

    /// Whether it has stopped. What it wrote before is done, what comes after is not.
    fn is_there(&mut self) -> bool;

    /// It was killed, or ended without ever being stopped.
    fn over(&mut self);
}

/// Stops at a write to the journal, before it counts: a trigger in the database does not come to its end. Every write
/// of the journal raises `writes` of its place.
pub struct JournalStop {
    runtime: Runtime,
    connection: AnyConnection,
    is_sqlite: bool,
    /// The writes that are done when it has stopped.
    before: i64,
}

impl JournalStop {
    /// For a journal that has its tables and one place.
    pub fn new(address: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        sqlx::any::install_default_drivers();
        let is_sqlite = address.starts_with('/');
        let url = if is_sqlite { format!("sqlite://{address}") } else { address.to_owned() };
        let connection = runtime.block_on(AnyConnection::connect(&url)).unwrap();
        let mut stop = Self { runtime, connection, is_sqlite, before: 0 };
        if is_sqlite {
            // A trigger itself may not be recursive.
            stop.run(
                "CREATE VIEW forever AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) \
                 SELECT count(*) AS n FROM n",
            );
        } else {
            stop.run(
                "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END $$",
            );
            stop.run("SELECT pg_advisory_lock(1)");
        }
        stop
    }

    fn run(&mut self, sql: &str) {
        self.try_run(sql).unwrap();
    }

    fn try_run(&mut self, sql: &str) -> sqlx::Result<()> {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        self.runtime.block_on(sqlx::raw_sql(sql).execute(&mut self.connection)).map(drop)
    }

    fn number(&mut self, sql: &str) -> i64 {
        let sql = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned()));
        self.runtime.block_on(sql.fetch_one(&mut self.connection)).unwrap().get(0)
    }

    fn writes(&mut self) -> i64 {
        self.number("SELECT max(writes) FROM places")
    }

    /// Whether somebody writes to the SQLite file.
    fn is_locked(&mut self) -> bool {
        self.run("PRAGMA busy_timeout = 0");
        let locked = self.try_run("BEGIN IMMEDIATE").is_err();
        if !locked {
            self.run("ROLLBACK");
        }
        self.run("PRAGMA busy_timeout = 10000");
        locked
    }
}

impl Stop for JournalStop {
    fn at(&mut self, number: usize) {
        self.before = self.writes() + i64::try_from(number).unwrap() - 1;
        let before = self.before;
        let trigger = match self.is_sqlite {
            true => format!(
                "CREATE TRIGGER stop AFTER UPDATE ON places WHEN new.writes > {before} BEGIN SELECT n FROM forever; END"
            ),
            false => format!(
                "CREATE TRIGGER stop AFTER UPDATE ON places FOR EACH ROW WHEN (NEW.writes > {before}) \
                 EXECUTE FUNCTION stop()"
            ),
        };
        self.run(&trigger);
    }

    fn is_there(&mut self) -> bool {
        if self.writes() != self.before {
            return false;
        }
        if !self.is_sqlite {
            let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
            return self.number(waiting) > 0;
        }
        // Whoever holds the file for so long does not come to an end.
        self.is_locked() && {
            std::thread::sleep(Duration::from_millis(40));
            self.is_locked() && self.writes() == self.before
        }
    }

    fn over(&mut self) {
        if self.is_sqlite {
            self.run("DROP TRIGGER stop");
        } else {
            let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                       WHERE datname = current_database() AND pid <> pg_backend_pid()";
            self.run(end);
            self.run("DROP TRIGGER stop ON places");
        }
    }
}

/// Stops after a write to the API server, whose answer does not arrive.
pub struct ApiStop {
    address: String,
    gate: Arc<Gate>,
}

#[derive(Default)]
struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// How many writes may still pass; `None` for all.
    left: Option<usize>,
    is_held: bool,
}

impl ApiStop {
    /// In front of a server that speaks plain HTTP.
    pub fn new(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let gate: Arc<Gate> = Arc::default();
        let (shared, upstream) = (Arc::clone(&gate), upstream.to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(&upstream) else { return };
                let (back, front) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let holds = Arc::new(AtomicBool::new(false));
                let (gate, held) = (Arc::clone(&shared), Arc::clone(&holds));
                std::thread::spawn(move || pump(back, front, |_| !held.load(Ordering::SeqCst) || gate.hold()));
                let gate = Arc::clone(&shared);
                std::thread::spawn(move || {
                    pump(client, server, |bytes| {
                        if is_write(bytes) && gate.is_the_one() {
                            holds.store(true, Ordering::SeqCst);
                        }
                        true
                    })
                });
            }
        });
        Self { address, gate }
    }

    /// Its address, for `--server`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Stop for ApiStop {
    fn at(&mut self, number: usize) {
        *self.gate.state.lock().unwrap() = State { left: Some(number), is_held: false };
    }

    fn is_there(&mut self) -> bool {
        self.gate.state.lock().unwrap().is_held
    }

    fn over(&mut self) {
        *self.gate.state.lock().unwrap() = State::default();
        self.gate.changed.notify_all();
    }
}

impl Gate {
    /// Counts a write, and tells whether it is the last one.
    fn is_the_one(&self) -> bool {
        let mut state = self.state.lock().unwrap();
        state.left = state.left.map(|left| left.saturating_sub(1));
        let is_last = state.left == Some(0);
        if is_last {
            state.left = None;
        }
        is_last
    }

    /// Holds an answer back until the test is done with the program, which then never gets it.
    fn hold(&self) -> bool {
        let mut state = self.state.lock().unwrap();
        state.is_held = true;
        drop(self.changed.wait_while(state, |state| state.is_held).unwrap());
        false
    }
}

/// Whether a request begins here that changes something. A client of HTTP/1.1 sends a request only after the answer to
/// the one before, so that each begins a chunk.
fn is_write(bytes: &[u8]) -> bool {
    let line = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    ["POST /", "PUT /", "PATCH /", "DELETE /"].iter().any(|method| line.starts_with(method)) && !line.contains("dryRun")
}

/// Copies one direction until it ends.
fn pump(mut from: TcpStream, mut to: TcpStream, may_pass: impl Fn(&[u8]) -> bool) {
    let mut buffer = [0; 64 * 1024];
    loop {
        let length = match from.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(length) => length,
        };
        if !may_pass(&buffer[..length]) || to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    // Either side may be closed already.
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
