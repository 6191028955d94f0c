//! Candidates as text for people, and the candidate of each post as lines.

use super::format::{bucket, clean, count, day, days, posts, shorten, wrap, year_of, zone_of};
use super::{INVENTED_DATA, marked};
use crate::answer::{CandidateAnswer, CandidateName, Change, DiscoverAnswer, KeywordAnswer, RuleAnswer};

use jiff::tz::TimeZone;
use serde::Serialize;
use std::fmt::Write as _;

/// Fewest cells of a line: narrower terminals break them themselves.
const NARROWEST: usize = 40;
/// Changes of one kind that are told one by one.
const MOST_CHANGES: usize = 8;
/// Cells of a text that is explained: more is no post that a person reads.
const MOST_OF_TEXT: usize = 1_000;
const INDENT: &str = "    ";

/// The candidates, the most posts first, each with what tells it apart, how sure it is, and posts that show what it is about.
pub fn discover_text(answer: &DiscoverAnswer, zone: &str, top: usize, width: usize) -> String {
    let (tz, width) = (zone_of(zone), width.max(NARROWEST));
    let all = posts(answer.posts + answer.against.as_ref().map_or(0, |against| against.posts));
    let mut out = if answer.known {
        format!(
            "{all} put by their words into the candidates that the last look found; `tagline discover` looks anew, and may put some elsewhere\n"
        )
    } else {
        let voices = if answer.voices == 1 { "voice" } else { "voices" };
        format!("{all} by {} {voices} (near-copies are one voice)\n", count(answer.voices))
    };
    if let Some(against) = &answer.against {
        let _ = writeln!(
            out,
            "{} against {} of {}: what is new comes first (words are counted in both periods)",
            posts(answer.posts),
            count(against.posts),
            days(against.since, against.until, &tz)
        );
    }
    if answer.theories.is_empty() {
        out.push_str(&nothing(answer));
        push_copied(&mut out, answer, &tz, width);
        return marked(out, answer.synthetic);
    }
    for candidate in 0..answer.theories.len().min(top) {
        out.push('\n');
        out.push_str(&candidate_text(answer, CandidateName { candidate, part: None }, zone, width));
    }
    out.push('\n');
    let more = answer.theories.len().saturating_sub(top);
    if more > 0 {
        let _ = writeln!(out, "{} more candidates: --top {}", count(more as u64), answer.theories.len());
    }
    let _ = write!(out, "{} in none of them", posts(answer.ungrouped));
    if answer.by_chance > 0 {
        let groups = if answer.by_chance == 1 { "group" } else { "groups" };
        let _ = write!(out, "; {} {groups} left out that chance would show as well", count(answer.by_chance));
    }
    out.push('\n');
    push_copied(&mut out, answer, &tz, width);
    if answer.looked_at < answer.voices {
        let _ = writeln!(
            out,
            "Groups were looked for in {} voices drawn evenly; the others were put where they fit.",
            count(answer.looked_at)
        );
    }
    if !answer.changes.is_empty() {
        let line = format!("Since the last look: {}.", changes(&answer.changes));
        let _ = writeln!(out, "{}", wrap(&line, width, "  "));
    }
    let has_parts = answer.theories.iter().any(|theory| !theory.parts.is_empty());
    let caveat = if has_parts {
        "Candidates are groups of posts with words in common, not findings, and the lettered parts are what may be seen in them: read them \
         before you name them."
    } else {
        "Candidates are groups of posts with words in common, not findings: read them before you name them."
    };
    let legend = (!answer.known).then_some(LEGEND);
    for line in legend.into_iter().chain([caveat]) {
        out.push_str(&wrap(line, width, ""));
        out.push('\n');
    }
    marked(out, answer.synthetic)
}

/// What the signs in [`candidate_text`] mean.
pub const LEGEND: &str = "word 11/13: 13 posts have it, 11 of them the candidate's. Came again: found again when a tenth of the voices was left \
    out; less than 7 of 10 times, or no more than chance would show, is shaky. [c1]: its name for as long as it is the same.";

/// What many say alike without being a theory of many.
fn push_copied(out: &mut String, answer: &DiscoverAnswer, zone: &TimeZone, width: usize) {
    let year = year_of(answer.since, answer.until, zone);
    for copied in &answer.copied {
        let (said, example) = (posts(copied.posts), &copied.example);
        let line = format!(
            "{said} say this alike, in no candidate: {}  {}",
            day(example.at, zone, year),
            clean(&example.text)
        );
        let _ = writeln!(out, "{}", shorten(&line, width));
    }
}

