//! From posts to rows: what is counted for every theory, and for the three rows that are no theory. Fed in time order, in flat memory.

use super::Distinct;

/// What is counted of a set of posts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Posts.
    pub posts: u64,
    /// Posts by bucket.
    pub series: Vec<u64>,
    /// Distinct authors.
    pub accounts: Distinct,
    /// Distinct authors by bucket.
    pub accounts_series: Vec<u64>,
    /// Distinct texts.
    pub texts: Distinct,
    /// Of a theory: posts that no other matches.
    pub only: u64,
    /// The same by bucket.
    pub only_series: Vec<u64>,
}

/// Rows of a span.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// All posts.
    pub all: Row,
    /// One for each theory, in the order of the rules.
    pub theories: Vec<Row>,
    /// Posts that several theories match.
    pub several: Row,
    /// Posts that none matches.
    pub unmatched: Row,
}

/// Counts posts one by one. Posts of one bucket must come together; within it their order does not matter.
#[derive(Debug)]
pub struct TallyBuilder {
    tally: Tally,
    /// Authors of the current bucket: all, several, unmatched, then the theories.
    here: Vec<Distinct>,
    bucket: usize,
}

const ALL: usize = 0;
const SEVERAL: usize = 1;
const UNMATCHED: usize = 2;
const FIRST_THEORY: usize = 3;

impl TallyBuilder {
    /// For so many theories and buckets.
    pub fn new(theories: usize, buckets: usize) -> Self {
        let row = |only: usize| Row {
            series: vec![0; buckets],
            accounts_series: vec![0; buckets],
            only_series: vec![0; only],
            ..Row::default()
        };
        let tally = Tally {
            all: row(0),
            theories: (0..theories).map(|_| row(buckets)).collect(),
            several: row(0),
            unmatched: row(0),
        };
        Self { tally, here: vec![Distinct::new(); FIRST_THEORY + theories], bucket: 0 }
    }

    /// Counts one post. `theories` has no repeats; `author` is absent where the record names none, and then counts in no number of accounts.
    pub fn add(&mut self, bucket: usize, theories: &[u16], author: Option<u64>, text: u64) {
        if bucket != self.bucket {
            self.close_bucket();
            self.bucket = bucket;
        }
        self.count(ALL, author, text);
        match theories {
            [] => self.count(UNMATCHED, author, text),
            [only] => {
                let theory = usize::from(*only);
                self.count(FIRST_THEORY + theory, author, text);
                if let Some(row) = self.tally.theories.get_mut(theory) {
                    row.only += 1;
                    bump(&mut row.only_series, bucket);
                }
            }
            several => {
                self.count(SEVERAL, author, text);
                several
                    .iter()
                    .for_each(|&theory| self.count(FIRST_THEORY + usize::from(theory), author, text));
            }
        }
    }

    /// The rows.
    pub fn finish(mut self) -> Tally {
        self.close_bucket();
        self.tally
    }

    fn count(&mut self, place: usize, author: Option<u64>, text: u64) {
        let (Some(row), Some(here)) = (self.tally.row_mut(place), self.here.get_mut(place)) else { return };
        row.posts += 1;
        bump(&mut row.series, self.bucket);
        if let Some(author) = author {
            row.accounts.insert(author);
            here.insert(author);
        }
        if place >= FIRST_THEORY {
            row.texts.insert(text);
        }
    }

    /// Keeps the number of authors of the bucket that is over and drops who they were.
    fn close_bucket(&mut self) {
        for (place, authors) in self.here.iter_mut().enumerate() {
            let count = authors.estimate().0;
            let series = self.tally.row_mut(place).map(|row| &mut row.accounts_series);
            if let Some(cell) = series.and_then(|series| series.get_mut(self.bucket)).filter(|_| count > 0) {
                *cell = count;
            }
            authors.clear();
        }
    }
}

impl Tally {
    fn row_mut(&mut self, place: usize) -> Option<&mut Row> {
        match place {
            ALL => Some(&mut self.all),
            SEVERAL => Some(&mut self.several),
            UNMATCHED => Some(&mut self.unmatched),
            theory => self.theories.get_mut(theory - FIRST_THEORY),
        }
    }
}

