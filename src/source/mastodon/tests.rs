//! The feed against a server of our own, which knows the truth.

use super::*;
use crate::source::harness::{Harness, Page};
use crate::source::{Headers, Secrets};
use std::collections::BTreeSet;

const POST: &str = include_str!("../../../fixtures/api/mastodon/post.json");
const INSTANCE: &str = include_str!("../../../fixtures/api/mastodon/instance.json");
const INSTANCE_V1: &str = include_str!("../../../fixtures/api/mastodon/instance-v1.json");

/// 7 March 2017, 13:00: when the first post of each world is written.
const START: i64 = 1_488_891_600_000;
const MINUTE: i64 = 60_000;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_millis_unchecked(START + minute * MINUTE)
}

fn goal() -> Goal {
    Goal {
        host: "one.example".to_owned(),
        tags: vec!["Vault7".to_owned()],
        every: Duration::from_secs(300),
        ..Goal::default()
    }
}

fn following() -> Goal {
    Goal { follow: true, ..goal() }
}

fn with_token(goal: Goal) -> Goal {
    Goal { secrets: Secrets::new([(TOKEN.to_owned(), "demo-token".to_owned())]), ..goal }
}

fn post(id: u64, at: Timestamp) -> String {
    POST.replace("ID", &id.to_string()).replace("TIME", &at.to_string())
}

fn uri(id: u64) -> String {
    format!("https://one.example/users/demo_ada/statuses/{id}")
}

/// A server: posts by the number that it gave them. As on Mastodon, a post that arrives late has a number among older ones.
#[derive(Clone)]
struct World {
    posts: Vec<(u64, Timestamp)>,
    has_links: bool,
    /// Whether it can page upwards.
    has_min_id: bool,
    /// Posts of a page.
    page: usize,
    instance: Page,
}

impl World {
    /// One post a minute.
    fn new(posts: u64) -> Self {
        Self {
            posts: (0..posts).map(|n| (1000 + n * 10, at(i64::try_from(n).unwrap()))).collect(),
            has_links: true,
            has_min_id: true,
            page: 5,
            instance: Page::json(INSTANCE),
        }
    }

    /// A new post; `late` of the newest have higher numbers.
    fn add(&mut self, at: Timestamp, late: usize) {
        let place = self.posts.len().saturating_sub(late);
        let below = place.checked_sub(1).and_then(|n| self.posts.get(n)).map_or(990, |post| post.0);
        let id = self.posts.get(place).map_or(below + 10, |above| below + (above.0 - below) / 2);
        assert!(id > below, "no number is left");
        self.posts.insert(place, (id, at));
    }

    fn answer(&self, request: &Request) -> Page {
        let url = url::Url::parse(&request.url).unwrap();
        assert_eq!(url.host_str(), Some("one.example"));
        match url.path() {
            "/api/v2/instance" => self.instance.clone(),
            "/api/v1/timelines/tag/vault7" => self.timeline(&url),
            other => panic!("asked for {other}"),
        }
    }

    fn timeline(&self, url: &url::Url) -> Page {
        let number = |name: &str| {
            let value = url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
            value.and_then(|value| value.parse::<u64>().ok())
        };
        assert_eq!(number("limit"), Some(40));
        assert_eq!(number("since_id"), None);
        let below: Vec<_> = self
            .posts
            .iter()
            .filter(|post| number("max_id").is_none_or(|max| post.0 < max))
            .copied()
            .collect();
        let chosen: Vec<_> = match number("min_id").filter(|_| self.has_min_id) {
            Some(min) => {
                let above: Vec<_> = below.into_iter().filter(|post| post.0 > min).take(self.page).collect();
                above.into_iter().rev().collect()
            }
            None => below.into_iter().rev().take(self.page).collect(),
        };
        let bodies: Vec<String> = chosen.iter().map(|(id, at)| post(*id, *at)).collect();
        let page = Page::json(format!("[{}]", bodies.join(",")));
        let Some(((newest, _), (oldest, _))) = chosen.first().zip(chosen.last()).filter(|_| self.has_links)
        else {
            return page;
        };
        let base = "https://one.example/api/v1/timelines/tag/vault7?limit=40";
        page.header(
            "Link",
            format!("<{base}&max_id={oldest}>; rel=\"next\", <{base}&min_id={newest}>; rel=\"prev\""),
        )
    }

    fn ids(&self) -> BTreeSet<String> {
        self.posts.iter().map(|post| uri(post.0)).collect()
    }
}

fn begin(goal: &Goal, cursor: Option<&str>, now: Timestamp) -> Harness {
    Harness::new(&Mastodon, goal, cursor, now)
}