/// What became of candidates; a person reads a few of many, and JSON has them all.
fn changes(all: &[Change]) -> String {
    let born: Vec<u32> = all
        .iter()
        .filter_map(|change| if let Change::Born { id } = change { Some(*id) } else { None })
        .collect();
    let others = all.iter().filter(|change| !matches!(change, Change::Born { .. }));
    let mut told: Vec<String> = others.map(change).collect();
    if told.len() > MOST_CHANGES {
        let more = told.len() - MOST_CHANGES;
        told.truncate(MOST_CHANGES);
        told.push(format!("{} more went another way (`--json`)", count(more as u64)));
    }
    match born.as_slice() {
        [first, .., last] if born.len() > MOST_CHANGES => {
            // New ones are numbered in a row.
            told.push(format!("{} are new, c{first} to c{last}", count(born.len() as u64)));
        }
        _ => told.extend(born.iter().map(|id| format!("c{id} is new"))),
    }
    told.join("; ")
}

/// What became of a candidate.
fn change(change: &Change) -> String {
    let of = |ids: &[u32]| ids.iter().map(|id| format!("c{id}")).collect::<Vec<_>>().join(" and ");
    match change {
        Change::Born { id } => format!("c{id} is new"),
        Change::Merged { id, title, into } => format!("c{id} {} is in c{into} now", quoted_all(title)),
        Change::Split { id, title, into } => {
            format!("c{id} {} is split into {}", quoted_all(title), of(into))
        }
        Change::Gone { id, title } => format!("c{id} {} is gone", quoted_all(title)),
    }
}

/// Why there is nothing.
fn nothing(answer: &DiscoverAnswer) -> String {
    if answer.known && answer.posts > 0 {
        return "none of them belongs to a candidate that is known\n".to_owned();
    }
    if answer.posts == 0 {
        return "no candidates: there are no such posts\n".to_owned();
    }
    if answer.voices < answer.fewest_voices {
        return format!(
            "no candidates: without near-copies, and words that nearly all posts have, too little is left; with fewer than {} voices \
             nothing can be told apart. Read them: `tagline posts`\n",
            answer.fewest_voices
        );
    }
    match answer.by_chance {
        0 => {}
        1 => return "no candidates: 1 group was found, and it says no more than chance would\n".to_owned(),
        groups => {
            let groups = count(groups);
            return format!(
                "no candidates: {groups} groups were found, and they say no more than chance would\n"
            );
        }
    }
    "no candidates: the posts have no words in common that tell groups apart\n".to_owned()
}

/// A term as it is named: in quotes, since it is what posts say.
fn quoted(term: &str) -> String {
    format!("\u{201c}{}\u{201d}", clean(term))
}

/// Keywords as a title.
pub fn quoted_all(terms: &[String]) -> String {
    terms.iter().map(|term| quoted(term)).collect::<Vec<_>>().join(" ")
}

/// A candidate, or a part of one: its numbers, its keywords, posts, and its parts in a line each.
pub fn candidate_text(answer: &DiscoverAnswer, name: CandidateName, zone: &str, width: usize) -> String {
    let Some(candidate) = answer.named(name) else { return String::new() };
    let (zone, width) = (zone_of(zone), width.max(NARROWEST));
    let year = year_of(answer.since, answer.until, &zone);
    let mut out = String::new();
    let mark = if candidate.shaky { "  (shaky)" } else { "" };
    let id = candidate.id.as_ref().map_or_else(String::new, |id| format!("  [{id}]"));
    let _ = writeln!(out, "{:>2}  {}{id}{mark}", name.to_string(), quoted_all(&candidate.title));
    let mut facts = vec![
        format!("{} ({:.0} %)", posts(candidate.posts), candidate.share * 100.0),
        format!("{} account{}", count(candidate.accounts), if candidate.accounts == 1 { "" } else { "s" }),
    ];
    facts.extend(candidate.before.map(|before| {
        let all = answer.against.as_ref().map_or(0, |against| against.posts);
        format!("before {} of {}", count(before), count(all))
    }));
    facts.extend(
        candidate.first.as_ref().map(|first| format!("first in this data {}", day(first.at, &zone, year))),
    );
    let most = candidate.peak.map(|peak| (bucket(peak.start, answer.by, &zone, year), count(peak.posts)));
    facts.extend(most.map(|(bucket, posts)| format!("most {bucket}: {posts}")));
    let word = |keyword: &KeywordAnswer| {
        let term = clean(&keyword.term);
        if answer.known { term } else { format!("{term} {}/{}", keyword.posts, keyword.of_all) }
    };
    if !answer.known {
        facts.push(came_again(candidate));
    }
    let words: Vec<String> = candidate.keywords.iter().map(word).collect();
    let mut lines = vec![facts.join(" · "), words.join(", ")];
    if !candidate.names.is_empty() {
        lines.push(format!("may name a person: {}", quoted_all(&candidate.names)));
    }
    for line in lines {
        out.push_str(INDENT);
        out.push_str(&wrap(&line, width - INDENT.len(), INDENT));
        out.push('\n');
    }
    for example in &candidate.examples {
        let line = format!("{}  {}", day(example.at, &zone, year), clean(&example.text));
        let _ = writeln!(out, "{INDENT}{}", shorten(&line, width - INDENT.len()));
    }
    for (part, of) in candidate.parts.iter().enumerate() {
        let name = CandidateName { part: Some(part), ..name };
        let mark = if of.shaky { "  (shaky)" } else { "" };
        let line =
            format!("{name}  {}{mark} · {} · {}", quoted_all(&of.title), posts(of.posts), came_again(of));
        let _ = writeln!(out, "{INDENT}{}", shorten(&line, width - INDENT.len()));
    }
    out
}

