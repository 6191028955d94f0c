//! Ten flat fields a line, in UTF-8, as scripts write them.

use super::body::Body;
use super::random::Draw;
use super::{Lines, civil, handle, purpose};
use std::io::Write as _;

const LANGS: &[&str] = &["en", "en", "en", "en", "de", "es", "fr", "ru"];

/// Appends a post without its line end.
pub(super) fn write(lines: &Lines, post: u64, out: &mut Vec<u8>) {
    let body = Body::new(&mut Draw::new(lines.seed, purpose::BODY, post), false);
    let mut draw = Draw::new(lines.seed, purpose::REST, post);
    let author = lines.author_of(post);
    let handle = handle(author);
    let ms = lines.time(post);
    let at = civil(ms);
    let (year, month, day) = (at.year(), at.month(), at.day());
    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
    let tags: Vec<&str> = body.tags().collect();
    // Writing into memory cannot fail.
    let _ = write!(
        out,
        "{{\"id\": \"{}\", \"created_at\": \"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z\", \
         \"author\": \"{handle}\", \"author_id\": \"{}\", \"text\": \"",
        lines.id(post),
        ms % 1000,
        10_000_000 + author,
    );
    for piece in body.text.split_inclusive('"') {
        let plain = piece.strip_suffix('"');
        out.extend_from_slice(plain.unwrap_or(piece).as_bytes());
        out.extend_from_slice(if plain.is_some() { b"\\\"" } else { b"" });
    }
    let _ = write!(
        out,
        "\", \"tags\": [\"{}\"], \"lang\": \"{}\", \"likes\": {}, \"reposts\": {}, \"url\": \"https://example.org/{handle}/{post}\"}}",
        tags.join("\", \""),
        draw.pick(LANGS),
        draw.tail(),
        draw.tail() / 2,
    );
}
