//! The search as a function from addresses to pages: no network, no clock.

use super::*;
use crate::archive::{Reject, Sink};
use crate::post::{Deletion, Draft};
use crate::source::{Headers, News, Secrets};
use serde_json::json;

/// A day in 2026, in milliseconds.
const NOW: i64 = 1_780_000_000_000;
/// First moment of X's numbers, in milliseconds.
const EPOCH: i64 = 1_288_834_974_657;

#[derive(Default)]
struct Found(Vec<String>, usize);

impl Sink for Found {
    fn post(&mut self, post: &mut Draft<'_>) {
        self.0.push(post.id.to_string());
    }
    fn deletion(&mut self, _: Deletion) {}
    fn reject(&mut self, _: Reject) {
        self.1 += 1;
    }
    fn unselected(&mut self, _: &'static str) {}
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis_unchecked(ms)
}

fn id_of(ms: i64) -> u64 {
    u64::try_from(ms - EPOCH).unwrap() << 22
}

/// What X has, in milliseconds, and how it pages.
struct Server {
    posts: Vec<i64>,
    page: usize,
    asked: Vec<BTreeMap<String, String>>,
    /// Answers with this instead, once.
    instead: Vec<(u16, String)>,
    /// Gives the same token again and again.
    circles: bool,
}

impl Server {
    fn new(posts: Vec<i64>) -> Self {
        Self { posts, page: 100, asked: Vec::new(), instead: Vec::new(), circles: false }
    }

    fn answer(&mut self, request: &Request) -> (u16, String) {
        assert!(request.url.starts_with("https://api.x.com/2/tweets/search/recent?"), "{}", request.url);
        assert_eq!(request.bearer.as_ref().unwrap().reveal(), "demo");
        assert!(!format!("{request:?}").contains("demo"));
        let url = url::Url::parse(&request.url).unwrap();
        let asked: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        self.asked.push(asked.clone());
        if !self.instead.is_empty() {
            return self.instead.remove(0);
        }
        let time = |name: &str| Timestamp::parse_rfc3339(&asked[name]).unwrap().as_millis();
        let (since, until) = (time("start_time"), time("end_time"));
        assert!(since > NOW - 7 * 86_400_000, "{asked:?}");
        let mut posts: Vec<i64> =
            self.posts.iter().copied().filter(|ms| (since..until).contains(ms)).collect();
        posts.sort_unstable_by(|a, b| b.cmp(a));
        let from: usize = asked.get("next_token").map_or(0, |token| token.parse().unwrap());
        let rest = posts.len().saturating_sub(from);
        let data: Vec<_> = posts[from.min(posts.len())..]
            .iter()
            .take(self.page)
            .map(|ms| {
                json!({"id": id_of(*ms).to_string(), "text": "#Vault7", "author_id": "1", "created_at": at(*ms).to_string(),
                    "edit_history_tweet_ids": [id_of(*ms).to_string()]})
            })
            .collect();
        let mut meta = json!({"result_count": data.len()});
        if self.circles {
            meta["next_token"] = "0".into();
        } else if rest > self.page {
            meta["next_token"] = (from + self.page).to_string().into();
        }
        (200, json!({"data": data, "meta": meta}).to_string())
    }
}

struct Run {
    feed: Box<dyn Feed>,
    found: Found,
    news: Vec<News>,
    now: i64,
}

impl Run {
    fn new(goal: &Goal, cursor: Option<&str>) -> Self {
        Self { feed: X.feed(goal, cursor).unwrap(), found: Found::default(), news: Vec::new(), now: NOW }
    }

    fn on(&mut self, event: Event<'_>) -> Next {
        let mut out = Out { now: at(self.now), record: 0, posts: &mut self.found, news: &mut self.news };
        self.feed.on(event, &mut out)
    }

    /// Works until it ends or waits; `pages` at most.
    fn work(&mut self, server: &mut Server, pages: usize) -> Option<Ending> {
        let mut next = self.on(Event::Begin);
        for _ in 0..pages {
            let request = match next {
                Next::Ask(request) => request,
                Next::Done(ending) => return Some(ending),
                Next::Wait { .. } => return None,
                other => panic!("{other:?}"),
            };
            let (status, body) = server.answer(&request);
            let kind =
                if status == 200 { "application/json; charset=utf-8" } else { "application/problem+json" };
            let headers = Headers::new([("content-type", kind)]);
            let answer = Answer { status, headers: &headers, url: &request.url, body: body.as_bytes() };
            next = self.on(Event::Answer(answer));
        }
        None
    }

