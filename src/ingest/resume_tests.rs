//! Imports that are interrupted between two chunks and go on: what comes of it is what an undisturbed import gives.

use super::*;
use crate::post::{MAX_TIMESTAMP, MIN_TIMESTAMP};
use crate::project::Campaign;
use crate::store::{Groups, ImportState, Store, memory_store};
use std::cell::Cell;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::Path;

/// Lets so many chunks through.
struct Stopper(Cell<u32>);

impl Watch for Stopper {
    fn progress(&mut self, _: ImportProgress) {
        self.0.set(self.0.get().saturating_sub(1));
    }
    fn reject(&mut self, _: &str, _: &Reject) -> std::io::Result<()> {
        Ok(())
    }
    fn stop(&self) -> bool {
        self.0.get() == 0
    }
}

fn run(store: &dyn Store, data: &Path, file: &Path, chunks: u32) -> ImportReport {
    let options = ImportOptions { inputs: vec![file.to_owned()], ..ImportOptions::default() };
    import(store, &Campaign::default(), &options, data, &mut Stopper(Cell::new(chunks))).unwrap()
}

fn posts(store: &dyn Store) -> u64 {
    let mut count = 0;
    store
        .scan(MIN_TIMESTAMP..MAX_TIMESTAMP, Groups::NONE.into(), &mut |block| {
            count += block.count as u64;
            ControlFlow::Continue(())
        })
        .unwrap();
    count
}

/// Interrupts the import of a file again and again until it is through, and compares it with one that was left alone.
#[track_caller]
fn check(name: &str, bytes: &[u8]) {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join(name);
    std::fs::write(&file, bytes).unwrap();
    let whole_store = memory_store().unwrap();
    let whole = run(&*whole_store, data.path(), &file, u32::MAX);
    assert_eq!(whole.counts.rejected, 2, "{name}: the two broken records");
    let store = memory_store().unwrap();
    let (mut read, mut parts) = (0, 0);
    loop {
        let part = run(&*store, data.path(), &file, 1);
        read += part.counts.read;
        parts += 1;
        let goes_on =
            part.files[0].notes.iter().any(|note| note.starts_with("goes on where it was interrupted"));
        assert_eq!(goes_on, parts > 1, "{name}: {:?}", part.files[0].notes);
        if Ledger::read(&*store).unwrap().rows().last().unwrap().state == ImportState::Done {
            break;
        }
    }
    assert!(parts > 2, "{name} is too short to be interrupted");
    assert_eq!((read, posts(&*store)), (whole.counts.read, posts(&*whole_store)), "{name}");
    let rows = Ledger::read(&*store).unwrap();
    let (last, only) = (rows.rows().last().unwrap(), Ledger::read(&*whole_store).unwrap().rows()[0].clone());
    assert_eq!(
        (last.read, last.added, last.rejected, last.first, last.last, &last.sha256),
        (only.read, only.added, only.rejected, only.first, only.last, &only.sha256),
        "{name}"
    );
    let again = run(&*store, data.path(), &file, u32::MAX);
    assert!(again.files[0].unchanged && again.counts.read == whole.counts.read, "{name}");
}

/// Records of about 300 bytes, two of them broken.
fn records(of: impl Fn(usize, &str) -> String) -> Vec<String> {
    let filler = "the vault and the cia and the towers ".repeat(7);
    let broken = [5_000, 9_000];
    (0..12_000).map(|id| if broken.contains(&id) { of(id, "no time") } else { of(id, &filler) }).collect()
}

fn json(id: usize, text: &str) -> String {
    let time = if text == "no time" { String::new() } else { format!("\"time\":{},", 1_486_000_000 + id) };
    format!("{{\"id\":\"{id}\",{time}\"author\":\"demo_a\",\"text\":\"{text}\"}}")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn an_interrupted_import_goes_on() {
    let lines = records(json).join("\n");
    check("lines.jsonl", lines.as_bytes());
    check("lines.jsonl.gz", &gzip(lines.as_bytes()));
    check("array.json", format!("[{}]", records(json).join(",\n")).as_bytes());
    let row = |id: usize, text: &str| {
        let time = if text == "no time" { String::new() } else { (1_486_000_000 + id).to_string() };
        format!("{id},{time},\"{text}\nin two lines\"")
    };
    check("table.csv", format!("id,time,text\n{}\n", records(row).join("\n")).as_bytes());
}

#[test]
fn what_is_asked_otherwise_begins_anew() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("lines.jsonl");
    std::fs::write(&file, records(json).join("\n")).unwrap();
    let store = memory_store().unwrap();
    assert!(run(&*store, data.path(), &file, 1).interrupted);
    let options = ImportOptions { inputs: vec![file], repeats: Repeats::Keep, ..ImportOptions::default() };
    let report =
        import(&*store, &Campaign::default(), &options, data.path(), &mut Stopper(Cell::new(u32::MAX)))
            .unwrap();
    assert_eq!((report.counts.read, posts(&*store)), (12_000, 11_998));
}
