//! One import from the first file to the last ledger row.

use super::anew::remove_run;
use super::budget::Budget;
use super::files::{self, Fingerprint, Input, InputError, RunningHash};
use super::ledger::{self, Container, Ledger};
use super::left_out::LeftOutCount;
use super::pool::Pool;
use super::report::{Counts, FileReport, ImportReport};
use super::sink::{ChunkSink, Gate, WITHOUT_TAG};
use super::writer::{self, Delivery, Tallies, WAITING_CHUNKS};
use super::{ImportError, ImportOptions, ImportProgress, Repeats, Watch};
use crate::archive::{
    Archive, FORMATS, Found, Member, Members, Opened, Progress, Refusal, Reject, Resume, open as open_archive,
};
use crate::post::{DeletionPolicy, RunKey};
use crate::project::Campaign;
use crate::store::{
    Batch, Contents, ImportRow, ImportState, Note, ResumeAt, Store, StoreError, WITH_PRIVATE,
};
use crate::theory::{Matcher, Selection, rules_hash};
use crate::timeline::words::count;
use std::collections::HashMap;
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};

/// To the writing half.
type Sender = SyncSender<Delivery>;

/// Imports files into a store. `data` is the project's data folder: temporary files go to a folder inside it.
pub fn import(
    store: &dyn Store,
    campaign: &Campaign,
    options: &ImportOptions,
    data: &Path,
    watch: &mut dyn Watch,
) -> Result<ImportReport, ImportError> {
    import_as(Mode::Keep, store, campaign, options, data, watch)
}

/// Whether what is read is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode<'a> {
    /// It goes to the store.
    Keep,
    /// It is counted, and it is said why a file is read as it is.
    Dry {
        /// The data folder of the project, if there is one.
        own: Option<&'a Path>,
    },
}

pub(crate) fn import_as(
    mode: Mode<'_>,
    store: &dyn Store,
    campaign: &Campaign,
    options: &ImportOptions,
    data: &Path,
    watch: &mut dyn Watch,
) -> Result<ImportReport, ImportError> {
    let scratch = Scratch::make(data)?;
    let own = match mode {
        Mode::Keep => Some(data),
        Mode::Dry { own } => own,
    };
    let inputs = files::expand(&options.inputs, &scratch.0, own)?;
    let selection = Selection::compile(campaign)?;
    let matcher = Matcher::compile(&campaign.theories)?;
    let left_out = LeftOutCount::read(store, &selection.hash(), &rules_hash(&campaign.theories))?;
    let (pool, budget) = (Pool::default(), Budget::default());
    let (sender, deliveries) = sync_channel(WAITING_CHUNKS);
    let mut session = Session {
        store,
        options,
        selection: &selection,
        deletions: campaign.deletions,
        matcher: &matcher,
        pool: &pool,
        budget: &budget,
        ledger: Ledger::read(store)?,
        forgets: ledger::forgets(store)?,
        left_out,
        scratch: &scratch.0,
        files: Vec::new(),
        containers: Vec::new(),
        by_run: HashMap::new(),
        input: 0,
        inputs: inputs.len(),
        stopped: false,
        is_dry: mode != Mode::Keep,
    };
    let (read, written) = std::thread::scope(|scope| {
        let (folder, pool, budget) = (&scratch.0, &pool, &budget);
        let writing = scope.spawn(move || match mode {
            Mode::Keep => writer::write(store, folder, pool, budget, campaign.deletions, &deliveries),
            Mode::Dry { .. } => Ok(writer::count(pool, budget, &deliveries)),
        });
        let read = session.files(&inputs, &sender, watch);
        drop(sender);
        (read, writing.join())
    });
    // A writer that failed closed the channel, which the reading half could only guess at: its word comes first.
    let tallies = written.map_err(|_| ImportError::Writer)??;
    // The files before the one that failed are read and stay so: their rows must say it.
    let finished = session.finish(&tallies);
    read?;
    finished
}

/// The folder of temporary files, cleared of what a killed import left, and removed at the end.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn make(data: &Path) -> Result<Self, ImportError> {
        let path = data.join("tmp");
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path)
            .map_err(|source| ImportError::Scratch { path: path.clone(), source })?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A file of this session.
