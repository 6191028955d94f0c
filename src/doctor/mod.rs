//! Looking after the store: what is wrong with it, what can be put right, and which archives bring back what cannot.

mod checkup;

pub use checkup::{Again, Checkup, LedgerCheck};

use crate::ingest::{Ledger, Loss};
use crate::post::{MAX_TIMESTAMP, MIN_TIMESTAMP};
use crate::store::{
    Batch, Health, ImportRow, LOCK_WAIT, Part, Repair, SledStore, Store, StoreError, WRITER_WAIT, ids_twice,
    open_sled, rows_left,
};
use std::path::Path;

/// What may be done beside looking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Treatment {
    /// Drop what cannot be read, make again what can be.
    pub repair: bool,
    /// Write the store anew, if nothing is wrong with it (any more).
    pub compact: bool,
}

/// Examines the store of a data folder. A database that cannot be read is a finding too; other errors are those of the folder or the disk.
pub fn examine(data: &Path, treatment: Treatment) -> Result<Checkup, StoreError> {
    let wait = if treatment.repair || treatment.compact { WRITER_WAIT } else { LOCK_WAIT };
    let examined = open_sled(data, "doctor", wait).and_then(|store| examine_open(&store, data, treatment));
    match examined {
        Err(error) if error.is_damage() => Ok(Checkup::unreadable(&error, &rows_left(data))),
        other => other,
    }
}

fn examine_open(store: &SledStore, data: &Path, treatment: Treatment) -> Result<Checkup, StoreError> {
    let health = store.check(Repair::No)?;
    let (ledger, unreadable) = Ledger::read_what_is_left(store)?;
    // A database may come back without its end after a crash, and say nothing of it; its files still name what was there.
    let lacking: Vec<ImportRow> = rows_left(data).into_iter().filter(|row| !ledger.knows(row)).collect();
    let mut checkup = Checkup::of(&health, &ledger, unreadable, lacking.len() as u64);
    let loss = loss(&health, checkup.missing);
    if !checkup.healthy && treatment.repair {
        repair(store, ledger, &loss, &mut checkup)?;
    } else {
        checkup.set_again(&ledger, &loss);
    }
    checkup.add_again(&lacking);
    if checkup.healthy {
        checkup.ids_twice = Some(ids_twice(store)?);
        checkup.compacted = treatment.compact.then(|| store.compact()).transpose()?;
    }
    checkup.bytes = store.bytes()?;
    Ok(checkup)
}

/// When the posts were posted that are lost.
fn loss(health: &Health, missing: u64) -> Loss {
    let lost = health.damaged.iter().filter(|damage| damage.part == Part::Posts);
    let mut spans: Vec<_> = lost.map(|damage| damage.first..=damage.last).collect();
    if missing > 0 {
        spans.push(MIN_TIMESTAMP..=MAX_TIMESTAMP);
    }
    Loss { spans, left_out: health.damaged.iter().any(|damage| damage.part == Part::LeftOut) }
}

/// What is lost is written down before it is dropped: a repair that dies between would leave a store without the posts, and a ledger that
/// says that they are there.
fn repair(
    store: &SledStore,
    mut ledger: Ledger,
    loss: &Loss,
    checkup: &mut Checkup,
) -> Result<(), StoreError> {
    ledger.mark_stale(loss);
    store.put(&Batch { notes: ledger.notes(checkup.ledger.unreadable), ..Batch::default() })?;
    let mended = store.check(Repair::Rebuild)?;
    checkup.set_again(&ledger, loss);
    checkup.dropped = mended.dropped;
    checkup.filters_rebuilt = mended.rebuilt;
    checkup.repaired = true;
    checkup.healthy = true;
    Ok(())
}
