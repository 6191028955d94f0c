//! One process at a time holds a store, even to read: sled allows no more. Whoever has to wait is told for whom.

use super::StoreError;
use crate::post::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// How long a reading command waits for another process to finish.
pub const LOCK_WAIT: Duration = Duration::from_secs(10);
/// How long a writing command waits: only for one that is about to end. Whoever collects does so for days.
pub const WRITER_WAIT: Duration = Duration::from_secs(1);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(25);

/// Who has the store.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LockHolder {
    /// Process id.
    pub pid: u32,
    /// Its subcommand.
    pub command: String,
    /// Since when, RFC 3339.
    pub since: String,
}

/// The lock on a data folder; let go when dropped, also by a crash.
#[derive(Debug)]
pub struct Lock {
    _file: File,
    holder: PathBuf,
}

impl Lock {
    /// Takes the lock, or says who has it after `wait`.
    pub fn take(data: &Path, command: &str, wait: Duration) -> Result<Self, StoreError> {
        let path = data.join("lock");
        // The name of the holder stands in a file of its own: some systems let nobody read a locked file.
        let holder = data.join("lock.holder");
        let failed = |source| StoreError::Io { what: "lock", path: path.clone(), source };
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if begun.elapsed() >= wait => {
                    let LockHolder { pid, command, since } = read_holder(&holder);
                    return Err(StoreError::Locked { pid, command, since });
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let since = i64::try_from(now).unwrap_or(0).saturating_mul(1000);
        let me = LockHolder {
            pid: std::process::id(),
            command: command.to_owned(),
            since: Timestamp::from_millis_unchecked(since).to_string(),
        };
        // Only a help for others: a folder that cannot be written will say so at the first put.
        let _ = fs::write(&holder, serde_json::to_vec(&me).unwrap_or_default());
        Ok(Self { _file: file, holder })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.holder);
    }
}

fn read_holder(path: &Path) -> LockHolder {
    let read = fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    read.unwrap_or_else(|| LockHolder { pid: 0, command: "unknown".to_owned(), since: "unknown".to_owned() })
}
