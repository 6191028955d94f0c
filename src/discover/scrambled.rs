//! Drawing evenly without a seed: the same numbers are drawn every time, and neighbours have nothing to do with each other.

/// A number that looks like chance (splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
pub(super) fn scrambled(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
