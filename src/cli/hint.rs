//! What to type next, for everything a run can end with. The one place that knows both the error and the flags.

use super::error::CliError;
use crate::answer::AnswerError;
use crate::archive::{MapError, OpenError, Refusal};
use crate::collect::CollectError;
use crate::desk::DeskError;
use crate::doctor::{Checkup, Treatment};
use crate::ingest::ImportError;
use crate::project::{ProjectError, Purpose};
use crate::source::{FromError, GoalError};
use crate::store::StoreError;
use std::io;

/// Lines to print under an error.
pub(crate) fn hints(error: &CliError) -> Vec<String> {
    let hint = match error {
        CliError::NoProject { .. } => {
            "make one with `tagline init`, name its folder with `-C DIR`, or look around with `tagline demo`"
                .to_owned()
        }
        CliError::Zone { zone } => zone_hint(zone),
        CliError::Tag { .. } => {
            "a tag needs a letter: `--tag Vault7` (in a shell `#` begins a comment; it is not needed)"
                .to_owned()
        }
        CliError::NoSuchCandidate { .. }
        | CliError::ExplainWhat { .. }
        | CliError::AgainstItself
        | CliError::HoldsSomethingElse { .. }
        | CliError::NoPeriod { .. }
        | CliError::NoRule { .. } => discover_hint(error).to_owned(),
        CliError::When { .. } => {
            "write a date (`2017-03-07`), a time (`2017-03-07 13:00`), RFC 3339, or `7d` back from now"
                .to_owned()
        }
        CliError::EmptySpan { .. } => "`--until` is exclusive: name the day after the last one".to_owned(),
        CliError::Target(_) => target_hint(),
        CliError::Unconfirmed => "look with `--dry-run` first; `--yes` answers the question".to_owned(),
        CliError::NoPurpose => {
            format!("fill this in and put it into `tagline.toml`:\n\n{}", Purpose::example())
        }
        CliError::OutputKind { .. }
        | CliError::KindOfNoPicture
        | CliError::SplitOfOtherKind { .. }
        | CliError::WrittenTwice { .. }
        | CliError::ReadFont { .. } => picture_hint(error).to_owned(),
        CliError::RejectsOverInput { .. } => "name another file: `--rejects rejects.ndjson`".to_owned(),
        CliError::NotTheDemo { .. } => "name another folder: `tagline demo DIR`".to_owned(),
        CliError::Project(error) => return project_hint(error).into_iter().collect(),
        CliError::Write { source, .. } => write_hint(source),
        CliError::FromNowhere => {
            "say where: `--from mastodon:mastodon.social,bluesky`; see `tagline sources`".to_owned()
        }
        CliError::From(error) => from_hint(error),
        CliError::NoTag => {
            "name one: `tagline collect Vault7 --from …`, or write `tags` in `tagline.toml`".to_owned()
        }
        CliError::CollectTag { .. } => "a tag needs a letter: `Vault7`, or `'#Vault7'` in quotes".to_owned(),
        CliError::TagNotOfCampaign { .. } => {
            "add it to `tags` under `[campaign]` in `tagline.toml`".to_owned()
        }
        CliError::CannotRecheck { .. } => "`mastodon`, `bluesky-search` and `nostr` can".to_owned(),
        CliError::NothingToRecheck { .. } => {
            "name the host that the posts are from, and a span with `--since` and `--until`".to_owned()
        }
        CliError::AlertsWithoutTheories => "`tagline theories suggest` proposes some".to_owned(),
        CliError::Webhook { .. } => "write a whole address: `https://example.org/hook`".to_owned(),
        CliError::TokenCommand { .. } => {
            "run that command by hand: its first line has to be the token".to_owned()
        }
        CliError::Collect(error) => return collect_hints(error),
        CliError::Store(error) => store_hint(error),
        CliError::Desk(DeskError::Version { .. }) => {
            "use the same version for both, or wait for the other to end".to_owned()
        }
        CliError::Desk(_) => "see what it says, or wait for it to end".to_owned(),
        CliError::Import(error) => return import_hints(error),
        CliError::Answer(error) => return answer_hints(error),
        CliError::Rules(_) => "the terms of a rule are explained in docs/campaign.md".to_owned(),
        _ => return Vec::new(),
    };
    vec![hint]
}