fn came_again(candidate: &CandidateAnswer) -> String {
    format!("came again {} of {} times", candidate.survived, candidate.tried)
}

/// Why a post is in its candidate: its words, in counts.
pub fn explain_text(answer: &DiscoverAnswer, width: usize) -> String {
    let Some(explained) = &answer.explained else { return String::new() };
    let width = width.max(NARROWEST);
    let title = |theory: u32| {
        let name = CandidateName { candidate: theory as usize, part: None };
        let title = answer.named(name).map_or_else(String::new, |candidate| quoted_all(&candidate.title));
        format!("candidate {name} {title}")
    };
    let mut out = format!("{}:{}\n", clean(&explained.platform), clean(&explained.id));
    let text = shorten(&clean(&explained.text), MOST_OF_TEXT);
    let _ = writeln!(out, "{INDENT}{}", wrap(&text, width - INDENT.len(), INDENT));
    match explained.theory {
        Some(theory) => {
            let name =
                CandidateName { candidate: theory as usize, part: explained.part.map(|part| part as usize) };
            let part = name.part.map_or_else(String::new, |_| format!(", part {name}"));
            let _ = writeln!(out, "is in {}{part}", title(theory));
        }
        None => out.push_str("is in no candidate\n"),
    }
    for of in &explained.of {
        let times = times(of.says);
        let _ =
            writeln!(out, "\n{}: its words are {times} as common there as in all posts", title(of.theory));
        let posts_of = answer.theories.get(of.theory as usize).map_or(0, |theory| theory.posts);
        for word in &of.words {
            let line = format!(
                "{}  {} of its {}, {} of all {}",
                clean(&word.term),
                count(word.posts),
                count(posts_of),
                count(word.of_all),
                count(answer.posts)
            );
            let _ = writeln!(out, "{INDENT}{}", shorten(&line, width - INDENT.len()));
        }
    }
    marked(out, answer.synthetic)
}

/// How many times as common, of its logarithm.
fn times(says: f64) -> String {
    let times = libm::exp(says);
    match times {
        0.1..10.0 => format!("{times:.1} times"),
        10.0..1e6 => format!("{times:.0} times"),
        1e6.. => "more than a million times".to_owned(),
        _ => "less than a tenth".to_owned(),
    }
}

/// The words of a rule, and how well it finds what it is for.
pub fn rule_text(rule: &RuleAnswer, width: usize) -> String {
    let part = |of: u64| if of == 0 { 0.0 } else { rule.right as f64 * 100.0 / of as f64 };
    let mut out = String::new();
    for (name, terms) in [("any", &rule.any), ("all", &rule.all), ("none", &rule.none)] {
        if !terms.is_empty() {
            let terms: Vec<String> = terms.iter().map(|term| format!("\"{}\"", clean(term))).collect();
            let line = format!("{name}: {}", terms.join(", "));
            let _ = writeln!(out, "{}", wrap(&line, width.max(NARROWEST), "     "));
        }
    }
    let _ = writeln!(
        out,
        "matches {}; {:.0} % of them are the candidate's (precision), {:.0} % of the candidate's {} are among them (recall)",
        posts(rule.posts),
        part(rule.posts),
        part(rule.members),
        posts(rule.members)
    );
    out
}

#[derive(Serialize)]
struct Line<'a> {
    platform: &'a str,
    id: &'a str,
    theory: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<&'static str>,
}

/// The candidate of each post: one a line.
pub fn assignments_ndjson(answer: &DiscoverAnswer) -> Result<String, serde_json::Error> {
    let mut lines = String::new();
    for one in &answer.assignments {
        let notice = answer.synthetic.then_some(INVENTED_DATA);
        let line = Line { platform: &one.platform, id: &one.id, theory: one.theory, part: one.part, notice };
        lines.push_str(&serde_json::to_string(&line)?);
        lines.push('\n');
    }
    Ok(lines)
}
