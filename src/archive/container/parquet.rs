//! A Parquet file as JSON lines, one row a line, for whoever reads those. Its rows are unpacked page by page: memory is some pages of each
//! column, whatever the file's size.

use super::source::Stream;
use crate::archive::Refusal;
use parquet::file::reader::SerializedFileReader;
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// How it begins, and ends.
const MAGIC: &[u8] = b"PAR1";

/// Whether a file that begins so is one.
pub(super) fn is_parquet(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

/// The rows of a file; or why there are none. It is read from both ends, which a stream cannot be: so it is opened once more.
pub(super) fn lines(path: &Path) -> io::Result<Result<Stream, Refusal>> {
    let file = File::open(path)?;
    let open = || {
        let reader = SerializedFileReader::new(file).map_err(|error| error.to_string())?;
        Ok(Lines { rows: Box::new(RowIter::from_file_into(Box::new(reader))), line: Vec::new(), at: 0 })
    };
    let damaged = |reason| Refusal::Damaged(format!("the Parquet file is cut or damaged: {reason}"));
    Ok(guarded(open).map(|lines| Box::new(lines) as Stream).map_err(damaged))
}

/// The library panics on some damaged files; what it was reading is not used any more then.
fn guarded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err("what stands in it makes no sense".to_owned()))
}

struct Lines {
    rows: Box<dyn Iterator<Item = parquet::errors::Result<Row>> + Send>,
    /// The line being handed out, and how much of it was.
    line: Vec<u8>,
    at: usize,
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.line.len() {
            let next = guarded(|| self.rows.next().transpose().map_err(|error| error.to_string()));
            let Some(row) = next.map_err(io::Error::other)? else { return Ok(0) };
            self.line.clear();
            self.at = 0;
            serde_json::to_writer(&mut self.line, &object(&row))?;
            self.line.push(b'\n');
        }
        let count = self.line.get(self.at..).unwrap_or_default().read(buffer)?;
        self.at += count;
        Ok(count)
    }
}

fn object(row: &Row) -> Value {
    row.get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect::<Map<_, _>>().into()
}

/// A value as JSON has it. Times are milliseconds or microseconds since 1970, which tell themselves apart.
fn value(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(value) => (*value).into(),
        Field::Byte(value) => (*value).into(),
        Field::Short(value) => (*value).into(),
        Field::Int(value) => (*value).into(),
        Field::Long(value) | Field::TimestampMillis(value) | Field::TimestampMicros(value) => (*value).into(),
        Field::UByte(value) => (*value).into(),
        Field::UShort(value) => (*value).into(),
        Field::UInt(value) => (*value).into(),
        Field::ULong(value) => (*value).into(),
        Field::Float(value) => f64::from(*value).into(),
        Field::Double(value) => (*value).into(),
        Field::Str(text) => text.as_str().into(),
        // Older programs do not say that bytes are text.
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into(),
        Field::Group(row) => object(row),
        Field::ListInternal(list) => list.elements().iter().map(value).collect(),
        Field::MapInternal(map) => {
            let entry = |(key, inner): &(Field, Field)| (plain(&value(key)), value(inner));
            map.entries().iter().map(entry).collect::<Map<_, _>>().into()
        }
        other => other.to_string().trim_matches('"').into(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    use std::sync::Arc;

    fn file(compression: Compression) -> tempfile::NamedTempFile {
        let schema = "message posts { required binary id (UTF8); required int64 created_at (TIMESTAMP_MILLIS); optional binary text (UTF8); }";
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let properties = Arc::new(WriterProperties::builder().set_compression(compression).build());
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut writer = SerializedFileWriter::new(file.reopen().unwrap(), schema, properties).unwrap();
        for group in 0..2_i64 {
            let mut rows = writer.next_row_group().unwrap();
            let words = |words: [&str; 2]| words.map(ByteArray::from);
            let mut column = rows.next_column().unwrap().unwrap();
            let ids = if group == 0 { words(["1", "2"]) } else { words(["3", "4"]) };
            column.typed::<ByteArrayType>().write_batch(&ids, None, None).unwrap();
            column.close().unwrap();
            let mut column = rows.next_column().unwrap().unwrap();
            let times = [1_488_919_020_000 + group, 1_488_919_020_500];
            column.typed::<Int64Type>().write_batch(&times, None, None).unwrap();
            column.close().unwrap();
            let mut column = rows.next_column().unwrap().unwrap();
            column
                .typed::<ByteArrayType>()
                .write_batch(&words(["#Vault7", ""])[..1], Some(&[1, 0]), None)
                .unwrap();
            column.close().unwrap();
            rows.close().unwrap();
        }
        writer.close().unwrap();
        file
    }

    #[test]
    fn rows_are_lines() {
        for compression in [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::ZSTD(ZstdLevel::default()),
            Compression::GZIP(GzipLevel::default()),
            Compression::BROTLI(BrotliLevel::default()),
        ] {
            let file = file(compression);
            let mut text = String::new();
            lines(file.path()).unwrap().unwrap().read_to_string(&mut text).unwrap();
            let lines: Vec<_> = text.lines().collect();
            assert_eq!(lines.len(), 4);
            assert_eq!(lines[0], r##"{"created_at":1488919020000,"id":"1","text":"#Vault7"}"##);
            assert_eq!(lines[3], r#"{"created_at":1488919020500,"id":"4","text":null}"#);
        }
    }

    #[test]
    fn a_file_is_read_as_posts() {
        let archive = crate::archive::Archive::open(
            file(Compression::SNAPPY).path(),
            &crate::archive::ReadOptions::default(),
        )
        .unwrap();
        assert_eq!((archive.format().name(), archive.packing()), ("jsonl", "parquet"));
    }

    #[test]
    fn cut_or_changed_anywhere_it_ends_in_words() {
        let whole = std::fs::read(file(Compression::SNAPPY).path()).unwrap();
        let read = |bytes: &[u8]| {
            let copy = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(copy.path(), bytes).unwrap();
            if let Ok(mut lines) = lines(copy.path()).unwrap() {
                let _ = lines.read_to_end(&mut Vec::new());
            }
        };
        for at in (0..whole.len()).step_by(7) {
            read(&whole[..at]);
            let mut changed = whole.clone();
            changed[at] ^= 0x55;
            read(&changed);
        }
    }
}
