//! Counting distinct things by their hashes: exactly while they are few, by `HyperLogLog` when they are many.
//!
//! What it holds is a pure function of the set of hashes, so the order of insertion and of merging never shows.
//! Estimator: O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), which needs no tables and no correction.

/// Up to so many distinct hashes the count is exact: 64 KiB of table, where the sketch would begin to be smaller.
pub const EXACT_LIMIT: usize = 4096;
/// Relative standard error of an estimate: 1.04 divided by the square root of the number of registers.
pub const STANDARD_ERROR: f64 = 1.04 / 128.0;

/// Bits of a hash that choose a register.
const PRECISION: u32 = 14;
const REGISTERS: usize = 1 << PRECISION;
/// Bits of a hash that are left for the rank.
const RANK_BITS: u32 = 64 - PRECISION;
/// Smallest table that is allocated.
const MIN_SLOTS: usize = 16;
/// 1 / (2 ln 2): the constant of the estimator for many registers.
const ALPHA: f64 = 0.721_347_520_444_481_7;

const KIND_EXACT: u8 = 1;
const KIND_SKETCH: u8 = 2;

/// Why bytes are not a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a count of distinct things")]
pub struct DistinctError;

/// A set of hashes that can say how many there are. Hashes must be well mixed in all bits.
#[derive(Clone, Debug, Default)]
pub struct Distinct(State);

#[derive(Clone, Debug)]
enum State {
    /// Open addressing with linear probing; 0 marks a free slot. Never more than half full.
    Exact { slots: Vec<u64>, len: usize },
    /// One byte a register: the greatest rank seen.
    Sketch(Vec<u8>),
}

impl Default for State {
    fn default() -> Self {
        Self::Exact { slots: Vec::new(), len: 0 }
    }
}

impl Distinct {
    /// Nothing counted yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a hash in.
    pub fn insert(&mut self, hash: u64) {
        // 0 marks a free slot. That two hashes now share a value is as unlikely as any other collision.
        let hash = if hash == 0 { 1 } else { hash };
        match &mut self.0 {
            State::Exact { slots, len } => {
                if 2 * (*len + 1) > slots.len() {
                    grow(slots);
                }
                *len += usize::from(put(slots, hash));
                if *len > EXACT_LIMIT {
                    self.become_sketch();
                }
            }
            State::Sketch(registers) => raise(registers, hash),
        }
    }

    /// Takes in all that another one has seen.
    pub fn merge(&mut self, other: &Self) {
        match (&mut self.0, &other.0) {
            (_, State::Exact { slots, .. }) => {
                slots.iter().filter(|&&hash| hash != 0).for_each(|&hash| self.insert(hash));
            }
            (State::Exact { .. }, State::Sketch(_)) => {
                self.become_sketch();
                self.merge(other);
            }
            (State::Sketch(mine), State::Sketch(theirs)) => {
                mine.iter_mut().zip(theirs).for_each(|(mine, &theirs)| *mine = (*mine).max(theirs));
            }
        }
    }

    /// How many, and the relative standard error: 0 where it is exact.
    pub fn estimate(&self) -> (u64, f64) {
        match &self.0 {
            State::Exact { len, .. } => (*len as u64, 0.0),
            State::Sketch(registers) => (ertl(registers), STANDARD_ERROR),
        }
    }

    /// Forgets all, and keeps a small table for the next use.
    pub fn clear(&mut self) {
        match &mut self.0 {
            State::Exact { len: 0, .. } => {}
            State::Exact { slots, len } if slots.len() <= 16 * MIN_SLOTS => {
                slots.fill(0);
                *len = 0;
            }
            state => *state = State::default(),
        }
    }

    /// As bytes: a kind, then the sorted hashes, little-endian, or the registers.
    pub fn to_bytes(&self) -> Vec<u8> {
        match &self.0 {
            State::Exact { slots, .. } => {
                let mut hashes: Vec<u64> = slots.iter().copied().filter(|&hash| hash != 0).collect();
                hashes.sort_unstable();
                std::iter::once(KIND_EXACT).chain(hashes.into_iter().flat_map(u64::to_le_bytes)).collect()
            }
            State::Sketch(registers) => {
                std::iter::once(KIND_SKETCH).chain(registers.iter().copied()).collect()
            }
        }
    }

    /// Reads what [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DistinctError> {
        match bytes.split_first() {
            Some((&KIND_EXACT, hashes)) if hashes.len() % 8 == 0 && hashes.len() / 8 <= EXACT_LIMIT => {
                let mut read = Self::new();
                for hash in hashes.chunks_exact(8) {
                    read.insert(u64::from_le_bytes(hash.try_into().map_err(|_| DistinctError)?));
                }
                Ok(read)
            }
            Some((&KIND_SKETCH, registers)) if registers.len() == REGISTERS => {
                let possible = registers.iter().all(|&rank| u32::from(rank) <= RANK_BITS + 1);
                possible.then(|| Self(State::Sketch(registers.to_vec()))).ok_or(DistinctError)
            }
            _ => Err(DistinctError),
        }
    }

    fn become_sketch(&mut self) {
        if let State::Exact { slots, .. } = &self.0 {
            let mut registers = vec![0; REGISTERS];
            slots.iter().filter(|&&hash| hash != 0).for_each(|&hash| raise(&mut registers, hash));
            self.0 = State::Sketch(registers);
        }
    }
}

impl PartialEq for Distinct {
    fn eq(&self, other: &Self) -> bool {
        self.to_bytes() == other.to_bytes()
    }
}

impl Eq for Distinct {}

