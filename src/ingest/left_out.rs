//! How many posts were left out for want of the campaign's tag, and how many of those match a theory: counted so that importing twice,
//! in another order or in other pieces gives the same number.

use super::sink::LeftOutPost;
use crate::store::{Note, NoteKey, Store, StoreError};
use crate::timeline::Distinct;

/// The two counts of one selection and rule set.
pub(crate) struct LeftOutCount {
    keys: [NoteKey; 2],
    counts: [Distinct; 2],
    pub(crate) changed: bool,
}

impl LeftOutCount {
    pub(crate) fn read(store: &dyn Store, selection: &str, rules: &str) -> Result<Self, StoreError> {
        let keys = [NoteKey::left_out(selection, None), NoteKey::left_out(selection, Some(rules))];
        let load = |key: &NoteKey| match store.note(key)? {
            None => Ok(Distinct::new()),
            Some(bytes) => {
                let damaged =
                    |_| StoreError::Damaged("the count of posts left out cannot be read".to_owned());
                Distinct::from_bytes(&bytes).map_err(damaged)
            }
        };
        let counts = [load(&keys[0])?, load(&keys[1])?];
        Ok(Self { keys, counts, changed: false })
    }

    pub(crate) fn add(&mut self, posts: &[LeftOutPost]) {
        for post in posts {
            self.changed = true;
            self.counts[0].insert(post.hash);
            if post.matched {
                self.counts[1].insert(post.hash);
            }
        }
    }

    pub(crate) fn notes(&self) -> Vec<Note> {
        let pairs = self.keys.iter().zip(&self.counts);
        pairs.map(|(key, count)| (key.clone(), Some(count.to_bytes()))).collect()
    }
}
