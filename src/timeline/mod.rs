//! Pure numbers: calendar buckets, series, shares, accounts, firsts. No I/O, no clock.

mod bucket;
mod coverage;
mod covered;
mod distinct;
mod lead;
mod pairs;
mod part;
mod share;
mod span;
mod tally;
pub mod words;

pub use bucket::{AUTO_BUCKETS, BucketCursor, BucketError, Buckets, MAX_BUCKETS};
pub use coverage::{Coverage, CoveredSpan};
pub use covered::{Covered, subtract, union};
pub use distinct::{Distinct, DistinctError, EXACT_LIMIT, STANDARD_ERROR};
pub use lead::{Standing, Stretch, ranking_holds, ranks, stretches};
pub use pairs::Pairs;
pub use part::{Part, PartRow};
pub use share::{MICRO, share, share_micro};
pub use span::{Edge, WhenError, parse_when, start_of_day};
pub use tally::{Row, Tally, TallyBuilder};

use serde::{Deserialize, Serialize};

/// Length of a bucket, in the calendar of the chosen zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day; 23 or 25 hours long when clocks change.
    Day,
    /// From Monday.
    Week,
    /// A month.
    Month,
    /// The finest that gives at most 400 buckets.
    #[default]
    Auto,
}

impl By {
    /// Every length from the finest to the coarsest; without `auto`, which is none.
    pub const LENGTHS: [Self; 5] = [Self::Minute, Self::Hour, Self::Day, Self::Week, Self::Month];

    /// The word for `--by`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Auto => "auto",
        }
    }
}

impl std::fmt::Display for By {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
