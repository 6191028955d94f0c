//! The lives of a collector in a world: run, killed or stopped, and run again, until all is calm.

use super::super::keeper::{Delivery, Keeper};
use super::super::outlet::Outlet;
use super::super::{
    Alert, Clock, CollectError, Means, Order, Stop, StopReason, Terms, Told, Watch, gates, runner, runners,
};
use super::faults::{End, Fault, Life, Plan, Where};
use super::network::{Shared, Sim, wait};
use super::world::{HOUR, MINUTE};
use crate::ingest::Intake;
use crate::post::Timestamp;
use crate::source::News;
use crate::store::Store;
use fastrand::Rng;
use std::cell::RefCell;
use std::sync::Arc;

/// What a feed said of a span, saved.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub(super) host: usize,
    pub(super) tag: String,
    pub(super) since: i64,
    pub(super) until: i64,
    /// When what it speaks of was as the host gave it.
    pub(super) composed: i64,
    pub(super) said_at: i64,
    pub(super) is_gap: bool,
}

/// A schedule at work.
pub(super) struct Lives<'s> {
    pub(super) shared: &'s Arc<Shared>,
    pub(super) plan: &'s Plan,
    pub(super) orders: &'s [Order],
    pub(super) store: &'s dyn Store,
    pub(super) intake: &'s Intake,
    pub(super) seed: u64,
    /// What was said and is not saved yet.
    pub(super) waiting: RefCell<Vec<Claim>>,
    /// In the order in which it was saved.
    pub(super) claims: RefCell<Vec<Claim>>,
    pub(super) random: RefCell<Rng>,
}

struct Nobody;

impl Watch for Nobody {
    fn told(&self, _feed: usize, _told: Told<'_>) {}

    fn alert(&self, _alert: &Alert) {}

    fn passed_on(&self) -> Vec<String> {
        Vec::new()
    }
}

impl Lives<'_> {
    /// All lives, then one in which nothing goes wrong. Gives when that began.
    pub(super) async fn live(&self) -> Result<i64, String> {
        for (number, life) in self.plan.lives.iter().enumerate() {
            self.one(number, *life).await?;
            wait(life.pause_ms).await;
        }
        // Until every fault had its moment; kills may have come before that.
        for number in self.plan.lives.len()..self.plan.most_lives() {
            if self.shared.all_fired() {
                break;
            }
            let life =
                Life { ms: HOUR, end: End::Interrupt, pause_ms: MINUTE, sleep: None, max_requests: None };
            self.one(number, life).await?;
            wait(life.pause_ms).await;
        }
        let calm_at = self.shared.clock.now_ms();
        self.shared.state().calm = true;
        let ms = if self.plan.follow { 3 * self.plan.every_ms + 10 * MINUTE } else { 20 * HOUR };
        let life = Life { ms, end: End::Interrupt, pause_ms: 0, sleep: None, max_requests: None };
        let is_done = self.one(self.plan.most_lives(), life).await?;
        if !self.plan.follow && !is_done {
            return Err("a collection that does not follow does not end".to_owned());
        }
        Ok(calm_at)
    }

