//! How many posts about what on which day: the shape of the invented story, after the public one.

use super::calendar::{DAY, HOUR, utc};
use super::random::Random;

/// What a post is planned to be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One theory, by its place in `Theory::ALL`.
    One(usize),
    /// Two or three.
    Several,
    /// None.
    Unmatched,
}

/// The order of the columns of [`DAYS`].
const KINDS: [Kind; 7] =
    [Kind::One(0), Kind::One(1), Kind::One(2), Kind::One(3), Kind::One(4), Kind::Several, Kind::Unmatched];

/// The papers come out.
pub(crate) const RELEASE: i64 = utc(3, 7, 13, 0);
/// The orders come out, late on that day; nobody posts about them before.
pub(crate) const ORDERS: i64 = utc(2, 16, 14, 0);
/// The first teaser's day.
pub(crate) const TEASER: i64 = utc(2, 4, 0, 0);

/// Month, day, and how many posts: clinton, wtc7, cia, svalbard, deadman, several, unmatched.
const DAYS: &[(i64, i64, [u32; 7])] = &[
    (2, 1, [0, 0, 0, 0, 0, 0, 3]),
    // 2 and 3 February stay empty.
    (2, 4, [52, 18, 10, 2, 8, 14, 36]),
    (2, 5, [50, 22, 12, 44, 9, 18, 35]),
    (2, 6, [58, 24, 12, 14, 9, 13, 30]),
    (2, 7, [66, 26, 16, 10, 14, 20, 38]),
    (2, 8, [40, 15, 10, 4, 8, 10, 23]),
    (2, 9, [29, 11, 8, 3, 7, 7, 15]),
    (2, 10, [20, 8, 6, 2, 4, 4, 11]),
    (2, 11, [17, 7, 5, 1, 3, 3, 9]),
    (2, 12, [14, 5, 5, 1, 3, 3, 7]),
    (2, 13, [12, 5, 4, 1, 3, 2, 7]),
    (2, 14, [10, 4, 4, 1, 3, 2, 6]),
    (2, 15, [6, 3, 6, 0, 2, 2, 4]),
    (2, 16, [12, 4, 58, 1, 4, 10, 21]),
    (2, 17, [9, 3, 37, 0, 3, 8, 15]),
    (2, 18, [7, 3, 17, 1, 2, 4, 8]),
    (2, 19, [8, 2, 9, 0, 2, 3, 7]),
    (2, 20, [9, 2, 6, 1, 2, 2, 5]),
    (2, 21, [8, 2, 6, 0, 2, 1, 5]),
    (2, 22, [5, 2, 7, 0, 1, 2, 4]),
    (2, 23, [6, 1, 5, 0, 2, 1, 4]),
    (2, 24, [5, 2, 4, 0, 1, 1, 4]),
    (2, 25, [4, 1, 3, 0, 1, 1, 3]),
    (2, 26, [3, 1, 3, 0, 1, 0, 3]),
    (2, 27, [4, 1, 3, 0, 1, 1, 3]),
    (2, 28, [3, 1, 5, 0, 1, 0, 3]),
    (3, 1, [4, 1, 3, 0, 1, 1, 3]),
    (3, 2, [3, 1, 4, 0, 1, 0, 3]),
    (3, 3, [5, 2, 4, 0, 2, 1, 3]),
    (3, 4, [4, 1, 4, 0, 1, 1, 3]),
    (3, 5, [5, 2, 5, 0, 2, 1, 4]),
    (3, 6, [9, 4, 9, 0, 4, 3, 8]),
    (3, 7, [24, 12, 280, 3, 12, 44, 85]),
    (3, 8, [12, 7, 170, 2, 8, 23, 48]),
    (3, 9, [8, 4, 108, 1, 5, 13, 31]),
    (3, 10, [5, 3, 74, 1, 3, 8, 21]),
    (3, 11, [4, 2, 55, 0, 2, 6, 16]),
    (3, 12, [3, 2, 44, 1, 2, 5, 13]),
    (3, 13, [3, 1, 38, 0, 2, 4, 12]),
    (3, 14, [2, 1, 31, 0, 1, 3, 10]),
    (3, 15, [2, 1, 25, 0, 1, 3, 8]),
    (3, 16, [2, 1, 21, 0, 1, 2, 7]),
    (3, 17, [1, 1, 19, 0, 1, 2, 6]),
    (3, 18, [1, 1, 16, 0, 1, 2, 5]),
    (3, 19, [1, 1, 13, 1, 1, 1, 4]),
    (3, 20, [1, 1, 12, 0, 1, 1, 4]),
];

