//! Files as they stand in the database.

pub(crate) mod children;
pub(crate) mod facilities;
pub(crate) mod providers;

use std::collections::BTreeMap;

use crate::StoreError;
use crate::session::{Among, Lock, Session, Value};

/// Keys with how each is held.
#[derive(Debug)]
pub(crate) struct Modes<K>(BTreeMap<K, Lock>);

impl<K: Ord> Modes<K>
where
    for<'a> Value<'a>: From<&'a K>,
{
    /// No key.
    pub(crate) const fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// A key that is only read.
    pub(crate) fn read(key: K) -> Self {
        Self(BTreeMap::from([(key, Lock::No)]))
    }

    /// Adds a key; the stronger hold counts.
    pub(crate) fn add(&mut self, key: K, lock: Lock) {
        let held = self.0.entry(key).or_insert(lock);
        if lock == Lock::Write || *held == Lock::No {
            *held = lock;
        }
    }

    /// All keys, in their order.
    pub(crate) fn keys(&self) -> Vec<Value<'_>> {
        self.0.keys().map(Value::from).collect()
    }

    /// Holds the rows. Keys are taken in their order, in runs of the same hold: everybody locks in
    /// the same order, so nobody waits in a circle. A writer of SQLite is alone and needs nothing.
    pub(crate) async fn hold(&self, session: &mut Session, rows: &Among) -> Result<(), StoreError> {
        if !session.is_postgres() {
            return Ok(());
        }
        let mut runs: Vec<(Lock, Vec<Value<'_>>)> = Vec::new();
        for (key, lock) in &self.0 {
            match runs.last_mut() {
                Some((held, keys)) if held == lock => keys.push(Value::from(key)),
                _ => runs.push((*lock, vec![Value::from(key)])),
            }
        }
        for (lock, keys) in runs {
            if lock != Lock::No {
                session.rows_among(rows, &[], &keys, lock).await?;
            }
        }
        Ok(())
    }
}
