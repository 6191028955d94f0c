//! A relay that is a function: it knows what is on it, and what it was asked; no network, no clock.

use super::Nostr;
use crate::archive::{Reject, Sink};
use crate::post::{Deletion, Draft, Timestamp};
use crate::source::{Answer, Ending, Event, Feed, Goal, Headers, News, Next, Out, Source};
use nostr::{EventBuilder, EventId, JsonUtil, Keys, Kind, Tag};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A day in 2026.
const NOON: i64 = 1_780_000_000;

#[derive(Default)]
struct Found {
    posts: Vec<String>,
    deletions: Vec<String>,
    rejects: Vec<String>,
    unselected: Vec<&'static str>,
}

impl Sink for Found {
    fn post(&mut self, post: &mut Draft<'_>) {
        self.posts.push(post.text.to_string());
    }
    fn deletion(&mut self, deletion: Deletion) {
        self.deletions.push(deletion.post.id);
    }
    fn reject(&mut self, reject: Reject) {
        self.rejects.push(reject.reason);
    }
    fn unselected(&mut self, reason: &'static str) {
        self.unselected.push(reason);
    }
}

fn keys(byte: u8) -> Keys {
    Keys::new(nostr::SecretKey::from_slice(&[byte; 32]).unwrap())
}

/// A signed event as JSON.
fn event(keys: &Keys, at: i64, kind: u16, text: &str, tags: &[&[&str]]) -> Value {
    let tags = tags.iter().map(|tag| Tag::parse(tag.iter().copied()).unwrap());
    let at = nostr::Timestamp::from_secs(u64::try_from(at).unwrap());
    let event = EventBuilder::new(Kind::from_u16(kind), text).tags(tags).custom_created_at(at);
    serde_json::from_str(&event.sign_with_keys(keys).unwrap().as_json()).unwrap()
}

fn note(at: i64, text: &str) -> Value {
    event(&keys(1), at, 1, text, &[&["t", "vault7"]])
}

fn id(event: &Value) -> String {
    event["id"].as_str().unwrap().to_owned()
}

/// What a relay has, and how it behaves.
#[derive(Default)]
struct Relay {
    events: Vec<Value>,
    /// Most that it sends at once, whatever it is asked for.
    cap: Option<usize>,
    /// What it answers to the next requests instead.
    refusals: Vec<&'static str>,
    /// Which requests it refuses for ever, by their first letter.
    never: Option<(char, &'static str)>,
    /// Sends these whatever it is asked for.
    noise: Vec<Value>,
    asked: Vec<Value>,
}

impl Relay {
    fn fits(event: &Value, filter: &Value) -> bool {
        let among = |key: &str, value: &Value| filter[key].as_array().is_none_or(|list| list.contains(value));
        let at = event["created_at"].as_i64().unwrap();
        let tags = event["tags"].as_array().unwrap();
        let tagged = |name: &str| {
            let wanted = &filter[format!("#{name}")];
            let has = |tag: &Value| tag[0] == name && wanted.as_array().unwrap().contains(&tag[1]);
            wanted.is_null() || tags.iter().any(has)
        };
        among("kinds", &event["kind"])
            && among("ids", &event["id"])
            && among("authors", &event["pubkey"])
            && tagged("t")
            && tagged("e")
            && filter["since"].as_i64().is_none_or(|since| since <= at)
            && filter["until"].as_i64().is_none_or(|until| at <= until)
    }

