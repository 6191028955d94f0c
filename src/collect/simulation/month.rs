//! One tag on twenty hosts with Mastodon's API, without a token, looked at every five minutes for long: no host is asked more than it allows, and
//! the store has all that they showed.
//!
//! A plain `cargo test` takes a few hours of it; `TAGLINE_DAYS=30 cargo test --lib simulation::month` a month.

use super::faults::{End, Life, Plan};
use super::life::Lives;
use super::network::{Made, Shared};
use super::world::{BEGIN, HOUR, MINUTE, Shape, World};
use super::{alone, campaign, number, paused, source};
use crate::collect::Order;
use crate::ingest::{Intake, Wanted};
use crate::post::Timestamp;
use crate::source::Goal;
use crate::store::memory_store;
use fastrand::Rng;
use std::cell::RefCell;
use std::time::Duration;

const HOSTS: usize = 20;
/// Posts of one host in an hour, as written there; others show some of them.
const POSTS_AN_HOUR: i64 = 4;

#[test]
fn twenty_hosts_followed_for_long_are_never_asked_too_much() {
    alone();
    let ms = number("TAGLINE_DAYS").map_or(2 * HOUR, |days| i64::try_from(days).unwrap() * 24 * HOUR);
    let mut random = Rng::with_seed(7);
    let posts = usize::try_from((ms + 24 * HOUR) / HOUR * POSTS_AN_HOUR).unwrap();
    let world = World::new(&mut random, &[Shape::Mastodon; HOSTS], posts, BEGIN + ms);
    // The laptop sleeps once, is cut off once, and is killed once.
    let life = |ms, end, pause_ms, sleep| Life { ms, end, pause_ms, sleep, max_requests: None };
    let lives = vec![
        life(ms / 3, End::Kill, 10 * MINUTE, None),
        life(ms / 3, End::Interrupt, 0, Some((ms / 9, HOUR))),
        life(ms / 3, End::StopAt, MINUTE, None),
    ];
    let plan = Plan { faults: Vec::new(), lives, follow: true, every_ms: 5 * MINUTE, is_tight: false };
    paused().block_on(follow(world, &plan)).unwrap();
}

async fn follow(world: World, plan: &Plan) -> Result<(), String> {
    let order = |host: &super::world::Host| Order {
        source: source(host.shape).unwrap(),
        goal: Goal {
            host: host.name.clone(),
            tags: vec!["Vault7".to_owned()],
            since: Some(Timestamp::from_millis_unchecked(BEGIN - 20 * HOUR)),
            follow: true,
            every: Duration::from_millis(u64::try_from(plan.every_ms).unwrap()),
            ..Goal::default()
        },
    };
    let orders: Vec<Order> = world.hosts.iter().map(order).collect();
    let limits = orders.iter().map(|order| order.source.limits(&order.goal)).collect();
    let shared = Shared::new(world, Vec::new(), limits, 7, false);
    let store = memory_store().unwrap();
    let intake = Intake::new(&campaign(), &[], Wanted::default()).unwrap();
    let lives = Lives {
        shared: &shared,
        plan,
        orders: &orders,
        store: store.as_ref(),
        intake: &intake,
        seed: 7,
        waiting: RefCell::default(),
        claims: RefCell::default(),
        random: RefCell::new(Rng::with_seed(7)),
    };
    let calm_at = lives.live().await?;
    lives.check_whole(calm_at)?;
    if number("TAGLINE_DAYS").is_some() {
        tell(&shared);
    }
    Ok(())
}

/// How much was asked, beside what is allowed.
fn tell(shared: &Shared) {
    let made = &shared.state().made;
    let posts = shared.world.posts.len();
    eprintln!("{} requests to {HOSTS} hosts, which have {posts} posts", made.len());
    for limit in &shared.limits[0] {
        let window = i64::try_from(limit.window.as_millis()).unwrap();
        let of = |host: usize| {
            let counts =
                |made: &&Made| made.host == host && (limit.kind.is_empty() || made.kind == limit.kind);
            let at: Vec<i64> = made.iter().filter(counts).map(|made| made.at).collect();
            let in_window = |(n, first): (usize, &i64)| at[n..].partition_point(|at| *at < first + window);
            at.iter().enumerate().map(in_window).max().unwrap_or(0)
        };
        let most = (0..HOSTS).map(of).max().unwrap_or(0);
        let (seconds, allowed) = (limit.window.as_secs(), limit.requests);
        eprintln!("{:>6}: at most {most} of {allowed} in any {seconds} s", limit.kind);
    }
}
