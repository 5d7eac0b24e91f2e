//! What the journal says in the end, read from its file.

use sqlx::{AnyConnection, Connection, Row, any::AnyRow};
use tokio::runtime::Runtime;

use super::ENVIRONMENTS;
use crate::runner::Workspace;

/// The journal's file.
pub struct Record {
    runtime: Runtime,
    url: String,
}

/// A deploy.
#[derive(Debug, Clone)]
pub struct Deploy {
    pub id: String,
    pub environment: String,
    pub revision: String,
    pub subject: String,
    pub outcome: String,
    pub wrote: bool,
}

/// Something that people are told.
#[derive(Debug, Clone)]
pub struct Event {
    pub id: String,
    pub environment: String,
    pub deploy: String,
    pub kind: String,
    pub sameness: String,
}

impl Record {
    pub fn of(work: &Workspace) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        sqlx::any::install_default_drivers();
        let file = work.dir().join("../home/.local/state/landfall/journal.db");
        Self { runtime, url: format!("sqlite://{}", file.display()) }
    }

    /// All deploys, oldest first.
    pub fn deploys(&self) -> Vec<Deploy> {
        let sql = "SELECT id, environment, revision, subject, outcome, \
                   CASE WHEN first_write IS NULL THEN 0 ELSE 1 END FROM deploys ORDER BY id";
        self.rows(sql, |row| Deploy {
            id: row.get(0),
            environment: row.get(1),
            revision: row.get(2),
            subject: row.get(3),
            outcome: row.get(4),
            wrote: row.get::<i64, _>(5) == 1,
        })
    }

    /// All events, in the order of what happened in an environment.
    pub fn events(&self) -> Vec<Event> {
        let sql = "SELECT id, environment, deploy, kind, sameness FROM events ORDER BY environment, id";
        self.rows(sql, |row| Event {
            id: row.get(0),
            environment: row.get(1),
            deploy: row.get(2),
            kind: row.get(3),
            sameness: row.get(4),
        })
    }

    /// The notifications that were not taken: what, whom for, and why.
    pub fn untold(&self) -> Vec<String> {
        let sql = "SELECT e.id || ' ' || e.kind || ' ' || e.environment || ' ' || v.sink || ' ' || v.state || ' ' || \
                   coalesce(v.error, '') FROM deliveries v JOIN events e ON e.id = v.event WHERE v.state <> 'delivered'";
        self.rows(sql, |row| row.get(0))
    }

    /// Whether a revision is live in all environments, and everybody was told of everything.
    pub fn is_quiet(&self, revision: &str) -> bool {
        let deploys = self.deploys();
        let is_live = |deploy: &&Deploy| deploy.revision == revision && deploy.outcome == "live";
        let is_there =
            |(name, ..): (&str, &str, &str)| deploys.iter().filter(is_live).any(|one| one.environment == name);
        ENVIRONMENTS.into_iter().all(is_there) && self.untold().is_empty()
    }

    /// What has not come to its end.
    pub fn unfinished(&self) -> String {
        let deploys = self.deploys();
        let last: Vec<&Deploy> = deploys.iter().rev().take(6).collect();
        let running: Vec<&Deploy> = deploys.iter().filter(|deploy| deploy.outcome == "running").collect();
        format!("running: {running:#?}\nnewest: {last:#?}\nuntold: {:#?}", self.untold())
    }

    /// Changes it, as a process that was killed at a certain moment would have left it.
    pub fn run(&self, sql: &'static str) {
        self.runtime.block_on(async {
            let mut connection = AnyConnection::connect(&self.url).await.unwrap();
            sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        });
    }

    fn rows<T>(&self, sql: &'static str, read: impl Fn(&AnyRow) -> T) -> Vec<T> {
        self.runtime.block_on(async {
            let mut connection = AnyConnection::connect(&self.url).await.unwrap();
            sqlx::raw_sql("PRAGMA busy_timeout = 10000").execute(&mut connection).await.unwrap();
            let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
            connection.close().await.unwrap();
            rows.iter().map(&read).collect()
        })
    }
}