    /// Milliseconds of coverage, and of gaps.
    fn spans(&self) -> (i64, i64) {
        let mut coverage = crate::timeline::Coverage::default();
        for news in &self.news {
            match news {
                News::Covered { since, until, .. } => coverage.collected(*since, *until),
                News::Gap { since, until, why, .. } => coverage.gap(*since, *until, why),
                _ => {}
            }
        }
        let length = |gap: bool| {
            let spans = coverage.spans().iter().filter(|span| span.gap.is_some() == gap);
            spans.map(|span| span.until.as_millis() - span.since.as_millis()).sum()
        };
        (length(false), length(true))
    }
}

fn goal() -> Goal {
    Goal {
        host: "api.x.com".to_owned(),
        tags: vec!["Vault7".to_owned()],
        since: Some(at(NOW - 3_600_000)),
        secrets: Secrets::new([(TOKEN.to_owned(), "demo".to_owned())]),
        ..Goal::default()
    }
}

#[test]
fn a_token_is_needed_and_never_shown() {
    let error = X.feed(&Goal { secrets: Secrets::default(), ..goal() }, None).err().unwrap();
    assert!(error.to_string().starts_with("`x` needs `TAGLINE_X_TOKEN` in the environment"), "{error}");
    assert!(!format!("{:?}", goal()).contains("demo"));
}

#[test]
fn tags_go_into_as_few_queries_as_they_fit_into() {
    let query = |tags: &[&str]| {
        let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
        queries(&tags).map(|queries| queries.into_iter().map(|query| query.text).collect::<Vec<_>>())
    };
    assert_eq!(query(&["vault7", "vault8"]).unwrap(), ["(#vault7 OR #vault8) -is:retweet"]);
    let many: Vec<String> = (0..100).map(|n| format!("täglich{n:03}")).collect();
    let queries = queries(&many).unwrap();
    assert!(queries.len() == 4 && queries.iter().all(|query| query.text.chars().count() <= MAX_QUERY));
    assert_eq!(queries.iter().flat_map(|query| query.tags.clone()).collect::<Vec<_>>(), many);
    assert!(query(&["a) OR from:b"]).is_err());
}

#[test]
fn all_pages_are_walked_and_a_stopped_walk_goes_on() {
    let posts: Vec<i64> = (0..950).map(|n| NOW - 40_000 - n * 3_500).collect();
    for stop in 0..12 {
        let mut server = Server::new(posts.clone());
        let mut first = Run::new(&goal(), None);
        let ended = first.work(&mut server, stop);
        let mut second = Run::new(&goal(), Some(&first.feed.cursor()));
        assert_eq!(second.work(&mut server, 100), Some(Ending::Complete));
        let mut ids: Vec<String> = [first.found.0.clone(), second.found.0.clone()].concat();
        assert_eq!(first.found.1 + second.found.1, 0);
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 950, "{stop}");
        // No page twice: each costs. Only what may have come late is asked for again.
        assert!(server.asked.len() <= 10 + usize::from(ended.is_some()), "{stop}: {}", server.asked.len());
        second.news.extend(first.news);
        assert_eq!(second.spans(), (3_570_000, 0), "{stop}");
    }
    assert!(X.feed(&goal(), Some("{}")).is_err());
}

#[test]
fn what_is_older_than_seven_days_is_a_gap_with_words() {
    let mut server = Server::new(vec![NOW - 86_400_000, NOW - 8 * 86_400_000]);
    let mut run = Run::new(&Goal { since: Some(at(NOW - 10 * 86_400_000)), ..goal() }, None);
    assert_eq!(run.work(&mut server, 10), Some(Ending::Complete));
    assert_eq!(run.found.0.len(), 1);
    let (covered, gap) = run.spans();
    assert_eq!(covered + gap, 10 * 86_400_000 - 30_000);
    assert!((3 * 86_400_000..3 * 86_400_000 + 3_600_000).contains(&gap), "{gap}");
    let says = |news: &News| matches!(news, News::Gap { why, .. } if why.contains("import an archive"));
    assert!(run.news.iter().any(says));
    // As far as it goes is no gap; and a month later what was not seen meanwhile is one.
    let mut run = Run::new(&Goal { since: None, ..goal() }, None);
    assert_eq!(run.work(&mut server, 10), Some(Ending::Complete));
    assert_eq!(run.spans().1, 0);
    let mut later = Run::new(&Goal { since: None, ..goal() }, Some(&run.feed.cursor()));
    later.now = NOW + 30 * 86_400_000;
    assert!(matches!(later.on(Event::Begin), Next::Ask(_)));
    let headers = Headers::new([("content-type", "application/json")]);
    let body = br#"{"meta":{"result_count":0}}"#;
    let answer = Answer { status: 200, headers: &headers, url: "", body };
    assert!(matches!(later.on(Event::Answer(answer)), Next::Done(Ending::Complete)));
    let (covered, gap) = later.spans();
    assert!((6 * 86_400_000..7 * 86_400_000).contains(&covered), "{covered}");
    assert!((23 * 86_400_000..24 * 86_400_000).contains(&gap), "{gap}");
}

