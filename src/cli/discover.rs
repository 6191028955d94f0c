//! `tagline discover`: theories that nobody has written down yet.

use super::context::{Opened, Span, SpanArgs, found, now, project, reader};
use super::error::CliError;
use super::output::{Output, width};
use super::waiting::Waiting;
use super::{Exit, Global};
use crate::answer::{
    Answer, CandidateAnswer, CandidateName, DiscoverAnswer, DiscoverQuestion, PostSelection, Question,
    RuleAnswer, RulesOf,
};
use crate::discover::Fineness;
use crate::forget::Target;
use crate::post::{PostId, Timestamp};
use crate::project::{Theory, slug};
use crate::report::{
    PIPE_WIDTH, assignments_ndjson, discover_text, explain_text, json, quoted_all, rule_text,
};
use crate::text::tags;
use crate::theory::theory_hash;
use crate::timeline::{Edge, parse_when};
use clap::Args;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// What a file of assignments begins with.
const ASSIGNMENT: &str = "{\"platform\":";
/// Candidates shown on a terminal unless more are asked for: as many as a person reads.
const SHOWN: usize = 20;
/// Fewest theories that can be asked for: one would be all posts.
const FEWEST: i64 = 2;
/// Most that can be asked for: nobody reads more.
const MOST: i64 = 10_000;

/// Arguments of `discover`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct DiscoverArgs {
    /// Only among posts that no theory's rules match
    #[arg(long, conflicts_with = "theory", help_heading = "Among which posts")]
    beyond: bool,
    /// Only among posts of this theory, to see what is in it; `none` is what `--beyond` says
    #[arg(long, value_name = "ID", help_heading = "Among which posts")]
    theory: Option<String>,
    /// Only among posts with this tag
    #[arg(long, value_name = "TAG", help_heading = "Among which posts")]
    tag: Option<String>,
    /// Only posts that claim to be in this language: `en` is `en-GB` too
    #[arg(long, value_name = "LANG", help_heading = "Among which posts")]
    lang: Option<String>,
    /// What is new against this period: `2017-02-01/2017-03-07`, the end exclusive
    #[arg(long, value_name = "FROM/TO", help_heading = "Among which posts")]
    against: Option<String>,
    #[command(flatten)]
    span: SpanArgs,
    /// So many theories, instead of as many as the evidence is for
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u16).range(FEWEST..=MOST), help_heading = "How finely")]
    theories: Option<u16>,
    /// Half as many as the evidence is for
    #[arg(long, conflicts_with_all = ["theories", "finer"], help_heading = "How finely")]
    coarser: bool,
    /// Twice as many
    #[arg(long, conflicts_with = "theories", help_heading = "How finely")]
    finer: bool,
    /// Put posts into the candidates that the last look found, without a new look: at once, and for `--since 1h`
    #[arg(long, conflicts_with_all = ["theories", "coarser", "finer", "save", "explain"], help_heading = "How finely")]
    known: bool,
    /// Write candidate N (or its part `Nb`) into `tagline.toml` as a theory, with the words that find its posts
    #[arg(long, value_name = "N", conflicts_with_all = ["json", "assignments", "explain"], help_heading = "Accept")]
    save: Option<CandidateName>,
    /// Id of that theory; default: made from its keywords
    #[arg(long, value_name = "ID", requires = "save", help_heading = "Accept")]
    id: Option<String>,
    /// Its label; default: its first keywords in quotes
    #[arg(long, value_name = "TEXT", requires = "save", value_parser = clap::builder::NonEmptyStringValueParser::new(), help_heading = "Accept")]
    label: Option<String>,
    /// Why this post is in its candidate: which of its words are how common there
    #[arg(long, value_name = "PLATFORM:ID", conflicts_with = "assignments", help_heading = "Output")]
    explain: Option<String>,
    /// Candidates shown
    #[arg(long, value_name = "N", default_value_t = SHOWN, help_heading = "Output")]
    top: usize,
    /// One document `tagline.discover/1`, with all candidates
    #[arg(long, help_heading = "Output")]
    json: bool,
    /// Write the candidate of each post to this file: one `{"platform","id","theory"}` a line, counted from 0
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    assignments: Option<PathBuf>,
    /// End with code 3 if there is no candidate
    #[arg(long, help_heading = "Output")]
    fail_empty: bool,
}

