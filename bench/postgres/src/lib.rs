//! A real PostgreSQL for tests, on a socket in a folder of its own.
//!
//! ```no_run
//! if let Some(server) = landfall_bench_postgres::server() {
//!     println!("an empty database: {}", server.database());
//! }
//! ```
//!
//! [`server`] costs nothing after the first test of a process. The server ends with the process that started it, however
//! that ends. Everything panics with a message when it does not work, since there is nothing that a test could do about
//! it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a helper of tests: a panic is a failed test, and a skipped one must be seen"
)]

use std::{
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use sqlx::{AnyConnection, Connection};

/// Starts the server and outlives it: the test process holds the other end of its standard input, so that the server is
/// ended and its folder deleted however the test process ends. PostgreSQL refuses to run as root.
const KEEPER: &str = r#"
trap : INT TERM HUP QUIT
bin=$1
folder=$(mktemp -d "${TMPDIR:-/tmp}/landfall-postgres-XXXXXX") || exit 1
as=()
if [ "$(id -u)" -eq 0 ]; then
  as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
  chown nobody:nogroup "$folder"
fi
cd "$folder"
echo hunter2 >"$folder/password"
chmod 644 "$folder/password"
# Not the C collation, which would sort texts as SQLite does.
"${as[@]}" "$bin/initdb" --pgdata="$folder/data" --username=landfall --pwfile="$folder/password" --auth=scram-sha-256 \
  --encoding=UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=en --no-sync >"$folder/log" 2>&1 </dev/null
"${as[@]}" "$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=off -c max_connections=200 \
  >>"$folder/log" 2>&1 </dev/null &
server=$!
for ((tries = 0; tries < 300; tries++)); do
  [ -S "$folder/.s.PGSQL.5432" ] && "$bin/pg_isready" -q -h "$folder" && break
  kill -0 $server 2>/dev/null || break
  sleep 0.1
done
if kill -0 $server 2>/dev/null; then echo "$folder"; else cat "$folder/log" >&2; echo; fi
while true; do
  read -r _
  # Above 128: a signal came while reading. 1: the test process is gone.
  [ $? -gt 128 ] || break
done
kill -INT $server 2>/dev/null
wait $server
cd / && rm -rf "$folder"
"#;

/// A running server.
pub struct Postgres {
    folder: PathBuf,
    // Its standard input must stay open.
    _keeper: Child,
}

/// The server, started once; `None` where PostgreSQL is not installed.
pub fn server() -> Option<&'static Postgres> {
    static SERVER: OnceLock<Option<Postgres>> = OnceLock::new();
    SERVER.get_or_init(start).as_ref()
}

impl Postgres {
    /// The address of a new, empty database.
    pub fn database(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("journal_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            sqlx::any::install_default_drivers();
            let mut admin = AnyConnection::connect(&self.url("landfall", "hunter2", "postgres")).await.unwrap();
            let sql = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
            sqlx::raw_sql(sql).execute(&mut admin).await.unwrap();
            admin.close().await.unwrap();
        });
        self.url("landfall", "hunter2", &name)
    }

    /// The address of a database for a user.
    pub fn url(&self, user: &str, password: &str, database: &str) -> String {
        format!("postgres://{user}:{password}@localhost/{database}?host={}", self.folder.display())
    }

    /// Where its socket and its data are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

fn start() -> Option<Postgres> {
    let Some(bin) = programs() else {
        eprintln!(
            "\n  NOTICE: PostgreSQL is not installed, so the tests on it are skipped; `bench/install-debian` installs it\n"
        );
        return None;
    };
    let mut keeper = Command::new("bash")
        .args(["-c", KEEPER, "keeper"])
        .arg(bin)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap();
    let mut folder = String::new();
    BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut folder).unwrap();
    assert!(!folder.trim().is_empty(), "PostgreSQL does not start; see above");
    Some(Postgres { folder: folder.trim().into(), _keeper: keeper })
}

/// The folder of PostgreSQL's programs: Debian's of the newest version, or that of the one in PATH.
fn programs() -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
    let newest = debian.map(|entry| entry.path()).max_by_key(|path| version(path).unwrap_or(0_u32));
    let in_path = std::env::var_os("PATH").unwrap_or_default();
    let places = newest.map(|path| path.join("bin")).into_iter().chain(std::env::split_paths(&in_path));
    places.into_iter().find(|bin| bin.join("postgres").exists() && bin.join("initdb").exists())
}