#[test]
fn refusals_are_told_apart() {
    #[track_caller]
    fn check(status: u16, body: &str, expected: &Ending) {
        let mut server = Server::new(Vec::new());
        server.instead.push((status, body.to_owned()));
        assert_eq!(Run::new(&goal(), None).work(&mut server, 10).as_ref(), Some(expected));
    }
    let problem =
        r#"{"title":"Unauthorized","type":"about:blank","status":401,"detail":"Bad \u001b[31m token"}"#;
    let said = "X does not accept the token in `TAGLINE_X_TOKEN`: Unauthorized Bad \u{FFFD}[31m token (401)";
    check(401, problem, &Ending::NotAllowed(said.to_owned()));
    let said = "the account's credits at X are used up: CreditsDepleted  (402)".replace("  ", " ");
    check(402, r#"{"title":"CreditsDepleted"}"#, &Ending::Failed(said));
    check(400, "<html>", &Ending::Failed("X answers with status 400: ".to_owned()));
    let ending = Run::new(&goal(), None)
        .work(&mut Server { instead: vec![(200, "{}".into())], ..Server::new(vec![]) }, 5);
    assert!(matches!(ending, Some(Ending::Failed(why)) if why.starts_with("a page of posts cannot be read")));
}

#[test]
fn a_page_that_is_refused_is_asked_for_anew() {
    let posts: Vec<i64> = (0..250).map(|n| NOW - 40_000 - n * 3_500).collect();
    let mut server = Server::new(posts);
    let mut first = Run::new(&goal(), None);
    first.work(&mut server, 1);
    server.instead.push((400, r#"{"title":"Invalid Request"}"#.to_owned()));
    let mut second = Run::new(&goal(), Some(&first.feed.cursor()));
    assert_eq!(second.work(&mut server, 20), Some(Ending::Complete));
    assert_eq!(second.found.0.len(), 250);
    assert!(server.asked[1].contains_key("next_token") && !server.asked[2].contains_key("next_token"));
}

#[test]
fn pages_that_go_in_circles_end_in_a_gap() {
    let posts: Vec<i64> = (0..250).map(|n| NOW - 40_000 - n * 3_500).collect();
    let mut server = Server { circles: true, ..Server::new(posts) };
    let mut run = Run::new(&goal(), None);
    assert_eq!(run.work(&mut server, 50), Some(Ending::Complete));
    assert_eq!(server.asked.len(), 2);
    let (covered, gap) = run.spans();
    assert!(gap > 3_000_000 && covered + gap == 3_570_000);
    // Pages without a post are believed for a while.
    let mut server = Server { circles: true, ..Server::new(Vec::new()) };
    assert_eq!(Run::new(&goal(), None).work(&mut server, 50), Some(Ending::Complete));
    assert_eq!(server.asked.len(), 11);
}

#[test]
fn following_asks_for_what_is_new() {
    let mut server = Server::new(vec![NOW - 50_000]);
    let mut run = Run::new(&Goal { follow: true, ..goal() }, None);
    assert_eq!(run.work(&mut server, 10), None);
    run.now += 600_000;
    server.posts.push(NOW + 100_000);
    let Next::Ask(request) = run.on(Event::Waited) else { panic!() };
    let (_, body) = server.answer(&request);
    let headers = Headers::new([("content-type", "application/json")]);
    let answer = Answer { status: 200, headers: &headers, url: "", body: body.as_bytes() };
    assert!(matches!(run.on(Event::Answer(answer)), Next::Wait { .. }));
    assert_eq!(run.found.0.len(), 3);
    assert_eq!(server.asked[1]["start_time"], at(NOW - 90_000).to_string());
    assert_eq!(run.spans(), (3_570_000 + 600_000, 0));
}
