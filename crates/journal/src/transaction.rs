//! Transactions: the only way by which anything is read or written.

use std::time::Duration;

use sqlx::{
    Any, Transaction,
    any::{AnyArguments, AnyRow},
    query::Query,
};

use crate::{
    error::{Error, Result},
    journal::Journal,
    location::Kind,
};

/// How long one statement may take. Far above what any takes; a server that does not answer any more must not hold up a
/// deploy for ever.
const LIMIT: Duration = Duration::from_secs(30);

/// Values of one statement that writes many rows. SQLite looks each value's name up among those of all before it, which takes
/// a fifth of a second for 8000; a statement of its own for each row would take as long on the way to it and back.
const MOST_VALUES: usize = 400;

/// A statement with its values.
pub(crate) type Sql<'q> = Query<'q, Any, AnyArguments>;

/// A transaction. Dropped without [`commit`](Self::commit), it leaves no trace.
pub(crate) struct Tx<'j> {
    inner: Transaction<'static, Any>,
    journal: &'j Journal,
}

impl Journal {
    /// Begins to write. In SQLite the only writer from here on; a transaction that began by reading could not go on to
    /// write once somebody else has written.
    pub(crate) async fn writing(&self) -> Result<Tx<'_>> {
        self.transaction(match self.location.0 {
            Kind::Sqlite(_) => "BEGIN IMMEDIATE",
            // Not what the server's settings say: writers of one place wait for each other, and then see what was written.
            Kind::Postgres { .. } => "BEGIN ISOLATION LEVEL READ COMMITTED",
        })
        .await
    }

    /// Begins to read: what is read belongs together, whoever writes meanwhile.
    pub(crate) async fn reading(&self) -> Result<Tx<'_>> {
        self.transaction(match self.location.0 {
            Kind::Sqlite(_) => "BEGIN",
            Kind::Postgres { .. } => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        })
        .await
    }

    async fn transaction(&self, begin: &'static str) -> Result<Tx<'_>> {
        let inner = self.limited(self.pool.begin_with(begin)).await?;
        Ok(Tx { inner, journal: self })
    }

    async fn limited<T>(&self, work: impl Future<Output = sqlx::Result<T>>) -> Result<T> {
        match tokio::time::timeout(LIMIT, work).await {
            Ok(answer) => answer.map_err(|error| self.location.fault(error)),
            Err(_) => Err(Error::Unreachable {
                place: self.location.to_string(),
                why: format!("it has not answered for {} seconds", LIMIT.as_secs()),
            }),
        }
    }
}

impl Tx<'_> {
    /// Makes what was written last.
    pub async fn commit(self) -> Result<()> {
        self.journal.limited(self.inner.commit()).await
    }

    /// Runs a statement; returns how many rows it wrote.
    pub async fn run(&mut self, sql: Sql<'_>) -> Result<u64> {
        Ok(self.journal.limited(sql.execute(&mut *self.inner)).await?.rows_affected())
    }

    /// All rows of a query.
    pub async fn list<T>(&mut self, sql: Sql<'_>, parse: impl Fn(&AnyRow) -> sqlx::Result<T>) -> Result<Vec<T>> {
        let rows = self.journal.limited(sql.fetch_all(&mut *self.inner)).await?;
        rows.iter().map(parse).collect::<sqlx::Result<_>>().map_err(|error| self.journal.location.fault(error))
    }

    /// The first row of a query.
    pub async fn first<T>(&mut self, sql: Sql<'_>, parse: impl Fn(&AnyRow) -> sqlx::Result<T>) -> Result<Option<T>> {
        let row = self.journal.limited(sql.fetch_optional(&mut *self.inner)).await?;
        row.as_ref().map(parse).transpose().map_err(|error| self.journal.location.fault(error))
    }

    /// Inserts many rows by few statements: `insert` is all until `VALUES`, `conflict` all after the rows. A row has
    /// `width` values, which `bind` binds.
    pub async fn insert<T>(
        &mut self,
        insert: &str,
        conflict: &str,
        width: usize,
        rows: &[T],
        bind: impl Fn(Sql<'static>, &T) -> Sql<'static>,
    ) -> Result<u64> {
        let begin = |values| sqlx::query(sqlx::AssertSqlSafe(format!("{insert} {values} {conflict}")));
        self.run_rows(rows, 1, width, begin, bind).await
    }

    /// Runs a statement for many rows, by few statements. `begin` makes it of `VALUES ($5, $6), ($7, $8)`, where `first` is
    /// the number of the first value, and binds the values before that one; `bind` binds the `width` values of a row.
    pub async fn run_rows<T>(
        &mut self,
        rows: &[T],
        first: usize,
        width: usize,
        begin: impl Fn(String) -> Sql<'static>,
        bind: impl Fn(Sql<'static>, &T) -> Sql<'static>,
    ) -> Result<u64> {
        let most = MOST_VALUES / width;
        let mut written = 0;
        for rows in rows.chunks(most) {
            let each: Vec<String> = (0..rows.len()).map(|row| placeholders(first + row * width, width)).collect();
            let sql = rows.iter().fold(begin(format!("VALUES {}", each.join(", "))), &bind);
            // Only a full one comes again.
            written += self.run(sql.persistent(rows.len() == most)).await?;
        }
        Ok(written)
    }
}

/// `($5, $6, $7)`.
pub(crate) fn placeholders(first: usize, count: usize) -> String {
    let each: Vec<String> = (first..first + count).map(|number| format!("${number}")).collect();
    format!("({})", each.join(", "))
}
