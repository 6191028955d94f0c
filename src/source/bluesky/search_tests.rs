//! The search and the second look, driven by hand.

use super::play_tests::{Play, address, at, goal, secrets};
use super::search::BlueskySearch;
use crate::source::{Ending, Event, Goal, GoalError, Next, Request, Source};
use std::collections::BTreeMap;
use std::time::Duration;

const FIRST_PAGE: &str = include_str!("../../../fixtures/api/bluesky/search-first.json");
const LAST_PAGE: &str = include_str!("../../../fixtures/api/bluesky/search-last.json");
const POSTS: &str = include_str!("../../../fixtures/api/bluesky/posts.json");
const SESSION: &str = include_str!("../../../fixtures/api/bluesky/session.json");
const EXPIRED: &str = include_str!("../../../fixtures/api/bluesky/expired.json");
const WRONG_PASSWORD: &str = include_str!("../../../fixtures/api/bluesky/wrong-password.json");
const FORBIDDEN: &str = include_str!("../../../fixtures/api/bluesky/forbidden.html");

const NOW: &str = "2025-03-08T00:00:00Z";
const SINCE: &str = "2025-03-01T00:00:00Z";
const CUT_SHORT: &str = "the search shows no more, and does not say that this is all";

fn wanted() -> Goal {
    Goal {
        since: Some(at(SINCE)),
        every: Duration::from_secs(300),
        secrets: secrets(&[
            ("TAGLINE_BLUESKY_HANDLE", "demo_anna.example"),
            ("TAGLINE_BLUESKY_APP_PASSWORD", "demo-pass-word"),
        ]),
        ..goal("pds.example")
    }
}

fn with_token() -> Goal {
    Goal { secrets: secrets(&[("TAGLINE_BLUESKY_TOKEN", "demo-token")]), ..wanted() }
}

fn play(goal: &Goal, cursor: Option<&str>) -> Play {
    Play::new(&BlueskySearch, goal, cursor, NOW)
}

#[track_caller]
fn asked(next: &Next) -> &Request {
    match next {
        Next::Ask(request) => request,
        other => panic!("nothing is asked: {other:?}"),
    }
}

