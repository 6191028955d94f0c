//! `tagline theories suggest`: an interview for whoever has no rules yet. Candidates one after the other; one key accepts, edits or drops.
//!
//! What is accepted is in `tagline.toml` at once, so that nothing is lost if the person goes away. Without a terminal, the first letter of
//! each line of standard input is the key.

use super::context::{Opened, SpanArgs, now, project, reader};
use super::discover::{ask, tag, theory_of};
use super::error::CliError;
use super::keys::{key, line};
use super::output::{Output, width};
use super::{Exit, Global};
use crate::answer::{
    AnswerError, Assignment, CandidateName, DiscoverAnswer, DiscoverQuestion, FoundPost, MAX_POSTS,
    PostSelection, PostsAnswer, PostsQuestion, RulesOf,
};
use crate::discover::{Fineness, READ_AT_ONCE};
use crate::project::{Campaign, Theory, slug};
use crate::report::format::{clean, count, posts, wrap};
use crate::report::{LEGEND, PIPE_WIDTH, candidate_text, discover_text, posts_text, rule_text};
use crate::theory::Matcher;
use clap::Args;
use std::collections::HashSet;
use xxhash_rust::xxh3::xxh3_64;

/// Posts shown at a time, when more are asked for.
const MORE: usize = 10;
/// Posts shown of what was edited.
const SHOWN: usize = 3;
const KEYS: &str = "[a]ccept  [e]dit  [d]rop  [m]ore posts  [q]uit";
const HELP: &str = "    a writes it to tagline.toml, e changes its label and words first, d leaves it, m shows posts that its words find, q ends \
    (small letters)";

/// Arguments of `theories suggest`.
#[derive(Debug, Args)]
pub(crate) struct SuggestArgs {
    /// Only among posts with this tag
    #[arg(long, value_name = "TAG", help_heading = "Among which posts")]
    tag: Option<String>,
    /// Only posts that claim to be in this language: `en` is `en-GB` too
    #[arg(long, value_name = "LANG", help_heading = "Among which posts")]
    lang: Option<String>,
    #[command(flatten)]
    span: SpanArgs,
    /// Candidates to go through
    #[arg(long, value_name = "N", default_value_t = READ_AT_ONCE, help_heading = "Output")]
    top: usize,
}

/// What became of a candidate.
#[derive(PartialEq, Eq)]
enum Verdict {
    Accepted,
    Dropped,
    Quit,
}

/// Runs `theories suggest`.
pub(crate) fn run(global: &Global, args: &SuggestArgs, output: &mut Output) -> Result<Exit, CliError> {
    let project = project(global)?;
    let question = question(args, &project)?;
    let answer = ask(&project, &question, "theories suggest")?;
    let names = answer.to_read(args.top);
    if names.is_empty() {
        output.line(&discover_text(&answer, &question.zone, 0, width(PIPE_WIDTH)))?;
        return Ok(Exit::Done);
    }
    if question.of == PostSelection::Unmatched {
        output.talk("Among the posts that no theory matches yet.");
    }
    output.line(&wrap(LEGEND, width(PIPE_WIDTH), ""))?;
    let mut interview = Interview { project: &project, question: &question, answer: &answer, output };
    let (mut accepted, mut dropped) = (0, 0);
    for (number, name) in (1..).zip(&names) {
        match interview.about(*name, (number, names.len()))? {
            Verdict::Accepted => accepted += 1,
            Verdict::Dropped => dropped += 1,
            Verdict::Quit => break,
        }
    }
    let left = names.len() - accepted - dropped;
    output.line(&format!("\n{accepted} accepted, {dropped} dropped, {left} not looked at"))?;
    if accepted > 0 {
        output.next("tagline theories  ·  tagline timeline -o timeline.svg");
    }
    Ok(Exit::Done)
}