#[track_caller]
fn has_all(harness: &Harness, world: &World) {
    let ids: BTreeSet<String> = harness.kept.ids().into_iter().map(str::to_owned).collect();
    assert_eq!(ids, world.ids());
    assert!(harness.kept.rejects.is_empty(), "{:?}", harness.kept.rejects);
}

#[track_caller]
fn is_done(next: &Next, expected: &Ending) {
    assert!(matches!(next, Next::Done(ending) if ending == expected), "{next:?}");
}

/// No span may count as covered while a post of it is missing.
#[track_caller]
fn is_honest(harness: &Harness, got: &BTreeSet<String>, world: &World) {
    let spans = harness.covered("vault7");
    for (id, at) in &world.posts {
        let is_covered = spans.iter().any(|(since, until)| since <= at && at < until);
        assert!(!is_covered || got.contains(&uri(*id)), "{id} at {at} is missing, though covered: {spans:?}");
    }
}

#[test]
fn a_tag_is_walked_to_its_first_post() {
    for has_links in [true, false] {
        for posts in [0, 1, 4, 5, 6, 23] {
            let world = World { has_links, ..World::new(posts) };
            let mut harness = begin(&goal(), None, at(100));
            is_done(&harness.begin(|request| world.answer(request)), &Ending::Complete);
            has_all(&harness, &world);
            assert_eq!(harness.covered("vault7"), [(crate::post::platform_epoch("fediverse"), at(100))]);
            let kinds =
                harness.asked.iter().map(|request| (request.url.contains("max_id="), request.kind == PAGING));
            assert!(kinds.clone().all(|(pages, is_paging)| pages == is_paging));
            // The host's description, a page for each five posts, and the end, which is told twice.
            let expected = usize::try_from(1 + posts.div_ceil(5) + 2).unwrap();
            assert_eq!(harness.asked.len(), expected, "{posts} posts, links: {has_links}");
        }
    }
}

#[test]
fn a_walk_stops_where_it_may_and_goes_on_there() {
    let world = World::new(50);
    let first = Goal { since: Some(at(30)), ..goal() };
    let mut harness = begin(&first, None, at(100));
    is_done(&harness.begin(|request| world.answer(request)), &Ending::Complete);
    assert_eq!(harness.covered("vault7").len(), 1);
    assert!(harness.covered("vault7")[0].0 <= at(30));
    let got: BTreeSet<String> = harness.kept.ids().into_iter().map(str::to_owned).collect();
    is_honest(&harness, &got, &world);
    assert!(got.len() < 30, "{}", got.len());

    let mut later = begin(&goal(), Some(&harness.cursor()), at(101));
    is_done(&later.begin(|request| world.answer(request)), &Ending::Complete);
    assert!(later.kept.ids().len() <= 50 - got.len(), "what was walked is not walked again");
    assert_eq!(
        got.into_iter().chain(later.kept.ids().into_iter().map(str::to_owned)).collect::<BTreeSet<_>>(),
        world.ids()
    );
}

#[test]
fn new_posts_are_fetched_page_by_page() {
    for has_min_id in [true, false] {
        let mut world = World { has_min_id, ..World::new(12) };
        let mut harness = begin(&following(), None, at(20));
        let next = harness.begin(|request| world.answer(request));
        assert!(matches!(next, Next::Wait { time, .. } if time == Duration::from_secs(300)), "{next:?}");
        for round in 0..4_i64 {
            let posts = [0, 1, 17, 5][usize::try_from(round).unwrap()];
            (0..posts).for_each(|n| world.add(at(20 + round * 5 + n / 4), 0));
            harness.now = at(25 + round * 5);
            let next = harness.on(Event::Waited);
            let next = harness.run(next, |request| world.answer(request));
            assert!(matches!(next, Next::Wait { .. }), "{next:?}");
            has_all(&harness, &world);
            assert_eq!(harness.covered("vault7").last().unwrap().1, harness.now);
        }
        assert!(harness.gaps("vault7").is_empty());
    }
}

#[test]
fn what_reaches_the_host_late_is_found_within_the_hour() {
    let mut world = World::new(12);
    let mut harness = begin(&following(), None, at(20));
    harness.begin(|request| world.answer(request));
    world.add(at(9), 2);
    for minute in 21..=150 {
        harness.now = at(minute);
        let next = harness.on(Event::Waited);
        harness.run(next, |request| world.answer(request));
        if minute % 7 == 0 {
            world.add(at(minute), 0);
        }
    }
    world.add(at(140), 1);
    for minute in 151..=280 {
        harness.now = at(minute);
        let next = harness.on(Event::Waited);
        harness.run(next, |request| world.answer(request));
    }
    has_all(&harness, &world);
}