struct FileState {
    report: FileReport,
    /// Its ledger row and number, once it is being read.
    row: Option<(u32, ImportRow)>,
    /// The same bytes came earlier in this session.
    same_as: Option<usize>,
    /// Whether it was read to its end.
    complete: bool,
    /// What an import that was interrupted had done of it.
    before: Counts,
    /// Where a later import could go on.
    resume: Option<Resume>,
}

impl FileState {
    /// Of a file that was not read.
    fn closed(report: FileReport) -> Self {
        Self { report, row: None, same_as: None, complete: false, before: Counts::default(), resume: None }
    }

    /// Puts what the reading half knows into the ledger's row.
    fn fill_row(&mut self) {
        let Some((_, row)) = &mut self.row else { return };
        let counts = &self.report.counts;
        row.read = self.before.read + counts.read;
        row.rejected = self.before.rejected + counts.rejected;
        row.unselected = self.before.unselected + counts.unselected;
        row.first = row.first.into_iter().chain(self.report.first).min();
        row.last = row.last.max(self.report.last);
    }
}

/// A container that was read to its end: which of the session's files are its members, and what is to be remembered of it.
struct WholeContainer {
    files: Range<usize>,
    bytes: u64,
    sha256: String,
    contents: Contents,
}

struct Session<'a> {
    store: &'a dyn Store,
    options: &'a ImportOptions,
    selection: &'a Selection,
    deletions: DeletionPolicy,
    matcher: &'a Matcher,
    pool: &'a Pool,
    budget: &'a Budget,
    ledger: Ledger,
    /// How many posts and accounts were forgotten so far.
    forgets: u64,
    left_out: LeftOutCount,
    /// Where zip archives inside others are copied to.
    scratch: &'a Path,
    files: Vec<FileState>,
    containers: Vec<WholeContainer>,
    by_run: HashMap<RunKey, usize>,
    /// Number of the input that is being read.
    input: usize,
    inputs: usize,
    stopped: bool,
    is_dry: bool,
}

