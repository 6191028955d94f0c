//! Messages of Bluesky's Jetstream, version 2, as an invented day has them: posts by the curve of a day, and with them changes, deletions and news
//! of accounts. Made one after the other, with the same memory whatever the length.

use crate::lines::body::{Body, Kind};
use crate::lines::random::{Draw, mix};
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::Write as _;
use tagline::post::Timestamp;

/// Of so many posts one has the tag.
pub(crate) const ONE_IN: u64 = 500;
/// Accounts that post on a day.
const AUTHORS: u64 = 500_000;
/// A deletion or change is of one of so many posts before it.
const RECENT: usize = 20_000;
/// How far the peak hour is above the mean: 36 against 25.5 posts a second.
const SWING: f64 = 0.41;
const DAY_SECONDS: f64 = 86_400.0;
const COLLECTION: &str = "app.bsky.feed.post";
const PURPOSE: u64 = 7;

/// A post, as far as later events name it.
#[derive(Clone, Copy)]
struct Named {
    author: u64,
    key: u64,
}

/// A day's events, one by one.
pub(crate) struct Day {
    seed: u64,
    /// Posts of the day.
    of: u64,
    begin_ms: i64,
    /// Seconds since then.
    at: f64,
    /// Number of the event.
    pub(crate) events: u64,
    /// Posts so far.
    pub(crate) posts: u64,
    /// Of them, those with the tag.
    pub(crate) tagged: u64,
    recent: VecDeque<Named>,
}

impl Day {
    /// So many posts in the day from `begin_ms` on; it goes on after that.
    pub(crate) fn new(seed: u64, of: u64, begin_ms: i64) -> Self {
        let recent = VecDeque::with_capacity(RECENT);
        Self { seed, of, begin_ms, at: 0.0, events: 0, posts: 0, tagged: 0, recent }
    }

    /// Writes the next message.
    pub(crate) fn next(&mut self, out: &mut Vec<u8>) {
        let mut draw = Draw::new(self.seed, PURPOSE, self.events);
        self.events += 1;
        let old = if self.recent.is_empty() { 100 } else { draw.below(1000) };
        let micros = self.micros();
        let time = Timestamp::from_millis_unchecked(micros / 1000);
        match old {
            0..75 => {
                let gone = self.pick(&mut draw);
                commit(out, self.events, time, "delete", gone, "");
            }
            75..77 => {
                let changed = self.pick(&mut draw);
                let record = record(&mut draw, time, false, true);
                commit(out, self.events, time, "update", changed, &record);
            }
            77..117 if !self.recent.is_empty() => account(out, self.events, time, &mut draw),
            _ => {
                let key = u64::try_from(micros).unwrap_or(0) << 10 | self.posts & 1023;
                let post = Named { author: draw.skewed_below(AUTHORS), key };
                let has_tag = draw.below(ONE_IN) == 0;
                let record = record(&mut draw, time, has_tag, false);
                commit(out, self.events, time, "create", post, &record);
                self.posts += 1;
                self.tagged += u64::from(has_tag);
                if self.recent.len() >= RECENT {
                    self.recent.pop_front();
                }
                self.recent.push_back(post);
                self.pass();
            }
        }
    }

    /// Goes on to the time of the next post.
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    fn pass(&mut self) {
        let mean = self.of as f64 / DAY_SECONDS;
        let curve = (self.at / DAY_SECONDS * std::f64::consts::TAU).sin();
        self.at += 1.0 / (mean * SWING.mul_add(curve, 1.0));
    }

    #[expect(clippy::cast_possible_truncation, reason = "seconds of a few days, as microseconds")]
    fn micros(&self) -> i64 {
        self.begin_ms * 1000 + (self.at * 1e6) as i64
    }

    fn pick(&self, draw: &mut Draw) -> Named {
        let at = usize::try_from(draw.below(self.recent.len() as u64)).unwrap_or(0);
        self.recent.get(at).copied().unwrap_or(Named { author: 0, key: 0 })
    }
}

