//! A store that lives as long as the process: for tests and for questions about files that are not kept.

use super::engine::Engine;
use super::pages::{Each, Entry, Pages, Write};
use super::{Store, StoreError};
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock};

/// An empty store in memory.
pub fn memory_store() -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(Engine::open(MemoryPages::default())?))
}

#[derive(Default)]
struct MemoryPages(RwLock<BTreeMap<Vec<u8>, Vec<u8>>>);

impl Pages for MemoryPages {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned())
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Entry>, StoreError> {
        let map = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let range = (Bound::Included(from), Bound::Included(to));
        Ok(map.range::<[u8], _>(range).next_back().map(|(key, value)| (key.clone(), value.clone())))
    }

    fn range(&self, from: &[u8], to: &[u8], each: &mut Each<'_>) -> Result<(), StoreError> {
        let map = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if from < to {
            let range = (Bound::Included(from), Bound::Excluded(to));
            let _ = map.range::<[u8], _>(range).try_for_each(|(key, value)| each(key, value));
        }
        Ok(())
    }

    fn apply(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in writes {
            match value {
                Some(value) => map.insert(key, value),
                None => map.remove(&key),
            };
        }
        Ok(())
    }

    fn sync(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys;
    use super::*;

    #[test]
    fn an_older_store_is_opened_and_says_from_then_on_who_may_read_it() {
        let older = br#"{"store":1,"made_by":"0.1.0","salt":"000102030405060708090a0b0c0d0e0f"}"#;
        let pages = MemoryPages::default();
        pages.apply(vec![(keys::VERSION.to_vec(), Some(older.to_vec()))]).unwrap();
        let engine = Engine::open(pages).unwrap();
        let written = engine.alone(|pages| pages.get(keys::VERSION)).unwrap().unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), String::from_utf8_lossy(older).replace(":1,", ":3,"));
    }
}
