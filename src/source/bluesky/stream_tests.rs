//! The stream, driven by hand and by a Jetstream that knows the truth.

use super::play_tests::{Play, address, at, goal};
use super::stream::Bluesky;
use crate::post::Timestamp;
use crate::source::{Ending, Event, Goal, News, Next, Source};
use crate::timeline::Coverage;

const FIRST: &str = include_str!("../../../fixtures/api/bluesky/stream-1.jsonl");
const SECOND: &str = include_str!("../../../fixtures/api/bluesky/stream-2.jsonl");
const TOO_OLD: &str = include_str!("../../../fixtures/api/bluesky/cursor-too-old.json");
const HTML: &str = include_str!("../../../fixtures/api/bluesky/forbidden.html");

const HOST: &str = "jetstream.example";
const V2: &str = "wss://jetstream.example/xrpc/network.bsky.jetstream.subscribeEvents?kinds=commit&kinds=account&collections=app.bsky.feed.post";
const V1: &str = "wss://jetstream.example/subscribe?wantedCollections=app.bsky.feed.post";
/// Just behind the fixtures' events.
const NOW: &str = "2025-03-07T13:00:02Z";
const WHY: &str = "older than the stream keeps; `bluesky-search` looks further back";

fn following() -> Goal {
    Goal { follow: true, ..goal(HOST) }
}

fn play(goal: &Goal, cursor: Option<&str>, now: &str) -> Play {
    Play::new(&Bluesky, goal, cursor, now)
}

/// A frame of version 2.
fn second(seq: u64, at: &str) -> String {
    format!(
        r#"{{"$type":"message","payload":{{"$type":"network.bsky.jetstream.subscribeEvents#commit","seq":{seq},"did":"did:plc:demo","time":"{at}","rev":"a","operation":"create","collection":"app.bsky.feed.post","rkey":"demo{seq}","record":{{"$type":"app.bsky.feed.post","text":"demo {seq}","createdAt":"{at}"}},"cid":"a"}}}}"#
    )
}

/// An event of version 1.
fn first(number: u64, at: &str) -> String {
    let us = self::at(at).as_millis() * 1000;
    format!(
        r#"{{"did":"did:plc:demo","time_us":{us},"kind":"commit","commit":{{"rev":"a","operation":"create","collection":"app.bsky.feed.post","rkey":"demo{number}","record":{{"$type":"app.bsky.feed.post","text":"demo {number}","createdAt":"{at}"}},"cid":"a"}}}}"#
    )
}

fn info(name: &str) -> String {
    format!(
        r#"{{"$type":"message","payload":{{"$type":"network.bsky.jetstream.subscribeEvents#info","name":"{name}","message":"demo"}}}}"#
    )
}

/// As a time is asked for: in microseconds, five seconds earlier.
fn us(text: &str) -> String {
    ((at(text).as_millis() - 5000) * 1000).to_string()
}

#[track_caller]
fn listens(next: &Next) {
    assert!(matches!(next, Next::Listen), "{next:?}");
}

#[track_caller]
fn complete(next: &Next) {
    assert!(matches!(next, Next::Done(Ending::Complete)), "{next:?}");
}

/// One that heard the event `seq` at `at`, over the wire of version 2, and its cursor.
fn cursor_after(seq: u64, at: &str) -> String {
    let mut play = play(&following(), None, at);
    play.on(Event::Begin);
    play.on(Event::Opened);
    listens(&play.message(second(seq, at)));
    play.feed.cursor()
}