    /// What it says to a text of ours.
    fn hear(&mut self, text: &str) -> Vec<String> {
        let said: Value = serde_json::from_str(text).unwrap();
        if said[0] == "CLOSE" {
            return Vec::new();
        }
        let (name, filter) = (&said[1], &said[2]);
        self.asked.push(said.clone());
        if let Some((letter, why)) = self.never
            && name.as_str().unwrap().starts_with(letter)
        {
            return vec![json!(["CLOSED", name, why]).to_string()];
        }
        if !self.refusals.is_empty() {
            let why = self.refusals.remove(0);
            return vec![json!(["CLOSED", name, why]).to_string()];
        }
        let mut found: Vec<&Value> = self.events.iter().filter(|event| Self::fits(event, filter)).collect();
        found.sort_by_key(|event| (-event["created_at"].as_i64().unwrap(), id(event)));
        let limit = filter["limit"].as_u64().map_or(500, |limit| usize::try_from(limit).unwrap());
        found.truncate(limit.min(self.cap.unwrap_or(usize::MAX)));
        let sent = self.noise.iter().chain(found).map(|event| json!(["EVENT", name, event]).to_string());
        sent.chain([json!(["EOSE", name]).to_string()]).collect()
    }
}

/// A feed on that relay, and all that came of it.
struct Run {
    feed: Box<dyn Feed>,
    relay: Relay,
    found: Found,
    news: Vec<News>,
    now: i64,
    /// Messages that were sent and not read yet.
    waiting: Vec<String>,
    records: u64,
}

impl Run {
    fn new(goal: &Goal, cursor: Option<&str>, relay: Relay) -> Self {
        Self {
            feed: Nostr.feed(goal, cursor).unwrap(),
            relay,
            found: Found::default(),
            news: Vec::new(),
            now: NOON,
            waiting: Vec::new(),
            records: 0,
        }
    }

    fn on(&mut self, event: Event<'_>) -> Next {
        let now = Timestamp::from_millis_unchecked(self.now * 1000);
        let mut out = Out { now, record: self.records, posts: &mut self.found, news: &mut self.news };
        self.records += 1;
        self.feed.on(event, &mut out)
    }

    /// Lets it work until it is done, or listens and nothing comes; says how it ended.
    fn work(&mut self, mut next: Next) -> Option<Ending> {
        for _ in 0..100_000 {
            next = match next {
                Next::Ask(request) => {
                    assert!(request.once && request.accept == "application/nostr+json");
                    self.on(Event::Failed("it says nothing of itself"))
                }
                Next::Open(connection) => {
                    assert_eq!(connection.url, "wss://relay.example/");
                    self.waiting.clear();
                    self.on(Event::Opened)
                }
                Next::Send(texts) => {
                    for text in texts {
                        self.waiting.extend(self.relay.hear(&text));
                    }
                    Next::Listen
                }
                Next::Listen if self.waiting.is_empty() => return None,
                Next::Listen => {
                    let message = self.waiting.remove(0);
                    self.on(Event::Message { event: "", data: message.as_bytes() })
                }
                Next::Wait { time, .. } => {
                    self.now += i64::try_from(time.as_secs()).unwrap();
                    self.on(Event::Waited)
                }
                Next::Done(ending) => return Some(ending),
            };
        }
        panic!("it does not end");
    }

    fn begin(&mut self) -> Option<Ending> {
        let next = self.on(Event::Begin);
        self.work(next)
    }

    /// Something comes over the open stream.
    fn comes(&mut self, message: &Value) -> Option<Ending> {
        let next = self.on(Event::Message { event: "", data: message.to_string().as_bytes() });
        self.work(next)
    }

