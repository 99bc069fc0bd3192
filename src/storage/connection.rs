//! The connection to the database: opened when it is needed, let go when another version of the app wants it.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use indexed_db_futures::database::Database;
use indexed_db_futures::internals::SystemRepr as _;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{Transaction, TransactionDurability, TransactionMode, TransactionOptions};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;

use super::error::DatabaseError;
use super::migrations::{self, Schema};
use super::tabs::{News, Tabs};
use crate::journal::port::JournalError;

/// A database by its name, and the connection to it while there is one. A clone shares both.
#[derive(Clone)]
pub(super) struct Connection {
    inner: Rc<Inner>,
}

struct Inner {
    name: String,
    tabs: Tabs,
    open: RefCell<Option<Rc<OpenDatabase>>>,
}

/// An open database that notices when it is closed.
pub(super) struct OpenDatabase {
    database: Database,
    closed: Rc<Cell<bool>>,
    _on_version_change: Closure<dyn Fn()>,
    _on_close: Closure<dyn Fn()>,
}

impl Drop for OpenDatabase {
    fn drop(&mut self) {
        let sys = self.database.as_sys();
        sys.set_onversionchange(None);
        sys.set_onclose(None);
        sys.close();
    }
}

impl OpenDatabase {
    fn new(database: Database, tabs: &Tabs) -> Self {
        let closed = Rc::new(Cell::new(false));
        let on_version_change = Closure::<dyn Fn()>::new({
            let (database, closed, tabs) = (database.clone(), Rc::clone(&closed), tabs.clone());
            move || {
                closed.set(true);
                database.as_sys().close();
                tabs.report(News::Superseded);
            }
        });
        let on_close = Closure::<dyn Fn()>::new({
            let (closed, tabs) = (Rc::clone(&closed), tabs.clone());
            move || {
                closed.set(true);
                tabs.report(News::Lost);
            }
        });
        let sys = database.as_sys();
        sys.set_onversionchange(Some(on_version_change.as_ref().unchecked_ref()));
        sys.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Self { database, closed, _on_version_change: on_version_change, _on_close: on_close }
    }

    /// A transaction that only reads.
    pub(super) fn reading(&self, stores: &[&str]) -> Result<Transaction<'_>, DatabaseError> {
        Ok(self.database.transaction(stores).with_mode(TransactionMode::Readonly).build()?)
    }

    /// A transaction that writes. `Strict` for what a person is told is saved; `Relaxed` for what can be made again.
    pub(super) fn writing(
        &self,
        stores: &[&str],
        durability: TransactionDurability,
    ) -> Result<Transaction<'_>, DatabaseError> {
        let options = TransactionOptions::new().with_durability(durability);
        Ok(self.database.transaction(stores).with_mode(TransactionMode::Readwrite).with_options(options).build()?)
    }
}

/// Ends a transaction, and answers when it is as durable as it was asked to be.
pub(super) async fn commit(transaction: Transaction<'_>) -> Result<(), DatabaseError> {
    let raw = transaction.as_sys().clone();
    // A transaction that finds no room only when it commits says so itself, not through one of its requests.
    transaction.commit().await.map_err(|error| match raw.error() {
        Some(dom) => DatabaseError::of_js(&dom),
        None => error.into(),
    })
}

impl Connection {
    pub(super) fn new(name: &str) -> Self {
        let inner = Inner { name: name.to_owned(), tabs: Tabs::new(name), open: RefCell::default() };
        Self { inner: Rc::new(inner) }
    }

    pub(super) fn name(&self) -> &str {
        &self.inner.name
    }

    pub(super) fn tabs(&self) -> &Tabs {
        &self.inner.tabs
    }

    /// Does some work with the database. When the connection turns out to be closed, opens it again, once, and begins
    /// anew: a transaction that ended without being committed left nothing.
    pub(super) async fn with<T>(
        &self,
        work: impl AsyncFn(&OpenDatabase) -> Result<T, DatabaseError>,
    ) -> Result<T, JournalError> {
        let open = self.open().await?;
        let error = match work(&open).await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        if !open.closed.get() && error.name() != Some("InvalidStateError") {
            return Err(error.into());
        }
        drop(open);
        self.inner.open.take();
        let open = self.open().await?;
        Ok(work(&open).await?)
    }

    async fn open(&self) -> Result<Rc<OpenDatabase>, DatabaseError> {
        if let Some(open) = self.still_open() {
            return Ok(open);
        }
        let fresh = Rc::new(OpenDatabase::new(self.open_newest().await?, &self.inner.tabs));
        // Somebody else may have opened it meanwhile; one connection is enough.
        Ok(self.still_open().unwrap_or_else(|| {
            self.inner.open.replace(Some(Rc::clone(&fresh)));
            fresh
        }))
    }

    fn still_open(&self) -> Option<Rc<OpenDatabase>> {
        self.inner.open.borrow().as_ref().filter(|open| !open.closed.get()).cloned()
    }

    async fn open_newest(&self) -> Result<Database, DatabaseError> {
        let tabs = self.inner.tabs.clone();
        let opened = Database::open(self.name())
            .with_version(Schema::CURRENT.to_version())
            .with_on_blocked(move |_| {
                tabs.report(News::Blocked);
                Ok(())
            })
            .with_on_upgrade_needed(|event, database| migrations::upgrade(event.old_version() as u32, &database))
            .await
            .map_err(DatabaseError::from);
        match opened {
            Err(error) if error.name() == Some("VersionError") => self.open_newer().await,
            other => other,
        }
    }

    /// Opens a database whose form is newer than this app's, if only in its minor.
    async fn open_newer(&self) -> Result<Database, DatabaseError> {
        let database = Database::open(self.name()).await?;
        let (found, known) = (Schema::from_version(database.version() as u32).major, Schema::CURRENT.major);
        if found > known {
            database.close();
            return Err(JournalError::Newer { found, known }.into());
        }
        Ok(database)
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("name", &self.inner.name).finish_non_exhaustive()
    }
}
