//! What commands have in common: finding the project, opening the store, reading spans.

use super::error::CliError;
use super::{Exit, Global};
use crate::answer::{
    Answer, PostsAnswer, PostsQuestion, Question, StoreCounts, TheoriesAnswer, TheoriesQuestion, answer,
};
use crate::desk;
use crate::post::Timestamp;
use crate::project::{Campaign, Project};
use crate::store::{
    LOCK_WAIT, SledStore, Store, StoreError, WRITER_WAIT, memory_store, open_sled, sled_exists,
};
use crate::timeline::{By, Edge, parse_when};
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// Said where nothing was found to count.
pub(crate) const NO_POSTS: &str =
    "hint: there are no posts in this span: `tagline status` says what was imported";

/// How long a reading command waits for the store before it looks again whether somebody answers.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// The clock, read once at the edge.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis_unchecked(i64::try_from(since.as_millis()).unwrap_or(0))
}

/// The folder that `-C` names, or the working directory.
pub(crate) fn start(global: &Global) -> Result<PathBuf, CliError> {
    match &global.project {
        Some(folder) => Ok(folder.clone()),
        None => std::env::current_dir().map_err(CliError::WorkingDirectory),
    }
}

/// A project and what its rule file says.
pub(crate) struct Opened {
    pub(crate) project: Project,
    pub(crate) campaign: Campaign,
}

impl Opened {
    pub(crate) fn open(root: PathBuf) -> Result<Self, CliError> {
        let project = Project::open(root)?;
        let campaign = project.campaign()?;
        Ok(Self { project, campaign })
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.project.data_path()
    }
}

/// The project, which must exist.
pub(crate) fn project(global: &Global) -> Result<Opened, CliError> {
    Opened::open(root(global)?)
}

/// Its folder.
pub(crate) fn root(global: &Global) -> Result<PathBuf, CliError> {
    let start = start(global)?;
    let root = match &global.project {
        // `-C` names the folder itself; walking up from it would answer from another project than the one named.
        Some(folder) => folder.join("tagline.toml").is_file().then(|| folder.clone()),
        None => Project::find(&start),
    };
    root.ok_or(CliError::NoProject { start })
}

/// Whoever answers: the process that has the store, if one serves; else the store, once it is free.
pub(crate) struct Reader<'a> {
    data: PathBuf,
    command: &'a str,
    /// Opened when it was needed, and kept for the next question.
    store: Option<Box<dyn Store>>,
}

impl Reader<'_> {
    /// Asks. A process that begins to serve while we wait for the store answers too.
    pub(crate) fn ask(&mut self, question: &Question) -> Result<Answer, CliError> {
        if let Some(store) = &self.store {
            return Ok(answer(&StoreCounts(&**store), question)?);
        }
        let begun = Instant::now();
        loop {
            if let Some(answer) = desk::ask(&self.data, question) {
                return Ok(answer?);
            }
            match open_to_read(&self.data, self.command, BETWEEN_LOOKS) {
                Ok(store) => {
                    let store = self.store.insert(store);
                    return Ok(answer(&StoreCounts(&**store), question)?);
                }
                Err(StoreError::Locked { .. }) if begun.elapsed() < LOCK_WAIT => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Asks for theories over time.
    pub(crate) fn theories(&mut self, question: TheoriesQuestion) -> Result<Box<TheoriesAnswer>, CliError> {
        match self.ask(&Question::Theories(question))? {
            Answer::Theories(answer) => Ok(answer),
            _ => Err(CliError::WrongAnswer),
        }
    }

    /// Asks for posts.
    pub(crate) fn posts(&mut self, question: PostsQuestion) -> Result<PostsAnswer, CliError> {
        match self.ask(&Question::Posts(question))? {
            Answer::Posts(answer) => Ok(answer),
            _ => Err(CliError::WrongAnswer),
        }
    }
}

/// Who is to be asked about a project. `command` is what others are told while we hold the store.
pub(crate) fn reader<'a>(project: &Opened, command: &'a str) -> Reader<'a> {
    Reader { data: project.data(), command, store: None }
}

/// The store itself, for what no question asks for: also one that is served has to be waited for.
pub(crate) fn store_to_read(project: &Opened, command: &str) -> Result<Box<dyn Store>, CliError> {
    Ok(open_to_read(&project.data(), command, LOCK_WAIT)?)
}

