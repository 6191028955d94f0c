//! Nostr: a real relay inside the test, the real client, a store on the disk.

use crate::client::client;
use nostr_relay_builder::prelude::{
    Event, EventBuilder, Keys, Kind, LocalRelay, MemoryDatabase, MemoryDatabaseOptions, MockRelay,
    NostrDatabase, RateLimit, RelayBuilder, RelayBuilderNip42, RelayBuilderNip42Mode, RelayTestOptions,
    SecretKey, Tag,
};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tagline::collect::{
    Alert, Clock, CollectReport, FeedCoverage, Means, Order, Stop, StopReason, Terms, Told, Watch, collect,
};
use tagline::ingest::{Intake, Wanted};
use tagline::post::{PostId, Timestamp};
use tagline::project::Campaign;
use tagline::source::{Ending, Goal, SOURCES};
use tagline::store::{Store, feed_rows, open_sled};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Longest that a test waits for what it was promised: only a test that fails gets there.
const PATIENCE: Duration = Duration::from_secs(20);

struct RealClock;

fn now_s() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

impl Clock for RealClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        Timestamp::from_millis_unchecked(i64::try_from(since.as_millis()).unwrap())
    }
}

/// Posts and deletions that are saved, told to the test as they are.
struct Saved(UnboundedSender<(u64, u64)>);

