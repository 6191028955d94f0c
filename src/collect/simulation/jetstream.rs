//! Bluesky's Jetstream, version 2, as a simulated host gives it.

use super::world::{StreamEvent, Told, World, did, tid};
use crate::post::Timestamp;
use serde_json::json;

/// Number of a stream's first event.
const FIRST: usize = 1000;
/// Larger places are microseconds since 1970.
const MICROS: i64 = 1_000_000_000_000_000;

/// Where a stream begins.
pub(super) struct Start {
    pub(super) next: usize,
    /// What is said before the events.
    pub(super) first: Vec<Vec<u8>>,
}

/// Where a stream begins; or the body of a refusal.
pub(super) fn open(world: &World, host: usize, url: &str, now: i64) -> Result<Start, Vec<u8>> {
    let url = url::Url::parse(url).unwrap();
    if url.path() != "/xrpc/network.bsky.jetstream.subscribeEvents" {
        return Err(b"<html>demo: only the second version</html>".to_vec());
    }
    let events = &world.events[host];
    let position = |at: i64| events.partition_point(|event| event.at < at);
    let oldest = position(now - world.hosts[host].kept);
    let live = position(now);
    let cursor = url.query_pairs().find(|(name, _)| name == "cursor").map(|(_, value)| value.into_owned());
    let Some(cursor) = cursor else { return Ok(Start { next: live, first: Vec::new() }) };
    let cursor: i64 = cursor.parse().unwrap();
    let info = |name: &str| {
        let payload = json!({ "$type": "network.bsky.jetstream.subscribeEvents#info", "name": name });
        serde_json::to_vec(&json!({ "$type": "message", "payload": payload })).unwrap()
    };
    if cursor >= MICROS {
        let at = cursor / 1000;
        let is_old = at < now - world.hosts[host].kept;
        let first = if is_old { vec![info("OutdatedCursor")] } else { Vec::new() };
        return Ok(Start { next: if is_old { oldest } else { position(at) }, first });
    }
    let next = usize::try_from(cursor).unwrap() - FIRST;
    if next < oldest {
        return Err(br#"{"error":"CursorTooOld","message":"demo"}"#.to_vec());
    }
    assert!(next < live, "a number that was never given");
    Ok(Start { next, first: Vec::new() })
}

/// A message.
pub(super) fn frame(world: &World, number: usize, event: StreamEvent) -> Vec<u8> {
    let post = &world.posts[event.post];
    let time = Timestamp::from_millis_unchecked(event.at).to_string();
    let (seq, did) = (FIRST + number, did(&post.author));
    let collection = "app.bsky.feed.post";
    let rkey = tid(post.number);
    let payload = match event.told {
        Told::Text(version) => {
            let operation = if version == 0 { "create" } else { "update" };
            let at = Timestamp::from_millis_unchecked(post.at).to_string();
            let record = json!({ "$type": collection, "createdAt": at, "text": post.texts[version].1 });
            json!({
                "$type": "network.bsky.jetstream.subscribeEvents#commit", "seq": seq, "did": did, "time": time,
                "operation": operation, "collection": collection, "rkey": rkey, "record": record, "cid": "demo",
            })
        }
        Told::Gone => json!({
            "$type": "network.bsky.jetstream.subscribeEvents#commit", "seq": seq, "did": did, "time": time,
            "operation": "delete", "collection": collection, "rkey": rkey,
        }),
        Told::Other => json!({
            "$type": "network.bsky.jetstream.subscribeEvents#account", "seq": seq, "did": did, "time": time,
            "account": { "active": true, "did": did },
        }),
    };
    serde_json::to_vec(&json!({ "$type": "message", "payload": payload })).unwrap()
}