fn question(args: &SuggestArgs, project: &Opened) -> Result<DiscoverQuestion, CliError> {
    let campaign = &project.campaign;
    let span = args.span.resolve(campaign)?;
    Ok(DiscoverQuestion {
        campaign: campaign.clone(),
        of: if campaign.theories.is_empty() { PostSelection::All } else { PostSelection::Unmatched },
        tag: tag(args.tag.as_ref())?,
        zone: span.zone,
        since: span.since,
        until: span.until,
        now: now(),
        fineness: Fineness::Evidence,
        lang: args.lang.clone(),
        against: None,
        known: false,
        rules_of: RulesOf::First(args.top),
        explain: None,
        assignments: true,
    })
}

struct Interview<'a> {
    project: &'a Opened,
    question: &'a DiscoverQuestion,
    answer: &'a DiscoverAnswer,
    output: &'a mut Output,
}

/// A theory as it is being made out of a candidate.
struct Draft {
    theory: Theory,
    /// What it was called before anybody gave it a name.
    proposed: String,
    /// Posts that its words find, once they were asked for: all of them, or as many as an answer holds.
    found: Option<PostsAnswer>,
    /// So many of them were shown.
    shown: usize,
}

impl Interview<'_> {
    /// Shows a candidate, and asks until something becomes of it.
    fn about(&mut self, name: CandidateName, (number, of): (usize, usize)) -> Result<Verdict, CliError> {
        let Some(candidate) = self.answer.named(name) else { return Ok(Verdict::Dropped) };
        let width = width(PIPE_WIDTH);
        self.output.line(&format!("\n{number} of {of}"))?;
        self.output.line(&candidate_text(self.answer, name, &self.question.zone, width))?;
        let rule = candidate.rule.clone().unwrap_or_default();
        if rule.any.is_empty() {
            self.output.line("    no words find its posts: edit it to give some")?;
        } else {
            self.output.line(&indented(&rule_text(&rule, width.saturating_sub(INDENT.len()))))?;
        }
        let theory = theory_of(candidate, &rule, name, &self.ids()?);
        let mut draft = Draft { proposed: theory.label.clone(), theory, found: None, shown: 0 };
        loop {
            match key(KEYS, self.output)? {
                Some('a') if draft.theory.any.is_empty() => {
                    self.output.line("    it has no words: edit it, or drop it")?;
                }
                Some('a') => {
                    if self.accept(&mut draft)? {
                        return Ok(Verdict::Accepted);
                    }
                }
                Some('d') => return Ok(Verdict::Dropped),
                Some('q') | None => return Ok(Verdict::Quit),
                Some('m') => self.show(&mut draft, name, MORE)?,
                Some('e') => {
                    self.edit(&mut draft.theory)?;
                    (draft.found, draft.shown) = (None, 0);
                    self.show(&mut draft, name, SHOWN)?;
                }
                Some(_) => self.output.line(HELP)?,
            }
        }
    }

    /// Ids of the theories that the rule file has by now.
    fn ids(&self) -> Result<Vec<String>, CliError> {
        let campaign = self.project.project.campaign()?;
        Ok(campaign.theories.into_iter().map(|theory| theory.id).collect())
    }

    /// Asks for label and words; what is left empty stays.
    fn edit(&mut self, theory: &mut Theory) -> Result<(), CliError> {
        let ask = |what: &str, now: &str, output: &mut Output| {
            line(&format!("    {what} [{}]: ", clean(now)), output)
        };
        if let Some(label) = ask("label", &theory.label, self.output)? {
            theory.label = label;
        }
        for (what, terms) in [
            ("any of these words, by commas (- for none)", &mut theory.any),
            ("and all of these", &mut theory.all),
            ("but none of these", &mut theory.none),
        ] {
            let Some(written) = ask(what, &terms.join(", "), self.output)? else { continue };
            let words = written.split(',').map(str::trim).filter(|word| !word.is_empty() && *word != "-");
            *terms = words.map(str::to_owned).collect();
        }
        Ok(())
    }

    /// Shows the next posts that a theory's words find, and at first how many of them are the group's; or what is wrong with them.
    fn show(&mut self, draft: &mut Draft, name: CandidateName, most: usize) -> Result<(), CliError> {
        if draft.theory.any.is_empty() {
            return self.output.line("    it has no words yet");
        }
        if draft.found.is_none() {
            match self.find(&draft.theory) {
                Ok(found) => draft.found = Some(found),
                // A word that can be no term: the person can write another.
                Err(error @ CliError::Answer(AnswerError::Rules(_))) => {
                    self.output.error(&error);
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        let Some(found) = &draft.found else { return Ok(()) };
        if draft.shown == 0 {
            self.output.line(&self.compared(found, name))?;
        }
        let mut page: Vec<FoundPost> = found.posts.iter().skip(draft.shown).take(most).cloned().collect();
        page.sort_by_key(|found| (found.post.posted_at, found.post.post_id()));
        let page = PostsAnswer { posts: page, total: None, next: None, outside: None, ..found.clone() };
        draft.shown += page.posts.len();
        if page.posts.is_empty() {
            return self.output.line("    no more of them");
        }
        let text = posts_text(&page);
        // How many are shown is said already.
        let lines = text.split_once('\n').map_or("", |(_, rest)| rest);
        self.output.line(&indented(lines))
    }

    /// How a rule that was changed compares with the group.
    fn compared(&self, found: &PostsAnswer, name: CandidateName) -> String {
        let total = found.total.unwrap_or(0);
        let said = format!("    its words find {}", posts(total));
        // Whoever finds more than an answer holds is not told what would be wrong.
        if total > found.posts.len() as u64 {
            return said;
        }
        let is_of = |of: &Assignment| {
            of.theory.is_some_and(|of| of as usize == name.candidate)
                && (name.part.is_none() || of.part.map(|part| part as usize) == name.part)
        };
        let group: HashSet<(&str, &str)> = self
            .answer
            .assignments
            .iter()
            .filter(|of| is_of(of))
            .map(|of| (of.platform.as_str(), of.id.as_str()))
            .collect();
        let is_right =
            |found: &&FoundPost| group.contains(&(found.post.platform.as_str(), found.post.id.as_str()));
        let right = found.posts.iter().filter(is_right).count();
        format!("{said}, {} of the group's {}", count(right as u64), count(group.len() as u64))
    }

    fn find(&self, theory: &Theory) -> Result<PostsAnswer, CliError> {
        let asked = self.question;
        let question = PostsQuestion {
            campaign: Campaign { theories: vec![theory.clone()], ..asked.campaign.clone() },
            of: PostSelection::Theory(theory.id.clone()),
            zone: asked.zone.clone(),
            since: asked.since,
            until: asked.until,
            now: asked.now,
            limit: MAX_POSTS,
            seed: None,
            after: None,
        };
        let mut found = reader(self.project, "theories suggest").posts(question)?;
        // Shown a few at a time: some of all days, not the first.
        found.posts.sort_by_key(|found| xxh3_64(found.post.id.as_bytes()));
        Ok(found)
    }

    /// Writes a theory down. What is wrong with it is said, and it can be changed.
    fn accept(&mut self, draft: &mut Draft) -> Result<bool, CliError> {
        let theory = &mut draft.theory;
        if let Err(error) = Matcher::compile(std::slice::from_ref(theory)) {
            self.output.error(&error.into());
            return Ok(false);
        }
        // An id stays for ever: it is made from the name that a person gave, if one did.
        let known = self.ids()?;
        let named = if theory.label == draft.proposed { String::new() } else { slug(&theory.label) };
        let wanted = if named.is_empty() { theory.id.clone() } else { named };
        let numbered = |n: usize| if n == 1 { wanted.clone() } else { format!("{wanted}-{n}") };
        let free = (1..=known.len() + 1).map(numbered).find(|id| !known.contains(id));
        theory.id = free.unwrap_or(wanted);
        match self.project.project.add_theory(theory) {
            Ok(()) => {
                let said = format!("    added `{}` to tagline.toml: {}", theory.id, clean(&theory.label));
                self.output.line(&said)?;
                Ok(true)
            }
            Err(error) => {
                self.output.error(&error.into());
                Ok(false)
            }
        }
    }
}

const INDENT: &str = "    ";

fn indented(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        out.push_str(INDENT);
        out.push_str(line);
        out.push('\n');
    }
    out
}