/// Runs `discover`.
pub(crate) fn run(global: &Global, args: &DiscoverArgs, output: &mut Output) -> Result<Exit, CliError> {
    let project = project(global)?;
    let answer = ask(&project, &question(args, &project)?, "discover")?;
    if let Some(name) = args.save {
        save(args, name, &answer, &project, output)?;
        return Ok(Exit::Done);
    }
    let any = !answer.theories.is_empty();
    if let Some(path) = &args.assignments {
        write_assignments(path, &assignments_ndjson(&answer)?)?;
        output.talk(&format!("{}: {} posts", path.display(), answer.assignments.len()));
    }
    if args.json {
        // What the file has is not said twice.
        let answer = DiscoverAnswer { assignments: Vec::new(), ..answer };
        output.line(&json(&Answer::Discover(answer))?)?;
        return Ok(found(any, args.fail_empty));
    }
    if answer.explained.is_some() {
        output.line(&explain_text(&answer, width(PIPE_WIDTH)))?;
        return Ok(found(any, args.fail_empty));
    }
    output.line(&discover_text(&answer, &project.campaign.zone, args.top, width(PIPE_WIDTH)))?;
    if any {
        output.next("tagline discover --save 1  ·  tagline theories suggest");
    }
    Ok(found(any, args.fail_empty))
}

/// Writes the candidate of each post to a file of its own: what holds something else is not written over.
fn write_assignments(path: &Path, lines: &str) -> Result<(), CliError> {
    let failed = |source| CliError::Write { path: path.to_owned(), source };
    let is_regular = fs::metadata(path).is_ok_and(|found| found.is_file());
    if is_regular {
        let mut start = Vec::new();
        let mut file = File::open(path).map_err(failed)?.take(ASSIGNMENT.len() as u64);
        file.read_to_end(&mut start).map_err(failed)?;
        if !start.is_empty() && start != ASSIGNMENT.as_bytes() {
            return Err(CliError::HoldsSomethingElse { path: path.to_owned() });
        }
    }
    fs::write(path, lines).map_err(failed)
}

/// Asks, and shows that something is being done if it takes long.
pub(super) fn ask(
    project: &Opened,
    question: &DiscoverQuestion,
    command: &str,
) -> Result<DiscoverAnswer, CliError> {
    let _waiting = Waiting::begin("Looking for candidates: a million posts take half a minute");
    match reader(project, command).ask(&Question::Discover(question.clone()))? {
        Answer::Discover(answer) => Ok(answer),
        _ => Err(CliError::WrongAnswer),
    }
}

fn question(args: &DiscoverArgs, project: &Opened) -> Result<DiscoverQuestion, CliError> {
    let campaign = &project.campaign;
    let span = args.span.resolve(campaign)?;
    let of = match args.theory.as_deref() {
        Some("none") => PostSelection::Unmatched,
        Some(id) => PostSelection::Theory(id.to_owned()),
        None if args.beyond => PostSelection::Unmatched,
        None => PostSelection::All,
    };
    let fineness = match (args.theories, args.coarser, args.finer) {
        (Some(wanted), ..) => Fineness::Exactly(wanted.into()),
        (None, true, _) => Fineness::Coarser,
        (None, false, true) => Fineness::Finer,
        (None, false, false) => Fineness::Evidence,
    };
    let explain = args.explain.as_deref().map(post).transpose()?;
    let against = args.against.as_deref().map(|against| period(against, &span)).transpose()?;
    // Without a beginning: what is new since that period.
    let since = span.since.or(against.filter(|_| span.until.is_none()).map(|(_, until)| until));
    if let Some((from, to)) = against
        && since.is_none_or(|since| since < to)
        && span.until.is_none_or(|until| until > from)
    {
        return Err(CliError::AgainstItself);
    }
    Ok(DiscoverQuestion {
        campaign: campaign.clone(),
        of,
        tag: tag(args.tag.as_ref())?,
        zone: span.zone.clone(),
        since,
        until: span.until,
        now: now(),
        fineness,
        lang: args.lang.clone(),
        against,
        known: args.known,
        rules_of: args.save.map_or(RulesOf::Nobody, RulesOf::One),
        explain,
        assignments: args.assignments.is_some(),
    })
}

