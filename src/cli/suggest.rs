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
    CandidateAnswer, CandidateName, DiscoverAnswer, DiscoverQuestion, PostSelection, PostsQuestion,
    RuleAnswer, RulesOf,
};
use crate::discover::{Fineness, READ_AT_ONCE};
use crate::project::{Campaign, Theory};
use crate::report::format::{clean, posts};
use crate::report::{PIPE_WIDTH, candidate_text, discover_text, posts_text, rule_text};
use clap::Args;

/// More posts of a theory, when they are asked for.
const MORE: usize = 10;
/// Posts shown of what was edited.
const SHOWN: usize = 3;
/// Seed of these samples: the same posts for whoever asks again.
const SEED: u64 = 1;
const KEYS: &str = "[a]ccept  [e]dit  [d]rop  [m]ore posts  [q]uit";

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
enum Verdict {
    Accepted(Theory),
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
    let mut interview =
        Interview { project: &project, question: &question, answer: &answer, known: Vec::new(), output };
    let (mut dropped, mut quit) = (0, false);
    for (number, name) in (1..).zip(&names) {
        match interview.about(*name, (number, names.len()))? {
            Verdict::Accepted(theory) => interview.accept(theory)?,
            Verdict::Dropped => dropped += 1,
            Verdict::Quit => {
                quit = true;
                break;
            }
        }
    }
    let accepted = interview.known.len();
    let left = if quit { names.len() - accepted - dropped } else { 0 };
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
        assignments: false,
    })
}

struct Interview<'a> {
    project: &'a Opened,
    question: &'a DiscoverQuestion,
    answer: &'a DiscoverAnswer,
    /// Ids that were accepted.
    known: Vec<String>,
    output: &'a mut Output,
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
        let mut theory = self.theory(candidate, &rule, name);
        loop {
            match key(KEYS, self.output)? {
                Some('a') if theory.any.is_empty() => {
                    self.output.line("    it has no words: edit it, or drop it")?;
                }
                Some('a') => return Ok(Verdict::Accepted(theory)),
                Some('d') => return Ok(Verdict::Dropped),
                Some('q') | None => return Ok(Verdict::Quit),
                Some('m') => self.show(&theory, MORE)?,
                Some('e') => {
                    theory = self.edit(&theory)?;
                    self.show(&theory, SHOWN)?;
                }
                Some(_) => self.output.line(
                    "    a writes it to tagline.toml, e changes its label and words first, d leaves it, m shows posts that its words find",
                )?,
            }
        }
    }

    fn theory(&self, candidate: &CandidateAnswer, rule: &RuleAnswer, name: CandidateName) -> Theory {
        let theories = self.project.campaign.theories.iter().map(|theory| theory.id.as_str());
        let known: Vec<&str> = theories.chain(self.known.iter().map(String::as_str)).collect();
        theory_of(candidate, rule, name, &known)
    }

    /// Asks for label and words; what is left empty stays.
    fn edit(&mut self, before: &Theory) -> Result<Theory, CliError> {
        let mut after = before.clone();
        let ask = |what: &str, now: &str, output: &mut Output| {
            line(&format!("    {what} [{}]: ", clean(now)), output)
        };
        if let Some(label) = ask("label", &before.label, self.output)? {
            after.label = label;
        }
        for (what, terms) in [
            ("any of these words, by commas", &mut after.any),
            ("and all of these", &mut after.all),
            ("but none of these", &mut after.none),
        ] {
            let Some(written) = ask(what, &terms.join(", "), self.output)? else { continue };
            // A stroke alone takes them away.
            let words = written.split(',').map(str::trim).filter(|word| !word.is_empty() && *word != "-");
            *terms = words.map(str::to_owned).collect();
        }
        Ok(after)
    }

    /// Shows posts that a theory's words find, or what is wrong with them.
    fn show(&mut self, theory: &Theory, most: usize) -> Result<(), CliError> {
        if theory.any.is_empty() {
            return self.output.line("    it has no words yet");
        }
        let asked = self.question;
        let campaign = Campaign { theories: vec![theory.clone()], ..asked.campaign.clone() };
        let question = PostsQuestion {
            campaign,
            of: PostSelection::Theory(theory.id.clone()),
            zone: asked.zone.clone(),
            since: asked.since,
            until: asked.until,
            now: asked.now,
            limit: most,
            seed: Some(SEED),
            after: None,
        };
        match reader(self.project, "theories suggest").posts(question) {
            Ok(answer) => {
                self.output.line(&format!("    its words find {}", posts(answer.total.unwrap_or(0))))?;
                self.output.line(&indented(&posts_text(&answer)))
            }
            // A word that can be no term: the person can write another.
            Err(error @ CliError::Answer(crate::answer::AnswerError::Rules(_))) => {
                self.output.error(&error);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Writes a theory down; what is wrong with it is said, and loses nothing else.
    fn accept(&mut self, theory: Theory) -> Result<(), CliError> {
        match self.project.project.add_theory(&theory) {
            Ok(()) => {
                self.output.line(&format!(
                    "    added `{}` to tagline.toml: {}",
                    theory.id,
                    clean(&theory.label)
                ))?;
                self.known.push(theory.id);
            }
            Err(error) => self.output.error(&error.into()),
        }
        Ok(())
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