/// The store; an empty one if nothing was imported yet.
fn open_to_read(data: &Path, command: &str, wait: Duration) -> Result<Box<dyn Store>, StoreError> {
    if sled_exists(data) { Ok(Box::new(open_sled(data, command, wait)?)) } else { memory_store() }
}

/// The store to write to.
pub(crate) fn writer(project: &Opened, command: &str) -> Result<Arc<SledStore>, CliError> {
    project.project.ensure_data()?;
    Ok(Arc::new(open_sled(&project.data(), command, WRITER_WAIT)?))
}

/// Which span, how finely, in which calendar.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Span")]
pub(crate) struct SpanArgs {
    /// First moment: a date, `2017-03-07 13:00`, RFC 3339, or `7d` back from now
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
    /// End, exclusive: a date means its start
    #[arg(long, value_name = "WHEN")]
    pub(crate) until: Option<String>,
    /// Calendar of the buckets: an IANA name such as `Europe/Berlin`; default: the campaign's
    #[arg(long, value_name = "ZONE")]
    pub(crate) zone: Option<String>,
}

/// How long a bucket is.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
pub(crate) enum ByArg {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    #[default]
    Auto,
}

impl From<ByArg> for By {
    fn from(by: ByArg) -> Self {
        match by {
            ByArg::Minute => Self::Minute,
            ByArg::Hour => Self::Hour,
            ByArg::Day => Self::Day,
            ByArg::Week => Self::Week,
            ByArg::Month => Self::Month,
            ByArg::Auto => Self::Auto,
        }
    }
}

/// A span with its words turned into moments.
pub(crate) struct Span {
    pub(crate) zone: String,
    pub(crate) tz: jiff::tz::TimeZone,
    pub(crate) since: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
}

impl SpanArgs {
    pub(crate) fn resolve(&self, campaign: &Campaign) -> Result<Span, CliError> {
        let zone = self.zone.clone().unwrap_or_else(|| campaign.zone.clone());
        let tz = jiff::tz::TimeZone::get(&zone).map_err(|_| CliError::Zone { zone: zone.clone() })?;
        let now = now();
        let when = |text: &Option<String>, flag, edge| match text {
            Some(text) => {
                parse_when(text, &tz, now, edge).map(Some).map_err(|source| CliError::When { flag, source })
            }
            None => Ok(None),
        };
        let since = when(&self.since, "--since", Edge::Since)?;
        let until = when(&self.until, "--until", Edge::Until)?;
        if let (Some(since), Some(until)) = (since, until)
            && since >= until
        {
            return Err(CliError::EmptySpan { since, until });
        }
        Ok(Span { zone, tz, since, until })
    }
}

/// What is counted beside theories over time.
#[derive(Default)]
pub(crate) struct Also {
    /// Posts by this field.
    pub(crate) split: Option<String>,
    /// Posts that each two theories share.
    pub(crate) overlap: bool,
}

/// Asks for theories over time.
pub(crate) fn ask_theories(
    project: &Opened,
    span: &SpanArgs,
    by: ByArg,
    also: Also,
    command: &str,
) -> Result<Box<TheoriesAnswer>, CliError> {
    let campaign = &project.campaign;
    let Span { zone, since, until, .. } = span.resolve(campaign)?;
    let question = TheoriesQuestion {
        campaign: campaign.clone(),
        by: by.into(),
        zone,
        since,
        until,
        now: now(),
        split: also.split,
        overlap: also.overlap,
    };
    reader(project, command).theories(question)
}

/// Counts in a store that is open: over all of the campaign's period, or since a moment by the minute.
pub(crate) fn count_in(
    project: &Opened,
    store: &dyn Store,
    since: Option<Timestamp>,
) -> Result<Box<TheoriesAnswer>, CliError> {
    let campaign = &project.campaign;
    let by = if since.is_some() { By::Minute } else { By::Auto };
    let now = now();
    let question = TheoriesQuestion {
        campaign: campaign.clone(),
        by,
        zone: campaign.zone.clone(),
        since,
        until: since.map(|_| now),
        now,
        split: None,
        overlap: false,
    };
    match answer(&StoreCounts(store), &Question::Theories(question))? {
        Answer::Theories(answer) => Ok(answer),
        _ => Err(CliError::WrongAnswer),
    }
}

/// Exit code of a reading command.
pub(crate) fn found(any: bool, fail_empty: bool) -> Exit {
    if fail_empty && !any { Exit::Empty } else { Exit::Done }
}
