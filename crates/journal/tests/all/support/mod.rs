//! Databases to run on, and a shop that is deployed.

pub mod shop;

use std::process::{Command, Stdio};

use landfall_journal::{Journal, Location};
use tempfile::TempDir;

/// One empty database.
pub struct Arena {
    pub address: String,
    _folder: TempDir,
}

impl Arena {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { address: folder.path().join("state/journal.db").display().to_string(), _folder: folder }
    }

    /// `None` where PostgreSQL is not installed.
    pub fn postgres() -> Option<Self> {
        let server = landfall_bench_postgres::server()?;
        Some(Self { address: server.database(), _folder: tempfile::tempdir().unwrap() })
    }

    pub fn location(&self) -> Location {
        Location::parse(&self.address).unwrap()
    }

    pub async fn journal(&self) -> Journal {
        Journal::open(&self.location()).await.unwrap()
    }
}

/// Runs each test on both databases: `on_both!(a, b)` makes `sqlite::a`, `postgres::a`, ...
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[test] fn $test() {
                $crate::support::block_on(super::$test($crate::support::Arena::sqlite()));
            })*
        }
        mod postgres {
            $(#[test] fn $test() {
                if let Some(arena) = $crate::support::Arena::postgres() {
                    $crate::support::block_on(super::$test(arena));
                }
            })*
        }
    };
}
pub(crate) use on_both;

pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work)
}

/// Another process, which runs one ignored test of this binary.
pub fn other_process(test: &str, env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--quiet", "--nocapture"]).envs(env.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}
