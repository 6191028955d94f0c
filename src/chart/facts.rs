//! Sentences computed from an answer: the title, the picture in words, and numbers as people read them. Facts only: what happened
//! when, never why.

use super::calendar::Calendar;
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
/// Theories and events that the picture in words names one by one.
const MAX_NAMED: usize = 20;
/// Tags named one by one.
const MAX_TAGS: usize = 3;

/// The largest change of a theory's share between two neighbouring buckets that both have [`FEW_POSTS`], by a theory that is no handful;
/// else the largest theory and its peak; else all posts and theirs.
pub fn title(answer: &TheoriesAnswer, calendar: &Calendar) -> String {
    if answer.posts == 0 {
        return format!("No posts, {}", calendar.range());
    }
    largest_change(answer)
        .map(|change| change.sentence(answer, calendar))
        .or_else(|| largest_theory(answer, calendar))
        .unwrap_or_else(|| {
            let most = peak(answer, &answer.all);
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

fn largest_change(answer: &TheoriesAnswer) -> Option<Change<'_>> {
    let mut best: Option<Change<'_>> = None;
    for theory in &answer.theories {
        // Thousandths in whole numbers: a comparison of fractions must not depend on rounding.
        let shares: Vec<Option<i128>> = theory
            .series
            .iter()
            .zip(&answer.all)
            .map(|(n, all)| (*all >= FEW_POSTS).then(|| i128::from(*n) * 1_000_000 / i128::from(*all)))
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
    let when = peak(answer, &theory.series)
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
    match peak(answer, &theory.series) {
        None => format!("{label}: 0 posts."),
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
        assert_eq!(title(&answer), "120 posts, most on 1 Feb");
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
