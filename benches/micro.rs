//! The steps of an import and of a count one by one, in bytes and posts a second: `cargo bench --bench micro`. Through the library's public
//! face alone.

#![expect(clippy::unwrap_used, reason = "a bench that cannot begin has nothing to go on with")]

#[path = "lines/mod.rs"]
mod lines;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use lines::{Lines, Shape};
use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::LazyLock;
use tagline::archive::{Archive, ReadOptions, Reject, Sink};
use tagline::post::{Deletion, Draft, MAX_TIMESTAMP, MIN_TIMESTAMP};
use tagline::project::read_campaign;
use tagline::source::{Event, Goal, Out, SOURCES};
use tagline::store::{Batch, Columns, Groups, RunWriter, StoredBlock, memory_store};
use tagline::theory::{Matcher, PostText};

const SLIM_LINES: u64 = 50_000;
const TWEETS_LINES: u64 = 10_000;

fn main() {
    divan::main();
}

/// A file that the benches read, made anew for each run of them.
struct File {
    path: PathBuf,
    bytes: usize,
}

static SLIM: LazyLock<File> = LazyLock::new(|| File::of(Shape::Slim, SLIM_LINES));
static TWEETS: LazyLock<File> = LazyLock::new(|| File::of(Shape::Tweets, TWEETS_LINES));

impl File {
    fn of(shape: Shape, count: u64) -> Self {
        let lines = Lines { shape, seed: 7 };
        let mut bytes = Vec::new();
        (0..count).for_each(|number| lines.write(number, &mut bytes));
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("micro-{shape:?}.jsonl"));
        fs::write(&path, &bytes).unwrap();
        Self { path, bytes: bytes.len() }
    }

    /// Reads the whole file; the sinks in order.
    fn read<S: Sink + Default + Send>(&self) -> Vec<S> {
        let mut sinks = Vec::new();
        let archive = Archive::open(&self.path, &ReadOptions::default()).unwrap();
        let mut each = |sink, _| {
            sinks.push(sink);
            ControlFlow::Continue(())
        };
        archive.read(S::default, &mut each).unwrap();
        sinks
    }
}

/// Counts posts.
#[derive(Default)]
struct Counter(u64);