fn project_hint(error: &ProjectError) -> Option<String> {
    match error {
        ProjectError::NoSuchEvent { .. } => Some("see their numbers with `tagline events`".to_owned()),
        ProjectError::Exists(_) => {
            Some("it is yours and stays as it is: edit it, or choose another folder".to_owned())
        }
        ProjectError::Write { source, .. } | ProjectError::Read { source, .. } => Some(write_hint(source)),
        _ => None,
    }
}

/// What to type where a picture cannot be made as asked.
fn picture_hint(error: &CliError) -> &'static str {
    match error {
        CliError::SplitOfOtherKind { .. } => "leave out `--kind`, or `--split`",
        CliError::WrittenTwice { .. } => {
            "name the other file otherwise: `-o counts.csv` has all counts by bucket"
        }
        CliError::ReadFont { .. } => "`--font` takes a file: `--font /path/NotoSansCJK-Regular.ttc`",
        _ => "try `tagline timeline -o timeline.svg`",
    }
}

fn discover_hint(error: &CliError) -> &'static str {
    match error {
        CliError::NoSuchCandidate { .. } => "see their numbers: the same command without `--save`",
        CliError::ExplainWhat { .. } => {
            "name it as `PLATFORM:ID`: `tagline discover --assignments FILE` lists them"
        }
        CliError::NoPeriod { .. } => {
            "write two moments with a stroke between them, the end exclusive: `2017-02-01/2017-03-07`"
        }
        CliError::AgainstItself => "a post is of one period: `--since` where the other ends, or leave it out",
        CliError::HoldsSomethingElse { .. } => "name another file: `--assignments assignments.ndjson`",
        _ => "write a theory by hand: docs/campaign.md",
    }
}

fn target_hint() -> String {
    "name it as `--author x:handle`, `--post x:123`, or `--post` with its address".to_owned()
}

fn from_hint(error: &FromError) -> String {
    match error {
        FromError::NoHost(name) => format!("name one: `--from {name}:HOST`; see `tagline sources`"),
        FromError::Host(_) => {
            "a host is a name such as `mastodon.social`, without a person's name before it".to_owned()
        }
        FromError::Twice(_) => "name each host once".to_owned(),
        _ => "see `tagline sources`".to_owned(),
    }
}

fn collect_hints(error: &CollectError) -> Vec<String> {
    let hint = match error {
        CollectError::Store(error) => store_hint(error),
        CollectError::Raw { source, .. } => write_hint(source),
        CollectError::Goal { source: GoalError::Secret { variable, .. }, .. } => {
            format!("`export {variable}=…`, or let a command say it: `export {variable}_CMD='pass show …'`")
        }
        _ => return Vec::new(),
    };
    vec![hint]
}

/// Names that people try: cities that are zones need their continent, abbreviations are none.
fn zone_hint(zone: &str) -> String {
    let wanted = zone.to_lowercase();
    let city = |name: &str| {
        name.to_lowercase().rsplit('/').next().is_some_and(|city| city == wanted.replace(' ', "_"))
    };
    let database = jiff::tz::db();
    let mut names: Vec<String> = database.available().map(|name| name.as_str().to_owned()).collect();
    names.sort_unstable();
    let near = names.iter().find(|name| city(name)).or_else(|| {
        names.iter().filter(|name| strsim::jaro_winkler(&name.to_lowercase(), &wanted) > 0.85).max_by(
            |a, b| {
                let likeness = |name: &str| strsim::jaro_winkler(&name.to_lowercase(), &wanted);
                likeness(a).total_cmp(&likeness(b)).then_with(|| b.cmp(a))
            },
        )
    });
    match near {
        Some(name) => format!("did you mean `{name}`?"),
        None => "zones are IANA names: `UTC`, `Europe/Berlin`, `America/New_York`".to_owned(),
    }
}

fn write_hint(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "choose a folder that you may write to".to_owned(),
        io::ErrorKind::StorageFull => {
            "the disk is full: make room, then run the same command again".to_owned()
        }
        _ => "check that the folder exists and can be written".to_owned(),
    }
}

fn store_hint(error: &StoreError) -> String {
    match error {
        StoreError::Locked { .. } => "wait for it to end, then run the same command again".to_owned(),
        StoreError::Newer { .. } => "use the version of tagline that made it, or a newer one".to_owned(),
        StoreError::Damaged(_) | StoreError::Database(_) => {
            "your archives are untouched: `tagline doctor` says what is lost, and how to get it back"
                .to_owned()
        }
        StoreError::Io { source, .. } => write_hint(source),
        StoreError::View => "please report it".to_owned(),
    }
}

