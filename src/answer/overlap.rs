//! How many posts each two theories share, as answered.

use crate::project::Theory;
use crate::timeline::{Pairs, ranks};
use serde::{Deserialize, Serialize};

/// Most theories whose posts are held against each other: a larger table cannot be read.
pub const MAX_OVERLAP: usize = 24;

/// Posts that each two theories share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverlapAnswer {
    /// Ids of the theories, most posts first; equals in the order of the rules. At most [`MAX_OVERLAP`].
    pub theories: Vec<String>,
    /// How many theories have no place among these.
    pub left_out: usize,
    /// A row and a column for each of `theories`: posts that mention both; where they meet themselves, their posts. Symmetric.
    pub posts: Vec<Vec<u64>>,
}

/// The part of the answer that follows from the counts.
pub(super) fn overlap_answer(theories: &[Theory], pairs: &Pairs) -> OverlapAnswer {
    let mut order = ranks((0..theories.len()).map(|at| pairs.posts(at, at)));
    order.truncate(MAX_OVERLAP);
    let row = |&one: &usize| order.iter().map(|&other| pairs.posts(one, other)).collect();
    OverlapAnswer {
        theories: order.iter().filter_map(|&at| theories.get(at)).map(|theory| theory.id.clone()).collect(),
        left_out: theories.len() - order.len(),
        posts: order.iter().map(row).collect(),
    }
}
