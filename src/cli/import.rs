//! `tagline import`: archives into the store.

use super::context::{Opened, Span, SpanArgs, now, start, writer};
use super::error::CliError;
use super::hint::refusal_hint;
use super::output::Output;
use super::{Exit, Global, questions};
use crate::archive::{ReadOptions, Reject};
use crate::ingest::{
    Counts, FileReport, ImportError, ImportOptions, ImportProgress, ImportReport, InputError, Repeats,
    Wanted, Watch, dry_run, import,
};
use crate::project::{Campaign, NewProject, Project};
use crate::report::format::{clean, count};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Arguments of `import`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct ImportArgs {
    /// Archives, folders of them, or `-` for standard input
    #[arg(required = true, value_name = "FILE")]
    inputs: Vec<PathBuf>,
    /// Which columns hold what, for CSV, TSV and plain JSON: `time=created,text=body,author=user`; `repost=type:R` reads a flag
    #[arg(long, value_name = "FIELD=COLUMN,…", help_heading = "Input")]
    map: Vec<String>,
    /// Foreign columns to keep with each post, under `kept` in `posts --ndjson`
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',', help_heading = "Input")]
    keep: Vec<String>,
    /// Name of the format, where it is not found out right: see `tagline formats`
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    format: Option<String>,
    /// Platform of posts that do not say: `x`, `fediverse`, `reddit`, …
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    platform: Option<String>,
    /// Zone of times that do not say
    #[arg(long, value_name = "ZONE", default_value = "UTC", help_heading = "Input")]
    times_in: String,
    /// How times are written, in the letters of strftime: `%d.%m.%Y %H:%M`
    #[arg(long, value_name = "FORMAT", help_heading = "Input")]
    time_format: Option<String>,
    /// Encoding of a text file, where it is not found out right: `windows-1252`, `utf-16le`, …
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    encoding: Option<String>,
    /// What stands between the fields of a table: `,` `;` `|` or `tab`
    #[arg(long, value_name = "SIGN", value_parser = delimiter, help_heading = "Input")]
    delimiter: Option<char>,
    /// Line of a table's header, counted from 1, where notes stand before it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Input")]
    header_line: Option<u64>,
    /// Read posts too that are marked as direct, for followers only or protected: what is made from them is not for sharing
    #[arg(long, help_heading = "Input")]
    include_private: bool,
    /// Also make posts of those that others quote, pass on or answer, where the file carries them
    #[arg(long, help_heading = "Input")]
    with_referenced: bool,
    /// Rows without id that are alike: one post, or one each
    #[arg(long, value_enum, default_value = "merge", help_heading = "Input")]
    repeats: RepeatsArg,
    /// Only posts from then on: a date, `2017-03-07 13:00`, RFC 3339, or `7d` back from now
    #[arg(long, value_name = "WHEN", help_heading = "Selection")]
    since: Option<String>,
    /// Only posts before then: a date means its start
    #[arg(long, value_name = "WHEN", help_heading = "Selection")]
    until: Option<String>,
    /// Only posts with any of these tags, besides what the campaign selects
    #[arg(long = "tag", value_name = "TAG,…", value_delimiter = ',', help_heading = "Selection")]
    tags: Vec<String>,
    /// Only posts that say they are in any of these languages: `en` takes `en-US` too
    #[arg(long = "lang", value_name = "LANG,…", value_delimiter = ',', help_heading = "Selection")]
    langs: Vec<String>,
    /// Say what would be read, as which format and why, with all counts; keep nothing and make no project
    #[arg(long, help_heading = "Output")]
    dry_run: bool,
    /// Write every rejected record, with place and reason, to this file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    rejects: Option<PathBuf>,
    /// End with code 4 if any record was rejected
    #[arg(long, help_heading = "Output")]
    strict: bool,
    /// Print the report as JSON
    #[arg(long, help_heading = "Output")]
    json: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum RepeatsArg {
    Merge,
    Keep,
}