/// What to do about what an examination found.
pub(crate) fn checkup_hint(checkup: &Checkup, asked: Treatment) -> Option<String> {
    let hint = if checkup.unreadable.is_some() {
        "your archives are untouched: move `data/` aside, then import them again: `tagline import FILE…`"
    } else if !checkup.healthy && asked.compact {
        "not compacted while something is wrong: `tagline doctor --repair --compact`"
    } else if !checkup.healthy {
        "`tagline doctor --repair` drops what cannot be read; then import again what is named here"
    } else {
        return None;
    };
    Some(hint.to_owned())
}

fn import_hints(error: &ImportError) -> Vec<String> {
    let hint = match error {
        ImportError::Store(error) => store_hint(error),
        ImportError::Input(error) if error.source.kind() == io::ErrorKind::NotFound => {
            "check the path; several files and folders can be named at once".to_owned()
        }
        ImportError::Open(OpenError::UnknownFormat { near: Some(near), .. }) => {
            format!("did you mean `--format {near}`?")
        }
        ImportError::Open(OpenError::UnknownFormat { .. }) => "see `tagline formats`".to_owned(),
        ImportError::Map(MapError::NotAPair(_)) => {
            "write `--map time=created,text=body,author=user`".to_owned()
        }
        ImportError::Map(_) => "see `tagline import --help`".to_owned(),
        ImportError::Scratch { source, .. } => write_hint(source),
        ImportError::Rejects(error) => write_hint(error),
        _ => return Vec::new(),
    };
    vec![hint]
}

/// What helps with a file that was left out.
pub(crate) fn refusal_hint(refusal: &Refusal, path: &str) -> Option<String> {
    match refusal {
        Refusal::MissingColumns { missing, columns } => {
            let example =
                |field: &String| format!("{field}={}", columns.first().map_or("COLUMN", String::as_str));
            let map: Vec<String> = missing.iter().map(example).collect();
            Some(format!(
                "name them: `tagline import {path} --map {}`, each with the column that holds it",
                map.join(",")
            ))
        }
        Refusal::UnknownColumn { field, near: Some(near), .. } if field != "keep" => {
            Some(format!("did you mean `--map {field}={near}`?"))
        }
        Refusal::UnknownEncoding(_) => {
            Some("names are those of the web: `utf-8`, `utf-16le`, `windows-1252`, `shift_jis`, …".to_owned())
        }
        Refusal::UnknownColumn { near: Some(near), .. } => Some(format!("did you mean `--keep {near}`?")),
        Refusal::Unrecognised(_) => Some("see what can be read with `tagline formats`".to_owned()),
        _ => None,
    }
}

fn answer_hints(error: &AnswerError) -> Vec<String> {
    let hint = match error {
        AnswerError::Store(error) => store_hint(error),
        AnswerError::Elsewhere(_) => {
            "see what it says; when it has ended, `tagline doctor` looks at the store".to_owned()
        }
        AnswerError::Zone(zone) => zone_hint(zone),
        AnswerError::NothingKnown => "look for them first: `tagline discover`".to_owned(),
        AnswerError::NoSuchPost { .. } => {
            "`tagline discover --assignments FILE` lists those that were looked at".to_owned()
        }
        AnswerError::UnknownTheory { near: Some(near), .. } => format!("did you mean `--theory {near}`?"),
        AnswerError::UnknownTheory { known, .. } if known.is_empty() => {
            "there are no theories yet: add `[[theory]]` to `tagline.toml`, see docs/campaign.md".to_owned()
        }
        AnswerError::UnknownTheory { known, .. } => format!("the theories are {}", known.join(", ")),
        AnswerError::NoSuchColumn { column, .. } => format!(
            "`platform` and `lang` are always there; import again with `--keep {column}` to keep a column of a file"
        ),
        AnswerError::When { .. } | AnswerError::Covers(_) => "correct it in `tagline.toml`".to_owned(),
        AnswerError::EmptySpan { .. } => "`--until` is exclusive: name the day after the last one".to_owned(),
        _ => return Vec::new(),
    };
    vec![hint]
}
