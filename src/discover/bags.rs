//! Many short lists of terms, one behind the other: what posts are made of.

/// A term of a post, and how often it has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Use {
    pub(super) term: u32,
    pub(super) times: u32,
}

/// Lists of terms, each sorted by term and without repeats.
#[derive(Clone, Debug)]
pub(super) struct Bags {
    /// Where each list begins, and where the last one ends.
    starts: Vec<usize>,
    uses: Vec<Use>,
}

impl Default for Bags {
    fn default() -> Self {
        Self { starts: vec![0], uses: Vec::new() }
    }
}

impl Bags {
    pub(super) fn push(&mut self, bag: impl IntoIterator<Item = Use>) {
        self.uses.extend(bag);
        self.starts.push(self.uses.len());
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The list at a place; empty beyond the last.
    pub(super) fn get(&self, at: usize) -> &[Use] {
        let range = self.starts.get(at).zip(self.starts.get(at + 1));
        range.and_then(|(&from, &to)| self.uses.get(from..to)).unwrap_or_default()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[Use]> {
        (0..self.len()).map(|at| self.get(at))
    }

    /// Some of the lists, by place.
    pub(super) fn some(&self, of: &[u32]) -> Self {
        let uses = of.iter().map(|&at| self.get(at as usize).len()).sum();
        let mut some = Self::with_capacity(of.len(), uses);
        for &at in of {
            some.push(self.get(at as usize).iter().copied());
        }
        some
    }

    /// None yet, and room for so many lists with so many terms together.
    fn with_capacity(lists: usize, uses: usize) -> Self {
        let mut starts = Vec::with_capacity(lists + 1);
        starts.push(0);
        Self { starts, uses: Vec::with_capacity(uses) }
    }

    /// The lists without some of their terms.
    pub(super) fn filtered(&self, keeps: impl Fn(&Use) -> bool) -> Self {
        let mut kept = Self::with_capacity(self.len(), self.uses.len());
        for bag in self.iter() {
            kept.push(bag.iter().copied().filter(&keeps));
        }
        kept
    }

    /// How many lists have each of so many terms.
    pub(super) fn frequencies(&self, terms: usize) -> Vec<u32> {
        frequencies(self.uses.iter(), terms)
    }

    /// How many of some lists have each of so many terms.
    pub(super) fn frequencies_of(&self, some: &[u32], terms: usize) -> Vec<u32> {
        frequencies(some.iter().flat_map(|&at| self.get(at as usize)), terms)
    }
}

fn frequencies<'a>(uses: impl Iterator<Item = &'a Use>, terms: usize) -> Vec<u32> {
    let mut frequencies = vec![0; terms];
    for used in uses {
        if let Some(frequency) = frequencies.get_mut(used.term as usize) {
            *frequency += 1;
        }
    }
    frequencies
}
