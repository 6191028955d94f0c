//! The folder of a project: finding it, making it, and changing its rule file safely.

use super::read::{MAX_RULE_FILE_BYTES, read_campaign};
use super::{Campaign, DataStatement, Mistake, Purpose, Theory, edit};
use crate::post::Timestamp;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Name of the rule file.
pub const RULE_FILE: &str = "tagline.toml";
/// Name of the folder with the store.
pub const DATA_FOLDER: &str = "data";

const IGNORE_FILE: &str = ".gitignore";
const IGNORE_LINE: &str = "data/";

/// A folder with a rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    root: PathBuf,
}

/// What a new rule file begins with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewProject {
    /// Name for titles; empty takes the folder's.
    pub name: String,
    /// Tags to select by, with or without sign.
    pub tags: Vec<String>,
    /// Words to select by.
    pub words: Vec<String>,
    /// IANA zone; empty means UTC.
    pub zone: String,
}

/// Why the project folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// The folder has no rule file.
    #[error("`{}` has no `{RULE_FILE}`", .0.display())]
    NoRuleFile(PathBuf),
    /// There is a rule file already; it is never overwritten.
    #[error("`{}` exists already", .0.display())]
    Exists(PathBuf),
    /// A file or folder cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file or folder cannot be written.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The rule file is larger than [`MAX_RULE_FILE_BYTES`].
    #[error("`{}` is larger than {} MiB, so it is no rule file", .0.display(), MAX_RULE_FILE_BYTES >> 20)]
    TooLarge(PathBuf),
    /// The rule file is not UTF-8.
    #[error("`{}` is not UTF-8: line {line}, column {column}; save it as UTF-8", path.display())]
    NotUtf8 {
        /// Which.
        path: PathBuf,
        /// Line of the first bad byte, from 1.
        line: usize,
        /// Column of the first bad byte, from 1, in characters.
        column: usize,
    },
    /// The rule file has mistakes.
    #[error("`{}` has {}\n{}", path.display(), counted(mistakes), listed(mistakes))]
    Mistakes {
        /// Which.
        path: PathBuf,
        /// All of them, in the order of the file.
        mistakes: Vec<Mistake>,
    },
    /// What was to be added can be no theory.
    #[error("this can be no theory: {0}")]
    NoTheory(String),
    /// No such event.
    #[error("there is no event {} (there are {events})", index.wrapping_add(1))]
    NoSuchEvent {
        /// As asked, from 0.
        index: usize,
        /// How many there are.
        events: usize,
    },
}

impl Project {
    /// The nearest folder with a rule file, from `from` upwards.
    pub fn find(from: &Path) -> Option<PathBuf> {
        let from = std::path::absolute(from).ok()?;
        from.ancestors().find(|folder| folder.join(RULE_FILE).is_file()).map(Path::to_path_buf)
    }

    /// The project in a folder that has a rule file. The rules are read by [`Self::campaign`].
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, ProjectError> {
        let root = root.into();
        if root.join(RULE_FILE).is_file() { Ok(Self { root }) } else { Err(ProjectError::NoRuleFile(root)) }
    }

    /// Makes a project: folder, `data/` that only its owner can enter, `.gitignore`, rule file. Never overwrites a rule file.
    pub fn create(root: impl Into<PathBuf>, new: &NewProject) -> Result<Self, ProjectError> {
        let root = root.into();
        let folder_name = || {
            let absolute = std::path::absolute(&root).ok();
            absolute
                .and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
                .unwrap_or_default()
        };
        let name = if new.name.is_empty() { folder_name() } else { new.name.clone() };
        let rules = template(&NewProject { name, ..new.clone() });
        Self::create_with(root, &rules)
    }