#[test]
fn circles_end_with_a_gap() {
    let world = World::new(30);
    // A circle of addresses: the third page says that the first one is next.
    let circle = |request: &Request| {
        let page = world.answer(request);
        let Some((_, link)) = page.headers.iter().find(|(name, _)| *name == "Link") else { return page };
        let link = link.replace("max_id=1150", "max_id=1250");
        Page::json(page.body.clone()).header("Link", link)
    };
    // The same page, whatever is asked for.
    let stuck = |request: &Request| {
        let url = request.url.split("&max_id").next().unwrap().to_owned();
        world.answer(&Request { url, ..request.clone() })
    };
    // The same, with an address that is always new.
    let count = std::cell::Cell::new(0);
    let endless = |request: &Request| {
        count.set(count.get() + 1);
        let next = format!(
            "<https://one.example/api/v1/timelines/tag/vault7?limit=40&max_id=x{}>; rel=\"next\"",
            count.get()
        );
        Page::json(stuck(request).body).header("Link", next)
    };
    let check = |server: &dyn Fn(&Request) -> Page| {
        let mut harness = begin(&goal(), None, at(100));
        is_done(&harness.begin(server), &Ending::Complete);
        assert!(harness.asked.len() < 40, "{}", harness.asked.len());
        let (gap, covered) = (harness.gaps("vault7"), harness.covered("vault7"));
        assert_eq!((gap.len(), covered.len()), (1, 1));
        assert_eq!(gap[0].1, covered[0].0, "what is no gap is covered");
        assert_eq!(harness.notices().len(), 1);
        // Next time it is tried again where it came to.
        let mut later = begin(&goal(), Some(&harness.cursor()), at(101));
        later.begin(|request| world.answer(request));
        assert!(later.gaps("vault7").is_empty());
        let got =
            harness.kept.ids().union(&later.kept.ids()).map(|id| (*id).to_owned()).collect::<BTreeSet<_>>();
        (got.len(), world.posts.len())
    };
    let (got, all) = check(&circle);
    assert_eq!(got, all);
    let (got, all) = check(&stuck);
    assert_eq!(got, all);
    check(&endless);
}

#[test]
fn upward_circles_end_too() {
    let world = World::new(30);
    let mut harness = begin(&following(), None, at(100));
    harness.begin(|request| world.answer(request));
    harness.now = at(105);
    let next = harness.on(Event::Waited);
    let pages = [[5000, 5010], [5020, 5030], [5040, 5050]];
    let mut turn = 0;
    let next = harness.run(next, |request| {
        if !request.url.contains("min_id") {
            return world.answer(request);
        }
        turn += 1;
        let bodies = pages[turn % 3].map(|id| post(id, at(101)));
        Page::json(format!("[{}]", bodies.join(",")))
    });
    assert!(matches!(next, Next::Wait { .. }));
    assert_eq!(harness.gaps("vault7").len(), 1);
}

#[test]
fn a_page_that_comes_twice_or_in_disorder_or_empty_loses_nothing() {
    for has_links in [true, false] {
        let world = World { has_links, ..World::new(40) };
        let mut last: Option<Page> = None;
        let mut count = 0;
        let mut harness = begin(&goal(), None, at(100));
        let next = harness.begin(|request| {
            count += 1;
            let page = world.answer(request);
            if !request.url.contains("timelines") {
                return page;
            }
            let page = match count % 4 {
                0 => last.clone().unwrap(),
                1 => Page::json("[]"),
                2 => {
                    let mut posts: Vec<serde_json::Value> = serde_json::from_slice(&page.body).unwrap();
                    let by = posts.len().min(2);
                    posts.rotate_left(by);
                    Page { body: serde_json::to_vec(&posts).unwrap(), ..page }
                }
                _ => page,
            };
            last = Some(page.clone());
            page
        });
        is_done(&next, &Ending::Complete);
        has_all(&harness, &world);
    }
}

