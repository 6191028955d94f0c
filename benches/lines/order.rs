//! In which order the lines of an archive come.

use super::lines::AUTHORS;
use super::lines::Lines;
use super::lines::random::{Draw, mix};
use std::io;

/// Lines held at a time to bring them together by author.
const HELD_LINES: u64 = 2_000_000;

/// An order of lines.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Order {
    /// As they were posted
    Time,
    /// Latest first
    Reversed,
    /// All of one author, then all of the next, each in time order
    Author,
    /// In no order at all
    Random,
    /// In time order, and then all of it again
    Repeats,
}

impl Order {
    /// Calls `each` with the numbers of the first `count` lines in this order.
    pub(crate) fn each(
        self,
        lines: Lines,
        count: u64,
        mut each: impl FnMut(u64) -> io::Result<()>,
    ) -> io::Result<()> {
        match self {
            Self::Time => (0..count).try_for_each(each),
            Self::Reversed => (0..count).rev().try_for_each(each),
            Self::Repeats => (0..count).chain(0..count).try_for_each(each),
            Self::Random => {
                let shuffle = Shuffle::new(lines.seed, count);
                (0..count).try_for_each(|at| each(shuffle.number(at)))
            }
            Self::Author => by_author(lines, count, &mut each),
        }
    }
}

/// Goes through all lines several times, each time for some of the authors: what is held does not grow with the archive.
fn by_author(lines: Lines, count: u64, each: &mut impl FnMut(u64) -> io::Result<()>) -> io::Result<()> {
    let passes = count.div_ceil(HELD_LINES).max(1);
    let mut held = Vec::new();
    let mut from = 0;
    for pass in 1..=passes {
        let to = first_author_of(pass, passes);
        held.clear();
        // A broken line has no post, but comes among those of the author it would have had.
        let author = |number| lines.author_of(lines.source(number).unwrap_or(number));
        let of_pass = (0..count).map(|number| (author(number), number));
        held.extend(of_pass.filter(|(author, _)| (from..to).contains(author)));
        held.sort_unstable();
        held.iter().try_for_each(|(_, number)| each(*number))?;
        from = to;
    }
    Ok(())
}

/// Cuts the authors into spans with equally many posts: accounts go by the cube of an even draw.
fn first_author_of(pass: u64, passes: u64) -> u64 {
    let cube = |number: u64| u128::from(number).pow(3);
    u64::try_from(u128::from(AUTHORS) * cube(pass) / cube(passes)).unwrap_or(AUTHORS)
}

/// A shuffle of `0..count` that holds no list: a Feistel network over the next power of four, walked until it falls inside.
struct Shuffle {
    count: u64,
    half: u32,
    keys: [u64; 4],
}

impl Shuffle {
    fn new(seed: u64, count: u64) -> Self {
        let bits = u64::BITS - count.saturating_sub(1).leading_zeros();
        let mut draw = Draw::new(seed, ORDER, 0);
        Self { count, half: bits.div_ceil(2).max(1), keys: [(); 4].map(|()| draw.next()) }
    }

    fn number(&self, at: u64) -> u64 {
        let mut number = at;
        loop {
            number = self.once(number);
            if number < self.count {
                return number;
            }
        }
    }

    fn once(&self, number: u64) -> u64 {
        let mask = (1 << self.half) - 1;
        let (mut left, mut right) = (number >> self.half, number & mask);
        for key in self.keys {
            (left, right) = (right, left ^ mix(right ^ key) & mask);
        }
        left << self.half | right
    }
}

/// The stream of numbers of a shuffle; lines use smaller ones.
const ORDER: u64 = 100;
