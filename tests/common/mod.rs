//! Runs the built binary in a clean environment. Used by every test of the command line.
//!
//! `tagline().dir(&folder).args(["theories", "--json"]).run()` gives what it printed, with the folder's path replaced by `[DIR]`.

#![allow(dead_code, unreachable_pub, reason = "every test crate compiles this module and uses a part of it")]

use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A run of the program, not yet started.
pub struct Tagline {
    project: Option<PathBuf>,
    working_dir: Option<PathBuf>,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    stdin: Vec<u8>,
}

/// What a run printed and how it ended.
#[derive(Debug)]
pub struct Output {
    /// Standard output, scrubbed.
    pub stdout: String,
    /// Standard error, scrubbed.
    pub stderr: String,
    /// Exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Standard output as it was, byte for byte.
    pub bytes: Vec<u8>,
    shown: String,
}

/// A run of the built binary.
pub fn tagline() -> Tagline {
    Tagline { project: None, working_dir: None, args: Vec::new(), env: Vec::new(), stdin: Vec::new() }
}

impl Tagline {
    /// The project folder: `-C DIR`. Its path becomes `[DIR]` in what is printed.
    pub fn dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.project = Some(dir.as_ref().to_owned());
        self
    }

    /// The working directory; without it an empty folder. Its path becomes `[CWD]`.
    pub fn working_dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.working_dir = Some(dir.as_ref().to_owned());
        self
    }

    /// One argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Several arguments.
    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// A variable of the environment.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// What the program reads from standard input; without it there is nothing to read.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Runs it to its end.
    #[track_caller]
    pub fn run(self) -> Output {
        let home = tempfile::tempdir().unwrap();
        let working_dir = self.working_dir.clone().unwrap_or_else(|| home.path().to_owned());
        let mut command = self.command(home.path(), &working_dir);
        let shown = format!("{:?}", command.get_args().collect::<Vec<_>>());
        let mut child = command.spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        let input = self.stdin;
        // A thread of its own: a program that prints before it has read everything would wait for us for ever.
        let writer = std::thread::spawn(move || {
            // It may well end without reading: a broken pipe is no failure of the test.
            let _ = pipe.write_all(&input);
        });
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let mut places = vec![(home.path(), "[HOME]"), (&working_dir, "[CWD]")];
        places.extend(self.project.as_deref().map(|dir| (dir, "[DIR]")));
        Output {
            stdout: scrub(&output.stdout, &places),
            stderr: scrub(&output.stderr, &places),
            code: output.status.code(),
            bytes: output.stdout,
            shown,
        }
    }

    fn command(&self, home: &Path, working_dir: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tagline"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_ours(name)) {
            command.env_remove(name);
        }
        command.env("NO_COLOR", "1").env("HOME", home).env("TZ", "UTC").env("LC_ALL", "C.UTF-8");
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        if let Some(dir) = &self.project {
            command.arg("-C").arg(dir);
        }
        command.args(&self.args).current_dir(working_dir);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

impl Output {
    /// The same, if it ended with this code.
    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "tagline {}\nstdout:\n{}\nstderr:\n{}",
            self.shown,
            self.stdout,
            self.stderr
        );
        self
    }

    /// The same, if it ended well.
    #[track_caller]
    pub fn ok(self) -> Self {
        self.code(0)
    }

    /// Standard output as one JSON document, of a run that ended well.
    #[track_caller]
    pub fn json(self) -> serde_json::Value {
        let output = self.ok();
        match serde_json::from_slice(&output.bytes) {
            Ok(value) => value,
            Err(error) => panic!("tagline {}: {error}\nstdout:\n{}", output.shown, output.stdout),
        }
    }

    /// Standard output as one JSON document a line, of a run that ended well.
    #[track_caller]
    pub fn ndjson(self) -> Vec<serde_json::Value> {
        let output = self.ok();
        output.bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).map(parse_line).collect()
    }
}

#[track_caller]
fn parse_line(line: &[u8]) -> serde_json::Value {
    match serde_json::from_slice(line) {
        Ok(value) => value,
        Err(error) => panic!("{error} in: {}", String::from_utf8_lossy(line)),
    }
}

/// Whether a variable could change what the program does.
fn is_ours(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("TAGLINE_")
        || name.starts_with("RAYON_")
        || matches!(&*name, "CLICOLOR" | "CLICOLOR_FORCE" | "FORCE_COLOR" | "COLUMNS" | "LINES" | "LANG")
}

/// Replaces paths, longest first, so that a folder inside another keeps its own name.
fn scrub(bytes: &[u8], places: &[(&Path, &str)]) -> String {
    let mut places: Vec<(String, &str)> =
        places.iter().map(|(path, name)| (path.display().to_string(), *name)).collect();
    places.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    for (path, name) in places {
        text = text.replace(&path, name);
    }
    text
}
