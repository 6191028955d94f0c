//! One import from the first file to the last ledger row.

use super::anew::remove_run;
use super::budget::Budget;
use super::files::{self, Fingerprint, Input, InputError, RunningHash};
use super::ledger::{self, Ledger};
use super::left_out::LeftOutCount;
use super::pool::Pool;
use super::report::{FileReport, ImportReport};
use super::sink::{ChunkSink, Gate};
use super::writer::{self, Delivery, Tallies, WAITING_CHUNKS};
use super::{ImportError, ImportOptions, ImportProgress, Repeats, Watch};
use crate::archive::{Archive, OpenError, Progress, ReadOptions};
use crate::post::RunKey;
use crate::project::Campaign;
use crate::store::{Batch, ImportRow, ImportState, Store, StoreError, WITH_PRIVATE};
use crate::theory::{Matcher, Selection, rules_hash};
use std::collections::HashMap;
use std::ops::ControlFlow;
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
    let scratch = Scratch::make(data)?;
    let inputs = files::expand(&options.inputs, &scratch.0)?;
    let selection = Selection::compile(campaign)?;
    let matcher = Matcher::compile(&campaign.theories)?;
    let left_out = LeftOutCount::read(store, &selection.hash(), &rules_hash(&campaign.theories))?;
    let (pool, budget) = (Pool::default(), Budget::default());
    let (sender, deliveries) = sync_channel(WAITING_CHUNKS);
    let mut session = Session {
        store,
        options,
        selection: &selection,
        matcher: &matcher,
        pool: &pool,
        budget: &budget,
        ledger: Ledger::read(store)?,
        left_out,
        files: Vec::new(),
        by_run: HashMap::new(),
        inputs: inputs.len(),
        stopped: false,
    };
    let (read, written) = std::thread::scope(|scope| {
        let (folder, pool, budget) = (&scratch.0, &pool, &budget);
        let writing = scope.spawn(move || writer::write(store, folder, pool, budget, &deliveries));
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
}

struct Session<'a> {
    store: &'a dyn Store,
    options: &'a ImportOptions,
    selection: &'a Selection,
    matcher: &'a Matcher,
    pool: &'a Pool,
    budget: &'a Budget,
    ledger: Ledger,
    left_out: LeftOutCount,
    files: Vec<FileState>,
    by_run: HashMap<RunKey, usize>,
    inputs: usize,
    stopped: bool,
}

