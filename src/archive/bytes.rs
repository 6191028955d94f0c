//! Bytes that are at hand, read as a file: on the caller's thread, without a file, a container or a compression around them.

use super::frame::Cutter;
use super::{HEAD_BYTES, OpenError, Plan, ReadOptions, Sink, detect};

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
        span.parse(body, base, framing, parser.as_ref(), out);
    }
    Ok(format.name())
}