impl Sink for Counter {
    fn post(&mut self, post: &mut Draft<'_>) {
        self.0 += u64::from(!black_box(post).id.is_empty());
    }
    fn deletion(&mut self, _: Deletion) {}
    fn reject(&mut self, _: Reject) {}
    fn unselected(&mut self, _: &'static str) {}
}

/// Keeps posts.
#[derive(Default)]
struct Keeper(Columns);

impl Sink for Keeper {
    fn post(&mut self, post: &mut Draft<'_>) {
        self.0.push(post);
    }
    fn deletion(&mut self, _: Deletion) {}
    fn reject(&mut self, _: Reject) {}
    fn unselected(&mut self, _: &'static str) {}
}

/// The slim posts as a store gives them out: in order, without repeats, in full blocks.
static BLOCKS: LazyLock<Vec<StoredBlock>> = LazyLock::new(|| {
    let store = memory_store().unwrap();
    let posts = SLIM.read::<Keeper>().into_iter().map(|keeper| keeper.0).collect();
    store.put(&Batch { posts, ..Batch::default() }).unwrap();
    blocks(store.as_ref(), Groups::ALL)
});

fn blocks(store: &dyn tagline::store::Store, groups: Groups) -> Vec<StoredBlock> {
    let mut blocks = Vec::new();
    let mut each = |block| {
        blocks.push(block);
        ControlFlow::Continue(())
    };
    store.scan(MIN_TIMESTAMP..MAX_TIMESTAMP, groups.into(), &mut each).unwrap();
    blocks
}

fn decoded() -> Vec<Columns> {
    BLOCKS.iter().map(|block| block.decode().unwrap()).collect()
}

fn post_count() -> ItemsCount {
    ItemsCount::new(BLOCKS.iter().map(|block| block.count).sum::<usize>())
}

#[divan::bench]
fn parse_slim(bencher: Bencher<'_, '_>) {
    parse(bencher, &SLIM);
}

#[divan::bench]
fn parse_tweets(bencher: Bencher<'_, '_>) {
    parse(bencher, &TWEETS);
}

/// Reading, cutting and parsing on all threads, as an import does.
fn parse(bencher: Bencher<'_, '_>, file: &File) {
    let read = || file.read::<Counter>().iter().map(|counter| counter.0).sum::<u64>();
    bencher.counter(BytesCount::new(file.bytes)).bench(read);
}

/// Packing, with the writing of a run to a file.
#[divan::bench]
fn encode_blocks(bencher: Bencher<'_, '_>) {
    let posts = decoded();
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("micro-run");
    bencher.counter(post_count()).bench(|| {
        let mut run = RunWriter::create(&path).unwrap();
        for columns in &posts {
            (0..columns.len()).for_each(|index| run.push(columns, index).unwrap());
        }
        run.finish().unwrap()
    });
}

/// Taking in posts that are all new: sorting, merging, packing.
#[divan::bench]
fn put_into_memory(bencher: Bencher<'_, '_>) {
    let batch = Batch { posts: decoded(), ..Batch::default() };
    bencher.counter(post_count()).bench(|| memory_store().unwrap().put(&batch).unwrap());
}

#[divan::bench]
fn decode_all(bencher: Bencher<'_, '_>) {
    bencher.counter(post_count()).bench(decoded);
}

/// What counting reads.
#[divan::bench]
fn decode_who_and_text(bencher: Bencher<'_, '_>) {
    let store = memory_store().unwrap();
    store.put(&Batch { posts: decoded(), ..Batch::default() }).unwrap();
    let blocks = blocks(store.as_ref(), Groups::WHO.and(Groups::TEXT));
    let decode = || blocks.iter().map(|block| block.decode().unwrap().len()).sum::<usize>();
    bencher.counter(post_count()).bench(decode);
}

/// Twelve theories on one thread.
#[divan::bench]
fn match_texts(bencher: Bencher<'_, '_>) {
    let campaign = read_campaign(include_str!("twelve.toml")).unwrap();
    let matcher = Matcher::compile(&campaign.theories).unwrap();
    let posts = decoded();
    let (mut scratch, mut theories) = (matcher.scratch(), Vec::new());
    bencher.counter(post_count()).bench_local(|| {
        let mut found = 0;
        for post in posts.iter().flat_map(Columns::iter) {
            let text = PostText { text: post.text, ..PostText::default() };
            matcher.theories_of(text, &mut scratch, &mut theories);
            found += theories.len();
        }
        found
    });
}

/// Posts as Bluesky's stream sends them; one in ten answers another, one in fifty has a tag.
fn stream_messages() -> Vec<String> {
    let message = |number: u64| {
        let answers = if number.is_multiple_of(10) {
            r#""reply":{"parent":{"cid":"bafyreidemoparent","uri":"at://did:plc:demoben33333333333333333/app.bsky.feed.post/3ljs2tnxt6k2b"},"root":{"cid":"bafyreidemoroot","uri":"at://did:plc:demoben33333333333333333/app.bsky.feed.post/3ljs2tnxt6k2b"}},"#
        } else {
            ""
        };
        let tag = if number.is_multiple_of(50) { " #Vault7" } else { "" };
        let (seq, second) = (24_664_288_000 + number, number / 40 % 60);
        format!(
            r#"{{"$type":"message","payload":{{"$type":"network.bsky.jetstream.subscribeEvents#commit","seq":{seq},"did":"did:plc:demoanna2222222222222222","time":"2025-03-07T13:00:{second:02}.250123Z","witnessedAt":"2025-03-07T13:00:{second:02}.250123Z","rev":"3ljs2towdqk2b","operation":"create","collection":"app.bsky.feed.post","rkey":"3ljs2tnxt6k2b","record":{{"$type":"app.bsky.feed.post","createdAt":"2025-03-07T13:00:00.250Z","embed":{{"$type":"app.bsky.embed.external","external":{{"description":"what a page says of itself, in a sentence or two, as pages do","title":"A page about something else","uri":"https://news.example/story/{number}"}}}},"facets":[{{"features":[{{"$type":"app.bsky.richtext.facet#link","uri":"https://news.example/story/{number}"}}],"index":{{"byteEnd":31,"byteStart":0}}}}],"langs":["en"],{answers}"text":"news.example/story and a sentence or two about it, \u00e9t\u00e9 number {number}{tag}"}},"cid":"bafyreidemodemodemodemodemodemodemodemodemodemodemodemodemo"}}}}"#
        )
    };
    (0..5000).map(message).collect()
}

/// Messages of Bluesky's stream through its feed, on one thread: what steers it, and the parser.
#[divan::bench]
fn bluesky_stream(bencher: Bencher<'_, '_>) {
    let messages = stream_messages();
    let bytes = messages.iter().map(String::len).sum::<usize>();
    let source = SOURCES.iter().find(|source| source.name() == "bluesky").unwrap();
    let goal = Goal { host: "localhost".to_owned(), follow: true, ..Goal::default() };
    let counter = bencher.counter(ItemsCount::new(messages.len())).counter(BytesCount::new(bytes));
    counter.bench_local(|| {
        let mut feed = source.feed(&goal, None).unwrap();
        let (mut posts, mut news) = (Counter::default(), Vec::new());
        let mut on = |event: Event<'_>| {
            let now = MIN_TIMESTAMP;
            black_box(feed.on(event, &mut Out { now, record: 0, posts: &mut posts, news: &mut news }));
        };
        on(Event::Begin);
        on(Event::Opened);
        for message in &messages {
            on(Event::Message { event: "", data: message.as_bytes() });
        }
        assert_eq!(posts.0, messages.len() as u64);
    });
}