    /// The same with a whole rule file, which must be without mistakes.
    pub fn create_with(root: impl Into<PathBuf>, rules: &str) -> Result<Self, ProjectError> {
        let project = Self { root: root.into() };
        let path = project.rule_path();
        if path.symlink_metadata().is_ok() {
            return Err(ProjectError::Exists(path));
        }
        read_campaign(rules).map_err(|mistakes| ProjectError::Mistakes { path: path.clone(), mistakes })?;
        project.ensure_data()?;
        let write = || -> io::Result<()> {
            let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
            file.write_all(rules.as_bytes())?;
            file.sync_all()
        };
        write().map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => ProjectError::Exists(path.clone()),
            _ => ProjectError::Write { path: path.clone(), source },
        })?;
        Ok(project)
    }

    /// Makes `data/` and the line in `.gitignore` if they are missing.
    pub fn ensure_data(&self) -> Result<(), ProjectError> {
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            move |source| ProjectError::Write { path, source }
        };
        std::fs::create_dir_all(&self.root).map_err(failed(&self.root))?;
        let data = self.data_path();
        if !data.is_dir() {
            make_private_folder(&data).map_err(failed(&data))?;
        }
        let ignore = self.root.join(IGNORE_FILE);
        ignore_data(&ignore).map_err(failed(&ignore))
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The rule file.
    pub fn rule_path(&self) -> PathBuf {
        self.root.join(RULE_FILE)
    }

    /// The folder with the store.
    pub fn data_path(&self) -> PathBuf {
        self.root.join(DATA_FOLDER)
    }

    /// Reads and checks the rule file. A campaign without a name has that of the folder.
    pub fn campaign(&self) -> Result<Campaign, ProjectError> {
        let mut campaign = self.checked(read_campaign(&self.rules()?))?;
        if campaign.name.trim().is_empty() {
            let folder = std::path::absolute(&self.root).ok();
            let name =
                folder.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
            campaign.name = name.unwrap_or_default();
        }
        Ok(campaign)
    }

    /// Adds an event to the rule file.
    pub fn add_event(&self, at: Timestamp, label: &str, url: Option<&str>) -> Result<(), ProjectError> {
        let edited = self.checked(edit::add_event(&self.rules()?, at, label, url))?;
        self.replace(&edited)
    }

    /// Adds a theory.
    pub fn add_theory(&self, theory: &Theory) -> Result<(), ProjectError> {
        let rules = self.rules()?;
        self.checked(read_campaign(&rules))?;
        // The file is right, so what is wrong is the theory: its place in the file would tell nobody anything.
        let edited = edit::add_theory(&rules, theory).map_err(|mistakes| {
            let said = |mistake: Mistake| match mistake.fix {
                Some(fix) => format!("{}: {fix}", mistake.message),
                None => mistake.message,
            };
            ProjectError::NoTheory(mistakes.into_iter().map(said).collect::<Vec<_>>().join("; "))
        })?;
        self.replace(&edited)
    }

    /// Removes the event at `index` in the order of time, from 0.
    pub fn remove_event(&self, index: usize) -> Result<(), ProjectError> {
        let rules = self.rules()?;
        if let Some(edited) = self.checked(edit::remove_event(&rules, index))? {
            return self.replace(&edited);
        }
        let events = self.checked(read_campaign(&rules))?.events.len();
        Err(ProjectError::NoSuchEvent { index, events })
    }

    /// Writes what the person says about the data; an empty statement means "asked, and skipped".
    pub fn set_data(&self, data: &DataStatement) -> Result<(), ProjectError> {
        let edited = self.checked(edit::set_data(&self.rules()?, data))?;
        self.replace(&edited)
    }

    /// Writes what posts are collected for.
    pub fn set_purpose(&self, purpose: &Purpose) -> Result<(), ProjectError> {
        let edited = self.checked(edit::set_purpose(&self.rules()?, purpose))?;
        self.replace(&edited)
    }

    fn checked<T>(&self, result: Result<T, Vec<Mistake>>) -> Result<T, ProjectError> {
        result.map_err(|mistakes| ProjectError::Mistakes { path: self.rule_path(), mistakes })
    }

    fn rules(&self) -> Result<String, ProjectError> {
        let path = self.rule_path();
        let mut bytes = Vec::new();
        let read =
            File::open(&path).and_then(|file| file.take(MAX_RULE_FILE_BYTES + 1).read_to_end(&mut bytes));
        match read {
            Ok(_) if bytes.len() as u64 > MAX_RULE_FILE_BYTES => return Err(ProjectError::TooLarge(path)),
            Ok(_) => {}
            Err(source) if source.kind() == io::ErrorKind::NotFound => {
                return Err(ProjectError::NoRuleFile(self.root.clone()));
            }
            Err(source) => return Err(ProjectError::Read { path, source }),
        }
        String::from_utf8(bytes).map_err(|error| {
            let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            let valid = String::from_utf8_lossy(valid);
            let line = valid.matches('\n').count() + 1;
            let column = valid.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            ProjectError::NotUtf8 { path, line, column }
        })
    }

    /// Puts the edited rule file in place of the old one, whole or not at all.
    fn replace(&self, edited: &str) -> Result<(), ProjectError> {
        // A link to a rule file kept elsewhere stays a link.
        let path = self.rule_path().canonicalize().unwrap_or_else(|_| self.rule_path());
        let temporary = path.with_file_name(format!(".{RULE_FILE}.{}.tmp", std::process::id()));
        let write = || -> io::Result<()> {
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&temporary)?;
            if let Ok(old) = path.metadata() {
                file.set_permissions(old.permissions())?;
            }
            file.write_all(edited.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&temporary, &path)
        };
        write().map_err(|source| {
            // What could not be put in place is of no use; that it cannot be removed either adds nothing.
            let _ = std::fs::remove_file(&temporary);
            ProjectError::Write { path: path.clone(), source }
        })
    }
}

