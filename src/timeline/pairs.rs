//! How many posts each two theories share. Pure.

/// Posts by pairs of theories: the half of a symmetric table that holds all of it, four megabytes for a thousand theories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(Vec<u64>);

impl Pairs {
    /// For so many theories.
    pub fn new(theories: usize) -> Self {
        Self(vec![0; place(theories, 0)])
    }

    /// Counts one post by its theories, which rise and have no repeats.
    pub fn add(&mut self, theories: &[u16]) {
        for (at, &theory) in theories.iter().enumerate() {
            for &other in theories.iter().take(at + 1) {
                if let Some(posts) = self.0.get_mut(place(theory.into(), other.into())) {
                    *posts += 1;
                }
            }
        }
    }

    /// Posts that are in both of two theories; for a theory and itself, its posts.
    pub fn posts(&self, one: usize, other: usize) -> u64 {
        self.0.get(place(one.max(other), one.min(other))).copied().unwrap_or(0)
    }
}

/// Where the posts of two theories stand, `lesser` being at most `greater`.
const fn place(greater: usize, lesser: usize) -> usize {
    greater * (greater + 1) / 2 + lesser
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equals_a_naive_count(posts in prop::collection::vec(prop::collection::btree_set(0u16..7, 0..7), 0..60)) {
            let mut pairs = Pairs::new(7);
            for post in &posts {
                pairs.add(&post.iter().copied().collect::<Vec<_>>());
            }
            for one in 0..7u16 {
                for other in 0..7u16 {
                    let both = posts.iter().filter(|post| post.contains(&one) && post.contains(&other)).count();
                    prop_assert_eq!(pairs.posts(one.into(), other.into()), both as u64);
                }
            }
            prop_assert_eq!(pairs.posts(7, 0), 0);
        }
    }
}
