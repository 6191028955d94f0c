//! What is said above and below a chart: title, subtitle, the note with all that a reader must know to judge it. No clock, no list of
//! imports, no handle, no post's text.

use super::calendar::Calendar;
use super::facts::{self, FEW_POSTS};
use super::words::{clean, isolated, list};
use crate::answer::TheoriesAnswer;
use crate::timeline::By;

/// Platforms named one by one.
const MAX_PLATFORMS: usize = 4;
/// Tags named one by one in the note.
const MAX_TAGS: usize = 6;
/// Characters of the rules' hash: enough to tell two rule files apart by eye.
const HASH_CHARS: usize = 12;

/// Measure, unit, tags, range, zone.
pub(crate) fn subtitle(answer: &TheoriesAnswer, calendar: &Calendar, group: usize) -> String {
    let tags = facts::measure(answer);
    let tags = tags.strip_prefix("posts").unwrap_or(&tags);
    let by = if answer.theories.is_empty() { "" } else { ", by the theory that they mention" };
    let when = if facts::is_nowhere(answer) { String::new() } else { format!(", {}", calendar.range()) };
    format!("{}{tags}{by}{when} ({})", capital(&unit(calendar, group)), calendar.zone_name())
}

/// The same for shares.
pub(crate) fn share_subtitle(answer: &TheoriesAnswer, calendar: &Calendar, group: usize) -> String {
    let each = if group > 1 { length(calendar, group) } else { calendar.unit().to_owned() };
    format!(
        "Share of the {} of each {each}, by the theory that they mention, {} ({})",
        facts::measure(answer),
        calendar.range(),
        calendar.zone_name()
    )
}

/// The same for posts that theories share.
pub(crate) fn overlap_subtitle(answer: &TheoriesAnswer, calendar: &Calendar) -> String {
    format!(
        "Of the {} that mention the theory of the row, those that mention the theory of the column too, {} ({})",
        facts::measure(answer),
        calendar.range(),
        calendar.zone_name()
    )
}

/// The same for posts by a field.
pub(crate) fn split_subtitle(answer: &TheoriesAnswer, calendar: &Calendar, group: usize, by: &str) -> String {
    let tags = facts::measure(answer);
    let tags = tags.strip_prefix("posts").unwrap_or(&tags);
    let unit = capital(&unit(calendar, group));
    format!(
        "{unit}{tags} for each {by}, by the theory that they mention, {} ({})",
        calendar.range(),
        calendar.zone_name()
    )
}

/// `posts a day`, `posts in 3 hours`.
pub(crate) fn unit(calendar: &Calendar, group: usize) -> String {
    match (group, calendar.unit()) {
        (0 | 1, "hour") => "posts an hour".to_owned(),
        (0 | 1, unit) => format!("posts a {unit}"),
        _ => format!("posts in {}", length(calendar, group)),
    }
}

/// So many buckets as a length: `1 day`, `3 hours`. Days and longer are not turned into each other: they are not all alike.
pub(crate) fn length(calendar: &Calendar, group: usize) -> String {
    let (n, unit) = match calendar.by() {
        By::Minute if group.is_multiple_of(60) => (group / 60, "hour"),
        _ => (group, calendar.unit()),
    };
    if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") }
}

/// What the picture itself shows that must be explained.
#[derive(Clone, Default)]
pub(crate) struct Shown {
    /// Buckets in a column.
    pub(crate) group: usize,
    /// A first or last column is cut.
    pub(crate) partial: bool,
    /// Some span is not covered.
    pub(crate) gaps: bool,
    /// Events outside the span, and those inside beyond what is listed.
    pub(crate) hidden_events: (usize, usize),
    /// Posts of several theories have a band or row of their own.
    pub(crate) apart: bool,
    /// How this kind of picture is read, a sentence each.
    pub(crate) how: Vec<String>,
    /// The base line is dashed where coverage is unknown, and only there: `Some` says whether that is everywhere.
    pub(crate) unknown: Option<bool>,
    /// How ground that is not covered looks.
    pub(crate) hatched: &'static str,
}

