//! Which format a store has: an older one is opened, a newer one refused in words.

use super::StoreError;
use serde::{Deserialize, Serialize};

/// The format that this program writes. 3: accounts that are gone or forgotten, posts that were dropped. 2: ledger rows without BLAKE3, caches of matches and answers; what was there is read as it is.
pub(crate) const STORE_VERSION: u32 = 3;

/// The first value written to a new store.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Version {
    store: u32,
    /// Version of the program that made it, for people who look for help.
    made_by: String,
    /// Salt of the hashes of forgotten posts.
    #[serde(with = "hex16")]
    pub(crate) salt: [u8; 16],
}

impl Version {
    pub(crate) fn new() -> Self {
        // The standard library's hash seeds are the system's random numbers; a salt needs no more than to differ between stores.
        let random = || std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0_u8);
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&random().to_le_bytes());
        salt[8..].copy_from_slice(&random().to_le_bytes());
        Self { store: STORE_VERSION, made_by: env!("CARGO_PKG_VERSION").to_owned(), salt }
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<Self, StoreError> {
        /// What every future version will still carry.
        #[derive(Deserialize)]
        struct Probe {
            store: u32,
        }
        let damaged = |_| StoreError::Damaged("its version cannot be read".to_owned());
        let probe: Probe = serde_json::from_slice(bytes).map_err(damaged)?;
        if probe.store > STORE_VERSION {
            return Err(StoreError::Newer { found: probe.store, known: STORE_VERSION });
        }
        serde_json::from_slice(bytes).map_err(damaged)
    }

    /// What an older store is to say from now on: a program that only knows the older format must not read what we write. `None` if it
    /// says so already.
    pub(crate) fn raised(&self) -> Option<Self> {
        (self.store < STORE_VERSION).then(|| Self { store: STORE_VERSION, ..self.clone() })
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        // A struct of a number and two strings always serialises.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

mod hex16 {
    use crate::post::RunKey;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8; 16], serializer: S) -> Result<S::Ok, S::Error> {
        RunKey(*bytes).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 16], D::Error> {
        RunKey::deserialize(deserializer).map(|key| key.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_store_is_refused_in_words() {
        let newer = br#"{"store":4,"something":"new"}"#;
        let error = Version::read(newer).unwrap_err();
        assert_eq!(error.to_string(), "the store has version 4, this program reads up to version 3");
        assert!(matches!(Version::read(b"junk"), Err(StoreError::Damaged(_))));
        let version = Version::new();
        assert_eq!(Version::read(&version.write()).unwrap().salt, version.salt);
        assert_ne!(Version::new().salt, version.salt);
    }
}
