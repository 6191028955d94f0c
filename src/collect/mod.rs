//! Collecting: many feeds at once on one thread, each asked politely, tried again when something passes, and saved as it goes by a writer on
//! another thread. Posts, cursor and coverage of a feed are one atomic write, so a kill at any moment loses nothing that was said to be
//! saved, and the next run goes on from there.

mod alerts;
mod clock;
mod keeper;
mod order;
mod outlet;
mod pace;
mod polite;
mod raw;
mod recheck;
mod row;
mod runner;
mod stop;
mod tell;

pub use alerts::{Alert, AlertError, AlertRules, Alerts};
pub use clock::Clock;
pub use order::{CollectError, CollectReport, FeedReport, Means, Order, Terms};
pub use recheck::{MAX_RECHECK, to_recheck};
pub use row::FeedCoverage;
pub use stop::{Stop, StopReason};
pub use tell::{Told, Watch};

use crate::ingest::{LiveGate, TagsAre};
use crate::store::{FeedRow, Store};
use keeper::{Delivery, Keeper};
use outlet::Outlet;
use pace::Pace;
use polite::Polite;
use runner::Runner;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{Receiver, channel};

/// Deliveries that may wait for the writer: what is more waits in the sockets, so that memory stays flat when the disk is slow.
const WAITING: usize = 8;

/// Collects until every feed is done, or somebody wants to stop. Runs a runtime of its own on the calling thread.
///
/// Of alerts, [`Watch::alert`] is told after what they speak of is saved; those it was not told of when the process died are told at the next start.
pub fn collect(
    store: &dyn Store,
    orders: &[Order],
    alerts: Option<Alerts>,
    means: &Means<'_>,
) -> Result<CollectReport, CollectError> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(CollectError::Runtime)?;
    let keeper = Keeper::open(store, orders, alerts, means)?;
    let gates = gates(&keeper, orders, means);
    let (sender, deliveries) = channel(WAITING);
    let runners = runners(&keeper, orders, &gates, means, &Outlet::Thread(sender))?;
    thread::scope(|scope| {
        let keeping = scope.spawn(move || keep(keeper, deliveries, means));
        runtime.block_on(runner::run_all(runners, means));
        keeping.join().map_err(|_| CollectError::Writer)?
    })
}

/// The way into the store of each feed.
fn gates<'a>(keeper: &Keeper<'_>, orders: &[Order], means: &Means<'a>) -> Vec<LiveGate<'a>> {
    let now = means.clock.now();
    let gate = |(order, row): (&Order, &FeedRow)| {
        let tags_are = if order.source.tags_are_words() { TagsAre::Words } else { TagsAre::Tags };
        means.intake.gate(row.run, tags_are, now)
    };
    orders.iter().zip(keeper.rows()).map(gate).collect()
}

/// A runner for each feed; those of one host share its pace.
fn runners<'a>(
    keeper: &Keeper<'_>,
    orders: &[Order],
    gates: &'a [LiveGate<'a>],
    means: &Means<'a>,
    outlet: &Outlet<'a>,
) -> Result<Vec<Runner<'a>>, CollectError> {
    let mut paces: HashMap<&str, Arc<Mutex<Pace>>> = HashMap::new();
    let total = Arc::new(AtomicU64::new(0));
    let mut runners = Vec::with_capacity(orders.len());
    for (number, ((order, row), gate)) in orders.iter().zip(keeper.rows()).zip(gates).enumerate() {
        let new = || Arc::new(Mutex::new(Pace::new(order.source.limits(&order.goal))));
        let pace = Arc::clone(paces.entry(&order.goal.host).or_insert_with(new));
        let polite = Polite::new(*means, number, pace, Arc::clone(&total));
        runners.push(Runner::new(number, order, &row.cursor, row.read, gate, polite, outlet.clone())?);
    }
    Ok(runners)
}

/// The writer: takes what there is, saves it, and says so.
fn keep(
    mut keeper: Keeper<'_>,
    mut deliveries: Receiver<Delivery>,
    means: &Means<'_>,
) -> Result<CollectReport, CollectError> {
    while let Some(first) = deliveries.blocking_recv() {
        keeper.take(first, means);
        while !keeper.is_full()
            && let Ok(next) = deliveries.try_recv()
        {
            keeper.take(next, means);
        }
        if let Err(error) = keeper.commit(means) {
            means.stop.set(StopReason::StoreFailed);
            return Err(error.into());
        }
    }
    keeper.finish(means)
}

#[cfg(test)]
mod simulation;
