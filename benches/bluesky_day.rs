//! A day of all of Bluesky, invented and made on the way, through the real feed, filter, writer and store, as fast as it goes.
//!
//!     cargo run --release --example bluesky_day -- tag
//!     taskset -c 0 cargo run --release --example bluesky_day -- all --posts 1000000
//!
//! `tag` keeps one post of 500, `all` keeps every one, `make` only makes them, which is what the day itself costs. Each million prints posts a
//! second, CPU seconds and the peak of memory. Ends with 1 if the store is not what was sent.

#[path = "lines/bluesky.rs"]
mod bluesky;
#[path = "lines/mod.rs"]
#[expect(dead_code, reason = "other shapes have their own program")]
mod lines;
#[path = "lines/used.rs"]
mod used;

use bluesky::Day;
use clap::{Parser, ValueEnum};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tagline::collect::{Alert, Clock, Means, Order, Stop, StopReason, Terms, Told, Watch, collect};
use tagline::http::{Message, NetError, Network, Opened, Pending, Reply, Stream};
use tagline::ingest::{Intake, Wanted};
use tagline::post::Timestamp;
use tagline::project::Campaign;
use tagline::source::{Connection, Goal, Request, SOURCES};
use tagline::store::open_sled;
use used::{cpu_seconds, peak_mib};

/// 7 March 2026, the end of the day.
const END_MS: i64 = 1_772_928_000_000;
const DAY_MS: i64 = 86_400_000;

