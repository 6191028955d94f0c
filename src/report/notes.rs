//! What stands under a table of theories: everything that one must know to read the numbers right. One sentence or two each.

use super::format::{Year, clean, clock, count, day, posts, year_of, zone_of};
use super::table::SMALL_COUNT;
use crate::answer::{Lead, LeftOut, TheoriesAnswer};
use crate::post::Timestamp;
use crate::timeline::By;
use jiff::tz::TimeZone;

/// Stretches of most posts that are named; the others are counted.
const SHOWN_STRETCHES: usize = 6;
/// Digits of a hash: enough to compare two tables by eye.
const HASH_DIGITS: usize = 12;

/// The notes, in the order of what they explain.
pub(super) fn notes(answer: &TheoriesAnswer, with_spark: bool) -> Vec<String> {
    let mut notes = Vec::new();
    notes.extend(most_posts(answer));
    notes.extend(of_the_table(answer, with_spark));
    notes.extend(of_the_data(answer));
    notes.push(format!(
        "Rules {} · data {} · tagline {}",
        short(&answer.rules),
        short(&answer.digest),
        answer.tool
    ));
    notes
}

fn short(hash: &str) -> String {
    hash.chars().take(HASH_DIGITS).collect()
}

/// How to read the rows.
fn of_the_table(answer: &TheoriesAnswer, with_spark: bool) -> Vec<String> {
    let mut notes = vec![format!(
        "Unmatched: {} that no theory's rules match; they may speak of a theory in other words, or of none.",
        posts(answer.unmatched)
    )];
    if answer.several > 0 {
        notes.push("A post can match several theories: shares can add to more than 100 %.".to_owned());
    }
    if answer.theories.iter().any(|theory| theory.checked.is_none()) {
        notes.push(
            "Unchecked: nobody has read a sample to see whether the rules are right. A post that matches mentions a theory; it may doubt it."
                .to_owned(),
        );
    }
    notes
        .push("First in this data is the earliest post found here, not where a theory came from.".to_owned());
    notes.push("Accounts are not people: one person may run many, several may share one.".to_owned());
    let rows = answer.rows.iter().map(|row| row.accounts_error);
    let error = answer.theories.iter().map(|theory| theory.accounts_error).chain(rows).fold(0.0, f64::max);
    if error > 0.0 {
        notes.push(format!("~ is estimated, with a standard error of {:.1} %.", 100.0 * error));
    }
    if answer.theories.iter().any(|theory| theory.peak.is_some_and(|peak| peak.posts < SMALL_COUNT)) {
        notes.push(format!(
            "* Fewer than {SMALL_COUNT} posts at the peak: a handful of posts changes shares and order."
        ));
    }
    if with_spark {
        notes.push("Over time: each row has its own scale; · is no post.".to_owned());
    }
    notes
}

/// What the numbers rest on, and what they leave out.
fn of_the_data(answer: &TheoriesAnswer) -> Vec<String> {
    let mut notes = vec![statement(answer)];
    notes.extend(left_out(&answer.left_out));
    let has = |number: u64| if number == 1 { "has" } else { "have" };
    if answer.outside > 0 {
        let believable = if answer.suspicious == 0 {
            String::new()
        } else {
            format!(
                "; {} of these {} a time that cannot be right",
                count(answer.suspicious),
                has(answer.suspicious)
            )
        };
        notes.push(format!("Outside the span, not counted: {}{believable}.", posts(answer.outside)));
    }
    if answer.deleted > 0 {
        notes.push(format!("Since deleted on the platform, not counted: {}.", posts(answer.deleted)));
    }
    if answer.no_author > 0 {
        notes.push(format!("Without an author, in no number of accounts: {}.", posts(answer.no_author)));
    }
    if answer.coarse_times > 0 {
        notes.push(format!("Time known only to the minute or day: {}.", posts(answer.coarse_times)));
    }
    if answer.reposts > 0 {
        let unknown = match answer.reposts_unknown {
            0 => String::new(),
            unknown => format!("; {} do not say whether they do", count(unknown)),
        };
        notes.push(format!("Reposts count as posts: {} pass on another{unknown}.", count(answer.reposts)));
    }
    notes
}

fn statement(answer: &TheoriesAnswer) -> String {
    let source = answer.data.source_url.as_deref().map(|url| format!(" ({})", clean(url)));
    let statement = clean(&answer.data.statement);
    let end = if statement.ends_with(['.', '!', '?']) && source.is_none() { "" } else { "." };
    format!("{statement}{}{end}", source.unwrap_or_default())
}

fn left_out(left_out: &LeftOut) -> Option<String> {
    if left_out.posts == 0 {
        return None;
    }
    let about = if left_out.error > 0.0 { "about " } else { "" };
    let matched = match left_out.matched {
        Some(matched) => format!("{} of them match a theory", count(matched)),
        None => {
            "how many of them match these rules is not known until the files are imported again".to_owned()
        }
    };
    Some(format!(
        "Left out at import for want of the campaign's tags and words: {about}{}; {matched}.",
        posts(left_out.posts)
    ))
}

/// Who had the most posts when: the weightiest stretches, in time order.
fn most_posts(answer: &TheoriesAnswer) -> Option<String> {
    if answer.theories.len() < 2 || answer.most_posts.is_empty() {
        return None;
    }
    let zone = zone_of(&answer.zone);
    let year = year_of(answer.since, answer.until, &zone);
    let mut weightiest: Vec<&Lead> =
        answer.most_posts.iter().filter(|lead| lead.posts >= SMALL_COUNT).collect();
    weightiest.sort_by_key(|lead| (std::cmp::Reverse(lead.posts), lead.start));
    weightiest.truncate(SHOWN_STRETCHES);
    weightiest.sort_by_key(|lead| lead.start);
    let shown = weightiest.iter().map(|lead| {
        let label =
            answer.theories.iter().find(|theory| theory.id == lead.id).map_or("", |theory| &theory.label);
        let when = stretch(lead, answer.by, &zone, year);
        format!("{} {when} ({}, next {})", clean(label), count(lead.posts), count(lead.next))
    });
    let shown: Vec<String> = shown.collect();
    if shown.is_empty() {
        return None;
    }
    let rest = match answer.most_posts.len() - shown.len() {
        0 => String::new(),
        1 => "; and 1 smaller stretch".to_owned(),
        rest => format!("; and {rest} smaller stretches"),
    };
    Some(format!("Most posts by {}: {}{rest}.", answer.by, shown.join("; ")))
}

/// First and last day of a stretch, or its clock times, on one line.
fn stretch(lead: &Lead, by: By, zone: &TimeZone, year: Year) -> String {
    let last = Timestamp::from_millis_unchecked((lead.end.as_millis() - 1).max(lead.start.as_millis()));
    if matches!(by, By::Minute | By::Hour) {
        let (from, to) = (day(lead.start, zone, year), day(last, zone, year));
        let until = if from == to { String::new() } else { format!("{to} ") };
        let text = format!("{from} {} – {until}{}", clock(lead.start, zone), clock(lead.end, zone));
        return text.replace(' ', "\u{a0}");
    }
    let (from, to) = (day(lead.start, zone, year), day(last, zone, year));
    let text = if from == to { from } else { format!("{from} – {to}") };
    text.replace(' ', "\u{a0}")
}