#[test]
fn both_versions_give_the_same_and_every_message_is_one_record() {
    for (version, messages, identity) in [(1, FIRST, 1), (2, SECOND, 1)] {
        let mut play = play(&following(), None, NOW);
        assert_eq!(address(&play.on(Event::Begin)), format!("{V2}&cursor={}", us(NOW)));
        if version == 1 {
            assert_eq!(address(&play.answer(404, "")), format!("{V1}&cursor={}", us(NOW)));
        }
        listens(&play.on(Event::Opened));
        for message in messages.lines() {
            listens(&play.message(message));
        }
        let texts: Vec<&str> = play.found.posts.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "first from the stream #Vault7",
                "about something else",
                "first from the stream, mended #Vault7"
            ]
        );
        assert_eq!(
            play.found.deletions,
            ["at://did:plc:demoben33333333333333333/app.bsky.feed.post/3ljs2vh6uwk2b"]
        );
        assert_eq!(play.found.rejects, ["no record"]);
        let unselected: Vec<(&str, u64)> = play.found.unselected.into_iter().collect();
        assert_eq!(
            unselected,
            [
                ("account deactivated (its posts are kept)", 1),
                ("account deleted, and its posts with it", 1),
                ("account taken down, and its posts with it", 1),
                ("account that is active (again)", 1),
                ("news of an account's name", identity),
            ]
        );
        let gone =
            |author: &str, at| News::AccountGone { platform: "bluesky", author: author.to_owned(), at };
        let account_gone: Vec<&News> =
            play.news.iter().filter(|news| matches!(news, News::AccountGone { .. })).collect();
        let expected = [
            gone("did:plc:demoben33333333333333333", at("2025-03-07T13:00:01.350Z")),
            gone("did:web:demo-cleo.example", at("2025-03-07T13:00:01.370Z")),
        ];
        assert_eq!(account_gone, expected.iter().collect::<Vec<_>>());
    }
}

#[test]
fn it_begins_now_where_nothing_else_is_said() {
    let mut play = play(&following(), None, NOW);
    assert_eq!(address(&play.on(Event::Begin)), format!("{V2}&cursor={}", us(NOW)));
    assert_eq!(play.notices().len(), 1);
    play.on(Event::Opened);
    play.message(second(7, "2025-03-07T13:00:02Z"));
    assert_eq!(play.covered(), []);
    play.now = at("2025-03-07T13:00:04Z");
    play.message(second(8, "2025-03-07T13:00:04Z"));
    // Less than a second later nothing is said.
    play.now = at("2025-03-07T13:00:04.9Z");
    play.message(second(9, "2025-03-07T13:00:04.9Z"));
    let span = |since: &str, until: &str| (String::new(), since.to_owned(), until.to_owned());
    assert_eq!(play.covered(), [span("2025-03-07T13:00:02Z", "2025-03-07T13:00:04Z")]);
    assert!(play.news.contains(&News::At(at("2025-03-07T13:00:04Z"))));
    // Cut: what was heard is covered, and the last event is asked for again.
    assert_eq!(address(&play.on(Event::Closed("cut"))), format!("{V2}&cursor=9"));
    assert_eq!(play.covered()[1..], [span("2025-03-07T13:00:04Z", "2025-03-07T13:00:04.900Z")]);
    assert_eq!(play.gaps(), []);
}

#[test]
fn it_goes_back_as_far_as_the_stream_keeps() {
    let since = |since: &str, follow| Goal { since: Some(at(since)), follow, ..goal(HOST) };
    let begin = |goal: &Goal| {
        let mut play = play(goal, None, NOW);
        let next = play.on(Event::Begin);
        (address(&next), play)
    };
    let (url, play) = begin(&since("2025-03-07T12:00:00Z", true));
    assert_eq!((url, play.gaps()), (format!("{V2}&cursor={}", us("2025-03-07T12:00:00Z")), vec![]));

    let oldest = "2025-03-06T01:05:02Z";
    let (url, play) = begin(&since("2017-02-01T00:00:00Z", true));
    let missing = ("2017-02-01T00:00:00Z".to_owned(), oldest.to_owned(), WHY.to_owned());
    assert_eq!((url, play.gaps()), (format!("{V2}&cursor={}", us(oldest)), vec![missing]));

    // Who does not follow wants what there is.
    let (url, play) = begin(&goal(HOST));
    assert_eq!((url, play.gaps(), play.notices()), (format!("{V2}&cursor={}", us(oldest)), vec![], vec![]));

    let (url, _) = begin(&since("2025-03-08T00:00:00Z", true));
    assert_eq!(url, format!("{V2}&cursor={}", us(NOW)));
}

