//! Lines of an invented archive. Line `n` depends on nothing but shape, seed and `n`, and times rise with `n`: so any order of the lines
//! is an order of numbers, and no archive has to be held.

pub(crate) mod body;
pub(crate) mod random;
mod slim;
mod tweet;

use random::Draw;

/// Accounts, the first with far more posts than the last.
pub(crate) const AUTHORS: u64 = 50_000;
/// 2017-02-01T00:00:00Z.
const START_MS: u64 = 1_485_907_200_000;
/// One line stands in each of these spans: a million lines are 52 days, 1,250 hours.
const STEP_MS: u64 = 4_500;
/// A repeat has its original among so many lines before it.
const REPEAT_WITHIN: u64 = 10_000;
/// X's epoch: ids carry milliseconds since then.
const SNOWFLAKE_EPOCH_MS: u64 = 1_288_834_974_657;

/// Streams of numbers that must not depend on each other.
mod purpose {
    pub(super) const KIND: u64 = 1;
    pub(super) const TIME: u64 = 2;
    pub(super) const AUTHOR: u64 = 3;
    pub(super) const BODY: u64 = 4;
    pub(super) const REST: u64 = 5;
    pub(super) const USER: u64 = 6;
}

/// What a line looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Ten flat fields, about 370 bytes.
    Slim,
    /// Objects of X's API 1.1, about 2.9 KB.
    Tweets,
}

/// An archive of any length.
#[derive(Clone, Copy)]
pub(crate) struct Lines {
    /// What lines look like.
    pub(crate) shape: Shape,
    /// The same seed gives the same bytes.
    pub(crate) seed: u64,
}

impl Lines {
    /// Appends line `number` with its line end.
    pub(crate) fn write(&self, number: u64, out: &mut Vec<u8>) {
        match (self.source(number), self.shape) {
            (Some(post), Shape::Slim) => slim::write(self, post, out),
            (Some(post), Shape::Tweets) => tweet::write(self, post, out),
            (None, Shape::Slim) => {
                out.extend_from_slice(b"{\"id\": \"8269700\", \"created_at\": \"2017-02-0");
            }
            (None, Shape::Tweets) => out.extend_from_slice(b"{\"created_at\":\"Wed Mar 08 00:3"),
        }
        out.push(b'\n');
    }

    /// Number of the post in a line: its own, an earlier one in a repeat (10 %), none if the line is broken (1 %).
    pub(crate) fn source(&self, number: u64) -> Option<u64> {
        let mut draw = Draw::new(self.seed, purpose::KIND, number);
        match draw.below(100) {
            0 => None,
            1..=10 => {
                let back = 1 + draw.below(REPEAT_WITHIN);
                let mut earlier = (0..=number.saturating_sub(back)).rev();
                // The first lines have nothing to repeat.
                Some(earlier.find(|&line| self.is_first(line)).unwrap_or(number))
            }
            _ => Some(number),
        }
    }

    /// Whether a line is neither broken nor a repeat.
    fn is_first(&self, number: u64) -> bool {
        Draw::new(self.seed, purpose::KIND, number).below(100) > 10
    }

    /// The account that a post is by.
    pub(crate) fn author_of(&self, post: u64) -> u64 {
        Draw::new(self.seed, purpose::AUTHOR, post).skewed_below(AUTHORS)
    }

    /// Milliseconds since 1970.
    fn time(&self, post: u64) -> u64 {
        START_MS + post * STEP_MS + Draw::new(self.seed, purpose::TIME, post).below(STEP_MS)
    }

    /// An id that carries the time, as X makes them.
    fn id(&self, post: u64) -> u64 {
        (self.time(post) - SNOWFLAKE_EPOCH_MS) << 22 | post & 0x3F_FFFF
    }
}

/// The name of an account in addresses and mentions.
pub(crate) fn handle(author: u64) -> String {
    format!("demo_{author:05}")
}

/// The same as a time of the calendar, UTC; 1970 if it is none.
fn civil(ms: u64) -> jiff::civil::DateTime {
    let time = i64::try_from(ms).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    jiff::tz::Offset::UTC.to_datetime(time.unwrap_or_default())
}
