//! Events of Bluesky's Jetstream, versions 1 and 2: what was written to any repository, and when it was seen.

use super::common::{Change, Key, Record};
use crate::archive::json::{Loose, Maybe, Raw, from_text, read_frame};
use crate::archive::times::TimeReader;
use crate::archive::{
    ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Reject, Sink,
};
use crate::post::Timestamp;
use serde::Deserialize;

/// Lines of the Jetstream.
pub(in crate::archive) struct BlueskyJetstream;

impl ArchiveFormat for BlueskyJetstream {
    fn name(&self) -> &'static str {
        "bluesky-jetstream"
    }
    fn about(&self) -> &'static str {
        "Bluesky's Jetstream, versions 1 and 2: posts, reposts, changes and deletions as they happened"
    }
    fn known_by(&self) -> &'static str {
        "`did` and `time_us` with `commit`, `identity` or `account`, or an event of `subscribeEvents`"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        head.has_record(is_ours)
    }
    fn open(&self, head: &Head<'_>, _options: &ReadOptions) -> Result<Plan, Refusal> {
        head.json_plan(JetstreamParser)
    }
}

/// What the types of version 2 have in their names.
const EVENTS: &str = ".subscribeEvents#";

fn is_ours(record: &Raw<'_>) -> bool {
    let has = |key: &str| record.get(key).is_some();
    let of_events =
        |record: &Raw<'_>| matches!(record.get("$type"), Some(Raw::Text(kind)) if kind.contains(EVENTS));
    let first = has("did") && has("time_us") && ["commit", "identity", "account"].iter().any(|key| has(key));
    first || of_events(record) || record.get("payload").is_some_and(of_events)
}

/// An event of either version; what each says of it lies in a part of its own, or beside it. What we do not need is not listed.
#[derive(Debug, Default, Deserialize)]
#[serde(default, expecting = "an event of the Jetstream", bound(deserialize = "'de: 'a"))]
struct Event<'a> {
    /// Of version 2.
    #[serde(rename = "$type")]
    type_name: Loose<'a>,
    payload: Maybe<Box<Event<'a>>>,
    time: Loose<'a>,
    error: Loose<'a>,
    message: Loose<'a>,
    /// Of version 1.
    time_us: Loose<'a>,
    kind: Loose<'a>,
    #[serde(rename = "type")]
    old_kind: Loose<'a>,
    commit: Maybe<Commit<'a>>,
    account: Maybe<Account<'a>>,
    did: Loose<'a>,
    /// What stands in `commit` in version 1.
    operation: Loose<'a>,
    collection: Loose<'a>,
    rkey: Loose<'a>,
    record: Maybe<Record<'a>>,
    status: Loose<'a>,
    active: Loose<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Commit<'a> {
    operation: Loose<'a>,
    /// `c`, `u`, `d`, in the first months of the service.
    #[serde(rename = "type")]
    old_operation: Loose<'a>,
    collection: Loose<'a>,
    rkey: Loose<'a>,
    record: Maybe<Record<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Account<'a> {
    active: Loose<'a>,
    status: Loose<'a>,
}

impl Event<'_> {
    fn kind(&self) -> &str {
        let named = self.type_name.said().and_then(|name| Some(name.rsplit_once('#')?.1));
        match named.or(self.kind.said()).or(self.old_kind.said()) {
            Some("com") => "commit",
            Some("id") => "identity",
            Some("acc") => "account",
            Some(kind) => kind,
            None if self.commit.get().is_some() => "commit",
            None if self.account.get().is_some() => "account",
            None => "",
        }
    }

    /// When the service saw it.
    fn seen_at(&self) -> Option<Timestamp> {
        let seen = self.time_us.said().or(self.time.said())?;
        TimeReader::utc().read(seen).ok().map(|(at, _)| at)
    }

    fn put(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        let reject = |reason: String| Reject::new(frame.place, reason, frame.bytes);
        if let Some(payload) = self.payload.get() {
            return payload.put(frame, out);
        }
        match self.kind() {
            "commit" => match self.change() {
                Some(change) => change.put(frame, out),
                None => out.reject(reject("a change without the address of its record".to_owned())),
            },
            "account" => out.unselected(self.account_news()),
            "identity" => out.unselected("news of an account's name"),
            "sync" => out.unselected("notice that a repository was written anew"),
            "info" => out.unselected("stream notice"),
            _ => match self.error.said() {
                Some(error) => {
                    let message = self.message.said().unwrap_or_default();
                    out.reject(reject(format!("an error message of the stream: {error}: {message}")));
                }
                None => out.reject(reject("not an event of the Jetstream".to_owned())),
            },
        }
    }

    fn change(&self) -> Option<Change<'_>> {
        let seen_at = self.seen_at();
        let inner = self.commit.get();
        let operation = |commit: &'_ Commit<'_>| commit.operation.said().is_some();
        let (collection, rkey, record, operation) = match inner {
            Some(commit) if operation(commit) => {
                (&commit.collection, &commit.rkey, &commit.record, &commit.operation)
            }
            Some(commit) => (&commit.collection, &commit.rkey, &commit.record, &commit.old_operation),
            None => (&self.collection, &self.rkey, &self.record, &self.operation),
        };
        Some(Change {
            key: Key::of(self.did.said()?, collection.said()?, rkey.said()?)?,
            record: record.get(),
            operation: operation.said().unwrap_or_default(),
            changed_at: seen_at,
        })
    }

    fn account_news(&self) -> &'static str {
        let of = |account: &'_ Account<'_>| {
            (account.active.said() == Some("true"), account.status.said().map(str::to_owned))
        };
        let flat = (self.active.said() == Some("true"), self.status.said().map(str::to_owned));
        let (active, status) = self.account.get().map_or(flat, of);
        match status.as_deref() {
            _ if active => "news of an account",
            Some("deleted") => "account deleted (its posts are kept)",
            Some("takendown" | "suspended") => "account taken down or suspended (its posts are kept)",
            Some("deactivated") => "account deactivated (its posts are kept)",
            _ => "news of an account",
        }
    }
}

struct JetstreamParser;

impl Parser for JetstreamParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_frame(frame, out, &|text, frame, out| {
            from_text::<Event<'_>>(text)?.put(frame, out);
            Ok(())
        });
    }
}
