//! Ledger rows out of a database that cannot be opened: they are JSON in its files, and say which archives to import again.

use super::ImportRow;
use crate::post::RunKey;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

/// How a row begins, as `serde_json` writes an [`ImportRow`].
const BEGINNING: &[u8] = b"{\"path\":\"";
/// Longest row that is looked for: paths and lists of columns are short.
const ROW_BYTES: usize = 64 << 10;
/// Bytes looked at at once.
const CHUNK_BYTES: usize = 1 << 20;

/// The newest row of each archive that can still be made out, by path. It may be short of some: what cannot be read cannot be counted.
pub fn rows_left(data: &Path) -> Vec<ImportRow> {
    let mut found = BTreeMap::new();
    search_folder(&data.join("store"), &mut found);
    let mut rows: Vec<ImportRow> = found.into_values().collect();
    rows.sort_by(|a, b| (&a.path, a.run).cmp(&(&b.path, b.run)));
    rows
}

fn search_folder(folder: &Path, found: &mut BTreeMap<RunKey, ImportRow>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            search_folder(&path, found);
        } else if let Ok(file) = File::open(&path) {
            search_file(file, found);
        }
    }
}

/// Chunk by chunk; the end of each is kept, so that a row may lie across two.
fn search_file(mut file: File, found: &mut BTreeMap<RunKey, ImportRow>) {
    let mut window: Vec<u8> = Vec::new();
    // A file that cannot be read to its end has told what it could.
    while let Ok(1..) = file.by_ref().take(CHUNK_BYTES as u64).read_to_end(&mut window) {
        for at in memchr::memmem::find_iter(&window, BEGINNING) {
            let rest = window.get(at..).unwrap_or_default();
            let mut rows = serde_json::Deserializer::from_slice(rest).into_iter::<ImportRow>();
            if let Some(Ok(row)) = rows.next() {
                enter(row, found);
            }
        }
        window.drain(..window.len().saturating_sub(ROW_BYTES));
    }
}

/// sled keeps older values of a key: the row that was written last has read most.
fn enter(row: ImportRow, found: &mut BTreeMap<RunKey, ImportRow>) {
    let newer = |known: &ImportRow| {
        (known.started_at, known.done_at, known.read) < (row.started_at, row.done_at, row.read)
    };
    if found.get(&row.run).is_none_or(newer) {
        found.insert(row.run, row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    #[test]
    fn rows_are_found_wherever_they_lie() {
        let data = tempfile::tempdir().unwrap();
        let row = |name: &str, run: u8, read: u64| {
            let run = RunKey([run; 16]);
            let mut json = format!(
                "{{\"path\":\"{name}\",\"format\":\"csv\",\"compression\":\"none\",\"bytes\":1,\"sha256\":\"00\","
            );
            write!(json, "\"run\":\"{run}\",\"reader_version\":1,\"options\":\"\",\"kept\":\"\",").unwrap();
            write!(json, "\"selection\":\"\",\"forgets\":0,\"state\":\"done\",\"read\":{read},\"added\":0,")
                .unwrap();
            json += "\"updated\":0,\"duplicates\":0,\"rejected\":0,\"unselected\":0,\"first\":null,\"last\":null,";
            json + "\"started_at\":\"2017-03-07T00:00:00Z\",\"done_at\":null}"
        };
        // Across the edge of two chunks, twice, cut off, and in a folder.
        let mut bytes = vec![0xff; CHUNK_BYTES - 40];
        bytes.extend(row("edge.csv", 1, 1).bytes());
        bytes.extend(vec![0; 3 * CHUNK_BYTES]);
        bytes.extend(row("b.csv", 2, 5).bytes());
        bytes.extend(row("b.csv", 2, 2).bytes());
        bytes.extend(row("cut.csv", 3, 2).bytes().take(90));
        fs::create_dir_all(data.path().join("store/blobs")).unwrap();
        fs::write(data.path().join("store/db"), bytes).unwrap();
        fs::write(data.path().join("store/blobs/7"), row("blob.csv", 4, 1)).unwrap();
        let rows = rows_left(data.path());
        let told: Vec<(&str, u64)> = rows.iter().map(|row| (row.path.as_str(), row.read)).collect();
        assert_eq!(told, [("b.csv", 5), ("blob.csv", 1), ("edge.csv", 1)]);
        assert_eq!(rows_left(&data.path().join("nothing")), []);
    }
}