    /// One life. Whether the feeds ended by themselves.
    async fn one(&self, number: usize, life: Life) -> Result<bool, String> {
        self.shared.live(number);
        self.shared.trace(&|| format!("{life:?}"));
        let now = self.shared.clock.now();
        let stop = Stop::default();
        let end = Timestamp::from_millis_unchecked(now.as_millis() + life.ms);
        let terms = Terms {
            max_requests: life.max_requests,
            stop_at: (life.end == End::StopAt).then_some(end),
            never_give_up: self.plan.follow,
            seed: self.seed,
            ..Terms::default()
        };
        let network = Sim(Arc::clone(self.shared));
        let means = Means {
            intake: self.intake,
            terms: &terms,
            network: &network,
            clock: &self.shared.clock,
            stop: &stop,
            watch: &Nobody,
        };
        let words = |error: CollectError| error.to_string();
        let keeper = Keeper::open(self.store, self.orders, None, &means).map_err(words)?;
        let gates = gates(&keeper, self.orders, &means);
        let keeper = RefCell::new(keeper);
        let take = |delivery| self.take(delivery, &keeper, &means);
        let outlet = Outlet::Here(&take);
        let runners = runners(&keeper.borrow(), self.orders, &gates, &means, &outlet).map_err(words)?;
        let is_killed = tokio::select! {
            biased;
            () = self.shared.wait_for_kill() => true,
            () = self.fate(life, &stop) => true,
            () = runner::run_all(runners, &means) => self.shared.is_killed(),
        };
        if is_killed {
            self.shared.kill();
            self.waiting.borrow_mut().clear();
            return Ok(false);
        }
        self.save(&keeper, &means);
        let report = keeper.into_inner().finish(&means).map_err(words)?;
        let made = self.shared.state().made.iter().filter(|made| made.life == number).count() as u64;
        let told: u64 = report.feeds.iter().map(|feed| feed.requests).sum();
        if made != told {
            return Err(format!("life {number} made {made} requests and says {told}"));
        }
        if life.max_requests.is_some_and(|most| made > most) {
            return Err(format!("life {number} made {made} requests, which is more than it may"));
        }
        if let Some(ending) =
            report.feeds.iter().find_map(|feed| feed.ending.as_ref()).filter(|_| self.plan.follow)
        {
            return Err(format!("life {number} follows, and a feed of it ended: {ending:?}"));
        }
        if stop.reason() == Some(StopReason::StoreFailed) {
            return Err("the store failed".to_owned());
        }
        Ok(!stop.is_set())
    }

    /// What comes from outside: sleep, Ctrl-C, and an end by force, after which it comes back.
    async fn fate(&self, life: Life, stop: &Stop) {
        let ended = async {
            wait(life.ms).await;
            match life.end {
                End::Kill => (),
                End::Interrupt => {
                    stop.set(StopReason::Interrupted);
                    std::future::pending::<()>().await;
                }
                End::StopAt => std::future::pending().await,
            }
        };
        let slept = async {
            if let Some((after, ms)) = life.sleep {
                wait(after).await;
                self.shared.clock.sleep(ms);
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            biased;
            () = ended => {}
            () = slept => {}
        }
    }

    /// The writer, as the simulation has it: it saves now or later, and dies where the plan says.
    fn take(&self, delivery: Delivery, keeper: &RefCell<Keeper<'_>>, means: &Means<'_>) -> bool {
        if self.shared.is_killed() || self.dies(Where::Take) {
            return false;
        }
        let composed = self.shared.state().composed[delivery.feed];
        self.shared
            .trace(&|| format!("delivery of {}: {:?} {:?}", delivery.feed, delivery.news, delivery.cursor));
        let said = delivery.news.iter().filter_map(|news| claim(news, delivery.feed, composed, delivery.at));
        self.waiting.borrow_mut().extend(said);
        let is_last = delivery.ending.is_some();
        keeper.borrow_mut().take(delivery, means);
        if self.dies(Where::Save) {
            return false;
        }
        if !is_last && self.random.borrow_mut().u8(..) < 90 {
            return true;
        }
        self.save(keeper, means);
        !self.dies(Where::Saved)
    }

    fn save(&self, keeper: &RefCell<Keeper<'_>>, means: &Means<'_>) {
        keeper.borrow_mut().commit(means).unwrap();
        self.claims.borrow_mut().append(&mut self.waiting.borrow_mut());
    }

    fn dies(&self, at: Where) -> bool {
        self.shared.occasion(at);
        let dies = self.shared.fault(at, |fault| fault == Fault::Kill).is_some();
        if dies {
            self.shared.kill();
        }
        dies
    }
}

fn claim(news: &News, host: usize, composed: i64, said_at: Timestamp) -> Option<Claim> {
    let (tag, since, until, is_gap) = match news {
        News::Covered { tag, since, until } => (tag, since, until, false),
        News::Gap { tag, since, until, .. } => (tag, since, until, true),
        _ => return None,
    };
    let (since, until, said_at) = (since.as_millis(), until.as_millis(), said_at.as_millis());
    Some(Claim { host, tag: tag.clone(), since, until, composed, said_at, is_gap })
}
