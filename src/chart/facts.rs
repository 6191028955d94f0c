//! Sentences computed from an answer: the title, the picture in words, and numbers as people read them. Facts only: what happened
//! when, never why.

use super::calendar::Calendar;
use super::columns::uncovered;
use super::words::{clean, isolated, list};
use crate::answer::{TheoriesAnswer, TheoryCount};
use crate::post::Timestamp;
pub use crate::timeline::words::{count, percent, posts};

/// What every output made from invented posts says.
pub const INVENTED: &str = "INVENTED DATA - NOT REAL POSTS";
/// Below this a share says little: the standard error of a half is 9 points.
pub const FEW_POSTS: u64 = 30;
/// A smaller change of share, in thousandths, makes no title.
const MIN_CHANGE: i128 = 50;
/// A theory with fewer posts than this in both buckets makes no title either: a handful of posts is no headline.
const MIN_TITLE_POSTS: u64 = 20;
/// Fewer posts in the highest bucket are no peak to speak of.
const MIN_PEAK: u64 = 5;
/// Theories and events that the picture in words names one by one.
const MAX_NAMED: usize = 20;
/// Tags named one by one.
const MAX_TAGS: usize = 3;

/// The largest change of a theory's share between two neighbouring buckets that both have [`FEW_POSTS`], by a theory that is no handful;
/// else the largest theory and its peak; else all posts and theirs.
pub fn title(answer: &TheoriesAnswer, calendar: &Calendar) -> String {
    if answer.posts == 0 {
        // Without posts and without a span that somebody named there is no time to speak of.
        let named = !is_nowhere(answer);
        return if named { format!("No posts, {}", calendar.range()) } else { "No posts".to_owned() };
    }
    largest_change(answer, calendar)
        .map(|change| change.sentence(answer, calendar))
        .or_else(|| largest_theory(answer, calendar))
        .unwrap_or_else(|| {
            let most = sole_peak(answer, &answer.all);
            let when = most.map_or_else(String::new, |(at, _)| format!(", most {}", calendar.phrase(at)));
            format!("{}{when}", calendar.lang().posts(answer.posts))
        })
}

/// The picture in words: for `<desc>`, and for whoever pastes the chart into a page. `form` says what is drawn: `Stacked areas in steps`.
pub fn alt_text(answer: &TheoriesAnswer, calendar: &Calendar, form: &str) -> String {
    let lang = calendar.lang();
    let mut out = Vec::new();
    if answer.synthetic {
        out.push(format!("{INVENTED}."));
    }
    out.push(format!(
        "{form}: {} by {}, {} ({}).",
        measure(answer),
        calendar.unit(),
        calendar.range(),
        calendar.zone_name()
    ));
    out.push(format!(
        "{}: {} matched by the rules of a theory, {} of them by several; {} unmatched.",
        lang.posts(answer.posts),
        lang.count(answer.matched),
        lang.count(answer.several),
        lang.count(answer.unmatched)
    ));
    for theory in by_posts(answer).into_iter().take(MAX_NAMED) {
        out.push(theory_sentence(answer, theory, calendar));
    }
    let hidden = answer.theories.len().saturating_sub(MAX_NAMED);
    if hidden > 0 {
        out.push(format!("{hidden} other theories."));
    }
    let events: Vec<String> = answer
        .events
        .iter()
        .map(|e| format!("{} {}", calendar.event(e.at), isolated(clean(&e.label))))
        .collect();
    if !events.is_empty() {
        out.push(format!("Events marked: {}.", list(&events, MAX_NAMED)));
    }
    out.join(" ")
}

/// Whether there are neither posts nor a span that anybody asked for.
pub(crate) fn is_nowhere(answer: &TheoriesAnswer) -> bool {
    answer.posts == 0 && answer.since.as_millis() == 0
}

/// What is counted: `posts with #vault7`.
pub fn measure(answer: &TheoriesAnswer) -> String {
    let tags: Vec<String> = answer.tags.iter().map(|tag| isolated(format!("#{}", clean(tag)))).collect();
    if tags.is_empty() { "posts".to_owned() } else { format!("posts with {}", list(&tags, MAX_TAGS)) }
}