/// Moments at which a zone or a change of clocks decides the day. Every one gets a post of each of two kinds, a millisecond apart.
pub(crate) const EDGES: &[i64] = &[
    utc(2, 5, 0, 0),   // midnight in UTC
    utc(2, 5, 23, 0),  // midnight in Berlin
    utc(2, 7, 5, 0),   // midnight in New York
    utc(2, 16, 23, 0), // midnight in Berlin
    utc(3, 7, 23, 0),
    utc(3, 8, 0, 0),
    utc(3, 8, 5, 0),
    utc(3, 12, 4, 0), // an hour early: the day of the change still begins at 05:00Z in New York
    utc(3, 12, 5, 0),
    utc(3, 12, 7, 0), // the clocks of New York change
    utc(3, 13, 4, 0), // the first midnight in New York that is at 04:00Z
    utc(3, 13, 5, 0),
    utc(3, 19, 23, 0),
    utc(3, 20, 0, 0),
];

/// Very early on 1 February in UTC, still 31 January in New York; late on 20 March in UTC, already 21 March in Berlin.
const ENDS: [(i64, Kind); 2] =
    [(utc(2, 1, 2, 30), Kind::Unmatched), (utc(3, 20, 23, 30) + 250, Kind::One(2))];

/// Relative activity by hour of the day in UTC: Europe by day, the Americas in the evening.
const HOURS: [u64; 24] = [5, 4, 3, 3, 2, 2, 1, 1, 2, 3, 3, 4, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 5, 5];

/// All planned posts in time order, no two in one millisecond.
pub(crate) fn plan(random: &mut Random) -> Vec<(i64, Kind)> {
    let mut slots: Vec<(i64, Kind)> = ENDS.to_vec();
    for (number, &edge) in EDGES.iter().enumerate() {
        slots.push((edge - 1, Kind::One(number % 3)));
        slots.push((edge, Kind::One((number + 1) % 3)));
        slots.push((edge + 1, if number % 2 == 0 { Kind::Several } else { Kind::Unmatched }));
    }
    for &(month, day, counts) in DAYS {
        let start = utc(month, day, 0, 0);
        for (kind, count) in KINDS.into_iter().zip(counts) {
            slots.extend((0..count).map(|_| (moment(random, start, kind), kind)));
        }
    }
    slots.sort_by_key(|&(at, _)| at);
    for index in 1..slots.len() {
        // Edges keep their moment: only a post that follows another in the same millisecond moves on.
        slots[index].0 = slots[index].0.max(slots[index - 1].0 + 1);
    }
    slots
}

/// A moment of the day, as its events shape it.
fn moment(random: &mut Random, start: i64, kind: Kind) -> i64 {
    if start == utc(3, 7, 0, 0) {
        let early = if kind == Kind::One(2) { 4 } else { 22 };
        if random.percent(early) {
            return start + random.between(0, 13 * HOUR);
        }
        // The smaller of two throws: most come soon.
        let after = random.between(0, 11 * HOUR).min(random.between(0, 11 * HOUR));
        return RELEASE + after;
    }
    if start == utc(2, 16, 0, 0) && kind == Kind::One(2) {
        return ORDERS + random.between(0, start + DAY - ORDERS);
    }
    let hour = random.weighted(&HOURS);
    start + i64::try_from(hour).expect("small") * HOUR + random.between(0, HOUR)
}
