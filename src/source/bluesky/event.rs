//! What steers the stream: of each message its place, its time and its kind. Posts are read by the archive's parser.

use crate::post::Timestamp;
use serde::Deserialize;
use std::borrow::Cow;

/// The two wires of the Jetstream. A host may speak either or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// `/subscribe`, since 2024: places are times, and one that is too old is moved in silence.
    One,
    /// `network.bsky.jetstream.subscribeEvents`, since 2026: places are numbers, and one that is too old is refused.
    Two,
}

/// What a message is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Seen<'a> {
    /// Something happened.
    Event(Place, What<'a>),
    /// Word about the stream itself: the name of it.
    Info(Cow<'a, str>),
    /// The last word before the stream ends: the name of the error.
    Error(Cow<'a, str>),
}

/// Where in the stream an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Its number on this host, in version 2.
    pub(super) seq: Option<u64>,
    /// When the service saw it.
    pub(super) at: Timestamp,
}

/// What happened.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum What<'a> {
    /// News of an account: its DID, and how it stands.
    Account(Cow<'a, str>, Standing),
    /// Anything else; the parser knows.
    Other,
}

/// How an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Its posts are shown.
    Active,
    /// Its owner deleted it.
    Deleted,
    /// A moderator removed it.
    TakenDown,
    /// A moderator hides it for a time.
    Suspended,
    /// Its owner hides it.
    Deactivated,
    /// Something that came later than this program.
    Unknown,
}

#[derive(Deserialize)]
struct First<'a> {
    time_us: i64,
    #[serde(borrow, default)]
    did: Cow<'a, str>,
    #[serde(borrow, default)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    account: Option<Account<'a>>,
}

/// A frame of version 2.
#[derive(Deserialize)]
struct Second<'a> {
    #[serde(rename = "$type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    error: Cow<'a, str>,
    #[serde(borrow)]
    payload: Option<Payload<'a>>,
}

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(rename = "$type", borrow)]
    kind: Cow<'a, str>,
    seq: Option<u64>,
    #[serde(borrow, default)]
    did: Cow<'a, str>,
    #[serde(borrow, default)]
    time: Cow<'a, str>,
    /// What a place given as a time is compared with; `time` may be another for records that were brought in from elsewhere.
    #[serde(rename = "witnessedAt", borrow, default)]
    witnessed_at: Cow<'a, str>,
    #[serde(borrow, default)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    account: Option<Account<'a>>,
    // As some servers have it: what `account` holds, beside it.
    active: Option<bool>,
    #[serde(borrow, default)]
    status: Cow<'a, str>,
}

#[derive(Default, Deserialize)]
struct Account<'a> {
    active: Option<bool>,
    #[serde(borrow, default)]
    status: Cow<'a, str>,
}

impl Account<'_> {
    fn standing(&self) -> Standing {
        match (self.active, &*self.status) {
            (Some(true), _) => Standing::Active,
            (_, "deleted") => Standing::Deleted,
            (_, "takendown") => Standing::TakenDown,
            (_, "suspended") => Standing::Suspended,
            (_, "deactivated") => Standing::Deactivated,
            _ => Standing::Unknown,
        }
    }
}

/// Looks at a message. `None` if it is not as expected: the parser says what is wrong with it.
pub(super) fn look(version: Version, message: &[u8]) -> Option<Seen<'_>> {
    match version {
        Version::One => first(serde_json::from_slice(message).ok()?),
        Version::Two => second(serde_json::from_slice(message).ok()?),
    }
}