    /// The posts, each once, in order.
    fn texts(&self) -> Vec<&str> {
        self.found.posts.iter().map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The seconds of gaps.
    fn gaps(&self) -> Vec<(i64, i64)> {
        let gap = |news: &News| match news {
            News::Gap { since, until, .. } => Some((since.as_seconds(), until.as_seconds())),
            _ => None,
        };
        self.news.iter().filter_map(gap).collect()
    }

    /// Seconds that are covered of the last `span`.
    fn covered(&self, since: i64, until: i64) -> i64 {
        let mut coverage = crate::timeline::Coverage::default();
        for news in &self.news {
            if let News::Covered { since, until, .. } = news {
                coverage.collected(*since, *until);
            }
        }
        let ms = coverage.spans().iter().map(|span| {
            let until = span.until.as_millis().min(until * 1000);
            (until - span.since.as_millis().max(since * 1000)).max(0)
        });
        ms.sum::<i64>() / 1000
    }
}

fn goal() -> Goal {
    Goal {
        host: "relay.example".to_owned(),
        tags: vec!["Vault7".to_owned()],
        since: Some(Timestamp::from_millis_unchecked((NOON - 1_000_000) * 1000)),
        ..Goal::default()
    }
}

fn following() -> Goal {
    Goal { follow: true, ..goal() }
}

#[test]
fn history_is_whole_though_the_relay_cuts_its_pages_in_silence() {
    // 37 posts a page of which 12 share each second, so that pages end within seconds.
    let events: Vec<Value> = (0..200).map(|n| note(NOON - 1 - n / 12, &format!("post {n:03}"))).collect();
    let relay = Relay { events, cap: Some(37), ..Relay::default() };
    let mut run = Run::new(&goal(), None, relay);
    assert_eq!(run.begin(), Some(Ending::Complete));
    assert_eq!(run.texts().len(), 200);
    assert_eq!(run.gaps(), []);
    assert_eq!(run.covered(NOON - 1_000_000, NOON), 1_000_000);
    assert_eq!(run.relay.asked[0][2]["#t"], json!(["vault7", "Vault7"]));
    assert_eq!(run.relay.asked[0][2]["kinds"], json!([1, 1111, 30023]));
}

#[test]
fn more_posts_in_a_second_than_the_relay_gives_are_a_gap() {
    let mut events: Vec<Value> = (0..60).map(|n| note(NOON - 50, &format!("same {n:02}"))).collect();
    events.extend((0..30).map(|n| note(NOON - 51 - n, &format!("before {n:02}"))));
    events.push(note(NOON - 10, "after"));
    let mut run = Run::new(&goal(), None, Relay { events, cap: Some(37), ..Relay::default() });
    assert_eq!(run.begin(), Some(Ending::Complete));
    // 37 of 60 are all that can be had.
    assert_eq!(run.texts().len(), 37 + 30 + 1);
    assert_eq!(run.gaps(), [(NOON - 50, NOON - 49)]);
    assert_eq!(run.covered(NOON - 1_000_000, NOON), 1_000_000 - 1);
}

#[test]
fn both_spellings_are_asked_for_and_any_is_taken() {
    let spelled = |tag: &str, text: &str| event(&keys(1), NOON - 5, 1, text, &[&["t", tag]]);
    let events = vec![spelled("Vault7", "as written"), spelled("vault7", "small"), spelled("VAULT7", "loud")];
    let mut run = Run::new(&goal(), None, Relay { events, ..Relay::default() });
    assert_eq!(run.begin(), Some(Ending::Complete));
    assert_eq!(run.texts(), ["as written", "small"]);
}

#[test]
fn nobody_is_believed() {
    let mut forged = note(NOON - 5, "said by somebody");
    forged["content"] = "said by nobody".into();
    let mut signed_wrong = note(NOON - 6, "not signed");
    signed_wrong["sig"] = note(NOON - 7, "another")["sig"].clone();
    let mut unsigned = note(NOON - 6, "lost its signature");
    unsigned.as_object_mut().unwrap().remove("sig");
    let noise = vec![forged, signed_wrong, unsigned];
    let mut run = Run::new(&goal(), None, Relay { noise, ..Relay::default() });
    assert_eq!(run.begin(), Some(Ending::Complete));
    assert!(run.found.posts.is_empty());
    let reasons: BTreeSet<&str> = run.found.rejects.iter().map(String::as_str).collect();
    let expected =
        ["it is not signed", "its id is not the hash of its content", "its signature is not its author's"];
    assert_eq!(reasons.into_iter().collect::<Vec<_>>(), expected);
    // And what such a relay says is all is not.
    assert_eq!(run.gaps(), [(NOON - 1_000_000, NOON)]);
}

#[test]
fn what_was_not_asked_for_moves_nothing() {
    // A relay that sends old posts, and those of other tags, whatever it is asked for.
    let noise = vec![note(NOON - 2_000_000, "old"), event(&keys(1), NOON - 500, 1, "other", &[&["t", "x"]])];
    let events = (0..30).map(|n| note(NOON - 1 - 100 * n, &format!("post {n:02}"))).collect();
    let mut run = Run::new(&goal(), None, Relay { events, noise, cap: Some(12), ..Relay::default() });
    assert_eq!(run.begin(), Some(Ending::Complete));
    assert_eq!(run.texts().len(), 30);
    assert!(run.found.unselected.iter().all(|reason| *reason == "not what the relay was asked for"));
}

#[test]
fn posts_from_the_future_are_rejected() {
    let mut run = Run::new(&following(), None, Relay::default());
    run.relay.events = vec![note(NOON + 3600, "in an hour"), note(NOON + 600, "a clock that is fast")];
    assert_eq!(run.begin(), None);
    assert_eq!(run.texts(), ["a clock that is fast"]);
    assert_eq!(run.found.rejects, ["its time is in the future"]);
}

#[test]
fn only_authors_take_their_posts_back() {
    let (mine, other) = (note(NOON - 10, "taken back"), note(NOON - 20, "stays"));
    let by = |keys: &Keys, ids: &[&Value]| {
        let tags: Vec<Vec<String>> = ids.iter().map(|event| vec!["e".to_owned(), id(event)]).collect();
        let tags: Vec<Vec<&str>> = tags.iter().map(|tag| tag.iter().map(String::as_str).collect()).collect();
        let tags: Vec<&[&str]> = tags.iter().map(Vec::as_slice).collect();
        event(keys, NOON - 1, 5, "", &tags)
    };
    let unknown = note(NOON, "never seen");
    let events = vec![mine.clone(), other.clone(), by(&keys(1), &[&mine, &unknown])];
    let mut run = Run::new(&following(), None, Relay { events, ..Relay::default() });
    assert_eq!(run.begin(), None);
    assert_eq!(run.found.deletions.iter().collect::<BTreeSet<_>>(), BTreeSet::from([&id(&mine)]));
    let request = run.relay.asked.iter().find(|said| said[2]["kinds"] == json!([5])).unwrap();
    assert_eq!(request[2]["authors"], json!([mine["pubkey"]]));
    // Somebody else, unsigned, and at last the author, while the relay is listened to.
    run.found.deletions.clear();
    run.comes(&json!(["EVENT", "gone", by(&keys(2), &[&other])]));
    let mut forged = by(&keys(2), &[&other]);
    forged["pubkey"] = other["pubkey"].clone();
    run.comes(&json!(["EVENT", "gone", forged]));
    assert!(run.found.deletions.is_empty());
    assert_eq!(run.found.rejects, ["its id is not the hash of its content"]);
    run.comes(&json!(["EVENT", "gone", by(&keys(1), &[&other])]));
    assert_eq!(run.found.deletions, [id(&other)]);
}

#[test]
fn what_comes_while_listening_is_taken_and_covered() {
    let mut run =
        Run::new(&following(), None, Relay { events: vec![note(NOON - 10, "old")], ..Relay::default() });
    assert_eq!(run.begin(), None);
    let live = run.relay.asked.iter().find(|said| said[1] == "live").unwrap();
    assert_eq!(live[2]["since"], NOON);
    run.now = NOON + 300;
    run.comes(&json!(["EVENT", "live", note(NOON + 299, "new")]));
    assert_eq!(run.texts(), ["new", "old"]);
    assert_eq!(run.covered(NOON, NOON + 300), 300);
    let watched = run.relay.asked.iter().rfind(|said| said[1] == "gone").unwrap();
    assert_eq!(watched[2]["#e"].as_array().unwrap().len(), 2);
    assert!(run.news.contains(&News::At(Timestamp::from_millis_unchecked((NOON + 299) * 1000))));
}

#[test]
fn a_cursor_goes_on_a_day_before_it_stopped_and_never_before_the_deletions() {
    let mut events: Vec<Value> =
        (0..40).map(|n| note(NOON - 1 - 1000 * n, &format!("post {n:02}"))).collect();
    let mut run =
        Run::new(&goal(), None, Relay { events: events.clone(), cap: Some(15), ..Relay::default() });
    // Stopped at any moment: what the cursor says is there, the second run brings the rest.
    for stop in 0..70 {
        let relay = Relay { events: events.clone(), cap: Some(15), ..Relay::default() };
        let mut first = Run::new(&goal(), None, relay);
        let mut next = first.on(Event::Begin);
        for _ in 0..stop {
            next = match next {
                Next::Ask(_) => first.on(Event::Failed("")),
                Next::Open(_) => first.on(Event::Opened),
                Next::Send(texts) => {
                    let heard: Vec<String> = texts.iter().flat_map(|text| first.relay.hear(text)).collect();
                    first.waiting.extend(heard);
                    Next::Listen
                }
                Next::Listen => {
                    let message = first.waiting.remove(0);
                    first.on(Event::Message { event: "", data: message.as_bytes() })
                }
                Next::Wait { .. } | Next::Done(_) => break,
            };
        }
        let relay = Relay { events: events.clone(), cap: Some(15), ..Relay::default() };
        let mut second = Run::new(&goal(), Some(&first.feed.cursor()), relay);
        assert_eq!(second.begin(), Some(Ending::Complete));
        let all: BTreeSet<&str> = first.texts().into_iter().chain(second.texts()).collect();
        assert_eq!(all.len(), 40, "stopped after {stop}");
        // Covered is what there is, whichever run said so.
        second.news.splice(0..0, first.news);
        assert_eq!(second.covered(NOON - 1_000_000, NOON), 1_000_000, "stopped after {stop}");
    }
    assert_eq!(run.begin(), Some(Ending::Complete));
    // Later: what arrived late within a day is found.
    events.push(note(NOON - 80_000, "late"));
    events.push(note(NOON + 50, "new"));
    let mut later = Run::new(&goal(), Some(&run.feed.cursor()), Relay { events, ..Relay::default() });
    later.now = NOON + 100;
    assert_eq!(later.begin(), Some(Ending::Complete));
    assert!(later.texts().contains(&"late") && later.texts().contains(&"new"));
    assert_eq!(later.relay.asked[0][2]["since"], NOON - 86_400);
    assert!(Nostr.feed(&goal(), Some("{}")).is_err() && Nostr.feed(&goal(), Some("[")).is_err());
}

#[test]
fn refusals_are_waited_out_or_end_it_in_words() {
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "what is expected reads best where it stands")]
    fn check(relay: Relay, goal: &Goal, expected: Option<Ending>) -> Run {
        let mut run = Run::new(goal, None, relay);
        assert_eq!(run.begin(), expected);
        run
    }
    let events = vec![note(NOON - 10, "post")];
    let slow = "rate-limited: slow down";
    let relay = Relay { events: events.clone(), refusals: vec![slow, slow, slow], ..Relay::default() };
    let run = check(relay, &goal(), Some(Ending::Complete));
    assert_eq!((run.texts(), run.now - NOON), (vec!["post"], 30 + 60 + 120));
    let relay = Relay { events: events.clone(), never: Some(('p', slow)), ..Relay::default() };
    let failed = "the relay does not answer: rate-limited: slow down (8 times)";
    check(relay, &goal(), Some(Ending::Failed(failed.to_owned())));
    let relay = Relay { never: Some(('p', "auth-required: who are you\u{1b}[31m")), ..Relay::default() };
    let refused = "the relay refuses: auth-required: who are you\u{FFFD}[31m";
    check(relay, &goal(), Some(Ending::NotAllowed(refused.to_owned())));
    let relay =
        Relay { events: events.clone(), refusals: vec!["invalid: limit too large"], ..Relay::default() };
    let run = check(relay, &goal(), Some(Ending::Complete));
    assert_eq!((run.texts(), &run.relay.asked[1][2]["limit"]), (vec!["post"], &json!(100)));
    let relay = Relay { never: Some(('p', "unsupported: filter")), ..Relay::default() };
    check(relay, &goal(), Some(Ending::Failed("the relay refuses: unsupported: filter".to_owned())));
    // That it does not tell of deletions is no reason to stop.
    let relay = Relay { events, never: Some(('d', "unsupported: filter")), ..Relay::default() };
    let run = check(relay, &goal(), Some(Ending::Complete));
    assert_eq!(run.texts(), ["post"]);
    assert!(run.news.iter().any(|news| matches!(news, News::Notice(text) if text.contains("taken back"))));
}

