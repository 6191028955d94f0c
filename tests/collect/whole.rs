//! The whole way: a server that follows a script, the client, a feed, the writer, a store on the disk.

use crate::client::client;
use crate::replay::{Replay, Step, get, post};
use std::path::Path;
use std::time::{Duration, SystemTime};
use tagline::collect::{Alert, Clock, CollectReport, Means, Order, Stop, Terms, Told, Watch, collect};
use tagline::ingest::{Counts, ImportOptions, Intake, Wanted, import};
use tagline::post::Timestamp;
use tagline::project::Campaign;
use tagline::source::{Ending, Goal, SOURCES, Secrets};
use tagline::store::{FeedRow, Store, feed_rows, open_sled};

struct RealClock;

impl Clock for RealClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        Timestamp::from_millis_unchecked(i64::try_from(since.as_millis()).unwrap())
    }
}

struct Nobody;

impl Watch for Nobody {
    fn told(&self, _: usize, _: Told<'_>) {}
    fn alert(&self, _: &Alert) {}
    fn passed_on(&self) -> Vec<String> {
        Vec::new()
    }
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn campaign() -> Campaign {
    Campaign { tags: vec!["Vault7".to_owned()], ..Campaign::default() }
}

/// One run over Hacker News, whose search needs nothing but pages.
async fn run(data: &Path, host: String, terms: Terms) -> CollectReport {
    let goal = Goal {
        host,
        tags: vec!["Vault7".to_owned()],
        since: Some(at("2017-03-07T00:00:00Z")),
        until: Some(at("2017-03-09T00:00:00Z")),
        insecure: true,
        ..Goal::default()
    };
    run_source(data, "hackernews", goal, terms).await
}

async fn run_source(data: &Path, name: &'static str, goal: Goal, terms: Terms) -> CollectReport {
    let data = data.to_owned();
    std::fs::create_dir_all(&data).unwrap();
    let collecting = move || {
        let store = open_sled(&data, "test", Duration::ZERO).unwrap();
        let source = *SOURCES.iter().find(|source| source.name() == name).unwrap();
        let intake = Intake::new(&campaign(), &[], Wanted::default()).unwrap();
        let network = client(&goal.host);
        let means = Means {
            intake: &intake,
            terms: &terms,
            network: &network,
            clock: &RealClock,
            stop: &Stop::default(),
            watch: &Nobody,
        };
        collect(&store, &[Order { source, goal }], None, &means).unwrap()
    };
    tokio::task::spawn_blocking(collecting).await.unwrap()
}

fn quick() -> Terms {
    Terms { first_pause: Duration::from_millis(1), ..Terms::default() }
}

const DAYS: &str = "/api/v1/search_by_date?query=vault7&tags=%28story%2Ccomment%29&typoTolerance=false\
    &numericFilters=created_at_i%3E%3D1488844800%2Ccreated_at_i%3C1489017600&hitsPerPage=1000";

/// Two posts with the word, one of which has it twice, and one without.
const PAGE: &str = r#"{"hits":[
  {"objectID":"13810015","created_at":"2017-03-07T13:20:00.000Z","created_at_i":1488892800,"author":"demo_otter","title":"Vault7: what is in it","url":"https://example.org/vault7","story_text":null,"points":12,"num_comments":3,"_tags":["story"]},
  {"objectID":"13810500","created_at":"2017-03-07T14:00:00.000Z","created_at_i":1488895200,"author":"demo_heron","comment_text":"I think <i>vault7</i> is a tag.","parent_id":13810015,"_tags":["comment"]},
  {"objectID":"13811000","created_at":"2017-03-07T15:00:00.000Z","created_at_i":1488898800,"author":"demo_finch","comment_text":"Nothing about it.","parent_id":13810015,"_tags":["comment"]}
],"nbHits":3,"page":0,"hitsPerPage":1000}"#;

fn page() -> Step {
    get(DAYS).json(PAGE)
}

fn rows(data: &Path) -> Vec<FeedRow> {
    feed_rows(&open_sled(data, "test", Duration::ZERO).unwrap()).unwrap()
}

