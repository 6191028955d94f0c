//! Candidates as text for people, and the candidate of each post as lines.

use super::format::{Year, bucket, clean, count, day, posts, shorten, wrap, year_of, zone_of};
use super::{INVENTED_DATA, marked};
use crate::answer::{CandidateAnswer, DiscoverAnswer, RuleAnswer};
use crate::timeline::By;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::fmt::Write as _;

/// Keywords in a title; the others stand below.
const IN_TITLE: usize = 4;
/// Fewest cells of a line: narrower terminals break them themselves.
const NARROWEST: usize = 40;
const INDENT: &str = "    ";

/// The candidates, the most posts first, each with what tells it apart, how sure it is, and posts that show what it is about.
pub fn discover_text(answer: &DiscoverAnswer, zone: &str, top: usize, width: usize) -> String {
    let (zone, width) = (zone_of(zone), width.max(NARROWEST));
    let year = year_of(answer.since, answer.until, &zone);
    let mut out =
        format!("{} by {} voices (near-copies are one voice)\n", posts(answer.posts), count(answer.voices));
    if answer.theories.is_empty() {
        out.push_str(&nothing(answer));
        return marked(out, answer.synthetic);
    }
    for (number, candidate) in (1..).zip(answer.theories.iter().take(top)) {
        out.push('\n');
        push_candidate(&mut out, number, candidate, (&zone, year, answer.by), width);
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
    if answer.looked_at < answer.voices {
        let _ = writeln!(
            out,
            "Groups were looked for in {} voices drawn evenly; the others were put where they fit.",
            count(answer.looked_at)
        );
    }
    out.push_str(&wrap(
        "Candidates are groups of posts with words in common, not findings: read them before you name them.",
        width,
        "",
    ));
    out.push('\n');
    marked(out, answer.synthetic)
}

/// Why there is nothing.
fn nothing(answer: &DiscoverAnswer) -> String {
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

fn push_candidate(
    out: &mut String,
    number: usize,
    candidate: &CandidateAnswer,
    (zone, year, by): (&TimeZone, Year, By),
    width: usize,
) {
    let quoted = |term: &str| format!("\u{201c}{}\u{201d}", clean(term));
    let title: Vec<String> =
        candidate.keywords.iter().take(IN_TITLE).map(|keyword| quoted(&keyword.term)).collect();
    let mark = if candidate.shaky { "  (shaky)" } else { "" };
    let _ = writeln!(out, "{number:>2}  {}{mark}", title.join(" "));
    let mut facts = vec![
        format!("{} ({:.0} %)", posts(candidate.posts), candidate.share * 100.0),
        format!("{} account{}", count(candidate.accounts), if candidate.accounts == 1 { "" } else { "s" }),
    ];
    facts.extend(
        candidate.first.as_ref().map(|first| format!("first in this data {}", day(first.at, zone, year))),
    );
    let most = candidate.peak.map(|peak| (bucket(peak.start, by, zone, year), count(peak.posts)));
    facts.extend(most.map(|(bucket, posts)| format!("most {bucket}: {posts}")));
    facts.push(format!("came again {} of {} times", candidate.survived, candidate.tried));
    let words: Vec<String> = candidate
        .keywords
        .iter()
        .map(|keyword| format!("{} {}/{}", clean(&keyword.term), keyword.posts, keyword.of_all))
        .collect();
    for line in [facts.join(" · "), words.join(", ")] {
        out.push_str(INDENT);
        out.push_str(&wrap(&line, width - INDENT.len(), INDENT));
        out.push('\n');
    }
    for example in &candidate.examples {
        let line = format!("{}  {}", day(example.at, zone, year), clean(&example.text));
        let _ = writeln!(out, "{INDENT}{}", shorten(&line, width - INDENT.len()));
    }
}

/// The words of a rule, and how well it finds what it is for.
pub fn rule_text(rule: &RuleAnswer, width: usize) -> String {
    let part = |of: u64| if of == 0 { 0.0 } else { rule.right as f64 * 100.0 / of as f64 };
    let any: Vec<String> = rule.any.iter().map(|term| format!("\"{}\"", clean(term))).collect();
    let mut out = wrap(&format!("any: {}", any.join(", ")), width.max(NARROWEST), "     ");
    let _ = writeln!(
        out,
        "\nmatches {}; {:.0} % of them are the candidate's (precision), {:.0} % of the candidate's {} are among them (recall)",
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
    notice: Option<&'static str>,
}

/// The candidate of each post: one a line.
pub fn assignments_ndjson(answer: &DiscoverAnswer) -> Result<String, serde_json::Error> {
    let mut lines = String::new();
    for one in &answer.assignments {
        let notice = answer.synthetic.then_some(INVENTED_DATA);
        let line = Line { platform: &one.platform, id: &one.id, theory: one.theory, notice };
        lines.push_str(&serde_json::to_string(&line)?);
        lines.push('\n');
    }
    Ok(lines)
}
