//! The command line: the only place that prints. One file a command.

mod collect;
mod context;
mod demo;
mod discover;
mod doctor;
mod error;
mod events;
mod forget;
mod formats;
mod hint;
mod import;
mod init;
mod keys;
mod output;
mod picture;
mod posts;
mod questions;
mod sources;
mod status;
mod suggest;
mod theories;
mod timeline;
mod waiting;

use clap::{Args, Parser, Subcommand};
use error::CliError;
use output::Output;
use std::path::PathBuf;
use std::process::ExitCode;

/// What a run ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, also when nothing matched.
    Done = 0,
    /// Failed.
    Failed = 1,
    /// The command line or a rule file is wrong.
    Usage = 2,
    /// Nothing matched, and `--fail-empty` was asked.
    Empty = 3,
    /// Some input was rejected, and `--strict` was asked.
    Rejected = 4,
    /// Network, limit or token; what was saved is saved, and the same command goes on.
    Network = 5,
    /// Ctrl-C; what was saved is saved.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// tagline: who says what about a hashtag, and when
#[derive(Debug, Parser)]
#[command(name = "tagline", version, propagate_version = true)]
#[command(after_help = "Try it: tagline demo    Exit codes and files: README.md")]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Flags that every command has.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global")]
pub(crate) struct Global {
    /// The project's folder; default: the nearest folder upwards that has a `tagline.toml`
    #[arg(short = 'C', long = "project", value_name = "DIR", env = "TAGLINE_DIR", global = true)]
    pub(crate) project: Option<PathBuf>,
    /// Threads to use; default: one for each core. The answer never depends on it
    #[arg(long, value_name = "N", global = true, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read archives and exports (detects format and compression)
    Import(import::ImportArgs),
    /// Fetch posts from public APIs, once or for as long as you like
    ///
    /// Everything is saved as it comes, together with the place to go on from: stop it at any time, run the same command again and it goes on.
    /// What may be missing is kept as a gap (`tagline status`). Tokens come from the environment: see `tagline sources`.
    Collect(collect::CollectArgs),
    /// Competing theories: how big, since when; suggest, test and lint their rules
    Theories(theories::TheoriesArgs),
    /// Theories over time: terminal chart, SVG, PNG, Vega-Lite, CSV, JSON
    Timeline(timeline::TimelineArgs),
    /// Theories nobody has written down yet
    ///
    /// Groups posts by the words they share and proposes each group as a candidate: its keywords, how many posts, accounts and since when,
    /// how often it comes again when a tenth of the posts is left out, and three posts to read. The same posts always give the same candidates.
    Discover(discover::DiscoverArgs),
    /// The posts behind any number
    Posts(posts::PostsArgs),
    /// Dated events: list, add, remove
    Events(events::EventsArgs),
    /// Make a project: `tagline.toml` and a private `data/`
    Init(init::InitArgs),
    /// What is in the store, and where it came from
    Status(status::StatusArgs),
    /// Verify the whole store; repair it, or make it smaller
    ///
    /// Reads everything and verifies every checksum, says what is damaged and which archives bring it back, and lists ids that occur more
    /// than once. Changes nothing unless asked to. Ends with code 1 if something is wrong and was not repaired.
    Doctor(doctor::DoctorArgs),
    /// Forget a post or an account for good: here, in every file of the store, and whenever it comes again
    ///
    /// Takes out the posts of an account (or one post), what passes them on, and all that was cached; then writes the store anew, so that no
    /// file in `data/` has them, and keeps salted hashes, by which they are left out if they come again. Lists what it cannot reach: the
    /// archives they came from, what was exported, backups.
    Forget(forget::ForgetArgs),
    /// Every format that `import` reads
    Formats(formats::FormatsArgs),
    /// Every public API that `collect` asks: what it needs, what it does not give
    Sources(sources::SourcesArgs),
    /// Make a project from invented posts and show what the tool does
    Demo(demo::DemoArgs),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap prints help to stdout and errors to stderr by itself; a closed pipe is no reason to complain.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    if let Some(threads) = cli.global.threads {
        // Fails only if the pool was already made, which nothing before this line does.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global();
    }
    let mut output = Output::new();
    let ended = run(cli, &mut output).and_then(|exit| output.flush().map(|()| exit));
    match ended {
        Ok(exit) => exit.into(),
        // Whoever closed the pipe has read enough.
        Err(error) if error.is_broken_pipe() => Exit::Done.into(),
        Err(error) => {
            output.error(&error);
            error.exit().into()
        }
    }
}

fn run(cli: Cli, output: &mut Output) -> Result<Exit, CliError> {
    let global = &cli.global;
    match cli.command {
        Command::Import(args) => import::run(global, &args, output),
        Command::Collect(args) => collect::run(global, &args, output),
        Command::Theories(args) => theories::run(global, &args, output),
        Command::Timeline(args) => timeline::run(global, &args, output),
        Command::Discover(args) => discover::run(global, &args, output),
        Command::Posts(args) => posts::run(global, &args, output),
        Command::Events(args) => events::run(global, &args, output),
        Command::Init(args) => init::run(global, &args, output),
        Command::Status(args) => status::run(global, &args, output),
        Command::Doctor(args) => doctor::run(global, &args, output),
        Command::Forget(args) => forget::run(global, &args, output),
        Command::Formats(args) => formats::run(&args, output),
        Command::Sources(args) => sources::run(&args, output),
        Command::Demo(args) => demo::run(&args, output),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