/// Read, added, updated, duplicates, rejected, unselected.
fn six(counts: &Counts) -> [u64; 6] {
    let Counts { read, added, updated, duplicates, rejected, unselected, .. } = *counts;
    [read, added, updated, duplicates, rejected, unselected]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_is_tried_again_and_the_next_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let half = &PAGE.as_bytes()[..PAGE.len() / 2];
    let cut = crate::replay::Then::Close(
        [
            &crate::replay::head(200, &[("content-type", "application/json"), ("content-length", "9999")]),
            half,
        ]
        .concat(),
    );
    let server = Replay::start([
        get(DAYS).answers(429, &[("retry-after", "0")], "slow down"),
        get(DAYS).answers(503, &[], ""),
        get(DAYS).then(cut),
        page(),
    ])
    .await;
    let report = run(data, server.host(), quick()).await;
    assert_eq!(six(&report.counts()), [3, 2, 0, 0, 0, 1]);
    assert_eq!((report.feeds[0].requests, report.feeds[0].ending.as_ref()), (4, Some(&Ending::Complete)));
    let host = server.host();
    server.finish();
    let row = &rows(data)[0];
    assert_eq!((row.name(), row.ended.as_str()), (format!("hackernews:{host} #vault7"), "complete"));
    assert_eq!((row.read, row.added, row.unselected, row.requests), (3, 2, 1, 4));
    assert!(row.cursor.contains("vault7"), "{}", row.cursor);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_none_moves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server =
        Replay::start([get(DAYS).answers(200, &[("content-type", "text/html")], "<p>hello</p>")]).await;
    let report = run(folder.path(), server.host(), quick()).await;
    assert!(matches!(report.feeds[0].ending, Some(Ending::Failed(_))), "{report:?}");
    server.finish();
    // The same is asked again, on another port of the same host: a feed of its own, so nothing is said of the first.
    let server = Replay::start([page()]).await;
    let report = run(folder.path(), server.host(), quick()).await;
    assert_eq!(six(&report.counts()), [3, 2, 0, 0, 0, 1]);
    server.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_answers_can_be_imported() {
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("raw");
    let server = Replay::start([page()]).await;
    let terms = Terms { raw: Some(raw.clone()), ..quick() };
    run(&folder.path().join("data"), server.host(), terms).await;
    server.finish();
    let imported = folder.path().join("imported");
    std::fs::create_dir(&imported).unwrap();
    let store = open_sled(&imported, "test", Duration::ZERO).unwrap();
    let options = ImportOptions { inputs: vec![raw], ..ImportOptions::default() };
    let report = import(&store, &Campaign::default(), &options, &imported, &mut Silent).unwrap();
    assert_eq!((report.files[0].format.as_str(), report.counts.added), ("hackernews-algolia", 3));
    drop(store);
    let collected = open_sled(&folder.path().join("data"), "test", Duration::ZERO).unwrap();
    let row = &feed_rows(&collected as &dyn Store).unwrap()[0];
    assert_eq!(row.raw, [folder.path().join("raw").display().to_string()]);
}

/// Bluesky's search: signing in, two pages, a session that is renewed between them. What a file of raw answers has of it is the pages.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_renewed_and_leaves_no_trace() {
    const SEARCH: &str = "/xrpc/app.bsky.feed.searchPosts?q=%23Vault7&tag=Vault7&sort=latest&limit=100\
        &since=2025-03-01T00%3A00%3A00Z&until=2025-03-08T00%3A00%3A00Z";
    const SESSION: &str = include_str!("../../fixtures/api/bluesky/session.json");
    let second_page = || get(&format!("{SEARCH}&cursor=2"));
    let server = Replay::start([
        post(
            "/xrpc/com.atproto.server.createSession",
            r#"{"identifier":"demo_anna.example","password":"demo-pass-word"}"#,
        )
        .json(SESSION),
        get(SEARCH)
            .with("authorization", "Bearer demo-access")
            .json(include_str!("../../fixtures/api/bluesky/search-first.json")),
        second_page().answers(
            400,
            &[("content-type", "application/json")],
            include_str!("../../fixtures/api/bluesky/expired.json"),
        ),
        post("/xrpc/com.atproto.server.refreshSession", "")
            .with("authorization", "Bearer demo-refresh")
            .json(&SESSION.replace("demo-access", "demo-later")),
        second_page()
            .with("authorization", "Bearer demo-later")
            .json(include_str!("../../fixtures/api/bluesky/search-last.json")),
    ])
    .await;
    let folder = tempfile::tempdir().unwrap();
    let secret = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let goal = Goal {
        host: server.host(),
        tags: vec!["Vault7".to_owned()],
        since: Some(at("2025-03-01T00:00:00Z")),
        until: Some(at("2025-03-08T00:00:00Z")),
        insecure: true,
        secrets: Secrets::new([
            secret("TAGLINE_BLUESKY_HANDLE", "demo_anna.example"),
            secret("TAGLINE_BLUESKY_APP_PASSWORD", "demo-pass-word"),
        ]),
        ..Goal::default()
    };
    let raw = folder.path().join("raw");
    let terms = Terms { raw: Some(raw.clone()), ..quick() };
    let report = run_source(&folder.path().join("data"), "bluesky-search", goal, terms).await;
    server.finish();
    assert_eq!(report.feeds[0].ending, Some(Ending::Complete));
    assert_eq!(six(&report.counts()), [3, 3, 0, 0, 0, 0]);
    let file = std::fs::read_dir(&raw).unwrap().next().unwrap().unwrap().path();
    let kept = zstd::decode_all(std::fs::File::open(file).unwrap()).unwrap();
    let kept = String::from_utf8(kept).unwrap();
    assert_eq!(kept.lines().count(), 2);
    assert!(
        !["demo-access", "demo-later", "demo-refresh", "demo-pass"].iter().any(|word| kept.contains(word))
    );
}

struct Silent;

impl tagline::ingest::Watch for Silent {
    fn progress(&mut self, _: tagline::ingest::ImportProgress) {}
    fn reject(&mut self, _: &str, _: &tagline::archive::Reject) -> std::io::Result<()> {
        Ok(())
    }
    fn stop(&self) -> bool {
        false
    }
}
