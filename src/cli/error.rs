//! Everything a run can end with, one variant for each phase. What to do about it stands in `hint.rs`.

use super::Exit;
use crate::answer::{AnswerError, CandidateName};
use crate::chart::ChartError;
use crate::collect::CollectError;
use crate::desk::DeskError;
use crate::forget::TargetError;
use crate::http::NetError;
use crate::ingest::ImportError;
use crate::post::Timestamp;
use crate::project::ProjectError;
use crate::source::FromError;
use crate::store::StoreError;
use crate::theory::RuleError;
use crate::timeline::WhenError;
use std::io;
use std::path::PathBuf;

/// Everything a run can end with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum CliError {
    #[error("cannot read the working directory")]
    WorkingDirectory(#[source] io::Error),
    #[error("there is no project here: no `tagline.toml` in `{start}` or above")]
    NoProject { start: PathBuf },
    #[error(transparent)]
    Project(#[from] ProjectError),
    #[error(transparent)]
    Rules(#[from] RuleError),
    #[error("there is no time zone `{zone}`")]
    Zone { zone: String },
    #[error("the time format {reason}")]
    TimeFormat { reason: String },
    #[error("`{flag}`: {source}")]
    When { flag: &'static str, source: WhenError },
    #[error("there is no candidate {name}: {}", counted_candidates(*candidates, *parts))]
    NoSuchCandidate { name: CandidateName, candidates: usize, parts: usize },
    #[error("the theory `{id}` has the same rules already")]
    SameRules { id: String },
    #[error("`--against` overlaps the posts that are asked for")]
    AgainstItself,
    #[error("`{path}` holds something else, and is not written over")]
    HoldsSomethingElse { path: PathBuf },
    #[error("no words find the posts of candidate {name}")]
    NoRule { name: CandidateName },
    #[error("`--explain`: `{named}` does not say which post")]
    ExplainWhat { named: String },
    #[error("`--against`: `{period}` is no period")]
    NoPeriod { period: String },
    #[error("`--tag`: `{tag}` can be no tag")]
    Tag { tag: String },
    #[error("the span is empty: it begins at {since} and ends before {until}")]
    EmptySpan { since: Timestamp, until: Timestamp },
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Answer(#[from] AnswerError),
    #[error(transparent)]
    Desk(DeskError),
    #[error("the answer is not of the kind that was asked for; this is a defect of tagline")]
    WrongAnswer,
    #[error(transparent)]
    Chart(#[from] ChartError),
    #[error("`{path}`: a timeline can be written as `.svg`, `.png`, `.csv`, `.json` or `.vl.json`")]
    OutputKind { path: PathBuf },
    #[error("`--split` is drawn by `--kind platforms`, not by `{kind}`")]
    SplitOfOtherKind { kind: &'static str },
    #[error("`--kind` and `--split` speak of a picture, and none is to be written")]
    KindOfNoPicture,
    #[error("`{path}` would be written twice: by `-o`, and by `--data` beside the picture")]
    WrittenTwice { path: PathBuf },
    #[error("cannot read the font `{path}`")]
    ReadFont { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error("this cannot be undone, and nobody is there to ask")]
    Unconfirmed,
    #[error("`tagline.toml` does not say what posts are collected for")]
    NoPurpose,
    #[error("cannot write `{path}`")]
    Write { path: PathBuf, source: io::Error },
    #[error("an answer could not be written as JSON; this is a defect of tagline")]
    Json(#[from] serde_json::Error),
    #[error("cannot read standard input")]
    Stdin(#[source] io::Error),
    #[error("cannot write to standard output")]
    Stdout(#[source] io::Error),
    #[error("the rejected records cannot be written over `{path}`, which is to be imported")]
    RejectsOverInput { path: PathBuf },
    #[error("there is nothing to collect from")]
    FromNowhere,
    #[error("`--from`: {0}")]
    From(#[from] FromError),
    #[error("there is no tag to collect")]
    NoTag,
    #[error("`{tag}` can be no tag")]
    CollectTag { tag: String },
    #[error("the campaign would not keep posts with `#{tag}`")]
    TagNotOfCampaign { tag: String },
    #[error("`{variable}_CMD`: the command gives no token: {why}")]
    TokenCommand { variable: &'static str, why: String },
    #[error("`{source_name}` cannot look at posts again")]
    CannotRecheck { source_name: &'static str },
    #[error("the store has no post that `{place}` could be asked about again")]
    NothingToRecheck { place: String },
    #[error("`--alert` watches theories, and the campaign has none")]
    AlertsWithoutTheories,
    #[error("`--alert-webhook`: `{url}` is no address")]
    Webhook { url: String },
    #[error("cannot set up the network: {0}")]
    Network(#[from] NetError),
    #[error(transparent)]
    Collect(#[from] CollectError),
    #[error("`{path}` holds another project")]
    NotTheDemo { path: PathBuf },
}

/// How many there are, and how many parts the one has that was named.
fn counted_candidates(candidates: usize, parts: usize) -> String {
    match parts {
        0 => format!("there are {candidates}"),
        1 => format!("there are {candidates}, and this one has 1 part"),
        _ => format!("there are {candidates}, and this one has {parts} parts"),
    }
}

impl From<DeskError> for CliError {
    /// A question that cannot be answered is the same mistake wherever it is asked.
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Answer(error) => Self::Answer(error),
            error => Self::Desk(error),
        }
    }
}

impl CliError {
    /// Whether somebody closed the pipe we write to.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Stdout(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::NoProject { .. }
            | Self::Rules(_)
            | Self::Zone { .. }
            | Self::TimeFormat { .. }
            | Self::When { .. }
            | Self::EmptySpan { .. }
            | Self::Tag { .. }
            | Self::NoSuchCandidate { .. }
            | Self::ExplainWhat { .. }
            | Self::SameRules { .. }
            | Self::AgainstItself
            | Self::HoldsSomethingElse { .. }
            | Self::NoPeriod { .. }
            | Self::OutputKind { .. }
            | Self::SplitOfOtherKind { .. }
            | Self::KindOfNoPicture
            | Self::WrittenTwice { .. }
            | Self::FromNowhere
            | Self::From(_)
            | Self::NoTag
            | Self::CannotRecheck { .. }
            | Self::AlertsWithoutTheories
            | Self::Webhook { .. }
            | Self::CollectTag { .. }
            | Self::TagNotOfCampaign { .. }
            | Self::Collect(CollectError::Twice(_))
            | Self::Target(_)
            | Self::Unconfirmed
            | Self::NoPurpose
            | Self::RejectsOverInput { .. }
            | Self::Project(
                ProjectError::NoSuchEvent { .. } | ProjectError::Mistakes { .. } | ProjectError::NoTheory(_),
            ) => Exit::Usage,
            Self::TokenCommand { .. } | Self::Network(_) | Self::Collect(CollectError::Goal { .. }) => {
                Exit::Network
            }
            Self::Import(error) if is_usage(error) => Exit::Usage,
            Self::Answer(error) if asks_wrong(error) => Exit::Usage,
            _ => Exit::Failed,
        }
    }
}

/// Whether the question, and not the data, has to change.
fn asks_wrong(error: &AnswerError) -> bool {
    !matches!(error, AnswerError::Store(_) | AnswerError::Elsewhere(_))
}

/// Whether the command line, and not the file, has to change.
fn is_usage(error: &ImportError) -> bool {
    use crate::archive::OpenError;
    matches!(
        error,
        ImportError::Map(_) | ImportError::Rules(_) | ImportError::Open(OpenError::UnknownFormat { .. })
    )
}