#[test]
fn an_earlier_begin_is_said_to_be_missing_once() {
    let cursor = cursor_after(7, NOW);
    let goal = Goal { since: Some(at("2025-03-01T00:00:00Z")), ..following() };
    let mut one = play(&goal, Some(&cursor), NOW);
    assert_eq!(address(&one.on(Event::Begin)), format!("{V2}&cursor=7"));
    assert_eq!(one.gaps(), [("2025-03-01T00:00:00Z".to_owned(), NOW.to_owned(), WHY.to_owned())]);
    let mut other = play(&goal, Some(&one.feed.cursor()), NOW);
    other.on(Event::Begin);
    assert_eq!(other.gaps(), []);
}

#[test]
fn a_campaign_of_the_past_is_not_asked_of_a_stream() {
    let span = |since: &str, until: &str| (since.to_owned(), until.to_owned(), WHY.to_owned());
    let (since, until) = ("2017-02-01T00:00:00Z", "2017-09-01T00:00:00Z");
    let goal = Goal { since: Some(at(since)), until: Some(at(until)), ..following() };
    let mut play = play(&goal, None, NOW);
    complete(&play.on(Event::Begin));
    assert_eq!(play.gaps(), [span(since, until)]);
}

#[test]
fn the_first_version_is_spoken_to_who_knows_no_other() {
    for refusal in [400, 404, 501] {
        let mut play = play(&following(), None, NOW);
        play.on(Event::Begin);
        assert_eq!(address(&play.answer(refusal, HTML)), format!("{V1}&cursor={}", us(NOW)));
        assert!(play.notices()[1].contains("version 1 is tried"), "{:?}", play.notices());
        // It does not speak this either.
        let next = play.answer(refusal, HTML);
        assert!(matches!(next, Next::Done(Ending::Closed(_) | Ending::Failed(_))), "{next:?}");
    }
    let mut play = play(&following(), None, NOW);
    play.on(Event::Begin);
    assert_eq!(address(&play.on(Event::Failed("demo"))), format!("{V1}&cursor={}", us(NOW)));
    let next = play.on(Event::Failed("demo"));
    assert!(matches!(&next, Next::Done(Ending::Failed(why)) if why == "demo"), "{next:?}");
}

#[test]
fn the_first_version_goes_on_a_little_earlier_and_shows_by_itself_what_is_missing() {
    let begin = |now: &str| {
        let mut play = play(&following(), Some(&cursor_after(7, NOW)), now);
        play.on(Event::Begin);
        assert_eq!(address(&play.answer(404, "")), format!("{V1}&cursor={}", us(NOW)));
        play.on(Event::Opened);
        play
    };
    // All is there: the overlap comes again, then the last event, then new ones.
    let mut play = begin("2025-03-07T14:00:00Z");
    let mut cursors = Vec::new();
    for (number, at) in [(5, "2025-03-07T12:59:58Z"), (7, NOW), (8, "2025-03-07T13:00:10Z")] {
        play.now = self::at("2025-03-07T14:00:02Z");
        listens(&play.message(first(number, at)));
        cursors.push(play.feed.cursor());
    }
    assert_eq!((play.gaps(), play.found.posts.len()), (vec![], 3));
    // In the overlap it goes nowhere.
    assert!(
        cursors[0].contains(NOW) && cursors[1].contains(NOW) && cursors[2].contains("13:00:10"),
        "{cursors:?}"
    );
    // A day and more later, the service begins where it can.
    let (mut play, first_kept) = (begin("2025-03-09T13:00:02Z"), "2025-03-08T01:00:02Z");
    listens(&play.message(first(9, first_kept)));
    assert_eq!(play.gaps(), [(NOW.to_owned(), first_kept.to_owned(), WHY.to_owned())]);
    assert!(
        !play.covered().iter().any(|(_, since, until)| since.as_str() < first_kept && until.as_str() > NOW)
    );
}

