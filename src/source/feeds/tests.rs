use super::*;
use crate::source::{Headers, News};

/// A day in 2026, in milliseconds.
const NOW: i64 = 1_780_000_000_000;
const MINUTE: i64 = 60_000;

#[derive(Default)]
struct Found(BTreeSet<String>);

impl Sink for Found {
    fn post(&mut self, post: &mut Draft<'_>) {
        self.0.insert(post.id.to_string());
    }
    fn deletion(&mut self, _: Deletion) {}
    fn reject(&mut self, _: Reject) {}
    fn unselected(&mut self, _: &'static str) {}
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis_unchecked(ms)
}

/// A feed of Mastodon that shows the posts of these minutes after [`NOW`].
fn feed(minutes: impl IntoIterator<Item = i64>) -> String {
    let item = |minute: i64| {
        let (number, at) = (10_000 + minute, at(NOW + minute * MINUTE));
        format!(
            "<item><guid>https://one.example/@demo_a/{number}</guid><pubDate>{at}</pubDate><description>x</description></item>"
        )
    };
    let items: String = minutes.into_iter().map(item).collect();
    format!("<rss><channel><generator>Mastodon v4</generator>{items}</channel></rss>")
}

struct Run {
    feed: Box<dyn Feed>,
    found: Found,
    news: Vec<News>,
    asked: Vec<String>,
}

impl Run {
    fn new(goal: &Goal, cursor: Option<&str>) -> Self {
        let feed = Rss.feed(goal, cursor).unwrap();
        Self { feed, found: Found::default(), news: Vec::new(), asked: Vec::new() }
    }

    /// One look at all feeds, so many minutes after [`NOW`], at each of which this is the answer.
    fn look(&mut self, minute: i64, status: u16, body: &str) -> Next {
        let headers = Headers::default();
        let mut event = Event::Begin;
        loop {
            let now = at(NOW + minute * MINUTE);
            let mut out = Out { now, record: 0, posts: &mut self.found, news: &mut self.news };
            match self.feed.on(event, &mut out) {
                Next::Ask(request) => self.asked.push(request.url),
                other => return other,
            }
            event = Event::Answer(Answer { status, headers: &headers, url: "", body: body.as_bytes() });
        }
    }

    /// Minutes that are covered, and minutes that are gaps.
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
            spans.map(|span| span.until.as_millis() - span.since.as_millis()).sum::<i64>() / MINUTE
        };
        (length(false), length(true))
    }
}

fn goal() -> Goal {
    Goal {
        host: "one.example".to_owned(),
        tags: vec!["Vault7".to_owned(), "Année Zéro/1".to_owned()],
        follow: true,
        ..Goal::default()
    }
}

#[test]
fn each_tag_has_its_feed_and_an_address_is_one() {
    let mut run = Run::new(&goal(), None);
    assert!(matches!(run.look(0, 200, &feed([])), Next::Wait { .. }));
    assert_eq!(run.asked[0], "https://one.example/tags/vault7.rss?limit=200");
    assert!(run.asked.iter().all(|url| !url.contains(' ')));
    let mut run = Run::new(&Goal { path: "/blog/feed.xml?a=1".to_owned(), follow: false, ..goal() }, None);
    assert!(matches!(run.look(0, 200, &feed([-5])), Next::Done(Ending::Complete)));
    assert_eq!(run.asked, ["https://one.example/blog/feed.xml?a=1"]);
    assert_eq!(
        run.found.0.into_iter().collect::<Vec<_>>(),
        ["https://one.example/users/demo_a/statuses/9995"]
    );
}

#[test]
fn looks_with_no_item_in_common_leave_a_gap() {
    let goal = Goal { tags: vec!["vault7".to_owned()], ..goal() };
    let mut run = Run::new(&goal, None);
    run.look(0, 200, &feed(-20..0));
    assert_eq!(run.spans(), (20, 0));
    run.look(10, 200, &feed(-10..10));
    assert_eq!(run.spans(), (30, 0));
    run.look(100, 200, &feed(80..100));
    assert_eq!(run.spans(), (50, 70));
    // The next run knows what the last one saw, and an empty answer changes nothing.
    let mut next = Run::new(&goal, Some(&run.feed.cursor()));
    next.look(110, 200, &feed([]));
    next.look(120, 200, &feed(90..110));
    assert_eq!(next.spans(), (20 + 10, 0));
    assert!(Rss.feed(&goal, Some("[")).is_err());
}

#[test]
fn what_the_feed_no_longer_shows_is_a_gap_where_it_was_asked_for() {
    let since = Some(at(NOW - 100 * MINUTE));
    let mut run = Run::new(&Goal { tags: vec!["vault7".to_owned()], since, ..goal() }, None);
    run.look(0, 200, &feed(-20..0));
    assert_eq!(run.spans(), (20, 80));
    // A tag with few posts shows them all.
    let mut run = Run::new(&Goal { tags: vec!["vault7".to_owned()], since, ..goal() }, None);
    run.look(0, 200, &feed(-5..0));
    assert_eq!(run.spans(), (100, 0));
}

#[test]
fn items_that_cannot_be_read_are_no_coverage() {
    let mut run = Run::new(&Goal { tags: vec!["vault7".to_owned()], ..goal() }, None);
    let body = feed(-20..0).replace("</channel>", "<item><title>no time</title></item></channel>");
    run.look(0, 200, &body);
    assert_eq!(run.spans(), (0, 20));
}

#[test]
fn what_is_no_feed_is_told_apart() {
    #[track_caller]
    fn check(status: u16, body: &str, expected: &Ending) {
        match Run::new(&goal(), None).look(0, status, body) {
            Next::Done(ending) => assert_eq!(ending, *expected),
            other => panic!("{other:?}"),
        }
    }
    check(200, "<!DOCTYPE html><html></html>", &Ending::Failed("what it answers is no feed".to_owned()));
    check(404, "", &Ending::Closed("there is no such feed (status 404)".to_owned()));
    check(401, "", &Ending::NotAllowed("the feed is closed (status 401)".to_owned()));
    check(418, "", &Ending::Failed("it answers with status 418".to_owned()));
}