/// One sign that no field begins with.
fn delimiter(text: &str) -> Result<char, String> {
    let sign = match text {
        "tab" | "\\t" => Some('\t'),
        _ => {
            text.chars().next().filter(|sign| text.len() == 1 && sign.is_ascii_punctuation() && *sign != '"')
        }
    };
    sign.ok_or_else(|| "it is one sign such as `,` or `;`, or the word `tab`".to_owned())
}

/// Runs `import`.
pub(crate) fn run(global: &Global, args: &ImportArgs, output: &mut Output) -> Result<Exit, CliError> {
    let mut options = options(args)?;
    // A wrong one must not leave a new project behind; which zone it is read in, the project says.
    wanted(args, "UTC")?;
    look(args)?;
    if args.dry_run {
        return look_only(global, args, options, output);
    }
    let project = open_or_make(global, output)?;
    options.wanted = wanted(args, &project.campaign.zone)?;
    // Before the long work, so that a bad path fails at once.
    let rejects = args.rejects.as_deref().map(create).transpose()?;
    if !args.json {
        questions::ask_once(&project, output)?;
    }
    let stopped = stop_on_interrupt();
    let store = writer(&project, "import")?;
    let mut watcher = Watcher::new(rejects, stopped);
    let report = import(&*store, &project.campaign, &options, &project.data(), &mut watcher)?;
    watcher.finish()?;
    drop(store);
    tell(&report, args, output)
}

/// The same without a store: for the campaign of the project here, if there is one.
fn look_only(
    global: &Global,
    args: &ImportArgs,
    mut options: ImportOptions,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let project = match super::context::project(global) {
        Err(CliError::NoProject { .. }) => None,
        other => Some(other?),
    };
    let campaign = project.as_ref().map(|project| project.campaign.clone()).unwrap_or_default();
    options.wanted = wanted(args, project.as_ref().map_or("UTC", |project| &project.campaign.zone))?;
    let rejects = args.rejects.as_deref().map(create).transpose()?;
    let mut watcher = Watcher::new(rejects, stop_on_interrupt());
    let data = project.as_ref().map(Opened::data);
    let report = dry_run(&campaign, &options, data.as_deref(), &mut watcher)?;
    watcher.finish()?;
    tell(&report, args, output)
}

fn tell(report: &ImportReport, args: &ImportArgs, output: &mut Output) -> Result<Exit, CliError> {
    if args.json {
        let json = serde_json::to_string(report).map_err(|error| CliError::Stdout(error.into()))?;
        output.line(&json)?;
    } else {
        show(report, args.rejects.as_deref(), output)?;
    }
    Ok(exit(report, args.strict))
}

/// What was named must be there before a project is made, questions are asked or a file is written over.
fn look(args: &ImportArgs) -> Result<(), CliError> {
    let rejects = args.rejects.as_deref().and_then(|path| fs::canonicalize(path).ok());
    for input in args.inputs.iter().filter(|input| input.as_os_str() != "-") {
        let failed = |source| InputError { shown: input.display().to_string(), source };
        fs::metadata(input).map_err(failed).map_err(ImportError::Input)?;
        if rejects.is_some() && fs::canonicalize(input).ok() == rejects {
            return Err(CliError::RejectsOverInput { path: input.clone() });
        }
    }
    Ok(())
}

fn options(args: &ImportArgs) -> Result<ImportOptions, CliError> {
    if jiff::tz::TimeZone::get(&args.times_in).is_err() {
        return Err(CliError::Zone { zone: args.times_in.clone() });
    }
    if let Some(format) = &args.time_format {
        let refused = |reason| CliError::TimeFormat { reason };
        crate::archive::TimeReader::utc().set_format(format).map_err(refused)?;
    }
    // Given several times it means the same as once: nobody should have to know which.
    let map = match args.map.as_slice() {
        [] => Vec::new(),
        parts => ReadOptions::parse_map(&parts.join(",")).map_err(ImportError::Map)?,
    };
    let read = ReadOptions {
        format: args.format.clone(),
        map,
        keep: args.keep.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect(),
        platform: args.platform.clone(),
        times_in: args.times_in.clone(),
        time_format: args.time_format.clone(),
        encoding: args.encoding.clone(),
        delimiter: args.delimiter,
        header_line: args.header_line,
        include_private: args.include_private,
        with_referenced: args.with_referenced,
    };
    let repeats = match args.repeats {
        RepeatsArg::Merge => Repeats::Merge,
        RepeatsArg::Keep => Repeats::Keep,
    };
    Ok(ImportOptions { inputs: args.inputs.clone(), read, repeats, now: now(), wanted: Wanted::default() })
}