#[test]
fn what_cannot_be_read_moves_nothing() {
    let world = World::new(30);
    let cut = |page: Page| Page { body: page.body[..page.body.len() / 2].to_vec(), ..page };
    let damages: [&dyn Fn(Page) -> Page; 5] = [
        &cut,
        &|_| Page::html(200),
        &|_| Page::json("{\"error\": \"no\"}"),
        &|page| Page { body: Vec::new(), ..page },
        &|_| Page::json("[null, 7]"),
    ];
    for damage in damages {
        let mut harness = begin(&goal(), None, at(100));
        let mut before = String::new();
        let next = harness.on(Event::Begin);
        let next = harness.run(next, |request| {
            let page = world.answer(request);
            if request.url.contains("max_id=1200") { damage(page) } else { page }
        });
        assert!(matches!(&next, Next::Done(Ending::Failed(why)) if why.contains("#vault7")), "{next:?}");
        let tries = harness.asked.iter().filter(|request| request.url.contains("max_id=1200")).count();
        assert_eq!(tries, 1 + usize::from(MAX_TRIES));
        before.push_str(&harness.cursor());
        assert!(before.contains("max_id=1200"), "{before}");
        let mut later = begin(&goal(), Some(&before), at(101));
        is_done(&later.begin(|request| world.answer(request)), &Ending::Complete);
        assert_eq!(harness.kept.ids().union(&later.kept.ids()).count(), world.posts.len());
    }
}

#[test]
fn pages_are_never_sought_elsewhere() {
    let world = World::new(30);
    let mut harness = begin(&goal(), None, at(100));
    let next = harness.begin(|request| {
        let page = world.answer(request);
        Page {
            headers: page
                .headers
                .into_iter()
                .map(|(name, value)| (name, value.replace("//one", "//two")))
                .collect(),
            ..page
        }
    });
    assert!(matches!(&next, Next::Done(Ending::Failed(why)) if why.contains("another host")), "{next:?}");
}