impl Session<'_> {
    fn files(&mut self, inputs: &[Input], sender: &Sender, watch: &mut dyn Watch) -> Result<(), ImportError> {
        for input in inputs {
            if self.stopped || watch.stop() {
                self.stopped = true;
                break;
            }
            self.input += 1;
            self.file(input, sender, watch)?;
        }
        Ok(())
    }

    fn file(&mut self, input: &Input, sender: &Sender, watch: &mut dyn Watch) -> Result<(), ImportError> {
        let mut report = FileReport {
            path: input.shown.clone(),
            file: input.shown.clone(),
            notes: input.notes.clone(),
            ..FileReport::default()
        };
        let print = match Fingerprint::of(&input.path) {
            Ok(print) => print,
            // A file named by the person must be there; one met on the way through a folder may be locked or gone.
            Err(source) if !input.found => {
                return Err(InputError { shown: input.shown.clone(), source }.into());
            }
            Err(source) => {
                report.refused = Some(format!("cannot be read: {source}"));
                self.files.push(FileState::closed(report));
                return Ok(());
            }
        };
        match open_archive(&input.path, self.scratch, &self.options.read)? {
            Opened::File(Err(refusal)) => {
                refuse(&mut report, refusal);
                self.files.push(FileState::closed(report));
                Ok(())
            }
            Opened::File(Ok(archive)) => {
                let mut row = self.row(&mut report, &archive, &print);
                if self.ledger.knows_size(print.bytes) {
                    // It may be known: its hash is needed before anything else.
                    row.sha256 = sha256(input)?;
                    if self.ledger.is_taken(&row) {
                        row.run = Fingerprint::apart(&row.sha256);
                    }
                }
                self.take(*archive, (report, row), input, sender, watch)
            }
            Opened::Container(members) => self.container(*members, report, &print, input, sender, watch),
        }
    }

    /// Reads an archive, unless that was done before.
    fn take(
        &mut self,
        mut archive: Archive,
        (mut report, mut row): (FileReport, ImportRow),
        input: &Input,
        sender: &Sender,
        watch: &mut dyn Watch,
    ) -> Result<(), ImportError> {
        if let Some(known) = self.ledger.same_import(&row) {
            set_unchanged(&mut report, known);
            self.files.push(FileState { complete: true, ..FileState::closed(report) });
            return Ok(());
        }
        if let Some(&same) = self.by_run.get(&row.run) {
            self.files.push(FileState { same_as: Some(same), complete: true, ..FileState::closed(report) });
            return Ok(());
        }
        let before = self.go_on(&mut archive, &mut row, &mut report);
        let otherwise = self.ledger.was_read_otherwise(&row);
        let (runs, bytes) = (self.ledger.runs(&row), row.bytes);
        // The row comes first: killed in the middle of the removal, the ledger must not say that the earlier reading is still whole.
        self.begin(report, row)?;
        if let Some(file) = self.files.last_mut() {
            file.before = before;
        }
        if otherwise {
            runs.into_iter().try_for_each(|run| self.start_anew(run))?;
        }
        self.read_and_hash(archive, input, bytes, sender, watch)
    }

    /// Lets an archive begin where the import that was interrupted stopped; what that one counted.
    fn go_on(&self, archive: &mut Archive, row: &mut ImportRow, report: &mut FileReport) -> Counts {
        let Some(known) = self.ledger.interrupted(row) else { return Counts::default() };
        let Some(ResumeAt { offset, line, records }) = known.resume else { return Counts::default() };
        let before = Counts {
            read: known.read,
            added: known.added,
            updated: known.updated,
            duplicates: known.duplicates,
            rejected: known.rejected,
            unselected: known.unselected,
            ..Counts::default()
        };
        let (first, last, read) = (known.first, known.last, count(known.read));
        archive.go_on(Resume { offset, line, records });
        (row.first, row.last) = (first, last);
        report.notes.push(format!(
            "goes on where it was interrupted, at byte {offset}: {read} records were read before"
        ));
        before
    }

    /// Reads the members of a container one after the other, each like a file of its own. `report` is what is said of the whole.
    fn container(
        &mut self,
        mut members: Members,
        mut report: FileReport,
        print: &Fingerprint,
        input: &Input,
        sender: &Sender,
        watch: &mut dyn Watch,
    ) -> Result<(), ImportError> {
        let sha256 = sha256(input)?;
        if self.is_unchanged(input, print.bytes, &sha256) {
            return Ok(());
        }
        let start = self.files.len();
        let mut intact = true;
        loop {
            if self.stopped || watch.stop() {
                self.stopped = true;
                return Ok(());
            }
            match members.next() {
                Some(Ok(Found::Member(member))) => {
                    self.member(*member, print, &sha256, input, sender, watch)?;
                }
                Some(Ok(Found::Damage(reject))) => intact &= self.damage(start, &reject, &report, watch)?,
                None => break,
                Some(Err(error)) => {
                    report.refused = Some(format!("reading failed: {error}"));
                    self.files.push(FileState::closed(report));
                    return Ok(());
                }
            }
        }
        if self.files.len() == start {
            report.refused = Some("it holds no file that could be posts".to_owned());
            self.files.push(FileState::closed(report.clone()));
            intact = false;
        }
        let notes = members.notes();
        if let Some(last) = self.files.last_mut() {
            last.report.notes.extend(report.notes);
            last.report.notes.extend(notes.iter().cloned());
        }
        if intact {
            let contents = self.contents(&input.shown, start, notes);
            let files = start..self.files.len();
            self.containers.push(WholeContainer { files, bytes: print.bytes, sha256, contents });
        }
        Ok(())
    }

    fn member(
        &mut self,
        member: Member,
        print: &Fingerprint,
        sha256: &str,
        input: &Input,
        sender: &Sender,
        watch: &mut dyn Watch,
    ) -> Result<(), ImportError> {
        let Member { name, packing, archive } = member;
        let path = format!("{}!{name}", input.shown);
        let file = input.shown.clone();
        let mut report = FileReport { path, file, compression: packing, ..FileReport::default() };
        let archive = match archive {
            Ok(archive) => archive,
            Err(refusal) => {
                refuse(&mut report, refusal);
                self.files.push(FileState::closed(report));
                return Ok(());
            }
        };
        let mut row = self.row(&mut report, &archive, print);
        sha256.clone_into(&mut row.sha256);
        row.run = Fingerprint::member(print.run, &name);
        row.member = name;
        if self.ledger.is_taken(&row) {
            row.run = Fingerprint::member(Fingerprint::apart(sha256), &row.member);
        }
        self.take(archive, (report, row), input, sender, watch)
    }

    /// Says where a container breaks off: with the member read last, or by itself. Whether it was said with a member.
    fn damage(
        &mut self,
        start: usize,
        reject: &Reject,
        whole: &FileReport,
        watch: &mut dyn Watch,
    ) -> Result<bool, ImportError> {
        let members = self.files.get_mut(start..).unwrap_or_default();
        let read = members.iter_mut().rev().find(|file| file.row.is_some());
        if let Some(file) = read {
            let report = &mut file.report;
            watch.reject(&report.path, reject).map_err(ImportError::Rejects)?;
            FileReport::reason(&mut report.reject_reasons, &reject.reason);
            report.first_reject.get_or_insert_with(|| reject.place.clone());
            report.counts.read += 1;
            report.counts.rejected += 1;
            file.fill_row();
            return Ok(true);
        }
        let refused = Some(format!("{}: {}", reject.place, reject.reason));
        self.files.push(FileState::closed(FileReport { refused, notes: Vec::new(), ..whole.clone() }));
        Ok(false)
    }

    /// What is to be remembered of a container whose members are the files from `start` on.
    fn contents(&self, shown: &str, start: usize, notes: Vec<String>) -> Contents {
        let members = self.files.get(start..).unwrap_or_default();
        let name = |path: &str| {
            path.strip_prefix(shown).and_then(|rest| rest.strip_prefix('!')).unwrap_or(path).to_owned()
        };
        let refused = members.iter().filter_map(|FileState { report, .. }| {
            Some((name(&report.path), report.compression.clone(), report.refused.clone()?))
        });
        Contents {
            asked: self.asked(),
            readers: readers(),
            members: members.iter().filter(|file| file.report.refused.is_none()).count() as u64,
            refused: refused.collect(),
            notes,
        }
    }

    /// What the person asks for, whatever the formats of the members are.
    fn asked(&self) -> String {
        self.describe(self.options.read.format.as_deref().unwrap_or_default())
    }

    fn describe(&self, format: &str) -> String {
        let repeats = if self.options.repeats == Repeats::Keep { "keep" } else { "merge" };
        let read = &self.options.read;
        let private = if read.include_private { format!(" {WITH_PRIVATE}") } else { String::new() };
        format!("{} repeats={repeats}{private}", read.describe(format))
    }

    /// Which posts of a file are taken and what becomes of deleted ones, for the ledger.
    fn selected(&self) -> String {
        let deletions = match self.deletions {
            DeletionPolicy::Blank => String::new(),
            policy => format!(" deletions={}", policy.word()),
        };
        self.selection.hash() + &self.options.wanted.describe() + &deletions
    }

    /// Whether all members of a container were read just so before: then they are reported, and it is not opened.
    fn is_unchanged(&mut self, input: &Input, bytes: u64, sha256: &str) -> bool {
        let like = Container { bytes, sha256, asked: &self.asked(), readers: &readers() };
        let would_be = |row: &ImportRow| ImportRow {
            options: self.describe(&row.format),
            reader_version: reader_version(&row.format),
            kept: self.options.read.keep.join(","),
            selection: self.selected(),
            forgets: self.forgets,
            ..row.clone()
        };
        let Some((rows, contents)) = self.ledger.whole_container(&like, &would_be) else { return false };
        let report =
            |name: &str| FileReport { path: format!("{}!{name}", input.shown), ..FileReport::default() };
        let mut reports: Vec<FileReport> = Vec::new();
        for row in rows {
            let mut report = report(&row.member);
            (report.format, report.compression) = (row.format.clone(), row.compression.clone());
            set_unchanged(&mut report, row);
            reports.push(report);
        }
        for (name, packing, reason) in &contents.refused {
            let refused = Some(reason.clone());
            reports.push(FileReport { compression: packing.clone(), refused, ..report(name) });
        }
        if let Some(last) = reports.last_mut() {
            last.notes = [input.notes.as_slice(), &contents.notes].concat();
        }
        let state = |report: FileReport| FileState { complete: true, ..FileState::closed(report) };
        self.files.extend(reports.into_iter().map(state));
        true
    }

    /// Reads the file, and makes the hash that people compare from the bytes that go by.
    fn read_and_hash(
        &mut self,
        archive: Archive,
        input: &Input,
        bytes: u64,
        sender: &Sender,
        watch: &mut dyn Watch,
    ) -> Result<(), ImportError> {
        let known = self.files.last().and_then(|file| file.row.as_ref());
        let known = known.map(|(_, row)| row.sha256.clone()).unwrap_or_default();
        let failed = |source| InputError { shown: input.shown.clone(), source };
        let hash = RunningHash::default();
        if known.is_empty() {
            hash.catch_up(&input.path, archive.bytes_read()).map_err(failed)?;
            let hash = hash.clone();
            archive.set_tap(Box::new(move |bytes| hash.update(bytes)));
        }
        self.read(archive, bytes, sender, watch)?;
        if !self.files.last().is_some_and(|file| file.complete) {
            return Ok(());
        }
        let sha256 = if known.is_empty() { hash.finish(&input.path).map_err(failed)? } else { known };
        if let Some(FileState { report, row: Some((number, row)), .. }) = self.files.last_mut() {
            self.ledger.learn_hash(*number, &sha256);
            row.sha256.clone_from(&sha256);
            report.sha256 = sha256;
        }
        Ok(())
    }

    /// The ledger row of a file, and the first words of its report.
    fn row(&self, report: &mut FileReport, archive: &Archive, print: &Fingerprint) -> ImportRow {
        archive.format().name().clone_into(&mut report.format);
        archive.packing().clone_into(&mut report.compression);
        report.notes.extend_from_slice(archive.notes());
        if self.is_dry {
            let named = self.options.read.format.is_some();
            let why = if named { "--format says so" } else { archive.format().known_by() };
            why.clone_into(&mut report.why);
        }
        let read = &self.options.read;
        ImportRow {
            path: report.path.clone(),
            format: report.format.clone(),
            compression: report.compression.clone(),
            bytes: print.bytes,
            sha256: String::new(),
            run: print.run,
            reader_version: archive.format().reader_version(),
            options: self.describe(&report.format),
            kept: read.keep.join(","),
            selection: self.selected(),
            forgets: self.forgets,
            state: ImportState::Running,
            read: 0,
            added: 0,
            updated: 0,
            duplicates: 0,
            rejected: 0,
            unselected: 0,
            first: None,
            last: None,
            started_at: self.options.now,
            done_at: None,
            resume: None,
            member: String::new(),
            contents: None,
        }
    }

    /// Writes the row down before the first post, so that a killed import is seen in `status`.
    fn begin(&mut self, report: FileReport, row: ImportRow) -> Result<(), StoreError> {
        let number = self.ledger.next();
        self.store.put(&Batch { notes: vec![ledger::note(number, &row)], ..Batch::default() })?;
        self.by_run.insert(row.run, self.files.len());
        self.ledger.push(row.clone());
        self.files.push(FileState { row: Some((number, row)), ..FileState::closed(report) });
        Ok(())
    }

    fn read(
        &mut self,
        archive: Archive,
        of: u64,
        sender: &Sender,
        watch: &mut dyn Watch,
    ) -> Result<(), ImportError> {
        let at = self.files.len().saturating_sub(1);
        let run =
            self.files.last().and_then(|file| file.row.as_ref()).map(|(_, row)| row.run).unwrap_or_default();
        let Self { options, selection, matcher, pool, .. } = *self;
        let ImportOptions { repeats, wanted, now, .. } = options;
        let gate =
            Gate { run, repeats: *repeats, selection, wanted, now: *now, matcher, pool, remembers: true };
        let (mut failure, mut is_through) = (None, false);
        let ended = archive.read(
            || ChunkSink::new(&gate),
            &mut |sink, Progress { bytes_read, resume, is_last, .. }| {
                if let Err(error) = self.absorb(at, sink, sender, watch) {
                    failure = Some(error);
                    return ControlFlow::Break(());
                }
                is_through = is_last;
                if let Some(file) = self.files.get_mut(at) {
                    file.resume = resume;
                }
                let read = self.files.iter().map(|file| file.report.counts.read).sum();
                let (file, files) = (self.input, self.inputs);
                watch.progress(ImportProgress { file, files, bytes: bytes_read, of, read });
                self.stopped = watch.stop();
                if self.stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        if let Some(error) = failure {
            return Err(error);
        }
        if let Some(file) = self.files.get_mut(at) {
            match ended {
                Ok(()) => file.complete = is_through || !self.stopped,
                Err(error) => file.report.refused = Some(error.to_string()),
            }
        }
        Ok(())
    }

    fn absorb(
        &mut self,
        at: usize,
        sink: ChunkSink<'_>,
        sender: &Sender,
        watch: &mut dyn Watch,
    ) -> Result<(), ImportError> {
        let Some(file) = self.files.get_mut(at) else { return Ok(()) };
        let report = &mut file.report;
        for reject in &sink.rejects {
            watch.reject(&report.path, reject).map_err(ImportError::Rejects)?;
            FileReport::reason(&mut report.reject_reasons, &reject.reason);
            report.first_reject.get_or_insert_with(|| reject.place.clone());
        }
        let left_out = sink.left_out.len() as u64;
        if left_out > 0 {
            *report.unselected_reasons.entry(WITHOUT_TAG.to_owned()).or_default() += left_out;
        }
        for (reason, count) in &sink.unselected {
            *report.unselected_reasons.entry((*reason).to_owned()).or_default() += count;
        }
        let counts = &mut report.counts;
        let unselected = left_out + sink.unselected.values().sum::<u64>();
        counts.rejected += sink.rejects.len() as u64;
        counts.unselected += unselected;
        counts.read +=
            sink.posts.len() as u64 + sink.deletions.len() as u64 + sink.rejects.len() as u64 + unselected;
        report.derived_ids += sink.derived_ids;
        report.suspicious += sink.suspicious;
        report.first = report.first.into_iter().chain(sink.first).min();
        report.last = report.last.max(sink.last);
        self.left_out.add(&sink.left_out);
        file.fill_row();
        let Some((number, row)) = &file.row else { return Ok(()) };
        let delivery =
            Delivery { number: *number, row: row.clone(), posts: sink.posts, deletions: sink.deletions };
        self.budget.enter(delivery.posts.heap());
        // If nobody takes it, the writer has failed; its own error is the one that is told.
        sender.send(delivery).map_err(|_| ImportError::Writer)?;
        Ok(())
    }

    /// Takes out what an earlier reading of the file brought. A post that another file brought too goes with it, so those files are told
    /// to be worth importing again.
    fn start_anew(&mut self, run: RunKey) -> Result<(), StoreError> {
        let Some(removed) = remove_run(self.store, run)? else { return Ok(()) };
        let reading = self.files.last().and_then(|file| file.row.as_ref());
        let sha256 = reading.map(|(_, row)| row.sha256.clone()).unwrap_or_default();
        let (notes, paths) = self.ledger.make_stale(run, removed.first..=removed.last, &sha256);
        self.store.put(&Batch { notes, ..Batch::default() })?;
        if let Some(file) = self.files.last_mut() {
            file.report.replaced = removed.posts;
            for path in paths {
                file.report.notes.push(format!(
                    "posts that `{path}` has too were taken out with it: import that file again"
                ));
            }
        }
        Ok(())
    }

    /// Puts what containers were found to hold into their rows: of this session, or of an earlier one.
    fn keep_contents(&mut self) -> Vec<Note> {
        let mut notes = Vec::new();
        for WholeContainer { files, bytes, sha256, contents } in std::mem::take(&mut self.containers) {
            let members = self.files.get_mut(files).unwrap_or_default();
            let text = |(name, packing, reason): &(String, String, String)| {
                name.len() + packing.len() + reason.len()
            };
            let long = contents.refused.iter().map(text).sum::<usize>() > CONTENTS_BYTES;
            // The same container named twice has its rows with the first.
            if long
                || members.iter().any(|file| file.same_as.is_some() || !file.complete && file.row.is_some())
            {
                continue;
            }
            if let Some((_, row)) = members.iter_mut().rev().find_map(|file| file.row.as_mut()) {
                row.contents = Some(contents);
                continue;
            }
            let like = Container { bytes, sha256: &sha256, asked: "", readers: "" };
            if let Some((number, row)) = self.ledger.keep_contents(&like, contents) {
                notes.push(ledger::note(number, row));
            }
        }
        notes
    }

    /// Acknowledges: deletions, the ledger's last word and the counts of what was left out, all synced to the disk.
    fn finish(mut self, tallies: &Tallies) -> Result<ImportReport, ImportError> {
        let mut notes = self.keep_contents();
        for file in &mut self.files {
            let Some((number, row)) = &mut file.row else { continue };
            let counts = tallies.get(&row.run).copied().unwrap_or_default();
            file.report.take_outcomes(&counts);
            // The store left some out that the reading half took for posts.
            row.unselected = file.before.unselected + file.report.counts.unselected;
            let mut all = file.before;
            all.add(&counts);
            writer::fill(row, all);
            if file.complete {
                row.state = ImportState::Done;
                row.done_at = Some(self.options.now);
            } else if self.stopped {
                // All that was read before is in the store by now.
                row.resume =
                    file.resume.map(|Resume { offset, line, records }| ResumeAt { offset, line, records });
            }
            notes.push(ledger::note(*number, row));
        }
        if self.left_out.changed || !notes.is_empty() {
            notes.extend(self.left_out.notes());
        }
        self.store.put(&Batch { notes, ..Batch::default() })?;
        for at in 0..self.files.len() {
            let same = self.files.get(at).and_then(|file| file.same_as).and_then(|same| self.files.get(same));
            let Some(same) = same.map(|file| file.report.clone()) else { continue };
            if let Some(file) = self.files.get_mut(at) {
                file.report.unchanged = true;
                file.report.sha256.clone_from(&same.sha256);
                (file.report.counts.read, file.report.counts.duplicates) =
                    (same.counts.read, same.counts.read);
                (file.report.first, file.report.last) = (same.first, same.last);
            }
        }
        let mut report = ImportReport::of(self.files.into_iter().map(|file| file.report).collect());
        report.interrupted = self.stopped;
        debug_assert!(report.counts.adds_up(), "the five counts do not add up");
        Ok(report)
    }
}

/// Most that is remembered of the members of a container that were not read: rows of the ledger are short, and the few archives with more are
/// looked at again.
const CONTENTS_BYTES: usize = 32 << 10;

/// Changes when other members of a container are looked at.
const CHOICE_VERSION: u32 = 1;

/// Hash of every reader there is, with its version: with others, members that were refused may be read.
fn readers() -> String {
    let mut all = blake3::Hasher::new();
    all.update(&CHOICE_VERSION.to_le_bytes());
    for format in FORMATS {
        all.update(format!("{}={} ", format.name(), format.reader_version()).as_bytes());
    }
    all.finalize().to_hex().chars().take(16).collect()
}

fn reader_version(format: &str) -> u32 {
    FORMATS.iter().find(|known| known.name() == format).map_or(0, |known| known.reader_version())
}

fn sha256(input: &Input) -> Result<String, InputError> {
    files::sha256(&input.path).map_err(|source| InputError { shown: input.shown.clone(), source })
}

fn refuse(report: &mut FileReport, refusal: Refusal) {
    report.refused = Some(refusal.to_string());
    report.refusal = Some(refusal);
}

/// What is reported of a file that was imported just so before.
fn set_unchanged(report: &mut FileReport, known: &ImportRow) {
    report.sha256.clone_from(&known.sha256);
    report.unchanged = true;
    (report.counts.read, report.counts.duplicates) = (known.read, known.read);
    (report.first, report.last) = (known.first, known.last);
}
