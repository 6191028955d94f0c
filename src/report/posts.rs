//! Posts as lines for people: time, who, text, and why each is there.

use super::format::{clean, count, posts, shorten};
use super::marked;
use crate::answer::{FoundPost, PostsAnswer, TermSpan, TheoryEvidence};
use crate::post::{Post, TimePrecision};

/// Most cells of one post's text in a line; longer ones are cut and `--ndjson` has them whole.
const TEXT_CELLS: usize = 300;
/// Most cells of a name.
const NAME_CELLS: usize = 40;

/// How many there are, then a line for each post.
pub fn posts_text(answer: &PostsAnswer) -> String {
    let shown = answer.posts.len() as u64;
    let mut out = match answer.total {
        Some(0) => "no posts\n".to_owned(),
        None if shown == 0 => "no more posts\n".to_owned(),
        Some(total) if total != shown => format!("{} of {}\n", count(shown), posts(total)),
        Some(_) | None => format!("{}\n", posts(shown)),
    };
    for found in &answer.posts {
        out.push_str(&post_line(found));
        out.push('\n');
    }
    if let Some(outside) = answer.outside.filter(|outside| *outside > 0) {
        out.push_str(&posts(outside));
        out.push_str(
            " outside this span, not shown: name it with --since and --until
",
        );
    }
    marked(out, answer.synthetic)
}

fn post_line(found: &FoundPost) -> String {
    let post = &found.post;
    let text = shorten(&clean(&post.text), TEXT_CELLS);
    let mut line = format!("{}  {}  {text}", time(post), author(post));
    if !found.theories.is_empty() {
        let theories: Vec<String> = found.theories.iter().map(evidence).collect();
        line.extend(["  [", &theories.join("; "), "]"]);
    }
    line
}

/// In UTC, no finer than it is known.
fn time(post: &Post) -> String {
    let text = post.posted_at.to_string();
    let (day, clock) = (text.get(..10).unwrap_or(&text), text.get(11..16).unwrap_or(""));
    match post.time_precision {
        TimePrecision::Day => format!("{day} (day only)"),
        TimePrecision::Minute => format!("{day} {clock}Z (minute only)"),
        TimePrecision::Second | TimePrecision::Millisecond => format!("{day} {clock}Z"),
    }
}

fn author(post: &Post) -> String {
    let author = &post.author;
    let name = if let Some(handle) = &author.handle {
        format!("@{}", clean(handle))
    } else if let Some(name) = &author.name {
        clean(name)
    } else if let Some(id) = &author.id {
        format!("account {}", clean(id))
    } else {
        "(no author)".to_owned()
    };
    shorten(&name, NAME_CELLS)
}

fn evidence(theory: &TheoryEvidence) -> String {
    let mut terms: Vec<String> = Vec::new();
    for term in &theory.terms {
        let shown = shown_term(term);
        if !terms.contains(&shown) {
            terms.push(shown);
        }
    }
    format!("{}: {}", clean(&theory.id), terms.join(", "))
}

fn shown_term(term: &TermSpan) -> String {
    let place = if term.start.is_none() { " (not in the text)" } else { "" };
    format!("\"{}\"{place}", clean(&term.term))
}