fn instance(local: &str, remote: &str) -> Page {
    let text = r#""hashtag_feeds": {"local": "public", "remote": "public"}"#;
    let said = format!(r#""hashtag_feeds": {{"local": "{local}", "remote": "{remote}"}}"#);
    assert!(INSTANCE.contains(text));
    Page::json(INSTANCE.replace(text, &said))
}

#[test]
fn a_closed_feed_is_no_empty_one() {
    let ending = |goal: &Goal, instance: Page| {
        let world = World { instance, ..World::new(7) };
        let mut harness = begin(goal, None, at(100));
        let next = harness.begin(|request| world.answer(request));
        (next, harness)
    };
    let (next, harness) = ending(&goal(), instance("disabled", "disabled"));
    assert!(matches!(next, Next::Done(Ending::Closed(_))), "{next:?}");
    assert!(harness.news.is_empty());
    let (next, harness) = ending(&goal(), instance("authenticated", "authenticated"));
    assert!(matches!(&next, Next::Done(Ending::NotAllowed(why)) if why.contains(TOKEN)), "{next:?}");
    assert!(harness.news.is_empty());
    let (next, harness) = ending(&with_token(goal()), instance("authenticated", "authenticated"));
    is_done(&next, &Ending::Complete);
    assert!(harness.asked.iter().all(|request| request.bearer.as_ref().unwrap().reveal() == "demo-token"));
    let (next, harness) = ending(&goal(), instance("public", "disabled"));
    is_done(&next, &Ending::Complete);
    assert_eq!(
        (harness.kept.ids().len(), harness.covered("vault7").len(), harness.notices().len()),
        (7, 0, 1)
    );
    assert!(harness.gaps("vault7").iter().all(|(_, _, why)| why.contains("own accounts")));
}

#[test]
fn a_feed_that_closes_later_is_noticed() {
    let mut world = World::new(7);
    let mut harness = begin(&following(), None, at(100));
    harness.begin(|request| world.answer(request));
    world.instance = instance("disabled", "disabled");
    world.posts.clear();
    harness.now = at(170);
    let next = harness.on(Event::Waited);
    let next = harness.run(next, |request| world.answer(request));
    assert!(matches!(next, Next::Done(Ending::Closed(_))), "{next:?}");
    assert_eq!(harness.covered("vault7").last().unwrap().1, at(100));
}

#[test]
fn older_and_silent_servers_are_asked_all_the_same() {
    let world = World::new(7);
    let server = |v1: Page| {
        move |request: &Request| match url::Url::parse(&request.url).unwrap().path() {
            "/api/v2/instance" => Page::html(404),
            "/api/v1/instance" => v1.clone(),
            _ => World::new(7).answer(request),
        }
    };
    let mut harness = begin(&goal(), None, at(100));
    is_done(&harness.begin(server(Page::json(INSTANCE_V1))), &Ending::Complete);
    has_all(&harness, &world);
    assert!(harness.notices().is_empty());
    let mut harness = begin(&goal(), None, at(100));
    is_done(&harness.begin(server(Page::html(404))), &Ending::Complete);
    has_all(&harness, &world);
    assert_eq!(harness.notices().len(), 1);
}

#[test]
fn refusals_are_told_by_status_alone() {
    let localised = "{\"error\": \"Der Zugriff wurde verweigert: #vault7\"}";
    let ending = |goal: &Goal, instance: &Page, page: &Page| {
        let mut harness = begin(goal, None, at(100));
        harness
            .begin(|request| if request.url.contains("timelines") { page.clone() } else { instance.clone() })
    };
    for status in [401, 403, 422] {
        for page in [
            Page::json(localised).status(status),
            Page::html(status),
            Page { body: Vec::new(), ..Page::html(status) },
        ] {
            for goal in [goal(), with_token(following())] {
                let next = ending(&goal, &Page::json(INSTANCE), &page);
                let Next::Done(Ending::NotAllowed(why)) = &next else { panic!("{next:?}") };
                assert!(
                    why.contains(&status.to_string())
                        && !why.contains("Zugriff")
                        && !why.contains("demo-token")
                );
            }
        }
    }
    // An unknown tag is an empty one, if the host is one that has tags at all.
    is_done(&ending(&goal(), &Page::json(INSTANCE), &Page::json(localised).status(404)), &Ending::Complete);
    for (instance, page) in
        [(Page::html(404), Page::json("{}").status(404)), (Page::json(INSTANCE), Page::html(404))]
    {
        assert!(matches!(ending(&goal(), &instance, &page), Next::Done(Ending::Closed(_))));
    }
    assert!(matches!(
        ending(&goal(), &Page::json(INSTANCE), &Page::html(410)),
        Next::Done(Ending::Failed(_))
    ));
    let mut harness = begin(&goal(), None, at(100));
    harness.on(Event::Begin);
    is_done(&harness.on(Event::Failed("it is away")), &Ending::Failed("it is away".to_owned()));
}

#[test]
fn one_tag_in_trouble_does_not_keep_the_others_waiting() {
    let goal = Goal { tags: vec!["Größe".to_owned(), "Vault7".to_owned()], ..following() };
    let world = World::new(7);
    let mut harness = begin(&goal, None, at(100));
    let next = harness.begin(|request| {
        if request.url.contains("/gr%C3%B6%C3%9F") || request.url.contains("/gr%C3%B6sse") {
            Page::html(500)
        } else {
            world.answer(request)
        }
    });
    assert!(matches!(next, Next::Wait { .. }), "{next:?}");
    has_all(&harness, &world);
    assert_eq!(harness.notices().len(), 1);
}

#[test]
fn a_long_walk_does_not_keep_new_posts_waiting() {
    let mut world = World::new(400);
    let mut harness = begin(&following(), None, at(1000));
    let mut next = harness.on(Event::Begin);
    let mut ups = 0;
    while let Next::Ask(request) = next {
        harness.now = Timestamp::from_millis_unchecked(harness.now.as_millis() + 20_000);
        ups += usize::from(request.url.contains("min_id"));
        if request.url.contains("min_id") && ups == 1 {
            world.add(at(1004), 0);
        }
        let page = world.answer(&request);
        next = harness.answer(&page);
    }
    has_all(&harness, &world);
    // 84 pages at 20 seconds are 28 minutes.
    assert!((4..=12).contains(&ups), "{ups}");
}

#[test]
fn it_ends_when_all_that_is_wanted_is_there() {
    let world = World::new(7);
    let goal = Goal { until: Some(at(103)), ..following() };
    let mut harness = begin(&goal, None, at(100));
    assert!(matches!(harness.begin(|request| world.answer(request)), Next::Wait { .. }));
    harness.now = at(105);
    let next = harness.on(Event::Waited);
    is_done(&harness.run(next, |request| world.answer(request)), &Ending::Complete);
}

fn listening(world: &World) -> Harness {
    let mut harness = begin(&with_token(following()), None, at(100));
    let next = harness.begin(|request| world.answer(request));
    let Next::Open(connection) = next else { panic!("{next:?}") };
    assert_eq!(connection.url, "https://streaming.one.example/api/v1/streaming/hashtag?tag=vault7");
    assert!(connection.bearer.is_some());
    let next = harness.on(Event::Opened);
    let next = harness.run(next, |request| world.answer(request));
    assert!(matches!(next, Next::Listen), "{next:?}");
    harness
}

#[test]
fn the_stream_tells_of_posts_edits_and_deletions() {
    let mut world = World::new(7);
    let mut harness = listening(&world);
    harness.now = at(103);
    world.add(at(102), 0);
    let (id, time) = *world.posts.last().unwrap();
    assert!(matches!(harness.message("update", &post(id, time)), Next::Listen));
    has_all(&harness, &world);
    assert_eq!(harness.covered("vault7").last().unwrap().1, at(102));
    let edited =
        post(1010, at(1)).replace("\"edited_at\": null", "\"edited_at\": \"2017-03-07T20:00:00.000Z\"");
    harness.message("status.update", &edited);
    assert!(harness.kept.posts.last().unwrap().edited_at.is_some());
    harness.message("delete", &id.to_string());
    harness.message("delete", "1010\n");
    harness.message("delete", "4711");
    harness.message("notification", "{}");
    let deleted: Vec<_> =
        harness.kept.deletions.iter().map(|gone| (gone.post.id.clone(), gone.posted_at)).collect();
    assert_eq!(deleted, [(uri(id), Some(time)), (uri(1010), Some(at(1)))]);
    assert_eq!(harness.kept.unselected.len(), 2);
    harness.message("update", "{\"id\": ");
    assert_eq!(harness.kept.rejects.len(), 1);
    let (late, written) = (1005, at(0));
    harness.message("update", &post(late, written));
    assert!(harness.kept.ids().contains(uri(late).as_str()));
    // Neither an edit of an old post nor one that came late has moved the edge: what is asked for next lies above the newest one.
    let Next::Open(_) = harness.on(Event::Closed("cut")) else { panic!() };
    let Next::Ask(request) = harness.on(Event::Opened) else { panic!() };
    assert!(request.url.ends_with(&format!("min_id={id}")), "{}", request.url);
}

#[test]
fn after_a_cut_pages_bring_what_the_stream_did_not_tell() {
    let mut world = World::new(7);
    let mut harness = listening(&world);
    harness.now = at(110);
    assert!(matches!(harness.on(Event::Closed("cut")), Next::Open(_)));
    (0..12).for_each(|_| world.add(at(109), 0));
    harness.now = at(111);
    let next = harness.on(Event::Opened);
    let next = harness.run(next, |request| world.answer(request));
    assert!(matches!(next, Next::Listen), "{next:?}");
    has_all(&harness, &world);
    assert_eq!(harness.covered("vault7"), [(crate::post::platform_epoch("fediverse"), at(111))]);
}

#[test]
fn what_a_stream_tells_covers_nothing_while_pages_fail() {
    let mut world = World::new(7);
    let mut harness = listening(&world);
    harness.on(Event::Closed("cut"));
    (0..3).for_each(|_| world.add(at(105), 0));
    harness.now = at(106);
    let next = harness.on(Event::Opened);
    let next = harness.run(next, |_| Page::html(400));
    assert!(matches!(next, Next::Listen), "{next:?}");
    world.add(at(107), 0);
    harness.now = at(108);
    let (id, time) = *world.posts.last().unwrap();
    harness.message("update", &post(id, time));
    let got = harness.kept.ids().into_iter().map(str::to_owned).collect();
    is_honest(&harness, &got, &world);
    let mut later = begin(&goal(), Some(&harness.cursor()), at(109));
    later.begin(|request| world.answer(request));
    assert_eq!(harness.kept.ids().union(&later.kept.ids()).count(), world.posts.len());
}

#[test]
fn without_a_stream_pages_are_looked_at() {
    let world = World::new(7);
    for page in [Page::html(404), Page::html(200), Page::json("{}").status(401), Page::json("{}").status(403)]
    {
        let mut harness = begin(&with_token(following()), None, at(100));
        assert!(matches!(harness.begin(|request| world.answer(request)), Next::Open(_)));
        let next = harness.answer(&page);
        let next = harness.run(next, |request| world.answer(request));
        assert!(matches!(next, Next::Wait { .. }), "{next:?}");
        assert_eq!(harness.notices().len(), 1);
    }
    // What may pass is tried again, though not at once.
    let mut harness = begin(&with_token(following()), None, at(100));
    harness.begin(|request| world.answer(request));
    let next = harness.on(Event::Failed("it is away"));
    assert!(matches!(harness.run(next, |request| world.answer(request)), Next::Wait { .. }));
    harness.now = at(105);
    let next = harness.on(Event::Waited);
    assert!(matches!(harness.run(next, |request| world.answer(request)), Next::Wait { .. }));
    harness.now = at(165);
    let next = harness.on(Event::Waited);
    assert!(matches!(harness.run(next, |request| world.answer(request)), Next::Open(_)));
    // Two tags do not fit into one stream.
    let two = Goal { tags: vec!["Vault7".to_owned(), "vault8".to_owned()], ..with_token(following()) };
    let mut harness = begin(&two, None, at(100));
    let next =
        harness.begin(
            |request| if request.url.contains("vault8") { Page::json("[]") } else { world.answer(request) },
        );
    assert!(matches!(next, Next::Wait { .. }), "{next:?}");
    assert_eq!(harness.notices().len(), 1);
}

#[test]
fn the_tokens_host_is_the_streams_host() {
    let world = World {
        instance: Page::json(INSTANCE.replace("streaming.one.example", "two.example")),
        ..World::new(7)
    };
    let mut harness = begin(&with_token(following()), None, at(100));
    assert!(matches!(harness.begin(|request| world.answer(request)), Next::Wait { .. }));
    assert_eq!(harness.notices().len(), 1);
}

#[test]
fn posts_are_looked_at_again_where_they_are_at_home() {
    let known = [
        uri(1000),
        uri(1010),
        uri(1020),
        uri(1030),
        "https://two.example/users/demo_bo/statuses/7".to_owned(),
        "https://one.example/objects/abc".to_owned(),
        uri(1040),
    ];
    let goal = Goal { recheck: known.to_vec(), ..goal() };
    let server = |request: &Request| match request.url.rsplit('/').next().unwrap() {
        "instance" => Page::json(INSTANCE),
        "1000" => Page::json(post(1000, at(0)).replace("\"favourites_count\": 2", "\"favourites_count\": 9")),
        "1010" => Page::json("{\"error\": \"Nicht gefunden\"}").status(404),
        "1020" => Page::json("{\"error\": \"\"}").status(410),
        "1030" => Page::html(404),
        "1040" => Page::json(post(1050, at(0))),
        other => panic!("asked for {other}"),
    };
    let cursor = r#"{"tags":{"vault7":{"newest":null,"again":null,"is_moving":false,"looked":"2017-03-07T13:00:00Z","history":null,"fills":[]}}}"#;
    let mut harness = begin(&goal, Some(cursor), at(100));
    is_done(&harness.begin(server), &Ending::Complete);
    assert_eq!(harness.kept.posts.iter().map(|post| post.metrics.likes).collect::<Vec<_>>(), [Some(9)]);
    let gone: Vec<_> = harness.kept.deletions.iter().map(|gone| gone.post.id.clone()).collect();
    assert_eq!(gone, [uri(1010), uri(1020)]);
    assert_eq!(
        (harness.kept.rejects.len(), harness.kept.unselected.len()),
        (1, 3),
        "every post is counted once"
    );
    assert_eq!(harness.cursor(), cursor);
    assert!(harness.news.is_empty());

    // A host that is none proves nothing; one that wants a token says so.
    let mut harness = begin(&goal, None, at(100));
    assert!(matches!(harness.begin(|_| Page::json("{}").status(404)), Next::Done(Ending::Failed(_))));
    assert!(harness.kept.deletions.is_empty());
    let mut harness = begin(&goal, None, at(100));
    let next = harness
        .begin(|request| if request.url.contains("statuses") { Page::html(401) } else { server(request) });
    assert!(matches!(next, Next::Done(Ending::NotAllowed(_))), "{next:?}");
}

/// A crash after any event: what was put out until then is saved, and so is the cursor.
#[test]
fn after_a_crash_at_any_step_nothing_is_missing() {
    for (has_links, has_min_id) in [(true, true), (false, true), (true, false)] {
        for crash in 0.. {
            let mut world = World { has_links, has_min_id, ..World::new(23) };
            let mut harness = begin(&goal(), None, at(50));
            let mut next = harness.on(Event::Begin);
            for _ in 0..crash {
                let Next::Ask(request) = next else { break };
                let page = world.answer(&request);
                next = harness.answer(&page);
            }
            let is_over = matches!(next, Next::Done(_));
            let mut got: BTreeSet<String> = harness.kept.ids().into_iter().map(str::to_owned).collect();
            is_honest(&harness, &got, &world);
            (0..12).for_each(|_| world.add(at(60), 0));
            // A second crash, in the run that goes on.
            let mut second = begin(&goal(), Some(&harness.cursor()), at(70));
            let mut next = second.on(Event::Begin);
            for _ in 0..crash % 7 {
                let Next::Ask(request) = next else { break };
                let page = world.answer(&request);
                next = second.answer(&page);
            }
            got.extend(second.kept.ids().into_iter().map(str::to_owned));
            let mut third = begin(&goal(), Some(&second.cursor()), at(80));
            is_done(&third.begin(|request| world.answer(request)), &Ending::Complete);
            got.extend(third.kept.ids().into_iter().map(str::to_owned));
            assert_eq!(got, world.ids(), "crash after {crash} answers");
            third.news.extend(harness.news.into_iter().chain(second.news));
            assert_eq!(
                third.covered("vault7"),
                [(crate::post::platform_epoch("fediverse"), at(80))],
                "{crash}"
            );
            if is_over {
                assert!(crash > 5);
                break;
            }
        }
    }
}

/// Numbers follow the time of writing only roughly: somebody imports old posts, somebody's clock is wrong.
#[test]
fn posts_out_of_order_make_nothing_look_covered() {
    for has_links in [true, false] {
        for place in 0..23 {
            let mut world = World { has_links, ..World::new(23) };
            world.posts[place].1 = at(-1_000_000);
            let early = (place + 9) % 23;
            world.posts[early].1 = at(90);
            // That one is further down than its time says: nobody can know of it before it is seen.
            let mut known = world.clone();
            known.posts.remove(early);
            for crash in 1..9 {
                let mut harness = begin(&goal(), None, at(100));
                let mut next = harness.on(Event::Begin);
                for _ in 0..crash {
                    let Next::Ask(request) = next else { break };
                    let page = world.answer(&request);
                    next = harness.answer(&page);
                }
                let mut got: BTreeSet<String> = harness.kept.ids().into_iter().map(str::to_owned).collect();
                is_honest(&harness, &got, &known);
                let mut later = begin(&goal(), Some(&harness.cursor()), at(101));
                is_done(&later.begin(|request| world.answer(request)), &Ending::Complete);
                got.extend(later.kept.ids().into_iter().map(str::to_owned));
                assert_eq!(got, world.ids());
            }
        }
    }
}

/// Faults, crashes and new posts in any order: everything is there in the end, and nothing was ever claimed that was not.
#[test]
fn any_schedule_of_faults_ends_with_all_posts() {
    for seed in 0..100 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut world = World {
            has_links: random.bool(),
            has_min_id: random.u8(..4) > 0,
            ..World::new(random.u64(..40))
        };
        let mut minute = 50;
        let mut got = BTreeSet::new();
        let mut news = Vec::new();
        let mut cursor: Option<String> = None;
        for run in 0..6 {
            let is_last = run == 5;
            let mut harness = begin(&goal(), cursor.as_deref(), at(minute));
            let mut next = harness.on(Event::Begin);
            let mut before = None;
            for _ in 0..if is_last { 500 } else { random.usize(..20) } {
                let Next::Ask(request) = next else { break };
                let page = world.answer(&request);
                let is_page = request.url.contains("timelines");
                let faulty = match random.u8(..8) {
                    _ if is_last || !is_page => page.clone(),
                    0 => Page { body: page.body[..random.usize(..page.body.len())].to_vec(), ..page.clone() },
                    1 => Page::html(200),
                    2 => before.clone().unwrap_or(page.clone()),
                    _ => page.clone(),
                };
                // A page of an upward look is none of a downward one: servers repeat what was asked for.
                if is_page && !request.url.contains("min_id") {
                    before = Some(page);
                } else {
                    before = None;
                }
                next = harness.answer(&faulty);
                if !is_last && random.u8(..5) == 0 {
                    minute += 1;
                    harness.now = at(minute);
                    (0..random.u8(..8)).for_each(|_| world.add(at(minute), 0));
                }
            }
            got.extend(harness.kept.ids().into_iter().map(str::to_owned));
            news.append(&mut harness.news);
            cursor = Some(harness.cursor());
            minute += 10;
            harness.news.clone_from(&news);
            is_honest(&harness, &got, &world);
            assert!(!is_last || matches!(next, Next::Done(Ending::Complete)), "seed {seed}: {next:?}");
        }
        assert_eq!(got, world.ids(), "seed {seed}");
    }
}