/// What a theory is called: its label, or its id where a label has nothing to show.
pub fn name(theory: &TheoryCount) -> String {
    let label = clean(&theory.label);
    if label.is_empty() { clean(&theory.id) } else { label }
}

/// Theories, most posts first, equals in the order of the rules.
pub fn by_posts(answer: &TheoriesAnswer) -> Vec<&TheoryCount> {
    let mut theories: Vec<&TheoryCount> = answer.theories.iter().collect();
    theories.sort_by_key(|theory| std::cmp::Reverse(theory.posts));
    theories
}

/// The bucket with the most posts, the earliest of equals; `None` if there are none.
pub fn peak(answer: &TheoriesAnswer, series: &[u64]) -> Option<(Timestamp, u64)> {
    let mut best: Option<(Timestamp, u64)> = None;
    for (at, n) in answer.buckets.iter().zip(series) {
        if *n > best.map_or(0, |(_, most)| most) {
            best = Some((*at, *n));
        }
    }
    best
}

/// Whether a bucket is neither cut by the ends of the span nor one of which posts may be missing: no headline is made of others.
fn sound(answer: &TheoriesAnswer, calendar: &Calendar) -> Vec<bool> {
    let gaps = uncovered(answer);
    let sound = |start: &Timestamp| {
        let end = calendar.end_of(*start);
        *start >= answer.since
            && end <= answer.until
            && !gaps.iter().any(|(from, to)| *from < end && *start < *to)
    };
    answer.buckets.iter().map(sound).collect()
}

/// The bucket with the most posts, if no other has as many and they are no handful: what is worth a sentence.
fn sole_peak(answer: &TheoriesAnswer, series: &[u64]) -> Option<(Timestamp, u64)> {
    let (at, most) = peak(answer, series).filter(|(_, most)| *most >= MIN_PEAK)?;
    (series.iter().filter(|n| **n == most).count() == 1).then_some((at, most))
}

struct Change<'a> {
    theory: &'a TheoryCount,
    /// The bucket before; the other is the next.
    before: usize,
    size: i128,
}

impl Change<'_> {
    fn sentence(&self, answer: &TheoriesAnswer, calendar: &Calendar) -> String {
        let share = |at: usize| {
            let get = |series: &[u64]| series.get(at).copied().unwrap_or(0);
            percent(get(&self.theory.series), get(&answer.all))
        };
        let when =
            |at: usize| answer.buckets.get(at).map_or_else(String::new, |start| calendar.phrase(*start));
        format!(
            "{}: {} of posts {}, {} {}",
            isolated(name(self.theory)),
            share(self.before),
            when(self.before),
            share(self.before + 1),
            when(self.before + 1)
        )
    }
}

fn largest_change<'a>(answer: &'a TheoriesAnswer, calendar: &Calendar) -> Option<Change<'a>> {
    let mut best: Option<Change<'_>> = None;
    let sound = sound(answer, calendar);
    for theory in &answer.theories {
        // Thousandths in whole numbers: a comparison of fractions must not depend on rounding.
        let shares: Vec<Option<i128>> = theory
            .series
            .iter()
            .zip(&answer.all)
            .zip(&sound)
            .map(|((n, all), sound)| {
                (*sound && *all >= FEW_POSTS).then(|| i128::from(*n) * 1_000_000 / i128::from(*all))
            })
            .collect();
        for (before, pair) in shares.windows(2).enumerate() {
            let &[Some(a), Some(b)] = pair else { continue };
            let size = (b - a).abs();
            let most = theory.series.iter().skip(before).take(2).max().copied().unwrap_or(0);
            if most >= MIN_TITLE_POSTS
                && size >= MIN_CHANGE * 1000
                && best.as_ref().is_none_or(|best| size > best.size)
            {
                best = Some(Change { theory, before, size });
            }
        }
    }
    best
}

