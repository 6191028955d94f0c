//! What goes wrong in a schedule, and where. Each fault waits for the first moment that fits it; one that found none has not fired.

use super::world::{HOUR, MINUTE, SECOND, Shape, World};
use fastrand::Rng;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Refused,
    Timeout,
    Slow,
    Status(u16),
    /// 429, with this word about when to come again.
    TooMany(Hint),
    /// The connection breaks while the body comes.
    CutBody,
    /// A body that is only its first half, and yet a success.
    HalfPage,
    /// A success that is a page of the web.
    WrongType,
    /// The page that was given before, once more.
    Repeated,
    /// The posts of the page in another order.
    Reordered,
    /// A page that says that there are posts, and has none.
    Empty,
    /// The connection is there and breaks.
    CutStream,
    /// It says nothing any more.
    Silent,
    /// The server says that we are too slow, and ends it.
    TooSlow,
    /// A message that is none.
    BadMessage,
    /// The last message, once more.
    AgainMessage,
    /// The process ends here, with all that was not committed.
    Kill,
    /// The same after the answer is there and before anybody has read it.
    KillAfter,
}

/// What a 429 says about when to come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hint {
    Nothing,
    RetryAfter,
    Reset,
}

/// Where a fault can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    /// A request or the opening of a stream, to a host.
    Ask(usize),
    /// A message of a host's stream.
    Message(usize),
    /// Before a delivery is taken by the writer.
    Take,
    /// After one is taken, before it is saved.
    Save,
    /// After one is saved.
    Saved,
}

/// A fault, and from the how manyeth occasion on.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) fault: Fault,
    pub(super) at: Where,
    pub(super) after: u64,
    pub(super) fired: bool,
}

/// One run of the collector: how long, and how it ends if nothing else ends it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    pub(super) ms: i64,
    pub(super) end: End,
    /// Until the next begins.
    pub(super) pause_ms: i64,
    /// After so long, the computer sleeps for so long.
    pub(super) sleep: Option<(i64, i64)>,
    pub(super) max_requests: Option<u64>,
}

/// How a life ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Kill,
    Interrupt,
    StopAt,
}

/// All that happens in a schedule.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) faults: Vec<Planned>,
    pub(super) lives: Vec<Life>,
    /// Whether the feeds follow; else each life gets what is there and ends.
    pub(super) follow: bool,
    pub(super) every_ms: i64,
}

impl Plan {
    pub(super) fn new(random: &mut Rng, shapes: &[Shape]) -> Self {
        let has_stream = shapes.contains(&Shape::Jetstream);
        let follow = random.u8(0..4) > 0;
        let lives = (0..random.usize(1..4)).map(|_| life(random, has_stream)).collect();
        // In a time that is interrupted there are few occasions: so many faults, and so early, that most find theirs.
        let mut faults: Vec<_> = (0..random.usize(1..6)).map(|_| planned(random, shapes, follow)).collect();
        // A host that says twice in a row that there is nothing more is believed, and nobody could know better.
        let mut empty = 0;
        faults.retain(|planned| {
            empty += u32::from(planned.fault == Fault::Empty);
            planned.fault != Fault::Empty || empty == 1
        });
        Self { faults, lives, follow, every_ms: random.i64(2..20) * MINUTE }
    }

    /// Number of the last life, in which nothing goes wrong.
    pub(super) fn most_lives(&self) -> usize {
        self.lives.len() + MORE_LIVES
    }

    /// How long it takes, pauses and sleeping included.
    pub(super) fn length_ms(&self) -> i64 {
        self.lives.iter().map(|life| life.ms + life.pause_ms + life.sleep.map_or(0, |(_, ms)| ms)).sum()
    }
}