fn commit(out: &mut Vec<u8>, seq: u64, time: Timestamp, operation: &str, post: Named, record: &str) {
    // Writing into memory cannot fail.
    let _ = write!(
        out,
        r#"{{"$type":"message","payload":{{"$type":"network.bsky.jetstream.subscribeEvents#commit","seq":{seq},"did":"{}","time":"{time}","rev":"{}","operation":"{operation}","collection":"{COLLECTION}","rkey":"{}"{record}}}}}"#,
        did(post.author),
        tid(post.key + 512),
        tid(post.key),
    );
}

fn account(out: &mut Vec<u8>, seq: u64, time: Timestamp, draw: &mut Draw) {
    let (active, status) = match draw.below(20) {
        0 => ("false", r#","status":"deleted""#),
        1 => ("false", r#","status":"takendown""#),
        2..5 => ("false", r#","status":"deactivated""#),
        _ => ("true", ""),
    };
    let did = did(draw.skewed_below(AUTHORS));
    let _ = write!(
        out,
        r#"{{"$type":"message","payload":{{"$type":"network.bsky.jetstream.subscribeEvents#account","seq":{seq},"did":"{did}","time":"{time}","account":{{"active":{active},"did":"{did}","seq":{seq},"time":"{time}"{status}}}}}}}"#,
    );
}

/// The part of a message that says what was written.
fn record(draw: &mut Draw, time: Timestamp, has_tag: bool, is_change: bool) -> String {
    let mut body = Body::new(draw, false);
    let other = draw.below(10) == 0;
    // Both as long as the tag that every invented text has.
    let tag = if has_tag { "Vault7" } else { "Garden" };
    body.text = body.text.replace(
        "#Vault7",
        if has_tag {
            "#Vault7"
        } else if other {
            "#Garden"
        } else {
            ""
        },
    );
    let sign = format!("#{tag}");
    let mut facets = String::new();
    if let Some(start) = body.text.find(&sign) {
        let end = start + sign.len();
        let _ = write!(
            facets,
            r#"{{"index":{{"byteStart":{start},"byteEnd":{end}}},"features":[{{"$type":"app.bsky.richtext.facet#tag","tag":"{tag}"}}]}}"#,
        );
    }
    let links = body.parts.iter().filter(|part| matches!(part.kind, Kind::Link(_))).count();
    let embed = if links > 0 {
        r#","embed":{"$type":"app.bsky.embed.external","external":{"uri":"https://leaks.example/a/page","title":"demo","description":"invented"}}"#
    } else {
        ""
    };
    let reply = if draw.chance(40) {
        let other = format!("at://{}/{COLLECTION}/3lqcnvhqk622d", did(draw.skewed_below(AUTHORS)));
        format!(
            r#","reply":{{"root":{{"cid":"{CID}","uri":"{other}"}},"parent":{{"cid":"{CID}","uri":"{other}"}}}}"#
        )
    } else {
        String::new()
    };
    let text = serde_json::to_string(body.text.trim()).unwrap_or_default();
    let change = if is_change { r#","tags":["changed"]"# } else { "" };
    format!(
        r#","record":{{"$type":"{COLLECTION}","createdAt":"{time}","langs":["en"],"text":{text},"facets":[{facets}]{embed}{reply}{change}}},"cid":"{CID}""#
    )
}

const CID: &str = "bafyreidemodemodemodemodemodemodemodemodemodemodemodemodemo";

fn did(author: u64) -> String {
    let mut did = "did:plc:demo".to_owned();
    let letters = (0..20).map(|at| letter(mix(author) >> (at * 3) ^ author >> at));
    did.extend(letters);
    did
}

fn tid(number: u64) -> String {
    (0..13).rev().map(|at| letter(number >> (at * 5))).collect()
}

/// One of the 32 letters of atproto.
fn letter(number: u64) -> char {
    let letters = b"234567abcdefghijklmnopqrstuvwxyz";
    let at = usize::try_from(number & 31).unwrap_or(0);
    letters.get(at).copied().map_or('2', char::from)
}
