use std::{
    fs::File,
    io,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aether::runtime::projections::{Bookmark, InvalidBookmark, ProjectionStore, Side, Step};
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use tokio::task::{JoinError, spawn_blocking};

use super::{Placed, Totals};

/// Keeps [`Totals`] in a file of SQLite: a table for what is read, `totals_live`, one for what is
/// built beside it, and the bookmarks of both.
///
/// `VERSION` is raised when what the tables say is to mean something else.
#[derive(Debug, Clone)]
pub struct SqliteTotals<const VERSION: u32 = 1> {
    connection: Arc<Mutex<Connection>>,
}

/// Says what went wrong with the database. A transaction that was begun is rolled back.
#[derive(Debug, thiserror::Error)]
pub enum SqliteError {
    /// SQLite says no.
    #[error("the database did not do what it was asked for")]
    Sql(#[from] rusqlite::Error),
    /// The file beside it, by which processes that open it wait for each other, is not to be had.
    #[error("nobody can be waited for who opens the database")]
    Lock(#[from] io::Error),
    /// A bookmark cannot be read.
    #[error("the database holds what is no bookmark")]
    Bookmark(#[from] InvalidBookmark),
    /// The program ends.
    #[error("the thread that talks to the database has ended")]
    Ended(#[from] JoinError),
}

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS bookmarks (side TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS totals_live (
        customer TEXT PRIMARY KEY, orders INTEGER NOT NULL, cents INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS totals_beside (
        customer TEXT PRIMARY KEY, orders INTEGER NOT NULL, cents INTEGER NOT NULL
    ) STRICT;
";

impl<const VERSION: u32> SqliteTotals<VERSION> {
    /// Opens a file, and makes its tables if it is new.
    ///
    /// # Errors
    /// If the file cannot be opened, or is none of SQLite's.
    pub fn open(path: &Path) -> Result<Self, SqliteError> {
        // Who makes a file keep a write-ahead log does not wait for another who does so.
        let turn = File::create(path.with_extension("lock"))?;
        turn.lock()?;
        let connection = Connection::open(path)?;
        // Another process may be writing.
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.execute_batch(TABLES)?;
        let connection = Arc::new(Mutex::new(connection));
        Ok(Self { connection })
    }

    /// What a customer has ordered.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn of(&self, customer: &str) -> Result<Placed, SqliteError> {
        let customer = customer.to_owned();
        self.read(move |connection| {
            let sql = "SELECT orders, cents FROM totals_live WHERE customer = ?1";
            let placed = connection.query_row(sql, [customer], |row| {
                Ok(Placed {
                    orders: row.get(0)?,
                    cents: row.get(1)?,
                })
            });
            Ok(placed.optional()?.unwrap_or_default())
        })
        .await
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, SqliteError> + Send + 'static,
    ) -> Result<T, SqliteError> {
        let connection = Arc::clone(&self.connection);
        spawn_blocking(move || {
            // A transaction that panicked is rolled back: what is there is whole.
            work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner))
        })
        .await?
    }

    /// Does something in a transaction that nobody else writes beside; keeps it if it says so.
    async fn write(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<bool, SqliteError> + Send + 'static,
    ) -> Result<bool, SqliteError> {
        self.read(move |connection| {
            let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
            let transaction = begun?;
            let is_done = work(&transaction)?;
            if is_done {
                transaction.commit()?;
            }
            Ok(is_done)
        })
        .await
    }
}

impl<const VERSION: u32> ProjectionStore for SqliteTotals<VERSION> {
    type Projection = Totals;
    type Error = SqliteError;

    const VERSION: u32 = VERSION;

    async fn bookmark(&self, side: Side) -> Result<Option<Bookmark>, SqliteError> {
        self.read(move |connection| {
            let sql = "SELECT at FROM bookmarks WHERE side = ?1";
            let at = connection.query_row(sql, [side.to_string()], |row| row.get::<_, String>(0));
            Ok(at.optional()?.map(|at| at.parse()).transpose()?)
        })
        .await
    }

    async fn begin(&self, side: Side, bookmark: Bookmark) -> Result<(), SqliteError> {
        let begun = self.write(move |transaction| {
            transaction.execute(&format!("DELETE FROM totals_{side}"), [])?;
            let sql = "INSERT OR REPLACE INTO bookmarks (side, at) VALUES (?1, ?2)";
            transaction.execute(sql, params![side.to_string(), bookmark.to_string()])?;
            Ok(true)
        });
        begun.await.map(|_| ())
    }

    async fn save(&self, side: Side, changes: Totals, step: Step) -> Result<bool, SqliteError> {
        self.write(move |transaction| {
            if !moved(transaction, side, step)? {
                return Ok(false);
            }
            // To add is not to set: whatever came twice would count twice.
            let mut add = transaction.prepare(&format!(
                "INSERT INTO totals_{side} (customer, orders, cents) VALUES (?1, ?2, ?3)
                 ON CONFLICT (customer) DO UPDATE
                 SET orders = orders + excluded.orders, cents = cents + excluded.cents"
            ))?;
            for (customer, placed) in changes.placed {
                add.execute(params![customer, placed.orders, placed.cents])?;
            }
            Ok(true)
        })
        .await
    }

    async fn swap(&self, step: Step) -> Result<bool, SqliteError> {
        self.write(move |transaction| {
            let sql = "DELETE FROM bookmarks WHERE side = ?1 AND at = ?2";
            let built = params![Side::Beside.to_string(), step.to.to_string()];
            if transaction.execute(sql, built)? == 0 || !moved(transaction, Side::Live, step)? {
                return Ok(false);
            }
            transaction.execute_batch(
                "DROP TABLE totals_live;
                 ALTER TABLE totals_beside RENAME TO totals_live;",
            )?;
            transaction.execute_batch(TABLES)?;
            Ok(true)
        })
        .await
    }
}

/// Moves a bookmark if it is the one that is expected; says whether it was.
fn moved(transaction: &Transaction<'_>, side: Side, step: Step) -> Result<bool, SqliteError> {
    let sql = "UPDATE bookmarks SET at = ?1 WHERE side = ?2 AND at = ?3";
    let (from, to) = (step.from.to_string(), step.to.to_string());
    Ok(transaction.execute(sql, params![to, side.to_string(), from])? == 1)
}