fn bump(series: &mut [u64], bucket: usize) {
    if let Some(cell) = series.get_mut(bucket) {
        *cell += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Fed = (usize, Vec<u16>, Option<u64>, u64);

    fn tally(posts: &[Fed]) -> Tally {
        let mut builder = TallyBuilder::new(3, 5);
        for (bucket, theories, author, text) in posts {
            builder.add(*bucket, theories, *author, *text);
        }
        builder.finish()
    }

    #[test]
    fn rows_of_a_small_case() {
        let counted = tally(&[
            (0, vec![0], Some(1), 10),
            (0, vec![0], Some(1), 10),
            (0, vec![], Some(2), 11),
            (2, vec![0, 1], Some(1), 12),
            (2, vec![1], None, 13),
        ]);
        let row = &counted.theories[0];
        assert_eq!((row.posts, row.only, row.accounts.estimate().0, row.texts.estimate().0), (3, 2, 1, 2));
        assert_eq!((&row.series[..], &row.only_series[..]), (&[2, 0, 1, 0, 0][..], &[2, 0, 0, 0, 0][..]));
        assert_eq!(row.accounts_series, [1, 0, 1, 0, 0]);
        assert_eq!(counted.theories[1].accounts_series, [0, 0, 1, 0, 0]);
        assert_eq!((counted.all.posts, counted.several.posts, counted.unmatched.posts), (5, 1, 1));
        assert_eq!(counted.all.accounts_series, [2, 0, 1, 0, 0]);
        assert_eq!(counted.several.series, [0, 0, 1, 0, 0]);
        assert_eq!(counted.theories[2], TallyBuilder::new(3, 5).finish().theories[2]);
    }

    fn feed() -> impl Strategy<Value = Vec<Fed>> {
        let theories = prop::collection::btree_set(0u16..3, 0..3).prop_map(|set| set.into_iter().collect());
        prop::collection::vec((0usize..5, theories, prop::option::of(0u64..6), 0u64..6), 0..60).prop_map(
            |mut posts| {
                posts.sort_by_key(|post| post.0);
                posts
            },
        )
    }

    proptest! {
        #[test]
        fn the_rows_add_up(posts in feed()) {
            let counted = tally(&posts);
            prop_assert_eq!(counted.all.posts, posts.len() as u64);
            prop_assert_eq!(counted.all.series.iter().sum::<u64>(), counted.all.posts);
            for bucket in 0..5 {
                let alone: u64 = counted.theories.iter().map(|row| row.only_series[bucket]).sum();
                prop_assert_eq!(alone + counted.several.series[bucket] + counted.unmatched.series[bucket], counted.all.series[bucket]);
                prop_assert!(counted.all.accounts_series[bucket] <= counted.all.series[bucket]);
            }
            for row in &counted.theories {
                prop_assert_eq!(row.series.iter().sum::<u64>(), row.posts);
                prop_assert_eq!(row.only_series.iter().sum::<u64>(), row.only);
                prop_assert!(row.accounts.estimate().0 <= row.accounts_series.iter().sum());
            }
        }

        #[test]
        fn the_order_within_a_bucket_does_not_show(posts in feed()) {
            let mut turned = posts.clone();
            turned.reverse();
            turned.sort_by_key(|post| post.0);
            prop_assert_eq!(tally(&posts), tally(&turned));
        }

        #[test]
        fn moving_a_post_by_one_bucket_moves_one_count(posts in feed(), which in 0usize..60) {
            prop_assume!(which < posts.len() && posts[which].0 < 4);
            let mut moved = posts.clone();
            moved[which].0 += 1;
            moved.sort_by_key(|post| post.0);
            let (before, after) = (tally(&posts), tally(&moved));
            let from = posts[which].0;
            for bucket in 0..5 {
                let change = after.all.series[bucket].cast_signed() - before.all.series[bucket].cast_signed();
                prop_assert_eq!(change, i64::from(bucket == from + 1) - i64::from(bucket == from));
            }
        }
    }
}
