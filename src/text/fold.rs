//! The one way in which terms, tags and texts are made comparable: NFKC, full case folding, NFKC again.
//!
//! The second NFKC composes what folding took apart. Folding goes by segments: a segment starts at a character that cannot combine with
//! what stands before it, so that folding the segments one by one gives the same as folding the whole, and every folded character
//! can be traced to the few characters it was made from.

use super::class::{is_stable, is_starter};
use caseless::Caseless;
use std::ops::Range;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// `text` in the form in which everything is compared: NFKC, full case folding, NFKC.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_to(text, &mut out);
    out
}

/// Appends the folded text to a buffer.
pub(crate) fn fold_to(text: &str, out: &mut String) {
    fold_into(text, out, &mut ());
}

/// Is told where folded text came from.
pub(super) trait Trace {
    /// The next `bytes` bytes of the output were made from `from`, a range of bytes of the input.
    fn made(&mut self, from: Range<usize>, bytes: usize);
}

/// Tracing costs nothing where nobody asks.
impl Trace for () {
    fn made(&mut self, _from: Range<usize>, _bytes: usize) {}
}

/// Appends the folded `text` to `out`; ranges that `trace` is told are of `text`.
pub(super) fn fold_into(text: &str, out: &mut String, trace: &mut impl Trace) {
    let mut rest = text;
    while !rest.is_empty() {
        let at = text.len() - rest.len();
        let ascii = ascii_run(rest);
        if ascii > 0 {
            let (run, tail) = rest.split_at(ascii);
            push_lower(run, out);
            for offset in at..at + ascii {
                trace.made(offset..offset + 1, 1);
            }
            rest = tail;
        } else {
            let (segment, tail) = rest.split_at(segment_length(rest));
            let before = out.len();
            fold_segment(segment, out);
            trace.made(at..at + segment.len(), out.len() - before);
            rest = tail;
        }
    }
}

/// Appends ASCII text in lower case.
pub(crate) fn push_lower(ascii: &str, out: &mut String) {
    let before = out.len();
    out.push_str(ascii);
    if let Some(added) = out.get_mut(before..) {
        added.make_ascii_lowercase();
    }
}

/// Whether folding may begin anew at `c`, and whether `c` alone folds to itself.
pub(super) fn folds_to(c: char) -> (bool, bool) {
    let mut first = None;
    decompose_compatible(c, |part| first = first.or(Some(part)));
    let starter = first.is_some_and(|part| {
        canonical_combining_class(part) == 0 && is_nfkc_quick(std::iter::once(part)) == IsNormalized::Yes
    });
    (starter, folded(std::iter::once(c)).eq([c]))
}

/// Length of the ASCII text at the start that no later character combines with.
fn ascii_run(text: &str) -> usize {
    let run = text.bytes().position(|byte| !byte.is_ascii()).unwrap_or(text.len());
    match text.split_at(run).1.chars().next() {
        Some(next) if !is_starter(next) => run.saturating_sub(1),
        _ => run,
    }
}

/// Length of the first segment of a text that is not empty.
fn segment_length(text: &str) -> usize {
    let later = text.char_indices().skip(1).find(|&(_, c)| is_starter(c));
    later.map_or(text.len(), |(at, _)| at)
}

fn fold_segment(segment: &str, out: &mut String) {
    let mut chars = segment.chars();
    match (chars.next(), chars.next()) {
        (Some(only), None) if is_stable(only) => out.push(only),
        _ => out.extend(folded(segment.chars())),
    }
}

fn folded(chars: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    chars.nfkc().default_case_fold().nfkc()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(fold(text), expected);
    }

    #[test]
    fn folding_joins_what_people_write_alike() {
        check("", "");
        check("Vault7", "vault7");
        check("Straße STRASSE", "strasse strasse");
        check("A\u{30a}ngström \u{212b}", "ångström å");
        check("ＣＩＡ　９/１１", "cia 9/11");
        check("ｶﾞｷﾞ", "ガギ");
        check("か\u{3099}", "が");
        check("\u{1112}\u{1161}\u{11ab}", "한");
        check("ﬁles ⅷ …", "files viii ...");
        check("J\u{30c}", "ǰ");
        check("ΣΊΣΥΦΟΣ σίσυφος", "σίσυφοσ σίσυφοσ");
        check("\0\u{301}x", "\0\u{301}x");
        check("İ", "i\u{307}");
    }

    #[test]
    fn no_character_folds_to_one_that_joins_the_segment_before() {
        for c in '\0'..=char::MAX {
            if is_starter(c) {
                let first = fold(c.encode_utf8(&mut [0; 4])).chars().next().unwrap();
                assert_eq!(canonical_combining_class(first), 0, "{c:?}");
                assert_eq!(is_nfkc_quick(std::iter::once(first)), IsNormalized::Yes, "{c:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn segments_fold_as_the_whole(text in "\\PC*|[aA\u{301}\u{345}ß選ｶﾞ\u{3099}\u{1100}-\u{11ff}가-깋ﾞ\u{323}ΰ]*") {
            prop_assert_eq!(fold(&text), folded(text.chars()).collect::<String>());
        }

        #[test]
        fn ascii_folds_to_lower_case(text in "[ -~\t\n]*") {
            prop_assert_eq!(fold(&text), text.to_ascii_lowercase());
        }
    }
}