/// Which posts are asked for; dates are of the calendar of `zone`.
fn wanted(args: &ImportArgs, zone: &str) -> Result<Wanted, CliError> {
    let zone = Some(zone.to_owned());
    let span = SpanArgs { since: args.since.clone(), until: args.until.clone(), zone };
    let Span { since, until, .. } = span.resolve(&Campaign::default())?;
    Wanted::new(since, until, &args.tags, &args.langs).map_err(|tag| CliError::Tag { tag })
}

/// The project here, or a new one: the first import needs no ceremony.
fn open_or_make(global: &Global, output: &mut Output) -> Result<Opened, CliError> {
    match super::context::project(global) {
        Err(CliError::NoProject { .. }) => {
            let root = start(global)?;
            Project::create(&root, &NewProject::default())?;
            output.talk(&format!("Made a project: `{}`", root.join("tagline.toml").display()));
            Opened::open(root)
        }
        other => other,
    }
}

fn create(path: &Path) -> Result<(PathBuf, BufWriter<File>), CliError> {
    let file = File::create(path).map_err(|source| CliError::Write { path: path.into(), source })?;
    Ok((path.to_owned(), BufWriter::new(file)))
}

/// Set by the first Ctrl-C; the second one ends the process at once, which loses nothing that was acknowledged.
fn stop_on_interrupt() -> Arc<AtomicBool> {
    let stopped = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stopped);
    // Fails only where a handler was set before; then Ctrl-C ends the process, which is safe too.
    let _ = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::SeqCst) {
            #[expect(clippy::exit, reason = "the person asked twice")]
            std::process::exit(Exit::Interrupted as i32);
        }
    });
    stopped
}

/// Progress on a terminal's stderr, rejects to their file.
struct Watcher {
    bar: Option<ProgressBar>,
    rejects: Option<(PathBuf, BufWriter<File>)>,
    stopped: Arc<AtomicBool>,
}

impl Watcher {
    fn new(rejects: Option<(PathBuf, BufWriter<File>)>, stopped: Arc<AtomicBool>) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let style =
                ProgressStyle::with_template("{msg} {wide_bar} {percent}% · {bytes_per_sec} · {eta} left");
            let bar = ProgressBar::new(0);
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Self { bar, rejects, stopped }
    }

    fn finish(self) -> Result<(), CliError> {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
        match self.rejects {
            Some((path, mut file)) => file.flush().map_err(|source| CliError::Write { path, source }),
            None => Ok(()),
        }
    }
}

impl Watch for Watcher {
    fn progress(&mut self, progress: ImportProgress) {
        if let Some(bar) = &self.bar {
            bar.set_length(progress.of);
            bar.set_position(progress.bytes.min(progress.of));
            bar.set_message(format!(
                "file {} of {} · {} records",
                progress.file,
                progress.files,
                count(progress.read)
            ));
        }
    }

    fn reject(&mut self, file: &str, reject: &Reject) -> io::Result<()> {
        let Some((_, rejects)) = &mut self.rejects else { return Ok(()) };
        let line = serde_json::json!({
            "file": file, "place": reject.place, "reason": reject.reason, "record": reject.record
        });
        serde_json::to_writer(&mut *rejects, &line)?;
        rejects.write_all(b"\n")
    }

    fn stop(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }
}

fn exit(report: &ImportReport, strict: bool) -> Exit {
    // Also true without any file: a folder that holds none.
    let all_refused = report.files.iter().all(|file| file.refused.is_some());
    if report.interrupted {
        Exit::Interrupted
    } else if all_refused {
        Exit::Failed
    } else if strict && report.counts.rejected > 0 {
        Exit::Rejected
    } else {
        Exit::Done
    }
}

/// Files of a folder shown one by one; a folder of thousands is summed up.
const SHOWN_FILES: usize = 20;