/// A day of all of Bluesky, as fast as it goes
#[derive(Parser)]
#[command(name = "bluesky_day")]
struct Options {
    /// What is kept of it
    keep: Keep,
    /// How many posts the day has
    #[arg(long, default_value = "2200000")]
    posts: u64,
    /// After so many posts a line is printed
    #[arg(long, default_value = "1000000")]
    every: u64,
    /// Other seeds give other days
    #[arg(long, default_value = "7")]
    seed: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Keep {
    /// Posts with a tag that one of 500 has
    Tag,
    /// All
    All,
    /// Nothing: the messages are made and thrown away
    Make,
}

type Failure = Box<dyn std::error::Error>;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program of its own")]
fn main() -> ExitCode {
    let options = Options::parse();
    println!("posts | posts/s | CPU s | peak MiB");
    let done = if options.keep == Keep::Make { Ok(make(&options)) } else { run(&options) };
    match done {
        Ok(words) => {
            println!("{words}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn make(options: &Options) -> String {
    let mut meter = Meter::new(options.every);
    let mut day = Day::new(options.seed, options.posts, END_MS - DAY_MS);
    let (mut message, mut bytes) = (Vec::new(), 0);
    while day.posts < options.posts {
        message.clear();
        day.next(&mut message);
        bytes += message.len();
        meter.look(day.posts);
    }
    meter.print(day.posts);
    format!(
        "{} events of {} bytes on average, {} posts with the tag",
        day.events,
        bytes as u64 / day.events,
        day.tagged
    )
}

fn run(options: &Options) -> Result<String, Failure> {
    let source = SOURCES.iter().copied().find(|source| source.name() == "bluesky").ok_or("no such source")?;
    let folder = tempfile::tempdir()?;
    let store = open_sled(folder.path(), "bluesky_day", Duration::ZERO)?;
    let tags = if options.keep == Keep::Tag { vec!["Vault7".to_owned()] } else { Vec::new() };
    let campaign = Campaign { tags: tags.clone(), ..Campaign::default() };
    let goal = Goal {
        host: "day.example".to_owned(),
        tags,
        since: Some(Timestamp::from_millis_unchecked(END_MS - DAY_MS)),
        follow: true,
        ..Goal::default()
    };
    let stop = Stop::default();
    let network = Firehose {
        day: Arc::new(Mutex::new(Day::new(options.seed, options.posts, END_MS - DAY_MS))),
        meter: Arc::new(Mutex::new(Meter::new(options.every))),
        most: options.posts,
        stop: stop.clone(),
    };
    let means = Means {
        intake: &Intake::new(&campaign, &[], Wanted::default())?,
        terms: &Terms::default(),
        network: &network,
        clock: &Later(Instant::now()),
        stop: &stop,
        watch: &Nobody,
    };
    let report = collect(&store, &[Order { source, goal }], None, &means)?;
    let day = network.day.lock().unwrap_or_else(PoisonError::into_inner);
    network.meter.lock().unwrap_or_else(PoisonError::into_inner).print(day.posts);
    let counts = report.counts();
    let expected = if options.keep == Keep::Tag { day.tagged } else { day.posts };
    let words =
        format!("{} events, {} posts, {} with the tag; {counts:?}", day.events, day.posts, day.tagged);
    if counts.added == expected && counts.read == day.events {
        Ok(words)
    } else {
        Err(format!("{expected} posts should be there: {words}").into())
    }
}

/// The network: one stream, which has everything and is never behind.
struct Firehose {
    day: Arc<Mutex<Day>>,
    meter: Arc<Mutex<Meter>>,
    most: u64,
    stop: Stop,
}

impl Network for Firehose {
    fn ask<'a>(&'a self, _request: &'a Request) -> Pending<'a, Result<Reply, NetError>> {
        Box::pin(async { Err(NetError::Unsafe("nothing is asked here".to_owned())) })
    }

    fn open<'a>(&'a self, _connection: &'a Connection) -> Pending<'a, Result<Opened, NetError>> {
        let (day, meter) = (Arc::clone(&self.day), Arc::clone(&self.meter));
        let flood = Flood { day, meter, most: self.most, stop: self.stop.clone() };
        Box::pin(async { Ok(Opened::Stream(Box::new(flood))) })
    }
}

struct Flood {
    day: Arc<Mutex<Day>>,
    meter: Arc<Mutex<Meter>>,
    most: u64,
    stop: Stop,
}

impl Stream for Flood {
    fn next(&mut self) -> Pending<'_, Result<Message, NetError>> {
        Box::pin(async {
            let mut day = self.day.lock().unwrap_or_else(PoisonError::into_inner);
            if day.posts >= self.most {
                self.stop.set(StopReason::Interrupted);
                return Ok(Message::Alive);
            }
            let mut data = Vec::with_capacity(1024);
            day.next(&mut data);
            self.meter.lock().unwrap_or_else(PoisonError::into_inner).look(day.posts);
            Ok(Message::Data { event: String::new(), data })
        })
    }

    fn send<'a>(&'a mut self, _text: &'a str) -> Pending<'a, Result<(), NetError>> {
        Box::pin(async { Ok(()) })
    }
}

/// The clock of somebody who begins when the day is over.
struct Later(Instant);

impl Clock for Later {
    fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.0.elapsed().as_millis()).unwrap_or(0);
        Timestamp::from_millis_unchecked(END_MS + passed)
    }
}

struct Nobody;

impl Watch for Nobody {
    fn told(&self, _feed: usize, _told: Told<'_>) {}

    fn alert(&self, _alert: &Alert) {}

    fn passed_on(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Prints how fast it goes, and what it takes.
struct Meter {
    every: u64,
    next: u64,
    started: Instant,
}

impl Meter {
    fn new(every: u64) -> Self {
        Self { every: every.max(1), next: every.max(1), started: Instant::now() }
    }

    fn look(&mut self, posts: u64) {
        if posts >= self.next {
            self.next += self.every;
            self.print(posts);
        }
    }

    #[expect(clippy::print_stdout, reason = "a program of its own")]
    fn print(&self, posts: u64) {
        let rate = posts as f64 / self.started.elapsed().as_secs_f64();
        println!("{posts} | {rate:.0} | {:.1} | {:.0}", cpu_seconds(), peak_mib());
    }
}