#[test]
fn no_answer_makes_it_panic() {
    let headers = Headers::default();
    for seed in 0..300 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut harness = begin(&with_token(following()), None, at(100));
        let mut next = harness.on(Event::Begin);
        for _ in 0..60 {
            let bodies = ["[]", "", "{}", INSTANCE, "[{\"id\": 1}]", "[[[[", "\u{feff}[]", "null"];
            let body = if random.bool() {
                format!("[{}]", post(random.u64(..50), at(random.i64(0..200))))
            } else {
                bodies[random.usize(..bodies.len())].to_owned()
            };
            let page = Page::json(body.clone()).status([200, 200, 200, 404, 418][random.usize(..5)]);
            next = match (next, random.u8(..10)) {
                (Next::Done(_), _) => break,
                (_, 0) => harness.on(Event::Closed("cut")),
                (_, 1) => harness.on(Event::Opened),
                (_, 2) => harness.message("update", &body),
                (_, 3) => harness.message("delete", &body),
                (_, 4) => harness.on(Event::Answer(Answer {
                    status: 200,
                    headers: &headers,
                    url: "",
                    body: b"\xff",
                })),
                _ => harness.answer(&page),
            };
            assert!(Places::read(Some(&harness.cursor())).is_ok());
        }
    }
}
