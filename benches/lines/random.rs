//! Numbers that look random and depend on nothing but seed, purpose and index, so that any line can be made without those before it.

/// A stream of numbers for one thing, such as one line.
pub(crate) struct Draw(u64);

impl Draw {
    /// The stream of number `index` among things of one `purpose`.
    pub(crate) fn new(seed: u64, purpose: u64, index: u64) -> Self {
        Self(mix(mix(seed ^ purpose.rotate_left(32)).wrapping_add(index)))
    }

    /// The next number (`SplitMix64`).
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        scale(self.next(), bound)
    }

    /// True in so many of a hundred cases.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of a list.
    pub(crate) fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        let at = self.below(list.len() as u64);
        usize::try_from(at).ok().and_then(|at| list.get(at)).copied().unwrap_or_default()
    }

    /// A number below `bound`, small ones far likelier: the cube of an even draw, as accounts share out posts.
    pub(crate) fn skewed_below(&mut self, bound: u64) -> u64 {
        let even = self.next() >> 32;
        let square = (even * even) >> 32;
        scale(square * even, bound)
    }

    /// A count such as that of likes: mostly nothing, each doubling half as frequent.
    pub(crate) fn tail(&mut self) -> u64 {
        let size = 1 << self.next().trailing_zeros().min(20);
        size - 1 + self.below(size)
    }
}

/// Mixes all bits of a number: the end of `SplitMix64`, a bijection.
pub(crate) fn mix(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ number >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ number >> 31
}

/// Where a number of 64 bits falls if all of them are laid out on `0..bound`.
fn scale(number: u64, bound: u64) -> u64 {
    let scaled = (u128::from(number) * u128::from(bound)) >> 64;
    u64::try_from(scaled).unwrap_or(0)
}