impl Extend<u64> for Distinct {
    fn extend<T: IntoIterator<Item = u64>>(&mut self, hashes: T) {
        hashes.into_iter().for_each(|hash| self.insert(hash));
    }
}

fn grow(slots: &mut Vec<u64>) {
    let mut larger = vec![0; (2 * slots.len()).max(MIN_SLOTS)];
    slots.iter().filter(|&&hash| hash != 0).for_each(|&hash| {
        put(&mut larger, hash);
    });
    *slots = larger;
}

/// Whether the hash is new. `slots` has a power of two of places, at least one free.
#[expect(clippy::cast_possible_truncation, reason = "only the low bits choose a slot")]
fn put(slots: &mut [u64], hash: u64) -> bool {
    let mask = slots.len() - 1;
    let mut at = hash as usize & mask;
    while let Some(slot) = slots.get_mut(at) {
        if *slot == hash {
            return false;
        }
        if *slot == 0 {
            *slot = hash;
            return true;
        }
        at = (at + 1) & mask;
    }
    false
}

fn raise(registers: &mut [u8], hash: u64) {
    let index = usize::try_from(hash >> RANK_BITS).unwrap_or(0);
    // A one behind the last bit ends the count of leading zeros.
    let rank = ((hash << PRECISION) | 1 << (PRECISION - 1)).leading_zeros() + 1;
    if let Some(register) = registers.get_mut(index) {
        *register = (*register).max(u8::try_from(rank).unwrap_or(u8::MAX));
    }
}

/// Ertl's improved raw estimator. Only additions, products and square roots, in a fixed order: the same on every machine.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate is positive and far below 2^64"
)]
fn ertl(registers: &[u8]) -> u64 {
    let mut histogram = [0.0_f64; RANK_BITS as usize + 2];
    for &rank in registers {
        if let Some(count) = histogram.get_mut(usize::from(rank)) {
            *count += 1.0;
        }
    }
    let m = REGISTERS as f64;
    let [none, ranks @ .., full] = histogram;
    let mut z = m * tau(1.0 - full / m);
    for count in ranks.iter().rev() {
        z = 0.5 * (z + count);
    }
    z += m * sigma(none / m);
    (ALPHA * m * m / z + 0.5) as u64
}

fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before {
            return z;
        }
    }
}

fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hash(seed: u64, n: u64) -> u64 {
        xxhash_rust::xxh3::xxh3_64_with_seed(&n.to_le_bytes(), seed)
    }

    fn count(seed: u64, of: std::ops::Range<u64>) -> Distinct {
        let mut distinct = Distinct::new();
        distinct.extend(of.map(|n| hash(seed, n)));
        distinct
    }

    #[track_caller]
    fn check_exact(n: u64) {
        let mut counted = count(1, 0..n);
        counted.merge(&count(1, 0..n));
        assert_eq!(counted.estimate(), (n, 0.0));
        assert_eq!(Distinct::from_bytes(&counted.to_bytes()), Ok(counted));
    }

    #[test]
    fn few_are_counted_exactly() {
        check_exact(0);
        check_exact(1);
        check_exact(8);
        check_exact(9);
        check_exact(EXACT_LIMIT as u64);
    }

    #[track_caller]
    fn check_estimate(n: u64) {
        for seed in 0..4 {
            let counted = count(seed, 0..n);
            let (found, error) = counted.estimate();
            assert!(found.abs_diff(n) as f64 <= 3.0 * error * n as f64, "{found} for {n}");
            assert_eq!(Distinct::from_bytes(&counted.to_bytes()).unwrap().estimate(), (found, error));
        }
    }

    #[test]
    fn many_are_estimated_within_three_sigma() {
        check_estimate(EXACT_LIMIT as u64 + 1);
        check_estimate(10_000);
        check_estimate(50_000);
        check_estimate(200_000);
        check_estimate(1_000_000);
    }

    #[test]
    fn zero_is_a_hash_too() {
        let mut distinct = Distinct::new();
        distinct.extend([0, 0]);
        assert_eq!(distinct.estimate().0, 1);
    }

    #[test]
    fn clearing_forgets_all() {
        for n in [0, 3, 1000, 10_000] {
            let mut counted = count(1, 0..n);
            counted.clear();
            assert_eq!(counted, Distinct::new());
        }
    }

    #[track_caller]
    fn refused(bytes: &[u8]) {
        assert_eq!(Distinct::from_bytes(bytes), Err(DistinctError));
    }

    #[test]
    fn foreign_bytes_are_refused() {
        refused(&[]);
        refused(&[9]);
        refused(&[KIND_EXACT, 1, 2]);
        refused(&[KIND_SKETCH, 1]);
        refused(&std::iter::once(KIND_SKETCH).chain([64; REGISTERS]).collect::<Vec<_>>());
        refused(&std::iter::once(KIND_EXACT).chain([7; 8 * (EXACT_LIMIT + 1)]).collect::<Vec<_>>());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn order_and_splits_do_not_show(sizes in prop::collection::vec(0u64..6000, 1..4), overlap in 0u64..3000, swap: bool) {
            let mut parts: Vec<Distinct> = Vec::new();
            let (mut from, mut whole) = (0, Distinct::new());
            for size in sizes {
                parts.push(count(7, from..from + size));
                whole.extend((from..from + size).rev().map(|n| hash(7, n)));
                from = (from + size).saturating_sub(overlap);
            }
            if swap {
                parts.reverse();
            }
            let mut merged = Distinct::new();
            parts.iter().for_each(|part| merged.merge(part));
            parts.iter().for_each(|part| merged.merge(part));
            prop_assert_eq!(&merged, &whole);
            prop_assert_eq!(merged.estimate(), whole.estimate());
        }
    }
}
