//! Pure numbers: calendar buckets, series, shares, accounts, firsts. No I/O, no clock.

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
