//! A network that is none, under a clock that runs only when nobody works: worlds whose posts are all known, hosts that serve them in the shapes
//! of the real ones, faults by plan, kills at any moment. After each schedule the store is held against the truth.
//!
//! `TAGLINE_SCHEDULES=1000 cargo test --lib simulation` runs that many; `TAGLINE_SEED=17` runs one alone and
//! tells all that happens in it.

mod check;
mod clock;
mod faults;
mod hackernews;
mod jetstream;
mod life;
mod mastodon;
mod month;
mod network;
mod stream;
mod tight;
mod world;

use super::{Clock, Order};
use crate::ingest::{Intake, Wanted};
use crate::post::Timestamp;
use crate::project::Campaign;
use crate::source::{Goal, Limit, SOURCES, Source};
use crate::store::memory_store;
use fastrand::Rng;
use life::Lives;
use network::Shared;
use std::cell::RefCell;
use std::panic::catch_unwind;
use std::time::{Duration, Instant};
use world::{BEGIN, HOUR, Shape};

/// Schedules of a plain `cargo test`.
const FEW: u64 = 60;
/// Schedules whose faults may not all find their moment, of a hundred: these are not counted.
const MOST_DISCARDED: u64 = 40;

fn source(shape: Shape) -> Option<&'static dyn Source> {
    SOURCES.iter().copied().find(|source| source.name() == shape.source())
}

/// Shapes whose sources there are.
fn shapes() -> Vec<Shape> {
    let all = [Shape::HackerNews, Shape::Jetstream, Shape::Mastodon];
    all.into_iter().filter(|shape| source(*shape).is_some()).collect()
}

fn campaign() -> Campaign {
    Campaign { tags: vec!["Vault7".to_owned(), "Vault8".to_owned()], ..Campaign::default() }
}

/// What came of a schedule that went as it should.
struct Done {
    /// Whether every planned fault found its moment.
    is_whole: bool,
    transcript: blake3::Hash,
}

/// Runs the schedule of a number.
fn run(seed: u64, is_told: bool) -> Result<Done, String> {
    paused().block_on(schedule(seed, is_told))
}

async fn schedule(seed: u64, is_told: bool) -> Result<Done, String> {
    let (world, plan) = faults::of_seed(seed, &shapes());
    let orders: Vec<Order> = world
        .hosts
        .iter()
        .map(|host| Order {
            source: if plan.is_tight { tight::source(host.shape) } else { source(host.shape).unwrap() },
            goal: Goal {
                host: host.name.clone(),
                tags: campaign().tags,
                since: Some(Timestamp::from_millis_unchecked(BEGIN - 20 * HOUR)),
                follow: plan.follow,
                every: Duration::from_millis(u64::try_from(plan.every_ms).unwrap()),
                ..Goal::default()
            },
        })
        .collect();
    let limits: Vec<Vec<Limit>> = orders.iter().map(|order| order.source.limits(&order.goal)).collect();
    let shared = Shared::new(world, plan.faults.clone(), limits, seed, is_told);
    let store = memory_store().unwrap();
    let intake = Intake::new(&campaign(), &[], Wanted::default()).unwrap();
    let lives = Lives {
        shared: &shared,
        plan: &plan,
        orders: &orders,
        store: store.as_ref(),
        intake: &intake,
        seed,
        waiting: RefCell::default(),
        claims: RefCell::default(),
        random: RefCell::new(Rng::with_seed(seed ^ 0x5eed)),
    };
    let calm_at = lives.live().await?;
    let now = shared.clock.now();
    lives.check(calm_at).map_err(|wrong| format!("{wrong} (at {now})"))?;
    let transcript = shared.state().transcript.finalize();
    Ok(Done { is_whole: shared.all_fired(), transcript })
}

/// A runtime whose time stands still while anything can be done.
fn paused() -> tokio::runtime::Runtime {
    // With the driver of sockets, which nobody uses: without it, each moment that passes is a sleep of the thread, and on a busy machine long.
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// Makes this thread the only one of the store's: on a busy machine, handing work to others takes longer than the work.
fn alone() {
    // Fails if it is so already.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

#[test]
fn after_any_schedule_the_store_is_the_truth_less_what_is_said_to_be_missing() {
    alone();
    alone();
    let seeds = match number("TAGLINE_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("TAGLINE_SCHEDULES").unwrap_or(FEW),
    };
    let (started, count) = (Instant::now(), seeds.end - seeds.start);
    let (mut failed, mut discarded) = (Vec::new(), 0);
    for seed in seeds {
        let done = catch_unwind(|| run(seed, count == 1));
        match done.unwrap_or_else(|_| Err("it panicked".to_owned())) {
            Ok(done) => discarded += u64::from(!done.is_whole),
            Err(wrong) => failed.push(format!("TAGLINE_SEED={seed}: {wrong}")),
        }
    }
    let took = started.elapsed().as_millis();
    let words =
        format!("{count} schedules in {took} ms, {discarded} of them with a fault that found no moment");
    assert!(failed.is_empty(), "{words}, {} failed:\n{}", failed.len(), failed.join("\n"));
    assert!(count == 1 || discarded * 100 <= count * MOST_DISCARDED, "{words}");
    if count != FEW {
        eprintln!("{words}");
    }
}

#[test]
fn the_same_number_gives_the_same_schedule() {
    alone();
    for seed in 0..5 {
        let hashes =
            [run(seed, false), run(seed, false)].map(|done| done.map(|done| done.transcript).map_err(|_| ()));
        assert_eq!(hashes[0], hashes[1], "{seed}");
    }
}