/// The note, one sentence after the other.
pub(crate) fn note(answer: &TheoriesAnswer, calendar: &Calendar, shown: Shown) -> String {
    let mut out = vec![counts(answer, calendar, shown.apart)];
    out.extend(small_counts(answer, calendar));
    out.extend(coverage(answer, &shown));
    out.extend(picture(calendar, shown));
    out.push(sentence(&isolated(clean(&answer.data.statement))));
    out.extend(left_out(answer, calendar));
    out.extend(checks(answer));
    out.push(origin(answer, calendar));
    out.retain(|sentence| !sentence.is_empty());
    out.join(" ")
}

fn counts(answer: &TheoriesAnswer, calendar: &Calendar, apart: bool) -> String {
    let lang = calendar.lang();
    if answer.theories.is_empty() || answer.posts == 0 {
        return format!("{}.", lang.posts(answer.posts));
    }
    let several = match answer.several {
        0 => String::new(),
        n if apart => format!(" ({} of them by several, shown apart)", lang.count(n)),
        n => format!(" ({} of them by several)", lang.count(n)),
    };
    format!(
        "{}: {} matched by the rules of a theory{several}, {} unmatched, by no rule. A match is a mention; it may be a doubt.",
        lang.posts(answer.posts),
        lang.count(answer.matched),
        lang.count(answer.unmatched)
    )
}

fn picture(calendar: &Calendar, shown: Shown) -> Vec<String> {
    let mut out = shown.how;
    if shown.group > 1 {
        out.push(format!("Each step adds up {}.", length(calendar, shown.group)));
    }
    if shown.partial {
        out.push("Hatched steps are incomplete: cut by the ends of the span.".to_owned());
    }
    let events =
        |n: usize| if n == 1 { ("1 event".to_owned(), "is") } else { (format!("{n} events"), "are") };
    let (outside, beyond) = shown.hidden_events;
    if outside > 0 {
        let (events, verb) = events(outside);
        out.push(format!("{events} outside the span {verb} not drawn."));
    }
    if beyond > 0 {
        let (events, verb) = events(beyond);
        out.push(format!("{events} in the span, the latest, {verb} not drawn: there are too many."));
    }
    out
}

fn small_counts(answer: &TheoriesAnswer, calendar: &Calendar) -> Option<String> {
    let lang = calendar.lang();
    let filled = answer.all.iter().filter(|n| **n > 0).count();
    let few = answer.all.iter().filter(|n| **n > 0 && **n < FEW_POSTS).count();
    if few == 0 {
        return None;
    }
    let unit = calendar.unit();
    let which = match (few, filled) {
        (1, 1) => format!("the only {unit} with posts has"),
        (1, _) => format!("1 of {} {unit}s with posts has", lang.count(filled as u64)),
        (few, filled) if few == filled => {
            format!("all {} {unit}s with posts have", lang.count(filled as u64))
        }
        (few, filled) => {
            format!("{} of {} {unit}s with posts have", lang.count(few as u64), lang.count(filled as u64))
        }
    };
    Some(format!("Small counts: {which} fewer than {FEW_POSTS}; shares there say little."))
}

fn coverage(answer: &TheoriesAnswer, shown: &Shown) -> Vec<String> {
    let mut out = Vec::new();
    if shown.gaps {
        out.push(format!("{}: not covered by the data; zero there does not mean none.", shown.hatched));
    }
    match shown.unknown {
        None if answer.data.covers.is_empty() && answer.collected.is_empty() => {
            out.push("Coverage unknown: zero may mean not collected.".to_owned());
        }
        None => {}
        Some(true) => out.push("Dashed base line: coverage unknown; zero may mean not collected.".to_owned()),
        Some(false) => out.push(
            "Dashed base line: coverage unknown; zero may mean not collected. Solid: collected.".to_owned(),
        ),
    }
    out
}