fn life(random: &mut Rng, has_stream: bool) -> Life {
    // A stream is looked at every second, which takes a while to simulate.
    let longest = if has_stream { HOUR } else { 5 * HOUR };
    let ms = random.i64(10 * MINUTE..longest);
    let end = [End::Kill, End::Kill, End::Interrupt, End::StopAt][random.usize(0..4)];
    // Some pauses are longer than a stream remembers.
    let pause_ms = match random.u8(0..8) {
        0 => random.i64(30 * HOUR..45 * HOUR),
        1..4 => random.i64(0..3 * HOUR),
        _ => random.i64(0..MINUTE),
    };
    let sleep = (random.u8(0..4) == 0).then(|| (random.i64(0..ms), random.i64(MINUTE..42 * HOUR)));
    let max_requests = (random.u8(0..8) == 0).then(|| random.u64(1..12));
    Life { ms, end, pause_ms, sleep, max_requests }
}

fn planned(random: &mut Rng, shapes: &[Shape], follow: bool) -> Planned {
    let host = random.usize(..shapes.len());
    let (fault, at) = match (random.u8(0..10), shapes[host]) {
        (0, _) => (Fault::Kill, Where::Take),
        (1, _) => (Fault::Kill, Where::Save),
        (2, _) => (Fault::Kill, Where::Saved),
        (3, _) => ([Fault::Kill, Fault::KillAfter][random.usize(0..2)], Where::Ask(host)),
        (4..8, Shape::Jetstream) => (of_message(random), Where::Message(host)),
        (_, Shape::Jetstream) => (of_opening(random), Where::Ask(host)),
        (_, _) => (of_request(random), Where::Ask(host)),
    };
    let most = match at {
        Where::Message(_) => 30,
        Where::Ask(_) if shapes[host] == Shape::Jetstream => 2,
        _ if follow => 8,
        _ => 3,
    };
    Planned { fault, at, after: random.u64(0..most), fired: false }
}

fn of_opening(random: &mut Rng) -> Fault {
    let faults = [
        Fault::Refused,
        Fault::Timeout,
        Fault::Slow,
        Fault::Status(503),
        Fault::TooMany(Hint::RetryAfter),
        Fault::CutBody,
    ];
    faults[random.usize(..faults.len())]
}

fn of_request(random: &mut Rng) -> Fault {
    let faults = [
        Fault::Refused,
        Fault::Timeout,
        Fault::Slow,
        Fault::Status([408, 500, 502, 503, 504][random.usize(0..5)]),
        Fault::TooMany([Hint::Nothing, Hint::RetryAfter, Hint::Reset][random.usize(0..3)]),
        Fault::CutBody,
        Fault::HalfPage,
        Fault::WrongType,
        Fault::Repeated,
        Fault::Reordered,
        Fault::Empty,
    ];
    faults[random.usize(..faults.len())]
}

fn of_message(random: &mut Rng) -> Fault {
    let faults = [
        Fault::CutStream,
        Fault::CutStream,
        Fault::Silent,
        Fault::TooSlow,
        Fault::BadMessage,
        Fault::AgainMessage,
        Fault::Kill,
    ];
    faults[random.usize(..faults.len())]
}

/// So many lives are added for faults that had no moment.
const MORE_LIVES: usize = 6;

/// How long the host of a [`Fault::Slow`] takes.
pub(super) const SLOW_MS: i64 = 40 * SECOND;
/// After so long without an answer or a sign of life the network gives up.
pub(super) const TIMEOUT_MS: i64 = 90 * SECOND;

/// A world and what happens to it, from a number.
pub(super) fn of_seed(seed: u64, shapes: &[Shape]) -> (World, Plan) {
    let mut random = Rng::with_seed(seed);
    let hosts = random.usize(1..=3);
    let shapes: Vec<Shape> = (0..hosts).map(|_| shapes[random.usize(..shapes.len())]).collect();
    let plan = Plan::new(&mut random, &shapes);
    let end = super::world::BEGIN + plan.length_ms();
    let posts = random.usize(60..240);
    (World::new(&mut random, &shapes, posts, end), plan)
}