fn first(message: First<'_>) -> Option<Seen<'_>> {
    let place = Place { seq: None, at: Timestamp::from_millis(message.time_us.div_euclid(1000)).ok()? };
    let what = match message.account.filter(|_| message.kind == "account") {
        Some(account) => What::Account(message.did, account.standing()),
        None => What::Other,
    };
    Some(Seen::Event(place, what))
}

fn second(frame: Second<'_>) -> Option<Seen<'_>> {
    if frame.kind == "error" {
        return Some(Seen::Error(frame.error));
    }
    let payload = frame.payload?;
    let kind = payload.kind.rsplit_once('#').map_or("", |(_, kind)| kind);
    if kind == "info" {
        return Some(Seen::Info(payload.name));
    }
    let at = if payload.witnessed_at.is_empty() { &payload.time } else { &payload.witnessed_at };
    let place = Place { seq: Some(payload.seq?), at: Timestamp::parse_rfc3339(at).ok()? };
    let what = if kind == "account" {
        let beside = Account { active: payload.active, status: payload.status };
        What::Account(payload.did, payload.account.unwrap_or(beside).standing())
    } else {
        What::Other
    };
    Some(Seen::Event(place, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "what is expected reads best where it stands")]
    fn check(version: Version, message: &str, expected: Option<Seen<'_>>) {
        assert_eq!(look(version, message.as_bytes()), expected, "{message}");
    }

    #[expect(clippy::unnecessary_wraps, reason = "compared with what may be none")]
    fn event(seq: Option<u64>, at: &str, what: What<'static>) -> Option<Seen<'static>> {
        Some(Seen::Event(Place { seq, at: Timestamp::parse_rfc3339(at).unwrap() }, what))
    }

    #[test]
    fn the_first_version_has_times() {
        let at = "2025-03-07T13:00:01.250Z";
        check(
            Version::One,
            r#"{"did":"did:plc:demo","time_us":1741352401250123,"kind":"commit","commit":{"record":{"time_us":1}}}"#,
            event(None, at, What::Other),
        );
        check(
            Version::One,
            r#"{"kind":"account","account":{"active":false,"status":"deleted"},"time_us":1741352401250123,"did":"did:plc:demo"}"#,
            event(None, at, What::Account("did:plc:demo".into(), Standing::Deleted)),
        );
        for wrong in ["", "x", "{}", r#"{"time_us":"1741352401250123"}"#, r#"{"time_us":-1}"#, "[1]", "\u{0}"]
        {
            check(Version::One, wrong, None);
        }
        check(Version::One, &format!(r#"{{"time_us":{}}}"#, i64::MAX), None);
    }

    #[test]
    fn the_second_version_has_numbers() {
        let frame = |payload: &str| format!(r#"{{"$type":"message","payload":{{"$type":"a#{payload}}}}}"#);
        let at = "2025-03-07T13:00:01.250Z";
        check(
            Version::Two,
            &frame(r#"commit","seq":7,"did":"d","time":"2025-03-07T13:00:01.250123Z","record":{"seq":8}"#),
            event(Some(7), at, What::Other),
        );
        check(
            Version::Two,
            &frame(
                r#"commit","seq":7,"time":"2020-01-01T00:00:00Z","witnessedAt":"2025-03-07T13:00:01.25Z""#,
            ),
            event(Some(7), at, What::Other),
        );
        let gone = || event(Some(7), at, What::Account("d".into(), Standing::TakenDown));
        let account = |rest: &str| {
            frame(&format!(r#"account","seq":7,"did":"d","time":"2025-03-07T13:00:01.250Z",{rest}"#))
        };
        check(Version::Two, &account(r#""account":{"active":false,"status":"takendown"}"#), gone());
        check(Version::Two, &account(r#""active":false,"status":"takendown""#), gone());
        check(
            Version::Two,
            &frame(r#"info","name":"OutdatedCursor","message":"x""#),
            Some(Seen::Info("OutdatedCursor".into())),
        );
        check(
            Version::Two,
            r#"{"$type":"error","error":"ConsumerTooSlow","message":"x"}"#,
            Some(Seen::Error("ConsumerTooSlow".into())),
        );
        check(Version::Two, &frame(r#"commit","did":"d","time":"2025-03-07T13:00:01Z""#), None);
        check(Version::Two, &frame(r#"commit","seq":7,"time":"soon""#), None);
        check(Version::Two, "{\"$type\":\"message\"", None);
    }

    #[test]
    fn accounts_stand_as_they_say() {
        for (active, status, expected) in [
            (Some(true), "", Standing::Active),
            (Some(true), "deleted", Standing::Active),
            (Some(false), "deleted", Standing::Deleted),
            (Some(false), "suspended", Standing::Suspended),
            (Some(false), "deactivated", Standing::Deactivated),
            (Some(false), "desynchronized", Standing::Unknown),
            (None, "", Standing::Unknown),
        ] {
            assert_eq!(Account { active, status: status.into() }.standing(), expected);
        }
    }
}