#[test]
fn a_number_that_is_too_old_is_asked_for_by_its_time() {
    let mut play = play(&following(), Some(&cursor_after(7, NOW)), "2025-03-09T13:00:02Z");
    assert_eq!(address(&play.on(Event::Begin)), format!("{V2}&cursor=7"));
    assert_eq!(address(&play.answer(400, TOO_OLD)), format!("{V2}&cursor={}", us(NOW)));
    play.on(Event::Opened);
    listens(&play.message(info("OutdatedCursor")));
    let first_kept = "2025-03-08T01:00:02Z";
    listens(&play.message(second(900, first_kept)));
    assert_eq!(play.gaps(), [(NOW.to_owned(), first_kept.to_owned(), WHY.to_owned())]);
    assert_eq!(play.found.unselected.into_iter().collect::<Vec<_>>(), [("stream notice", 1)]);
    // From then on by number again.
    let mut play = self::play(&following(), Some(&play.feed.cursor()), "2025-03-09T13:00:03Z");
    assert_eq!(address(&play.on(Event::Begin)), format!("{V2}&cursor=900"));
}

#[test]
fn refused_by_time_too_the_other_version_is_tried() {
    let mut play = play(&following(), Some(&cursor_after(7, NOW)), NOW);
    play.on(Event::Begin);
    play.answer(400, TOO_OLD);
    assert!(address(&play.answer(400, TOO_OLD)).starts_with(V1));
}

#[test]
fn a_host_that_counts_anew_is_noticed() {
    let again = format!("{V2}&cursor={}", us(NOW));
    // It says so.
    let mut one = play(&following(), Some(&cursor_after(7, NOW)), NOW);
    one.on(Event::Begin);
    one.on(Event::Opened);
    assert_eq!(address(&one.message(info("FutureCursor"))), again);
    // Or another event has the number; or the event is not there.
    for (seq, at) in [(7, "2025-03-07T13:30:00Z"), (8, "2025-03-07T13:30:00Z")] {
        let mut play = play(&following(), Some(&cursor_after(7, NOW)), NOW);
        play.on(Event::Begin);
        play.on(Event::Opened);
        assert_eq!(address(&play.message(second(seq, at))), again);
        // Nothing is lost, if it does not say so.
        play.on(Event::Opened);
        assert_eq!(play.found.records(), 0);
        listens(&play.message(second(3, NOW)));
        assert_eq!((play.gaps(), play.found.records()), (vec![], 1));
    }
    // And if that time is in the future too, it is said.
    let mut play = play(&following(), Some(&cursor_after(7, NOW)), NOW);
    play.on(Event::Begin);
    play.on(Event::Opened);
    play.message(info("FutureCursor"));
    play.on(Event::Opened);
    listens(&play.message(info("FutureCursor")));
    listens(&play.message(second(3, "2025-03-07T13:00:09Z")));
    assert_eq!(play.gaps().len(), 1);
}

