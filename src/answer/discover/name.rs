//! How a person names a candidate: `3` is the third of a list, `3b` the second part of it.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A candidate of an answer, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CandidateName {
    /// Its number in `theories`, from 0.
    pub candidate: usize,
    /// The number of a part in that, from 0.
    pub part: Option<usize>,
}

const LETTERS: usize = 26;

impl fmt::Display for CandidateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.candidate + 1)?;
        let Some(part) = self.part else { return Ok(()) };
        let letter = |at: usize| ('a'..='z').nth(at % LETTERS).unwrap_or('z');
        // Candidates have a dozen parts; a twenty-seventh would be `aa`.
        match part.checked_sub(LETTERS) {
            None => write!(f, "{}", letter(part)),
            Some(more) => write!(f, "{}{}", letter(more / LETTERS), letter(more)),
        }
    }
}

/// What a name looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write the number of a candidate (`3`), or of a part of it (`3b`), as `tagline discover` shows them")]
pub struct NotAName;

impl FromStr for CandidateName {
    type Err = NotAName;

    fn from_str(written: &str) -> Result<Self, NotAName> {
        let digits = written.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let candidate =
            digits.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).ok_or(NotAName)?;
        let letters: Vec<usize> =
            written.bytes().skip(digits.len()).map(|letter| usize::from(letter - b'a')).collect();
        let part = match letters.as_slice() {
            [] => None,
            [one] => Some(*one),
            [first, second] => Some((first + 1) * LETTERS + second),
            _ => return Err(NotAName),
        };
        Ok(Self { candidate, part })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for (candidate, part, name) in [
            (0, None, "1"),
            (2, Some(1), "3b"),
            (11, Some(25), "12z"),
            (0, Some(26), "1aa"),
            (0, Some(53), "1bb"),
        ] {
            let named = CandidateName { candidate, part };
            assert_eq!(named.to_string(), name);
            assert_eq!(name.parse(), Ok(named));
        }
        for wrong in ["", "0", "b", "3B", "3-b", "-1", "1aaa", "1é", "99999999999999999999"] {
            assert_eq!(wrong.parse::<CandidateName>(), Err(NotAName), "{wrong}");
        }
    }
}
