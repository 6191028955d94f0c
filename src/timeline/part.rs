//! What is counted of one part of the posts, say those of one platform: posts by theory and bucket, no accounts. Pure.

/// One part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Posts.
    pub posts: u64,
    /// Those that several theories match.
    pub several: u64,
    /// Those that none matches.
    pub unmatched: u64,
    /// Posts by bucket.
    pub series: Vec<u64>,
    /// Posts that several theories match, by bucket.
    pub several_series: Vec<u64>,
    /// Posts that none matches, by bucket.
    pub unmatched_series: Vec<u64>,
    /// One for each theory, in the order of the rules.
    pub theories: Vec<PartRow>,
}

/// One theory in a part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartRow {
    /// Posts.
    pub posts: u64,
    /// Those that no other theory matches.
    pub only: u64,
    /// Posts by bucket.
    pub series: Vec<u64>,
    /// Posts that no other theory matches, by bucket.
    pub only_series: Vec<u64>,
}

impl Part {
    /// For so many theories and buckets.
    pub fn new(theories: usize, buckets: usize) -> Self {
        let none = || vec![0; buckets];
        let row = || PartRow { series: none(), only_series: none(), ..PartRow::default() };
        Self {
            series: none(),
            several_series: none(),
            unmatched_series: none(),
            theories: (0..theories).map(|_| row()).collect(),
            ..Self::default()
        }
    }

    /// Counts one post. `theories` has no repeats.
    pub fn add(&mut self, bucket: usize, theories: &[u16]) {
        count(&mut self.posts, &mut self.series, bucket);
        for &theory in theories {
            let Some(row) = self.theories.get_mut(usize::from(theory)) else { continue };
            count(&mut row.posts, &mut row.series, bucket);
            if theories.len() == 1 {
                count(&mut row.only, &mut row.only_series, bucket);
            }
        }
        match theories.len() {
            0 => count(&mut self.unmatched, &mut self.unmatched_series, bucket),
            1 => {}
            _ => count(&mut self.several, &mut self.several_series, bucket),
        }
    }
}

fn count(posts: &mut u64, series: &mut [u64], bucket: usize) {
    *posts += 1;
    if let Some(cell) = series.get_mut(bucket) {
        *cell += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_counted_by_hand() {
        let mut part = Part::new(2, 3);
        for (bucket, theories) in [(0, &[][..]), (0, &[1]), (2, &[0, 1]), (2, &[1])] {
            part.add(bucket, theories);
        }
        assert_eq!((part.posts, part.several, part.unmatched), (4, 1, 1));
        assert_eq!((&part.series[..], &part.several_series[..]), (&[2, 0, 2][..], &[0, 0, 1][..]));
        assert_eq!(part.unmatched_series, [1, 0, 0]);
        let [one, other] = &part.theories[..] else { panic!() };
        assert_eq!(
            (one.posts, one.only, &one.series[..], &one.only_series[..]),
            (1, 0, &[0, 0, 1][..], &[0; 3][..])
        );
        assert_eq!((other.posts, other.only), (3, 2));
        assert_eq!((&other.series[..], &other.only_series[..]), (&[1, 0, 2][..], &[1, 0, 1][..]));
    }
}