#[test]
fn connections_that_break_lose_nothing_and_do_not_go_on_for_ever() {
    let events: Vec<Value> = (0..60).map(|n| note(NOON - 1 - 1000 * n, &format!("post {n:02}"))).collect();
    let mut run = Run::new(&goal(), None, Relay { events, cap: Some(20), ..Relay::default() });
    let mut next = run.on(Event::Begin);
    // Every seventh message breaks it: a page has twenty.
    let mut messages = 0;
    let ending = loop {
        next = match next {
            Next::Done(ending) => break ending,
            Next::Listen => {
                messages += 1;
                if messages % 7 == 0 && messages < 40 {
                    run.waiting.clear();
                    run.on(Event::Closed("cut"))
                } else {
                    let message = run.waiting.remove(0);
                    run.on(Event::Message { event: "", data: message.as_bytes() })
                }
            }
            Next::Ask(_) => run.on(Event::Failed("")),
            Next::Open(_) => {
                run.waiting.clear();
                run.on(Event::Opened)
            }
            Next::Send(texts) => {
                let heard: Vec<String> = texts.iter().flat_map(|text| run.relay.hear(text)).collect();
                run.waiting.extend(heard);
                Next::Listen
            }
            Next::Wait { .. } => run.on(Event::Waited),
        };
    };
    assert_eq!((ending, run.texts().len(), run.gaps()), (Ending::Complete, 60, vec![]));
    let mut run = Run::new(&goal(), None, Relay::default());
    run.on(Event::Begin);
    let mut closings = 0;
    let ending = loop {
        match run.on(Event::Closed("cut")) {
            Next::Done(ending) => break ending,
            Next::Open(_) => closings += 1,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(closings, 7);
    assert_eq!(ending, Ending::Failed("the relay does not answer: cut (8 times)".to_owned()));
}

#[test]
fn a_burst_behind_the_walk_is_walked_too() {
    let mut run = Run::new(&following(), None, Relay { cap: Some(20), ..Relay::default() });
    // They come between the last page and the request that listens.
    run.relay.events = (0..90).map(|n| note(NOON + 1 + n / 2, &format!("post {n:02}"))).collect();
    let mut next = run.on(Event::Begin);
    while !matches!(&next, Next::Send(texts) if texts.iter().any(|text| text.contains("\"live\""))) {
        next = match next {
            Next::Ask(_) => run.on(Event::Failed("")),
            Next::Open(_) => run.on(Event::Opened),
            Next::Send(texts) => {
                let heard: Vec<String> = texts.iter().flat_map(|text| run.relay.hear(text)).collect();
                run.waiting.extend(heard);
                Next::Listen
            }
            _ => {
                let message = run.waiting.remove(0);
                run.on(Event::Message { event: "", data: message.as_bytes() })
            }
        };
    }
    run.now = NOON + 60;
    assert_eq!(run.work(next), None);
    assert_eq!((run.texts().len(), run.gaps()), (90, vec![]));
}

#[test]
fn posts_of_the_store_are_looked_at_again() {
    let (kept, taken) = (note(NOON - 10, "still there"), note(NOON - 20, "gone from the relay"));
    let request = |keys: &Keys| event(keys, NOON - 1, 5, "", &[&["e", &id(&taken)]]);
    let author = taken["pubkey"].as_str().unwrap().to_owned();
    let check = |authors: BTreeMap<String, String>, by: &Keys| {
        let goal = Goal { recheck: vec![id(&kept), id(&taken)], authors, ..following() };
        let mut run =
            Run::new(&goal, None, Relay { events: vec![kept.clone(), request(by)], ..Relay::default() });
        assert_eq!((run.begin(), run.texts()), (Some(Ending::Complete), vec!["still there"]));
        run.found.deletions
    };
    let known = BTreeMap::from([(id(&taken), author)]);
    assert_eq!(check(known.clone(), &keys(1)), [id(&taken)]);
    assert!(check(known, &keys(2)).is_empty());
    assert!(check(BTreeMap::new(), &keys(1)).is_empty());
}

#[test]
fn what_a_relay_says_of_itself_is_heeded() {
    let check = |about: &str| {
        let mut run = Run::new(&goal(), None, Relay::default());
        run.on(Event::Begin);
        let headers = Headers::default();
        let url = "https://relay.example/";
        let answer = Answer { status: 200, headers: &headers, url, body: about.as_bytes() };
        let next = run.on(Event::Answer(answer));
        (run.work(next), run.relay.asked.first().map(|said| said[2]["limit"].clone()))
    };
    let closed = "the relay talks to its own accounts alone";
    assert_eq!(check(r#"{"limitation":{"auth_required":true}}"#).0, Some(Ending::NotAllowed(closed.into())));
    for (about, limit) in [
        (r#"{"limitation":{"max_limit":50,"auth_required":false}}"#, 50),
        (r#"{"limitation":{"max_limit":5000}}"#, 500),
        (r#"{"limitation":{"max_limit":0}}"#, 500),
        (r#"{"limitation":{"max_limit":"many"}}"#, 500),
        ("<html>", 500),
    ] {
        assert_eq!(check(about), (Some(Ending::Complete), Some(json!(limit))), "{about}");
    }
}

#[test]
fn anything_may_come_and_is_counted() {
    let mut run = Run::new(&following(), None, Relay::default());
    assert_eq!(run.begin(), None);
    let before = run.records;
    for text in [
        "",
        "[",
        "{}",
        "[]",
        "[5]",
        "[\"HELLO\"]",
        "[\"EVENT\"]",
        "[\"EVENT\",\"live\"]",
        "[\"EVENT\",\"live\",{}]",
        "[\"EVENT\",\"gone\",5]",
        "[\"EVENT\",{}]",
        "\u{0}",
    ] {
        let next = run.on(Event::Message { event: "", data: text.as_bytes() });
        assert_eq!(run.work(next), None, "{text}");
    }
    assert!(matches!(run.on(Event::Message { event: "", data: b"\xff" }), Next::Listen));
    assert_eq!(run.found.rejects.len(), usize::try_from(run.records - before).unwrap());
    for text in [
        "[\"NOTICE\",{\"a\":[1]}]",
        "[\"EOSE\"]",
        "[\"CLOSED\",\"p1\",\"error: late\"]",
        "[\"AUTH\",\"x\"]",
        "[\"OK\",\"x\",true,\"\"]",
        "[\"COUNT\",\"x\",{\"count\":1}]",
    ] {
        let next = run.on(Event::Message { event: "", data: text.as_bytes() });
        assert_eq!(run.work(next), None, "{text}");
    }
    assert_eq!(run.found.rejects.len(), 13);
    // Notices are shown, some of them, and safe to print.
    for _ in 0..10 {
        run.comes(&json!(["NOTICE", "slow\u{1b}[2J down"]));
    }
    let notices = run.news.iter().filter(|news| matches!(news, News::Notice(_))).count();
    assert_eq!(notices, 3);
}

#[test]
fn every_kind_that_is_asked_for_is_a_post_to_the_format() {
    let tags: [&[&str]; 2] = [&["t", "vault7"], &["e", &EventId::all_zeros().to_hex()]];
    let events = [1, 1111, 30023].map(|kind| event(&keys(1), NOON - 5, kind, &format!("kind {kind}"), &tags));
    let mut run = Run::new(&goal(), None, Relay { events: events.to_vec(), ..Relay::default() });
    assert_eq!(run.begin(), Some(Ending::Complete));
    assert_eq!(run.texts(), ["kind 1", "kind 1111", "kind 30023"]);
}