impl Watch for Saved {
    fn told(&self, _: usize, told: Told<'_>) {
        if let Told::Saved(counts) = told {
            let _ = self.0.send((counts.added, counts.updated));
        }
    }
    fn alert(&self, _: &Alert) {}
    fn passed_on(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A relay on this machine, and what it has.
struct Relay {
    local: LocalRelay,
    database: Arc<MemoryDatabase>,
    host: String,
}

impl Relay {
    async fn start(builder: RelayBuilder) -> Self {
        let options = MemoryDatabaseOptions { events: true, max_events: None };
        let database = Arc::new(MemoryDatabase::with_opts(options));
        let local = LocalRelay::new(builder.database(Arc::clone(&database)));
        local.run().await.unwrap();
        let host = host_of(local.url().await.as_str());
        Self { local, database, host }
    }

    async fn has(&self, events: &[Event]) {
        for event in events {
            assert!(self.database.save_event(event).await.unwrap().is_success());
        }
    }

    /// Takes an event in and passes it on to who listens.
    async fn publish(&self, event: Event) {
        self.has(std::slice::from_ref(&event)).await;
        self.local.notify_event(event);
    }
}

fn host_of(url: &str) -> String {
    url.trim_start_matches("ws://").trim_end_matches('/').to_owned()
}

fn keys(byte: u8) -> Keys {
    Keys::new(SecretKey::from_slice(&[byte; 32]).unwrap())
}

fn event(by: u8, at: u64, kind: u16, text: &str, tag: [&str; 2]) -> Event {
    let builder = EventBuilder::new(Kind::from_u16(kind), text).tag(Tag::parse(tag).unwrap());
    builder.custom_created_at(at.into()).sign_with_keys(&keys(by)).unwrap()
}

fn note(by: u8, at: u64, text: &str, tag: &str) -> Event {
    event(by, at, 1, text, ["t", tag])
}

fn goal(host: &str) -> Goal {
    let since = Timestamp::from_millis_unchecked(i64::try_from(now_s() - 86_400).unwrap() * 1000);
    Goal {
        host: host.to_owned(),
        tags: vec!["Vault7".to_owned()],
        since: Some(since),
        insecure: true,
        ..Goal::default()
    }
}

/// Collects in the background; what is saved can be listened to, and `stop` ends it.
struct Collecting {
    saved: UnboundedReceiver<(u64, u64)>,
    stop: Stop,
    done: tokio::task::JoinHandle<CollectReport>,
}

impl Collecting {
    fn start(data: &Path, goal: Goal) -> Self {
        std::fs::create_dir_all(data).unwrap();
        let (sender, saved) = unbounded_channel();
        let stop = Stop::default();
        let (data, stopping) = (data.to_owned(), stop.clone());
        let collecting = move || {
            let store = open_sled(&data, "test", PATIENCE).unwrap();
            let source = *SOURCES.iter().find(|source| source.name() == "nostr").unwrap();
            let network = client(&goal.host);
            let campaign = Campaign { tags: vec!["Vault7".to_owned()], ..Campaign::default() };
            let means = Means {
                intake: &Intake::new(&campaign, &[], Wanted::default()).unwrap(),
                terms: &Terms { first_pause: Duration::from_millis(1), ..Terms::default() },
                network: &network,
                clock: &RealClock,
                stop: &stopping,
                watch: &Saved(sender),
            };
            collect(&store, &[Order { source, goal }], None, &means).unwrap()
        };
        Self { saved, stop, done: tokio::task::spawn_blocking(collecting) }
    }

    /// Waits until that much is saved.
    async fn wait_for(&mut self, enough: impl Fn(u64, u64) -> bool) {
        let waiting = async {
            while let Some((added, updated)) = self.saved.recv().await {
                if enough(added, updated) {
                    return;
                }
            }
            panic!("it ended before");
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("what was promised did not come");
    }

    async fn end(self) -> CollectReport {
        tokio::time::timeout(PATIENCE, self.done).await.expect("it does not end").unwrap()
    }
}

async fn run(data: &Path, goal: Goal) -> CollectReport {
    Collecting::start(data, goal).end().await
}

/// Of each event, whether the store has it, and whether as deleted.
fn kept(data: &Path, events: &[Event]) -> Vec<Option<bool>> {
    let store = open_sled(data, "test", PATIENCE).unwrap();
    let id = |event: &Event| PostId { platform: "nostr".to_owned(), id: event.id.to_hex() };
    let ids: Vec<PostId> = events.iter().map(id).collect();
    store.find(&ids).unwrap().into_iter().map(|post| post.map(|post| post.deleted)).collect()
}

/// Whether nothing may be missing, as far as the relay was asked.
fn is_covered(data: &Path) -> bool {
    let store = open_sled(data, "test", PATIENCE).unwrap();
    let row = &feed_rows(&store).unwrap()[0];
    let coverage: FeedCoverage =
        serde_json::from_slice(&store.note(&row.coverage_key()).unwrap().unwrap()).unwrap();
    coverage.values().all(|coverage| coverage.spans().len() == 1 && coverage.spans()[0].gap.is_none())
}

#[tokio::test(flavor = "multi_thread")]
async fn history_is_whole_in_both_spellings_one_request_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let builder = RelayBuilder::default()
        .max_filter_limit(20)
        .rate_limit(RateLimit { max_reqs: 1, notes_per_minute: 0 });
    let relay = Relay::start(builder).await;
    let base = now_s() - 100;
    let spelling = |n: u64| ["vault7", "Vault7"][usize::from(n.is_multiple_of(3))];
    let ours: Vec<Event> = (0..150)
        .map(|n| note(1 + u8::try_from(n % 3).unwrap(), base - n / 4, &format!("post {n}"), spelling(n)))
        .collect();
    let others: Vec<Event> = (0..30).map(|n| note(1, base - n, &format!("other {n}"), "other")).collect();
    relay.has(&ours).await;
    relay.has(&others).await;
    let report = run(folder.path(), goal(&relay.host)).await;
    assert_eq!(report.feeds[0].ending, Some(Ending::Complete));
    assert_eq!(report.counts().added, 150);
    assert!(kept(folder.path(), &ours).iter().all(|kept| *kept == Some(false)));
    assert!(kept(folder.path(), &others).iter().all(Option::is_none));
    assert!(is_covered(folder.path()));
    let late = note(2, base - 5, "late", "vault7");
    relay.has(std::slice::from_ref(&late)).await;
    let report = run(folder.path(), goal(&relay.host)).await;
    assert_eq!((report.feeds[0].ending.clone(), report.counts().added), (Some(Ending::Complete), 1));
    assert_eq!(kept(folder.path(), &[late]), [Some(false)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_and_deletions_come_while_it_follows() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(RelayBuilder::default()).await;
    let old: Vec<Event> = (0..5).map(|n| note(1, now_s() - 60 - n, &format!("old {n}"), "vault7")).collect();
    relay.has(&old).await;
    let mut collecting = Collecting::start(folder.path(), Goal { follow: true, ..goal(&relay.host) });
    collecting.wait_for(|added, _| added == 5).await;
    let new: Vec<Event> = (0..5).map(|n| note(2, now_s(), &format!("new {n}"), "Vault7")).collect();
    for event in &new {
        relay.publish(event.clone()).await;
    }
    relay.publish(event(1, now_s(), 5, "", ["e", &old[0].id.to_hex()])).await;
    // Somebody else's request: this relay would not keep it, so it is only passed on.
    relay.local.notify_event(event(2, now_s(), 5, "", ["e", &old[1].id.to_hex()]));
    collecting.wait_for(|added, updated| added == 10 && updated >= 1).await;
    collecting.stop.set(StopReason::Interrupted);
    let report = collecting.end().await;
    assert_eq!((report.stopped, report.counts().added), (Some(StopReason::Interrupted), 10));
    assert_eq!(kept(folder.path(), &old), [Some(true), Some(false), Some(false), Some(false), Some(false)]);
    assert!(kept(folder.path(), &new).iter().all(|kept| *kept == Some(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_meanwhile_is_found_by_looking_again() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(RelayBuilder::default()).await;
    let posts: Vec<Event> =
        (0..3).map(|n| note(1, now_s() - 60 - n, &format!("post {n}"), "vault7")).collect();
    relay.has(&posts).await;
    assert_eq!(run(folder.path(), goal(&relay.host)).await.counts().added, 3);
    relay.has(&[event(1, now_s(), 5, "", ["e", &posts[2].id.to_hex()])]).await;
    let id = |event: &Event| event.id.to_hex();
    let authors: BTreeMap<String, String> =
        posts.iter().map(|event| (id(event), event.pubkey.to_hex())).collect();
    let again = Goal { recheck: posts.iter().map(id).collect(), authors, ..goal(&relay.host) };
    assert_eq!(run(folder.path(), again).await.feeds[0].ending, Some(Ending::Complete));
    assert_eq!(kept(folder.path(), &posts), [Some(false), Some(false), Some(true)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_wants_a_login_is_said_to_want_one() {
    let folder = tempfile::tempdir().unwrap();
    let login = RelayBuilderNip42 { mode: RelayBuilderNip42Mode::Read };
    let relay = Relay::start(RelayBuilder::default().nip42(login)).await;
    let report = run(folder.path(), goal(&relay.host)).await;
    let why = "the relay refuses: auth-required: you must auth";
    assert_eq!(report.feeds[0].ending, Some(Ending::NotAllowed(why.to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_sends_anything_covers_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let options = RelayTestOptions { send_random_events: true, ..RelayTestOptions::default() };
    let relay = MockRelay::run_with_opts(options).await.unwrap();
    let report = run(folder.path(), goal(&host_of(relay.url().await.as_str()))).await;
    assert_eq!(report.feeds[0].ending, Some(Ending::Complete));
    let counts = report.counts();
    // How many it makes up is its own affair.
    assert!(counts.added == 0 && counts.read > 0 && counts.read == counts.unselected, "{counts:?}");
    assert!(!is_covered(folder.path()));
}
