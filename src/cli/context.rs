//! What commands have in common: finding the project, opening the store, reading spans.

use super::error::CliError;
use super::{Exit, Global};
use crate::answer::{
    Answer, PostsAnswer, PostsQuestion, Question, StoreCounts, TheoriesAnswer, TheoriesQuestion, answer,
};
use crate::post::Timestamp;
use crate::project::{Campaign, Project};
use crate::store::{LOCK_WAIT, Store, memory_store, open_sled, sled_exists};
use crate::timeline::{By, Edge, parse_when};
use clap::Args;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// How long a writing command waits for another process.
const WRITER_WAIT: Duration = Duration::from_secs(1);

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

/// The store to read from; an empty one if nothing was imported yet.
pub(crate) fn reader(project: &Opened, command: &str) -> Result<Box<dyn Store>, CliError> {
    if !sled_exists(&project.data()) {
        return Ok(memory_store()?);
    }
    Ok(Box::new(open_sled(&project.data(), command, LOCK_WAIT)?))
}

/// The store to write to.
pub(crate) fn writer(project: &Opened, command: &str) -> Result<Box<dyn Store>, CliError> {
    project.project.ensure_data()?;
    Ok(Box::new(open_sled(&project.data(), command, WRITER_WAIT)?))
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

/// Asks the store for theories over time.
pub(crate) fn ask_theories(
    project: &Opened,
    span: &SpanArgs,
    by: ByArg,
    command: &str,
) -> Result<Box<TheoriesAnswer>, CliError> {
    let campaign = &project.campaign;
    let Span { zone, since, until, .. } = span.resolve(campaign)?;
    let question =
        TheoriesQuestion { campaign: campaign.clone(), by: by.into(), zone, since, until, now: now() };
    let store = reader(project, command)?;
    match answer(&StoreCounts(&*store), &Question::Theories(question))? {
        Answer::Theories(answer) => Ok(answer),
        _ => Err(CliError::WrongAnswer),
    }
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
    };
    match answer(&StoreCounts(store), &Question::Theories(question))? {
        Answer::Theories(answer) => Ok(answer),
        _ => Err(CliError::WrongAnswer),
    }
}

/// Asks a store for posts.
pub(crate) fn ask_posts(store: &dyn Store, question: PostsQuestion) -> Result<PostsAnswer, CliError> {
    match answer(&StoreCounts(store), &Question::Posts(question))? {
        Answer::Posts(answer) => Ok(answer),
        _ => Err(CliError::WrongAnswer),
    }
}

/// Exit code of a reading command.
pub(crate) fn found(any: bool, fail_empty: bool) -> Exit {
    if fail_empty && !any { Exit::Empty } else { Exit::Done }
}