#[cfg(unix)]
fn make_private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_private_folder(path: &Path) -> io::Result<()> {
    std::fs::create_dir(path)
}

/// Adds the line for `data/` if no line of the file does it already.
fn ignore_data(path: &Path) -> io::Result<()> {
    let old = match std::fs::read(path) {
        Ok(old) => old,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    let ignores = |line: &[u8]| matches!(line.trim_ascii(), b"data/" | b"/data/" | b"data" | b"/data");
    if old.split(|&byte| byte == b'\n').any(ignores) {
        return Ok(());
    }
    let line_break = if old.last().is_none_or(|&last| last == b'\n') { "" } else { "\n" };
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    writeln!(file, "{line_break}{IGNORE_LINE}")
}

fn template(new: &NewProject) -> String {
    let text = |text: &str| toml_edit::Value::from(text).to_string();
    let list = |texts: &[String]| texts.iter().map(|one| text(one)).collect::<Vec<_>>().join(", ");
    let zone = if new.zone.is_empty() { "UTC" } else { &new.zone };
    let values = [
        ("\"NAME\"", text(&new.name)),
        ("[\"TAGS\"]", format!("[{}]", list(&new.tags))),
        ("[\"WORDS\"]", format!("[{}]", list(&new.words))),
        ("\"ZONE\"", text(zone)),
    ];
    // One after another, so that a name cannot be taken for a place to fill.
    let (mut filled, mut rest) = (String::new(), include_str!("template.toml"));
    for (place, value) in values {
        let (before, after) = rest.split_once(place).unwrap_or((rest, ""));
        filled.push_str(before);
        filled.push_str(&value);
        rest = after;
    }
    filled + rest
}

fn counted(mistakes: &[Mistake]) -> String {
    if mistakes.len() == 1 { "a mistake".to_owned() } else { format!("{} mistakes", mistakes.len()) }
}

fn listed(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(name: &str, tags: &[&str]) -> NewProject {
        let tags = tags.iter().map(|&tag| tag.to_owned()).collect();
        NewProject { name: name.to_owned(), tags, ..NewProject::default() }
    }

    #[test]
    fn a_new_project_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("vault");
        let name = "\"NAME\" [\"TAGS\"] \\ x";
        let project = Project::create(&root, &new(name, &["#Vault7", "選挙"])).unwrap();
        let campaign = project.campaign().unwrap();
        assert_eq!(campaign.name, name);
        assert_eq!(campaign.tags, ["Vault7", "選挙"]);
        assert_eq!((campaign.zone.as_str(), campaign.data, campaign.theories), ("UTC", None, vec![]));
        assert_eq!(std::fs::read_to_string(root.join(".gitignore")).unwrap(), "data/\n");
        assert!(matches!(Project::create(&root, &new("", &[])), Err(ProjectError::Exists(_))));
        assert_eq!(Project::find(&root.join("data")).unwrap(), root);
        assert_eq!(Project::find(folder.path()), None);
        assert!(matches!(Project::open(folder.path()), Err(ProjectError::NoRuleFile(_))));
    }

    #[test]
    fn a_project_without_a_name_has_the_folders() {
        let folder = tempfile::tempdir().unwrap();
        let project = Project::create(folder.path().join("case one"), &new("", &[])).unwrap();
        assert_eq!(project.campaign().unwrap().name, "case one");
    }

    #[test]
    fn the_example_of_the_template_is_right_once_uncommented() {
        let is_example = |rest: &&str| rest.contains(" = ") || rest.starts_with('[');
        let uncommented: String = template(&new("x", &[]))
            .lines()
            .flat_map(|line| [line.strip_prefix("# ").filter(is_example).unwrap_or(line), "\n"])
            .collect();
        let campaign = read_campaign(&uncommented).unwrap();
        assert_eq!((campaign.theories.len(), campaign.events.len()), (1, 1));
        assert!(campaign.since.is_some() && campaign.purpose.is_some());
        assert_eq!(campaign.deletions, crate::post::DeletionPolicy::Keep);
    }

    #[cfg(unix)]
    #[test]
    fn data_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let project = Project::create(folder.path(), &new("x", &[])).unwrap();
        assert_eq!(project.data_path().metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn an_ignore_file_is_completed_once() {
        let folder = tempfile::tempdir().unwrap();
        let ignore = folder.path().join(".gitignore");
        let cases =
            [("*.log", "*.log\ndata/\n"), ("/data\n", "/data\n"), ("", "data/\n"), ("a\n", "a\ndata/\n")];
        for (before, after) in cases {
            std::fs::write(&ignore, before).unwrap();
            ignore_data(&ignore).unwrap();
            ignore_data(&ignore).unwrap();
            assert_eq!(std::fs::read_to_string(&ignore).unwrap(), after);
        }
    }

    #[test]
    fn edits_reach_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let project = Project::create(folder.path(), &new("x", &["a"])).unwrap();
        let at = Timestamp::parse_rfc3339("2017-03-07T13:00:00Z").unwrap();
        project.add_event(at, "Year \"Zero\"", Some("https://example.com")).unwrap();
        project.set_data(&DataStatement::default()).unwrap();
        let campaign = project.campaign().unwrap();
        assert_eq!(campaign.events.first().unwrap().label, "Year \"Zero\"");
        assert_eq!(campaign.data, Some(DataStatement::default()));
        project.remove_event(0).unwrap();
        let none = project.remove_event(0);
        assert!(matches!(none, Err(ProjectError::NoSuchEvent { index: 0, events: 0 })));
        let left: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 3, "{left:?}");
    }

    #[test]
    fn unreadable_rule_files_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(RULE_FILE);
        let error = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            Project::open(folder.path()).unwrap().campaign().unwrap_err()
        };
        let not_utf8 = error(b"[campaign]\nname = \"\xff\"");
        assert!(matches!(not_utf8, ProjectError::NotUtf8 { line: 2, column: 9, .. }));
        assert!(matches!(error(&vec![b'#'; 5 << 20]), ProjectError::TooLarge(_)));
        let shown = error(b"[campain]").to_string();
        assert!(shown.ends_with("= did you mean `campaign`?"), "{shown}");
    }
}