fn show(report: &ImportReport, rejects: Option<&Path>, output: &mut Output) -> Result<(), CliError> {
    for file in report.files.iter().take(SHOWN_FILES) {
        show_file(file, output)?;
    }
    if report.files.is_empty() {
        output.talk("error: there are no files in what was named (hidden ones are not looked at)");
    }
    if report.files.len() > SHOWN_FILES {
        output.line(&format!("… and {} more files", count((report.files.len() - SHOWN_FILES) as u64)))?;
    }
    let counts = &report.counts;
    if report.dry_run {
        output.line(&format!(
            "{} records would be read: {} posts, {} deletions, {} rejected, {} unselected; nothing was kept",
            count(counts.read),
            count(counts.added),
            count(counts.updated),
            count(counts.rejected),
            count(counts.unselected)
        ))?;
    } else {
        output.line(&five(counts))?;
    }
    if let (Some(first), Some(last)) = (report.first, report.last) {
        output.line(&format!("posts from {first} to {last}"))?;
    }
    if let Some(path) = rejects.filter(|_| counts.rejected > 0) {
        output.line(&format!("rejected records are in `{}`", path.display()))?;
    } else if counts.rejected > 0 {
        output.talk("hint: see the rejected records with `--rejects FILE`");
    }
    if report.dry_run {
        if report.interrupted {
            output.talk("interrupted: the rest was not looked at");
        }
    } else if report.interrupted {
        output.talk("interrupted: what is counted above is saved; run the same command again to go on");
    } else if counts.added + counts.updated + counts.duplicates > 0 {
        output.next("tagline theories");
    }
    Ok(())
}

fn five(counts: &Counts) -> String {
    format!(
        "{} records read: {} added, {} updated, {} duplicates, {} rejected, {} unselected",
        count(counts.read),
        count(counts.added),
        count(counts.updated),
        count(counts.duplicates),
        count(counts.rejected),
        count(counts.unselected)
    )
}

fn show_file(file: &FileReport, output: &mut Output) -> Result<(), CliError> {
    // Names of files and columns are others' words.
    let path = clean(&file.path);
    if let Some(refused) = &file.refused {
        output.line(&format!("{path}: left out: {}", clean(refused)))?;
        for note in &file.notes {
            output.line(&format!("  {}", clean(note)))?;
        }
        if let Some(hint) =
            file.refusal.as_ref().and_then(|refusal| refusal_hint(refusal, &clean(&file.file)))
        {
            output.talk(&format!("hint: {hint}"));
        }
        return Ok(());
    }
    let packed = if file.compression == "none" { String::new() } else { format!(", {}", file.compression) };
    let unchanged = if file.unchanged { ": unchanged since it was imported; nothing to do" } else { "" };
    output.line(&format!("{path}: {}{packed}{unchanged}", file.format))?;
    if !file.why.is_empty() {
        output.line(&format!("  why: {}", file.why))?;
        output.line(&format!(
            "  {} records, {} of them posts",
            count(file.counts.read),
            count(file.counts.added)
        ))?;
    }
    for note in &file.notes {
        output.line(&format!("  {}", clean(note)))?;
    }
    if file.replaced > 0 {
        output.line(&format!(
            "  read with other options than before: {} posts of that import were taken out first",
            count(file.replaced)
        ))?;
    }
    if file.derived_ids > 0 {
        let posts = if file.derived_ids == 1 { "post has" } else { "posts have" };
        output
            .line(&format!("  {} {posts} no id: made from author, time and text", count(file.derived_ids)))?;
    }
    if file.suspicious > 0 {
        output.line(&format!(
            "  {} posts have times before their platform existed or in the future: kept, left out of spans that are not named",
            count(file.suspicious)
        ))?;
    }
    for (reason, number) in &file.reject_reasons {
        output.line(&format!("  {} rejected: {}", count(*number), clean(reason)))?;
    }
    if let Some(place) = &file.first_reject {
        output.line(&format!("  first rejected record: {}", clean(place)))?;
    }
    for (reason, number) in &file.unselected_reasons {
        output.line(&format!("  {} unselected: {reason}", count(*number)))?;
    }
    Ok(())
}