fn largest_theory(answer: &TheoriesAnswer, calendar: &Calendar) -> Option<String> {
    let theory = by_posts(answer).into_iter().next().filter(|theory| theory.posts > 0)?;
    let when = sole_peak(answer, &theory.series)
        .map_or_else(String::new, |(at, _)| format!(", most {}", calendar.phrase(at)));
    let lang = calendar.lang();
    Some(format!(
        "{}: {} of {}{when}",
        isolated(name(theory)),
        lang.count(theory.posts),
        lang.posts(answer.posts)
    ))
}

fn theory_sentence(answer: &TheoriesAnswer, theory: &TheoryCount, calendar: &Calendar) -> String {
    let label = isolated(name(theory));
    let share = percent(theory.posts, answer.posts);
    match sole_peak(answer, &theory.series) {
        None => format!("{label}: {} ({share}).", calendar.lang().posts(theory.posts)),
        Some((at, most)) => {
            format!(
                "{label}: {} ({share}), most {} ({}).",
                calendar.lang().posts(theory.posts),
                calendar.phrase(at),
                calendar.lang().count(most)
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::sample;

    fn title(answer: &TheoriesAnswer) -> String {
        super::title(answer, &Calendar::or_utc(answer))
    }

    #[test]
    fn the_title_is_the_largest_change_of_a_share() {
        let answer = sample::small(
            &[("cia", "CIA documents", &[10, 20, 70]), ("fbi", "FBI files", &[60, 50, 20])],
            100,
        );
        assert_eq!(title(&answer), "CIA documents: 20 % of posts on 2 Feb, 70 % on 3 Feb");
    }

    #[test]
    fn a_cut_or_uncovered_bucket_makes_no_title_of_shares() {
        let answer = sample::small(&[("cia", "CIA documents", &[10, 20, 70])], 100);
        let mut cut = answer.clone();
        cut.until = Timestamp::from_millis_unchecked(cut.until.as_millis() - 1);
        assert_eq!(title(&cut), "CIA documents: 10 % of posts on 1 Feb, 20 % on 2 Feb");
        let mut uncovered = answer.clone();
        uncovered.data.covers = vec![(answer.buckets[0], answer.buckets[1])];
        assert_eq!(title(&uncovered), "CIA documents: 100 of 300 posts, most on 3 Feb");
    }

    #[test]
    fn of_equal_peaks_none_is_named() {
        let answer = sample::small(&[("cia", "CIA documents", &[9, 9, 2])], 29);
        assert_eq!(title(&answer), "CIA documents: 20 of 87 posts");
    }

    #[test]
    fn small_buckets_make_no_title_of_shares() {
        let answer = sample::small(&[("cia", "CIA documents", &[1, 20, 2])], 29);
        assert_eq!(title(&answer), "CIA documents: 23 of 87 posts, most on 2 Feb");
    }

    #[test]
    fn a_handful_of_posts_makes_no_title_of_shares() {
        let answer = sample::small(&[("cia", "CIA documents", &[1, 19, 2])], 50);
        assert_eq!(title(&answer), "CIA documents: 22 of 150 posts, most on 2 Feb");
        let answer = sample::small(&[("cia", "CIA documents", &[1, 20, 2])], 50);
        assert_eq!(title(&answer), "CIA documents: 2 % of posts on 1 Feb, 40 % on 2 Feb");
    }

    #[test]
    fn without_theories_the_title_counts_posts() {
        let answer = sample::small(&[], 40);
        assert_eq!(title(&answer), "120 posts");
        assert_eq!(title(&TheoriesAnswer { posts: 0, ..answer }), "No posts, 1 – 3 Feb 2017");
    }

    #[test]
    fn the_alt_text_names_every_theory_and_event() {
        let mut answer = sample::vault7();
        answer.synthetic = true;
        let text = alt_text(&answer, &Calendar::or_utc(&answer), "Steps");
        assert!(text.starts_with(INVENTED), "{text}");
        for theory in &answer.theories {
            assert!(text.contains(&theory.label), "{text}");
        }
        assert!(text.contains("7 Mar Year Zero released"), "{text}");
    }
}