/// The parameters of the search that is asked.
#[track_caller]
fn query(next: &Next) -> BTreeMap<String, String> {
    let url = address(next);
    let query = url.strip_prefix("https://pds.example/xrpc/app.bsky.feed.searchPosts?");
    url::form_urlencoded::parse(query.unwrap_or_else(|| panic!("no search: {url}")).as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

#[track_caller]
fn signs_in(next: &Next, how: &str) {
    assert_eq!(address(next), format!("https://pds.example/xrpc/com.atproto.server.{how}"));
    assert_eq!(asked(next).kind, "session");
}

/// Signed in, with the first page asked for.
fn begun(goal: &Goal, cursor: Option<&str>) -> (Play, Next) {
    let mut play = play(goal, cursor);
    let next = play.on(Event::Begin);
    signs_in(&next, "createSession");
    let next = play.answer(200, SESSION);
    (play, next)
}

fn span(since: &str, until: &str) -> (String, String, String) {
    ("vault7".to_owned(), since.to_owned(), until.to_owned())
}

/// A page of one post, that claims a time.
fn page(number: u32, claim: &str, cursor: Option<&str>) -> String {
    let cursor = cursor.map(|cursor| format!(r#","cursor":"{cursor}""#)).unwrap_or_default();
    format!(
        r##"{{"posts":[{{"uri":"at://did:plc:demo/app.bsky.feed.post/demo{number}","cid":"a","author":{{"did":"did:plc:demo","handle":"demo_anna.example"}},"record":{{"$type":"app.bsky.feed.post","text":"#Vault7 {number}","createdAt":"{claim}"}},"indexedAt":"2025-03-07T20:00:00Z"}}]{cursor}}}"##
    )
}

#[test]
fn pages_are_turned_to_the_end() {
    let (mut play, next) = begun(&wanted(), None);
    let request = asked(&next);
    assert_eq!(request.bearer.as_ref().unwrap().reveal(), "demo-access");
    let expected = [
        ("limit", "100"),
        ("q", "#Vault7"),
        ("since", SINCE),
        ("sort", "latest"),
        ("tag", "Vault7"),
        ("until", NOW),
    ];
    assert_eq!(query(&next), expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    let next = play.answer(200, FIRST_PAGE);
    assert_eq!(query(&next)["cursor"], "2");
    assert_eq!(play.covered(), []);
    let next = play.answer(200, LAST_PAGE);
    assert!(matches!(next, Next::Done(Ending::Complete)), "{next:?}");
    assert_eq!(play.found.posts.len(), 3);
    assert_eq!((play.covered(), play.gaps()), (vec![span(SINCE, NOW)], vec![]));
}

#[test]
fn the_first_look_goes_back_to_the_first_post_and_beyond() {
    let (_, next) = begun(&Goal { since: None, ..wanted() }, None);
    assert!(!query(&next).contains_key("since"), "{next:?}");
}

#[test]
fn each_tag_is_searched_and_watched() {
    let tags = ["Vault7", "#vault7", "Vault8"].map(str::to_owned).to_vec();
    let goal = Goal { tags, follow: true, ..wanted() };
    let (mut play, next) = begun(&goal, None);
    assert_eq!(query(&next)["q"], "#Vault7");
    let next = play.answer(200, r#"{"posts":[]}"#);
    assert_eq!(query(&next)["q"], "#Vault8");
    let next = play.answer(200, r#"{"posts":[]}"#);
    assert!(matches!(next, Next::Wait { time, .. } if time == Duration::from_secs(300)), "{next:?}");
    // The last hour again, and not from the beginning.
    play.now = at("2025-03-08T00:05:00Z");
    let next = play.on(Event::Waited);
    assert_eq!(query(&next)["since"], "2025-03-07T23:00:00Z");
    assert_eq!(query(&next)["until"], "2025-03-08T00:05:00Z");
}

#[test]
fn a_long_search_is_begun_anew_at_its_oldest_post() {
    let (mut play, _) = begun(&wanted(), None);
    let mut next = Next::Listen;
    for number in 0..10 {
        let claim = format!("2025-03-07T{:02}:00:00Z", 19 - number);
        next = play.answer(200, page(number, &claim, Some(&number.to_string())));
    }
    let query = query(&next);
    assert_eq!((query.get("cursor"), query["until"].as_str()), (None, "2025-03-07T10:00:00.001Z"));
    assert_eq!(play.covered(), [span("2025-03-07T10:00:00.001Z", NOW)]);
    // Killed here, it goes on there.
    let (_, next) = begun(&wanted(), Some(&play.feed.cursor()));
    assert_eq!(self::query(&next)["until"], "2025-03-07T10:00:00.001Z");
    let next = play.answer(200, page(10, "2025-03-07T10:00:00Z", None));
    assert!(matches!(next, Next::Done(Ending::Complete)), "{next:?}");
    assert_eq!(play.covered()[1..], [span(SINCE, "2025-03-07T10:00:00.001Z")]);
}

#[test]
fn a_search_that_goes_round_in_circles_ends_and_says_so() {
    // The same page for ever, under one cursor, under new ones, under none that can be sent back.
    for cursor in ["same", "", "long"] {
        let (mut play, mut next) = begun(&wanted(), None);
        let mut pages = 0;
        while matches!(next, Next::Ask(_)) {
            pages += 1;
            assert!(pages < 50, "{cursor}: for ever");
            let cursor = match cursor {
                "" => pages.to_string(),
                "long" => "x".repeat(5000),
                other => other.to_owned(),
            };
            next = play.answer(200, page(1, "2025-03-07T19:00:00Z", Some(&cursor)));
        }
        assert!(matches!(next, Next::Done(Ending::Complete)), "{next:?}");
        let seen = "2025-03-07T19:00:00.001Z";
        assert_eq!(play.covered(), [span(seen, NOW)], "{cursor}");
        assert_eq!(play.gaps(), [(SINCE.to_owned(), seen.to_owned(), CUT_SHORT.to_owned())], "{cursor}");
    }
}

#[test]
fn pages_without_posts_are_no_proof() {
    let (mut play, mut next) = begun(&wanted(), None);
    for number in 0..10 {
        assert!(matches!(next, Next::Ask(_)), "{next:?}");
        next = play.answer(200, format!(r#"{{"posts":[],"cursor":"{number}"}}"#));
    }
    assert!(matches!(next, Next::Done(Ending::Complete)), "{next:?}");
    assert_eq!((play.covered(), play.gaps().len()), (vec![], 1));
}

#[test]
fn a_page_that_the_server_stumbles_over_is_gone_round() {
    for refusal in [true, false] {
        let (mut play, _) = begun(&wanted(), None);
        play.answer(200, FIRST_PAGE);
        let next = if refusal {
            play.answer(400, r#"{"error":"InvalidRequest","message":"cursor"}"#)
        } else {
            play.on(Event::Failed("status 500 (8 tries)"))
        };
        let query = query(&next);
        assert_eq!((query.get("cursor"), query["until"].as_str()), (None, "2025-03-07T13:00:00.251Z"));
        // The first page of all cannot be gone round.
        let next = play.on(Event::Failed("status 500 (8 tries)"));
        assert!(matches!(next, Next::Done(Ending::Failed(_))), "{next:?}");
    }
}

#[test]
fn a_session_that_has_expired_is_renewed() {
    for status in [400, 401] {
        let (mut play, _) = begun(&wanted(), None);
        play.answer(200, FIRST_PAGE);
        let next = play.answer(status, EXPIRED);
        signs_in(&next, "refreshSession");
        let request = asked(&next);
        assert_eq!(request.bearer.as_ref().unwrap().reveal(), "demo-refresh");
        assert_eq!(request.body.as_ref().unwrap().reveal(), "");
        let next = play.answer(200, SESSION.replace("demo-access", "demo-later"));
        // The same page, with the new token.
        assert_eq!(asked(&next).bearer.as_ref().unwrap().reveal(), "demo-later");
        assert_eq!(query(&next)["cursor"], "2");
        // Refused at once: no more knocking.
        let next = play.answer(401, EXPIRED);
        assert!(matches!(next, Next::Done(Ending::NotAllowed(_))), "{next:?}");
    }
}

#[test]
fn where_renewing_fails_the_password_is_sent_once() {
    let (mut play, _) = begun(&wanted(), None);
    play.answer(200, FIRST_PAGE);
    signs_in(&play.answer(401, EXPIRED), "refreshSession");
    signs_in(&play.answer(400, EXPIRED), "createSession");
    let next = play.answer(401, WRONG_PASSWORD);
    assert!(matches!(next, Next::Done(Ending::NotAllowed(_))), "{next:?}");
}

#[test]
fn a_wrong_password_is_said_and_not_sent_twice() {
    let refused = |status, body: &str| {
        let mut play = play(&wanted(), None);
        play.on(Event::Begin);
        match play.answer(status, body) {
            Next::Done(Ending::NotAllowed(why) | Ending::Failed(why)) => why,
            other => panic!("{other:?}"),
        }
    };
    assert!(refused(401, WRONG_PASSWORD).contains("`TAGLINE_BLUESKY_APP_PASSWORD` is wrong"));
    assert!(refused(401, r#"{"error":"AuthFactorTokenRequired"}"#).contains("app password"));
    assert!(refused(403, FORBIDDEN).contains("status 403"));
    assert!(refused(200, "{}").contains("cannot be read"));
}

#[test]
fn a_token_that_was_brought_along_is_used_until_it_is_refused() {
    let mut play = play(&with_token(), None);
    let next = play.on(Event::Begin);
    assert_eq!(asked(&next).bearer.as_ref().unwrap().reveal(), "demo-token");
    play.answer(200, FIRST_PAGE);
    let next = play.answer(401, EXPIRED);
    assert!(matches!(next, Next::Done(Ending::NotAllowed(_))), "{next:?}");

    // With a password beside it, that is next.
    let both = [
        ("TAGLINE_BLUESKY_HANDLE", "demo_anna.example"),
        ("TAGLINE_BLUESKY_APP_PASSWORD", "demo-pass-word"),
        ("TAGLINE_BLUESKY_TOKEN", "demo-token"),
    ];
    let mut play = self::play(&Goal { secrets: secrets(&both), ..wanted() }, None);
    query(&play.on(Event::Begin));
    signs_in(&play.answer(401, EXPIRED), "createSession");
    query(&play.answer(200, SESSION));
    let next = play.answer(401, EXPIRED);
    assert!(matches!(next, Next::Done(Ending::NotAllowed(_))), "{next:?}");
}

#[test]
fn what_is_missing_is_named() {
    let missing = |pairs: &[(&str, &str)]| {
        let error = BlueskySearch.feed(&Goal { secrets: secrets(pairs), ..wanted() }, None).err().unwrap();
        match error {
            GoalError::Secret { variable, .. } => variable,
            other => panic!("{other}"),
        }
    };
    assert_eq!(missing(&[]), "TAGLINE_BLUESKY_HANDLE");
    assert_eq!(missing(&[("TAGLINE_BLUESKY_APP_PASSWORD", "x")]), "TAGLINE_BLUESKY_HANDLE");
    assert_eq!(missing(&[("TAGLINE_BLUESKY_HANDLE", "x")]), "TAGLINE_BLUESKY_APP_PASSWORD");
    assert!(BlueskySearch.feed(&wanted(), Some("[]")).is_err());
    assert!(BlueskySearch.feed(&wanted(), Some(r#"{"vault7":{"asked":[2,1],"todo":[]}}"#)).is_err());
}

#[test]
fn no_secret_is_shown_or_kept() {
    let mut play = play(&wanted(), None);
    let next = play.on(Event::Begin);
    assert!(asked(&next).body.as_ref().unwrap().reveal().contains("demo-pass-word"));
    let mut shown = vec![format!("{next:?}{}", play.feed.cursor())];
    let next = play.answer(200, SESSION);
    shown.push(format!("{next:?}{}", play.feed.cursor()));
    play.answer(200, FIRST_PAGE);
    let next = play.answer(401, EXPIRED);
    shown.push(format!("{next:?}{}{:?}", play.feed.cursor(), play.news));
    let shown = shown.concat();
    for secret in ["demo-pass-word", "demo-access", "demo-refresh"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn what_is_no_page_ends_it_and_moves_nothing() {
    let begin = || {
        let (play, _) = begun(&wanted(), None);
        let cursor = play.feed.cursor();
        (play, cursor)
    };
    for (status, body, closed) in [
        (403, FORBIDDEN, true),
        (404, FORBIDDEN, true),
        (501, r#"{"error":"MethodNotImplemented"}"#, true),
        (400, r#"{"error":"InvalidRequest"}"#, false),
        (200, FORBIDDEN, false),
        (200, "{\"posts\":[{\"uri\":\"at://", false),
        (200, r#"{"error":"demo"}"#, false),
        (200, "[]", false),
        (200, "", false),
    ] {
        let (mut play, cursor) = begin();
        match play.answer(status, body) {
            Next::Done(Ending::Closed(_)) => assert!(closed, "{status} {body}"),
            Next::Done(Ending::Failed(_)) => assert!(!closed, "{status} {body}"),
            other => panic!("{status} {body}: {other:?}"),
        }
        assert_eq!((play.feed.cursor(), play.found.records()), (cursor, 0), "{status} {body}");
        assert_eq!((play.covered(), play.gaps()), (vec![], vec![]));
    }
}

#[test]
fn posts_that_are_not_shown_twice_are_gone() {
    let kept = "at://did:plc:demoanna2222222222222222/app.bsky.feed.post/3ljs2tnxt6k2b";
    let gone = "at://did:plc:demoben33333333333333333/app.bsky.feed.post/3ljs2vh6uwk2b";
    let back = "at://did:plc:demoben33333333333333333/app.bsky.feed.post/3ljs34m33wk2b";
    let others = [
        "at://demo_anna.example/app.bsky.feed.post/3ljs2tnxt6k2b",
        "at://did:plc:demo/app.bsky.feed.repost/3ljs2tnxt6k2b",
        "h:0123456789abcdef",
    ];
    let recheck = [kept, gone, back, gone].into_iter().chain(others).map(str::to_owned).collect();
    assert!(
        BlueskySearch.knows(&wanted(), kept) && !others.iter().any(|id| BlueskySearch.knows(&wanted(), id))
    );
    // No account is needed, and none is used.
    let goal = Goal { recheck, ..wanted() };
    let mut play = play(&goal, None);
    let next = play.on(Event::Begin);
    let url = address(&next);
    assert!(url.starts_with("https://pds.example/xrpc/app.bsky.feed.getPosts?uris=at%3A%2F%2Fdid"), "{url}");
    assert_eq!((url.matches("uris=").count(), asked(&next).bearer.as_ref()), (3, None));
    let next = play.answer(200, POSTS);
    assert_eq!((address(&next).matches("uris=").count(), play.found.deletions.len()), (2, 0));
    let again = POSTS
        .replace("demoanna2222222222222222", "demoben33333333333333333")
        .replace("3ljs2tnxt6k2b", "3ljs34m33wk2b");
    let next = play.answer(200, again);
    assert!(matches!(next, Next::Done(Ending::Complete)), "{next:?}");
    assert_eq!(play.found.deletions, [gone]);
    let posts: Vec<&str> = play.found.posts.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(posts, [kept, back]);
    assert_eq!(play.found.unselected.into_values().sum::<u64>(), 3);
}

#[test]
fn a_second_look_asks_for_25_at_a_time_and_takes_no_error_for_a_deletion() {
    let recheck: Vec<String> =
        (0..60).map(|n| format!("at://did:plc:demo/app.bsky.feed.post/demo{n:02}")).collect();
    let goal = Goal { recheck, ..goal("public.example") };
    let begin = || {
        let mut play = play(&goal, None);
        let next = play.on(Event::Begin);
        assert_eq!(address(&next).matches("uris=").count(), 25);
        play
    };
    for (status, body) in [(401, EXPIRED), (400, "{}"), (200, "{}"), (200, FORBIDDEN), (403, FORBIDDEN)] {
        let mut play = begin();
        let next = play.answer(status, body);
        assert!(matches!(next, Next::Done(Ending::NotAllowed(_) | Ending::Failed(_))), "{status}: {next:?}");
        assert_eq!(play.found.records(), 0);
    }
    let (mut play, mut requests) = (begin(), 0);
    while matches!(play.answer(200, r#"{"posts":[]}"#), Next::Ask(_)) {
        requests += 1;
    }
    assert_eq!((requests, play.found.deletions.len()), (5, 60));
}
