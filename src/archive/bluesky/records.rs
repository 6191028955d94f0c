//! Bare records of Bluesky with the address they lie at: `listRecords` and `getRecord`, and what tools write that follow repositories.

use super::common::{Change, Key, POST, REPOST, Record, is_uri, other_records};
use crate::archive::json::{Loose, Many, Maybe, Raw, from_text, read_pages};
use crate::archive::{
    ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Reject, Sink,
};
use crate::post::tid_time;
use serde::Deserialize;

/// Of a file so short all records are looked at to find out what it is: two hundred, none of which is shorter than 100 bytes.
const SEEN_WHOLE: usize = 16 * 1024;

/// Records with their address.
pub(in crate::archive) struct BlueskyRecords;

impl ArchiveFormat for BlueskyRecords {
    fn name(&self) -> &'static str {
        "bluesky-records"
    }
    fn about(&self) -> &'static str {
        "Bluesky records with their address: listRecords, getRecord, tap and firehose exports"
    }
    fn known_by(&self) -> &'static str {
        "an `at://` address or an account and key, beside a record of a Bluesky collection"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        head.has_record(|record| collection(record).is_some())
    }
    fn open(&self, head: &Head<'_>, _options: &ReadOptions) -> Result<Plan, Refusal> {
        let mut collections: Vec<String> = head.records().iter().filter_map(collection).collect();
        collections.dedup();
        // One kind alone, and no other can follow: repositories are written kind by kind.
        let is_whole = head.bytes().len() < SEEN_WHOLE;
        match collections.as_slice() {
            [only] if is_whole && only != POST && only != REPOST => Err(Refusal::NotPosts(format!(
                "{} (`{}`)",
                other_records(only),
                crate::archive::printable(only.as_bytes())
            ))),
            _ => head.json_plan(RecordsParser),
        }
    }
}

/// The collection of a record that lies in one, if it is ours.
fn collection(raw: &Raw<'_>) -> Option<String> {
    if let Some(Raw::List(list)) = raw.get("records") {
        return list.iter().find_map(collection);
    }
    let event = match raw.get("record") {
        // An event of tap: a record in a record.
        Some(inner) if inner.get("did").is_some() && inner.get("collection").is_some() => inner,
        _ => raw,
    };
    let has_record = ["value", "record"].iter().any(|key| {
        let record = event.get(key);
        record.is_some_and(|record| record.get("$type").or_else(|| record.get("py_type")).is_some())
    });
    let text = |key: &str| match event.get(key) {
        Some(Raw::Text(text)) => Some(text.as_ref()),
        _ => None,
    };
    let is_hydrated = matches!(event.get("author"), Some(Raw::Map(_)));
    let is_stream =
        event.get("time_us").is_some() || event.get("seq").is_some() && event.get("time").is_some();
    if is_hydrated || is_stream || event.get("commit").is_some() {
        return None;
    }
    if is_uri(event.get("uri")) && has_record {
        return Key::of_uri(text("uri")?).map(|key| key.collection.to_owned());
    }
    let acts = ["action", "operation"].iter().any(|key| text(key).is_some());
    let did =
        ["did", "repo", "author"].iter().find_map(|key| text(key)).is_some_and(|did| did.starts_with("did:"));
    if !did || !has_record && !acts {
        return None;
    }
    let of_path = || Some(text("path")?.split_once('/')?.0);
    text("collection").or_else(of_path).map(str::to_owned)
}

/// A record and where it lies, or a page of them. What we do not need is not listed.
#[derive(Debug, Default, Deserialize)]
#[serde(default, expecting = "a record of Bluesky with its address", bound(deserialize = "'de: 'a"))]
struct Entry<'a> {
    records: Many<Maybe<Entry<'a>>>,
    uri: Loose<'a>,
    did: Loose<'a>,
    repo: Loose<'a>,
    author: Loose<'a>,
    collection: Loose<'a>,
    rkey: Loose<'a>,
    path: Loose<'a>,
    value: Maybe<Record<'a>>,
    record: Maybe<Record<'a>>,
    action: Loose<'a>,
    operation: Loose<'a>,
    rev: Loose<'a>,
    #[serde(rename = "type")]
    kind: Loose<'a>,
    error: Loose<'a>,
    message: Loose<'a>,
}

/// An event of tap: a record in a record, or news of an account.
#[derive(Debug, Default, Deserialize)]
#[serde(default, expecting = "an event of tap", bound(deserialize = "'de: 'a"))]
struct Event<'a> {
    record: Maybe<Entry<'a>>,
}

impl Entry<'_> {
    fn key(&self) -> Option<Key<'_>> {
        if let Some(uri) = self.uri.said() {
            return Key::of_uri(uri);
        }
        let mut repo = [&self.did, &self.repo, &self.author].into_iter().filter_map(Loose::said);
        let path = || self.path.said()?.split_once('/');
        let (collection, rkey) = self.collection.said().zip(self.rkey.said()).or_else(path)?;
        Key::of(repo.next()?, collection, rkey)
    }

    fn put(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        let Some(key) = self.key() else {
            let reason = match self.error.said() {
                Some(error) => {
                    format!(
                        "an error message of the API: {error}: {}",
                        self.message.said().unwrap_or_default()
                    )
                }
                None => "not a record with its address".to_owned(),
            };
            return out.reject(Reject::new(frame.place, reason, frame.bytes));
        };
        let change = Change {
            key,
            record: self.value.get().or(self.record.get()),
            operation: self.action.said().or(self.operation.said()).unwrap_or_default(),
            // The revision that changed it has a time of its own.
            changed_at: self.rev.said().and_then(tid_time),
        };
        change.put(frame, out);
    }

    /// Whether it is none, and holds one.
    fn is_event(&self) -> bool {
        let is_bare = |record: &Record<'_>| record.is_empty();
        self.key().is_none() && self.record.get().is_some_and(is_bare)
    }
}

struct RecordsParser;

impl Parser for RecordsParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_pages(frame, out, &["records"], &|text, frame, out| {
            let entry: Entry<'_> = from_text(text)?;
            if entry.records.0.is_some() {
                entry.records.objects().for_each(|entry| entry.put(frame, out));
            } else if entry.is_event() {
                match from_text::<Event<'_>>(text)?.record.get() {
                    Some(inner) => inner.put(frame, out),
                    None => entry.put(frame, out),
                }
            } else if entry.key().is_none()
                && matches!(entry.kind.said(), Some("identity" | "user" | "account"))
            {
                out.unselected("news of an account");
            } else {
                entry.put(frame, out);
            }
            Ok(())
        });
    }
}
