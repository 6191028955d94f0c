//! Bytes that are at hand, read as a file: on the caller's thread, without a file, a container or a compression around them.

use super::frame::{Cutter, trim};
use super::{Frame, HEAD_BYTES, OpenError, Plan, ReadOptions, Reject, Sink, detect};

/// Reads `bytes` as the format that the options name, else as whichever they look like; says which.
pub fn read_bytes(
    bytes: &[u8],
    options: &ReadOptions,
    out: &mut dyn Sink,
) -> Result<&'static str, OpenError> {
    let wanted = detect::wanted(options)?;
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let base = (bytes.len() - body.len()) as u64;
    let refused = |refusal| OpenError::Refused { path: "-".to_owned(), refusal };
    let head = body.get(..HEAD_BYTES).unwrap_or(body);
    let (format, Plan { framing, parser, .. }) = detect::detect(head, wanted, options).map_err(refused)?;
    let mut spans = Vec::new();
    Cutter::new(framing).finish(body, base, &mut spans);
    for span in spans {
        let record = body.get(span.start..span.end).unwrap_or_default();
        if let Some(fault) = span.fault {
            out.reject(Reject::new(span.place, fault.reason(), record));
            continue;
        }
        let record = trim(record, framing);
        if !record.is_empty() {
            parser.parse(&Frame { bytes: record, offset: base + span.start as u64, place: span.place }, out);
        }
    }
    Ok(format.name())
}