/// A tag as posts have it.
pub(super) fn tag(written: Option<&String>) -> Result<Option<String>, CliError> {
    let tag = |tag: &String| tags::normalise(tag).ok_or_else(|| CliError::Tag { tag: tag.clone() });
    written.map(tag).transpose()
}

/// A post, named by its platform and id.
fn post(named: &str) -> Result<PostId, CliError> {
    match Target::post(named) {
        Ok(Target::Post(post)) => Ok(post),
        _ => Err(CliError::ExplainWhat { named: named.to_owned() }),
    }
}

/// Two moments with a stroke between them.
fn period(written: &str, span: &Span) -> Result<(Timestamp, Timestamp), CliError> {
    let no_period = || CliError::NoPeriod { period: written.to_owned() };
    let (since, until) = written.split_once('/').ok_or_else(no_period)?;
    let when = |text: &str, edge| {
        parse_when(text.trim(), &span.tz, now(), edge)
            .map_err(|source| CliError::When { flag: "--against", source })
    };
    let (since, until) = (when(since, Edge::Since)?, when(until, Edge::Until)?);
    if since < until { Ok((since, until)) } else { Err(no_period()) }
}

/// Writes a candidate into the rule file.
fn save(
    args: &DiscoverArgs,
    name: CandidateName,
    answer: &DiscoverAnswer,
    project: &Opened,
    output: &mut Output,
) -> Result<(), CliError> {
    let whole = CandidateName { part: None, ..name };
    let no_such = || CliError::NoSuchCandidate {
        name,
        candidates: answer.theories.len(),
        parts: answer.named(whole).map_or(0, |candidate| candidate.parts.len()),
    };
    let candidate = answer.named(name).ok_or_else(no_such)?;
    let Some(rule) = candidate.rule.as_ref().filter(|rule| !rule.any.is_empty()) else {
        return Err(CliError::NoRule { name });
    };
    let known: Vec<String> = project.campaign.theories.iter().map(|theory| theory.id.clone()).collect();
    let mut theory = theory_of(candidate, rule, name, &known);
    theory.id = args.id.clone().unwrap_or(theory.id);
    if let Some(label) = &args.label {
        theory.label.clone_from(label);
    } else if !candidate.names.is_empty() {
        let names = quoted_all(&candidate.names);
        output.warn(&format!("the label may name a person: {names}; give it another with `--label`"));
    }
    if let Some(same) = same_rules(&theory, &project.campaign.theories) {
        return Err(CliError::SameRules { id: same.to_owned() });
    }
    project.project.add_theory(&theory)?;
    output.talk(&format!("Added the theory `{}` to tagline.toml: {}", theory.id, theory.label));
    output.line(&rule_text(rule, width(PIPE_WIDTH)))?;
    output.next(&format!("tagline posts --theory {} --sample 20", theory.id));
    Ok(())
}

/// The theory that has the same rules already.
pub(super) fn same_rules<'a>(theory: &Theory, known: &'a [Theory]) -> Option<&'a str> {
    let hash = theory_hash(theory);
    known.iter().find(|known| theory_hash(known) == hash).map(|known| known.id.as_str())
}

/// A candidate as a theory: titled by its keywords, with an id of one of them that no other theory has.
pub(super) fn theory_of(
    candidate: &CandidateAnswer,
    rule: &RuleAnswer,
    name: CandidateName,
    known: &[String],
) -> Theory {
    let terms = candidate.title.iter().chain(candidate.keywords.iter().map(|keyword| &keyword.term));
    let id = terms.map(|term| slug(term)).find(|id| !id.is_empty() && !known.contains(id));
    let numbered =
        |n: usize| if n == 0 { format!("candidate-{name}") } else { format!("candidate-{name}-{n}") };
    // One more than there are is free.
    let free = || (0..=known.len()).map(numbered).find(|id| !known.contains(id)).unwrap_or_default();
    Theory {
        id: id.unwrap_or_else(free),
        label: quoted_all(&candidate.title),
        any: rule.any.clone(),
        all: rule.all.clone(),
        none: rule.none.clone(),
        ..Theory::default()
    }
}