impl Session<'_> {
    fn files(&mut self, inputs: &[Input], sender: &Sender, watch: &mut dyn Watch) -> Result<(), ImportError> {
        for input in inputs {
            if self.stopped || watch.stop() {
                self.stopped = true;
                break;
            }
            self.file(input, sender, watch)?;
        }
        Ok(())
    }

    fn file(&mut self, input: &Input, sender: &Sender, watch: &mut dyn Watch) -> Result<(), ImportError> {
        let mut report = FileReport { path: input.shown.clone(), ..FileReport::default() };
        let print = match Fingerprint::of(&input.path) {
            Ok(print) => print,
            // A file named by the person must be there; one met on the way through a folder may be locked or gone.
            Err(source) if !input.found => {
                return Err(InputError { shown: input.shown.clone(), source }.into());
            }
            Err(source) => {
                report.refused = Some(format!("cannot be read: {source}"));
                self.files.push(FileState { report, row: None, same_as: None, complete: false });
                return Ok(());
            }
        };
        let archive = match Archive::open(&input.path, &self.options.read) {
            Ok(archive) => archive,
            Err(OpenError::Refused { refusal, .. }) => {
                report.refused = Some(refusal.to_string());
                report.refusal = Some(refusal);
                self.files.push(FileState { report, row: None, same_as: None, complete: false });
                return Ok(());
            }
            Err(other) => return Err(other.into()),
        };
        archive.format().name().clone_into(&mut report.format);
        archive.compression().name().clone_into(&mut report.compression);
        report.notes = archive.notes().to_vec();
        let mut row = self.row(&report, &print, archive.format().reader_version());
        if self.ledger.knows_size(print.bytes) {
            // It may be known: its hash is needed before anything else.
            row.sha256 = files::sha256(&input.path)
                .map_err(|source| InputError { shown: input.shown.clone(), source })?;
            if self.ledger.is_taken(&row) {
                row.run = Fingerprint::apart(&row.sha256);
            }
        }
        let known = self
            .ledger
            .same_import(&row)
            .map(|known| (known.read, known.first, known.last, known.sha256.clone()));
        if let Some((read, first, last, sha256)) = known {
            report.sha256 = sha256;
            report.unchanged = true;
            (report.counts.read, report.counts.duplicates) = (read, read);
            (report.first, report.last) = (first, last);
            self.files.push(FileState { report, row: None, same_as: None, complete: true });
            return Ok(());
        }
        if let Some(&same) = self.by_run.get(&row.run) {
            self.files.push(FileState { report, row: None, same_as: Some(same), complete: true });
            return Ok(());
        }
        let otherwise = self.ledger.was_read_otherwise(&row);
        let runs = self.ledger.runs(&row);
        // The row comes first: killed in the middle of the removal, the ledger must not say that the earlier reading is still whole.
        self.begin(report, row)?;
        if otherwise {
            runs.into_iter().try_for_each(|run| self.start_anew(run))?;
        }
        self.read_and_hash(archive, input, print.bytes, sender, watch)
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
        if self.stopped {
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

    fn row(&self, report: &FileReport, print: &Fingerprint, reader_version: u32) -> ImportRow {
        let repeats = if self.options.repeats == Repeats::Keep { "keep" } else { "merge" };
        ImportRow {
            path: report.path.clone(),
            format: report.format.clone(),
            compression: report.compression.clone(),
            bytes: print.bytes,
            sha256: String::new(),
            run: print.run,
            reader_version,
            options: options_line(&self.options.read, &report.format, repeats),
            kept: self.options.read.keep.join(","),
            selection: self.selection.hash() + &self.options.wanted.describe(),
            forgets: 0,
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
        }
    }

    /// Writes the row down before the first post, so that a killed import is seen in `status`.
    fn begin(&mut self, report: FileReport, row: ImportRow) -> Result<(), StoreError> {
        let number = self.ledger.next();
        self.store.put(&Batch { notes: vec![ledger::note(number, &row)], ..Batch::default() })?;
        self.by_run.insert(row.run, self.files.len());
        self.ledger.push(row.clone());
        self.files.push(FileState { report, row: Some((number, row)), same_as: None, complete: false });
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
        let gate = Gate { run, repeats: *repeats, selection, wanted, now: *now, matcher, pool };
        let mut failure = None;
        let ended = archive.read(|| ChunkSink::new(&gate), &mut |sink, Progress { bytes_read, .. }| {
            if let Err(error) = self.absorb(at, sink, sender, watch) {
                failure = Some(error);
                return ControlFlow::Break(());
            }
            let read = self.files.iter().map(|file| file.report.counts.read).sum();
            watch.progress(ImportProgress { file: at + 1, files: self.inputs, bytes: bytes_read, of, read });
            self.stopped = watch.stop();
            if self.stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if let Some(error) = failure {
            return Err(error);
        }
        if let Some(file) = self.files.get_mut(at) {
            match ended {
                Ok(()) => file.complete = !self.stopped,
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
            *report
                .unselected_reasons
                .entry("without the campaign's tags and words".to_owned())
                .or_default() += left_out;
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
        let Some((number, row)) = &mut file.row else { return Ok(()) };
        fill(row, report);
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
        let (notes, paths) = self.ledger.make_stale(run, removed.first..=removed.last);
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

    /// Acknowledges: deletions, the ledger's last word and the counts of what was left out, all synced to the disk.
    fn finish(mut self, tallies: &Tallies) -> Result<ImportReport, ImportError> {
        let mut notes = Vec::new();
        for file in &mut self.files {
            let Some((number, row)) = &mut file.row else { continue };
            let counts = tallies.get(&row.run).copied().unwrap_or_default();
            writer::fill(row, counts);
            file.report.counts.take_outcomes(&counts);
            if file.complete {
                row.state = ImportState::Done;
                row.done_at = Some(self.options.now);
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

/// Every option that decides which posts come out of a file, in one line.
fn options_line(read: &ReadOptions, format: &str, repeats: &str) -> String {
    let private = if read.include_private { format!(" {WITH_PRIVATE}") } else { String::new() };
    format!("{} repeats={repeats}{private}", read.describe(format))
}

/// What the reading half knows of a file.
fn fill(row: &mut ImportRow, report: &FileReport) {
    row.read = report.counts.read;
    row.rejected = report.counts.rejected;
    row.unselected = report.counts.unselected;
    row.first = report.first;
    row.last = report.last;
}