#[test]
fn who_reads_too_slowly_is_told_and_goes_on() {
    let mut play = play(&following(), None, NOW);
    play.on(Event::Begin);
    play.on(Event::Opened);
    play.message(second(7, NOW));
    listens(&play.message(r#"{"$type":"error","error":"ConsumerTooSlow","message":"demo"}"#));
    assert!(play.notices()[1].contains("ConsumerTooSlow"), "{:?}", play.notices());
    assert_eq!(address(&play.on(Event::Closed("end"))), format!("{V2}&cursor=7"));
    assert_eq!(play.found.records(), 2);
}

#[test]
fn what_cannot_be_read_is_rejected_and_moves_nothing() {
    let mut play = play(&following(), None, NOW);
    play.on(Event::Begin);
    play.on(Event::Opened);
    play.message(second(7, NOW));
    let cursor = play.feed.cursor();
    let cut = second(8, NOW);
    let wrong: [&[u8]; 6] =
        [b"", b"\xff\xfe", b"null", b"{}", &cut.as_bytes()[..200], b"{\"$type\":\"message\"}"];
    for (number, message) in wrong.into_iter().enumerate() {
        listens(&play.message(message));
        assert_eq!(play.found.rejects.len(), number + 1, "{}", message.escape_ascii());
        assert_eq!(play.feed.cursor(), cursor);
    }
    listens(&play.message(second(9, "2025-03-07T13:00:05Z")));
    assert!(play.feed.cursor().contains("\"seq\":9"));
}

#[test]
fn without_following_it_ends_where_it_began() {
    let goal = goal(HOST);
    let mut play = play(&goal, Some(&cursor_after(7, NOW)), "2025-03-07T14:00:00Z");
    play.on(Event::Begin);
    play.on(Event::Opened);
    listens(&play.message(second(7, NOW)));
    listens(&play.message(second(8, "2025-03-07T13:59:59.9Z")));
    complete(&play.message(second(9, "2025-03-07T14:00:00.1Z")));
    assert_eq!(play.covered().last().unwrap().2, "2025-03-07T14:00:00Z");
}

#[test]
fn without_following_a_silence_is_the_end_and_a_cut_is_not() {
    let mut play = play(&goal(HOST), Some(&cursor_after(7, NOW)), "2025-03-07T14:00:00Z");
    play.on(Event::Begin);
    play.on(Event::Opened);
    listens(&play.message(second(7, NOW)));
    play.now = at("2025-03-07T14:00:03Z");
    assert_eq!(address(&play.on(Event::Closed("cut"))), format!("{V2}&cursor=7"));
    play.on(Event::Opened);
    play.now = at("2025-03-07T14:01:33Z");
    complete(&play.on(Event::Closed("silence")));
    // Of the silence nothing is claimed.
    assert_eq!(play.covered(), []);
}

#[test]
fn it_ends_a_little_after_the_end_and_claims_no_more() {
    let (since, until) = ("2025-03-07T12:00:00Z", "2025-03-07T12:30:00Z");
    let goal = Goal { since: Some(at(since)), until: Some(at(until)), ..following() };
    let mut play = play(&goal, None, NOW);
    play.on(Event::Begin);
    play.on(Event::Opened);
    listens(&play.message(second(7, "2025-03-07T12:30:05Z")));
    complete(&play.message(second(8, "2025-03-07T12:30:10Z")));
    assert_eq!(play.covered(), [(String::new(), since.to_owned(), until.to_owned())]);
}

#[test]
fn a_service_whose_clock_is_ahead_shows_no_future() {
    let mut play = play(&following(), None, NOW);
    play.on(Event::Begin);
    play.on(Event::Opened);
    play.message(second(7, "2025-03-07T13:00:01Z"));
    play.now = at("2025-03-07T13:00:09Z");
    play.message(second(8, "2025-03-09T00:00:00Z"));
    assert_eq!(play.covered(), [(String::new(), NOW.to_owned(), "2025-03-07T13:00:09Z".to_owned())]);
}

#[test]
fn damaged_places_and_second_looks_are_refused() {
    assert!(Bluesky.feed(&following(), Some("{\"at\":\"soon\"}")).is_err());
    assert!(Bluesky.feed(&following(), Some("x")).is_err());
    let goal = Goal { recheck: vec!["at://did:plc:demo/app.bsky.feed.post/a".to_owned()], ..following() };
    assert!(Bluesky.feed(&goal, None).is_err());
}

/// A Jetstream that knows the truth: an event every so often, of which it keeps the newest.
struct Server {
    version: u64,
    /// Times of all events; the number of one is its place, from 1.
    events: Vec<Timestamp>,
    /// Events before are not kept.
    floor: usize,
}

/// Messages, each with the event's place, where it is one.
type Messages = Vec<(Option<usize>, String)>;

impl Server {
    /// What a connection brings until it is cut: a refusal, or messages (with the event's place, where it is one).
    fn open(&self, url: &str, cut: usize) -> Result<Messages, (u16, &'static str)> {
        let is_second = url.starts_with(V2);
        if is_second != (self.version == 2) {
            return Err((404, ""));
        }
        let cursor: Option<i64> = url.split_once("&cursor=").map(|(_, cursor)| cursor.parse().unwrap());
        let by_time = |us: i64| self.events.partition_point(|at| at.as_millis() * 1000 < us);
        let (asked, is_number) = match cursor {
            None => (self.events.len(), false),
            Some(number) if number < 1_000_000_000_000_000 => (usize::try_from(number).unwrap() - 1, true),
            Some(us) => (by_time(us), false),
        };
        if is_number && asked < self.floor {
            return Err((400, TOO_OLD));
        }
        let mut messages = Vec::new();
        if asked < self.floor && is_second {
            messages.push((None, info("OutdatedCursor")));
        }
        for place in (asked.max(self.floor)..self.events.len()).take(cut) {
            let at = self.events[place].to_string();
            let number = place as u64 + 1;
            messages.push((Some(place), if is_second { second(number, &at) } else { first(number, &at) }));
        }
        Ok(messages)
    }
}

/// Runs a feed over cuts, kills and a service that forgets; what is missing at the end has to be admitted, and only that.
fn whatever_happens(seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let start = at("2025-03-07T12:00:00Z");
    let later = |ms: i64| Timestamp::from_millis_unchecked(start.as_millis() + ms);
    let mut server = Server { version: random.u64(1..=2), events: Vec::new(), floor: 0 };
    let (mut saved, mut coverage) = (None::<String>, Coverage::default());
    let mut have: Vec<usize> = Vec::new();
    let mut clock = 0;
    for run in 0..6 {
        let grown = random.usize(1..200);
        for _ in 0..grown {
            clock += random.i64(0..2000);
            server.events.push(later(clock));
        }
        if random.u8(..4) == 0 {
            server.floor = random.usize(server.floor..server.events.len());
        }
        let goal = Goal { since: Some(start), ..following() };
        let mut play = play(&goal, saved.as_deref(), "2025-03-07T12:00:00Z");
        play.now = later(clock + 1);
        let mut next = play.on(Event::Begin);
        let (mut unsaved, mut steps) = (Vec::new(), 0);
        let is_last = run == 5;
        'connections: loop {
            steps += 1;
            assert!(steps < 100, "seed {seed}: it opens for ever");
            let cut = if is_last { usize::MAX } else { random.usize(0..150) };
            match server.open(&address(&next), cut) {
                Err((status, body)) => next = play.answer(status, body),
                Ok(messages) => {
                    next = play.on(Event::Opened);
                    for (place, message) in messages {
                        play.now =
                            Timestamp::from_millis_unchecked(play.now.as_millis() + random.i64(0..100));
                        next = play.message(message);
                        if !matches!(next, Next::Listen) {
                            continue 'connections;
                        }
                        unsaved.extend(place);
                        if random.u8(..20) == 0 || is_last {
                            // One atomic write: posts, cursor, coverage.
                            have.append(&mut unsaved);
                            saved = Some(play.feed.cursor());
                            take_coverage(&mut coverage, &mut play.news);
                        }
                    }
                    // Killed, or cut, or at the end.
                    if is_last || random.bool() {
                        break;
                    }
                    next = play.on(Event::Closed("cut"));
                }
            }
        }
        if is_last {
            play.on(Event::Closed("end"));
            take_coverage(&mut coverage, &mut play.news);
        }
    }
    for (place, at) in server.events.iter().enumerate() {
        let is_covered = coverage.covers(*at, Timestamp::from_millis_unchecked(at.as_millis() + 1));
        if !have.contains(&place) {
            assert!(!is_covered, "seed {seed}: event {place} of {at} is missing, and claimed");
            assert!(place < server.floor, "seed {seed}: event {place} of {at} was lost");
        }
    }
    let gaps = coverage.spans().iter().filter(|span| span.gap.is_some()).count();
    assert!(gaps == 0 || server.floor > 0, "seed {seed}: a gap where nothing was forgotten");
    assert!(coverage.spans().iter().any(|span| span.gap.is_none()), "seed {seed}: nothing is claimed");
}

fn take_coverage(coverage: &mut Coverage, news: &mut Vec<News>) {
    for news in news.drain(..) {
        match news {
            News::Covered { since, until, .. } => coverage.collected(since, until),
            News::Gap { since, until, why, .. } => coverage.gap(since, until, &why),
            _ => {}
        }
    }
}

#[test]
fn nothing_is_lost_or_claimed_whatever_happens() {
    (0..100).for_each(whatever_happens);
}