fn left_out(answer: &TheoriesAnswer, calendar: &Calendar) -> Vec<String> {
    let lang = calendar.lang();
    let mut out = Vec::new();
    if answer.left_out.posts > 0 {
        let matched = match answer.left_out.matched {
            Some(n) => format!(" ({} of them match a theory)", lang.count(n)),
            None => String::new(),
        };
        out.push(format!(
            "Left out at import for want of the campaign’s tags or words: {}{matched}.",
            lang.posts(answer.left_out.posts)
        ));
    }
    if answer.outside > 0 {
        let suspicious = match answer.suspicious {
            0 => String::new(),
            n => format!(" ({} with a time that cannot be relied on)", lang.count(n)),
        };
        out.push(format!("Outside the span: {}{suspicious}.", lang.posts(answer.outside)));
    }
    out
}

fn checks(answer: &TheoriesAnswer) -> Option<String> {
    let unchecked = answer.theories.iter().filter(|theory| theory.checked.is_none()).count();
    match unchecked {
        0 => None,
        n if n == answer.theories.len() => Some("Unchecked: no person has checked these rules.".to_owned()),
        n => Some(format!("Unchecked by people: the rules of {n} of {} theories.", answer.theories.len())),
    }
}

fn origin(answer: &TheoriesAnswer, calendar: &Calendar) -> String {
    let lang = calendar.lang();
    let mut parts = Vec::new();
    let platforms: Vec<String> =
        answer.platforms.iter().map(|(name, n)| format!("{} {}", clean(name), lang.count(*n))).collect();
    match platforms.as_slice() {
        [] => {}
        [_] => parts.push(format!(
            "Platform: {}",
            answer.platforms.first().map_or_else(String::new, |p| clean(&p.0))
        )),
        several => parts.push(format!("Platforms: {}", list(several, MAX_PLATFORMS))),
    }
    let tags: Vec<String> = answer.tags.iter().map(|tag| isolated(format!("#{}", clean(tag)))).collect();
    if tags.len() > 3 {
        parts.push(format!("Tags: {}", list(&tags, MAX_TAGS)));
    }
    parts.push(format!("{}s in {}", capital(calendar.unit()), calendar.zone_name()));
    let hash: String = clean(&answer.rules).chars().take(HASH_CHARS).collect();
    if !hash.is_empty() {
        parts.push(format!("Rules {hash}"));
    }
    let tool = clean(&answer.tool);
    parts.push(if tool.contains("tagline") { tool } else { format!("tagline {tool}").trim_end().to_owned() });
    parts.join(" · ")
}

fn sentence(words: &str) -> String {
    match words.trim_end_matches('\u{2069}').chars().last() {
        None => String::new(),
        Some('.' | '!' | '?' | '…') => words.to_owned(),
        Some(_) => format!("{words}."),
    }
}

fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::sample;

    fn of(answer: &TheoriesAnswer, shown: Shown) -> String {
        note(answer, &Calendar::or_utc(answer), shown)
    }

    #[test]
    fn the_note_says_what_a_reader_must_know() {
        let answer = sample::vault7();
        let text = of(&answer, Shown::default());
        for part in [
            &format!("{} posts: ", facts::count(answer.posts)),
            "unmatched, by no rule",
            "Left out at import for want of the campaign’s tags or words: 312 posts (45 of them match a theory).",
            "Unchecked: no person has checked these rules.",
            "Platform: x · Days in UTC · Rules 3f2a9c01b7d4 · tagline 0.1.0",
            "Posts written for a layout test.",
        ] {
            assert!(text.contains(part), "{part:?} is not in {text:?}");
        }
        assert!(!text.contains("Coverage unknown"), "{text}");
    }

    #[test]
    fn undeclared_coverage_is_said() {
        let mut answer = sample::vault7();
        answer.data.covers.clear();
        assert!(of(&answer, Shown::default()).contains("Coverage unknown: zero may mean not collected."));
    }

    #[test]
    fn units_are_words() {
        let calendar = Calendar::or_utc(&sample::hourly());
        assert_eq!(unit(&calendar, 1), "posts an hour");
        assert_eq!(unit(&calendar, 3), "posts in 3 hours");
        assert_eq!(
            subtitle(&sample::vault7(), &Calendar::or_utc(&sample::vault7()), 1),
            "Posts a day with #vault7, by the theory that they mention, 1 Feb – 20 Mar 2017 (UTC)"
        );
    }
}
