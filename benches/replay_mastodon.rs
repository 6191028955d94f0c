//! Drives the Mastodon source from recorded exchanges with a real server and checks what it makes of them. The recording is none of ours, so
//! it is not in the repository: a file of lines `{"cassette", "method", "path", "query", "status", "headers", "body"}`. Ends with 1 if anything is
//! off.
//!
//!     cargo run --example replay_mastodon -- recorded.jsonl

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use tagline::archive::{Reject, Sink};
use tagline::post::{Deletion, Draft, Timestamp};
use tagline::source::{
    Answer, Ending, Event, Feed, Goal, Headers, News, Next, Out, Request, SOURCES, Secrets,
};

type Checked = Result<String, String>;

/// One exchange.
#[derive(Clone, Deserialize)]
struct Exchange {
    cassette: String,
    method: String,
    path: String,
    #[serde(default)]
    query: String,
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    body: Option<String>,
}

impl Exchange {
    fn body(&self) -> &str {
        self.body.as_deref().unwrap_or_default()
    }

    /// The tag, if it is a page of one.
    fn tag(&self) -> Option<&str> {
        self.path.strip_prefix("/api/v1/timelines/tag/")
    }

    fn is_stream(&self) -> bool {
        self.path.contains("/streaming/") && self.kind().starts_with("text/event-stream")
    }

    fn kind(&self) -> &str {
        self.headers.get("content-type").and_then(|values| values.first()).map_or("", String::as_str)
    }

    /// The parameter that pages are told apart by.
    fn place(&self) -> Option<(String, String)> {
        place(&self.query)
    }

    /// Addresses of the posts in it.
    fn uris(&self) -> Vec<String> {
        let posts: Vec<serde_json::Value> = serde_json::from_str(self.body()).unwrap_or_default();
        posts.iter().filter_map(|post| Some(post.get("uri")?.as_str()?.to_owned())).collect()
    }
}

fn place(query: &str) -> Option<(String, String)> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut places = pairs.filter(|(name, _)| ["max_id", "min_id"].contains(name));
    places.next().map(|(name, value)| (name.to_owned(), value.to_owned()))
}

#[derive(Default)]
struct Kept {
    posts: BTreeSet<String>,
    observed: usize,
    edited: usize,
    deleted: usize,
    rejects: Vec<String>,
    unselected: usize,
}

impl Sink for Kept {
    fn post(&mut self, post: &mut Draft<'_>) {
        self.observed += 1;
        self.edited += usize::from(post.edited_at.is_some());
        self.posts.insert(post.id.to_string());
    }
    fn deletion(&mut self, _: Deletion) {
        self.deleted += 1;
    }
    fn reject(&mut self, reject: Reject) {
        self.rejects.push(reject.reason);
    }
    fn unselected(&mut self, _: &'static str) {
        self.unselected += 1;
    }
}

/// A feed and what came of it.
struct Run {
    feed: Box<dyn Feed>,
    kept: Kept,
    news: Vec<News>,
    asked: usize,
}

impl Run {
    fn new(tag: &str, follow: bool, cursor: Option<&str>) -> Result<Self, String> {
        let source = SOURCES.iter().find(|source| source.name() == "mastodon").ok_or("no such source")?;
        let token = ("TAGLINE_MASTODON_TOKEN".to_owned(), "none of the recording".to_owned());
        let goal = Goal {
            host: "localhost:3000".to_owned(),
            tags: vec![tag.to_owned()],
            follow,
            insecure: true,
            secrets: Secrets::new([token]),
            ..Goal::default()
        };
        let feed = source.feed(&goal, cursor).map_err(|error| error.to_string())?;
        Ok(Self { feed, kept: Kept::default(), news: Vec::new(), asked: 0 })
    }

    fn on(&mut self, event: Event<'_>) -> Next {
        // A day after the recording.
        let now = Timestamp::from_millis_unchecked(1_785_800_000_000);
        self.feed.on(event, &mut Out { now, record: 0, posts: &mut self.kept, news: &mut self.news })
    }

    fn answer(&mut self, exchange: &Exchange) -> Next {
        let pairs =
            exchange.headers.iter().filter_map(|(name, values)| Some((name, values.first()?.as_str())));
        let headers = Headers::new(pairs);
        let body = exchange.body().as_bytes();
        self.on(Event::Answer(Answer { status: exchange.status, headers: &headers, url: "", body }))
    }

    /// Answers questions until something else is wanted; an error if the recording has no answer.
    fn begin(
        &mut self,
        event: Event<'_>,
        server: &dyn Fn(&Request) -> Option<Exchange>,
    ) -> Result<Next, String> {
        let mut next = self.on(event);
        while let Next::Ask(request) = next {
            self.asked += 1;
            if self.asked > 1000 {
                return Err(format!("asks for ever: {}", request.url));
            }
            let exchange = server(&request).ok_or_else(|| format!("not recorded: {}", request.url))?;
            next = self.answer(&exchange);
        }
        Ok(next)
    }
}

/// Answers as one recorded session did. Pages are found by their place, whatever their size.
fn server<'e>(all: &'e [Exchange], cassette: &'e str) -> impl Fn(&Request) -> Option<Exchange> + 'e {
    move |request| {
        let (path, query) =
            request.url.strip_prefix("http://localhost:3000")?.split_once('?').unwrap_or((&request.url, ""));
        let Some(tag) = path.strip_prefix("/api/v1/timelines/tag/") else {
            return all
                .iter()
                .find(|known| known.path == "/api/v2/instance/" && known.status == 200)
                .cloned();
        };
        let mut known = all.iter().filter(|known| known.cassette == cassette && known.tag() == Some(tag));
        known.find(|known| known.place() == place(query)).cloned()
    }
}

fn want(is_so: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if is_so { Ok(()) } else { Err(what()) }
}

/// A whole walk, then a look for what is new.
fn walk(all: &[Exchange], cassette: &str, tag: &str) -> Checked {
    let pages = || all.iter().filter(|known| known.cassette == cassette && known.tag() == Some(tag));
    let recorded: BTreeSet<String> = pages().flat_map(Exchange::uris).collect();
    let mut run = Run::new(tag, false, None)?;
    let ending = run.begin(Event::Begin, &server(all, cassette))?;
    want(matches!(ending, Next::Done(Ending::Complete)), || format!("{ending:?}"))?;
    want(run.kept.posts == recorded, || format!("{} posts of {}", run.kept.posts.len(), recorded.len()))?;
    want(run.kept.rejects.is_empty() && run.kept.unselected == 0, || format!("{:?}", run.kept.rejects))?;
    want(!run.news.iter().any(|news| matches!(news, News::Gap { .. })), || format!("{:?}", run.news))?;
    let walked =
        format!("{cassette}: {} posts by {} requests, all that the recording has", recorded.len(), run.asked);
    if !pages().any(|known| known.place().is_some_and(|(name, _)| name == "min_id")) {
        return Ok(walked);
    }
    let mut later = Run::new(tag, false, Some(&run.feed.cursor()))?;
    let ending = later.begin(Event::Begin, &server(all, cassette))?;
    want(matches!(ending, Next::Done(Ending::Complete)), || format!("{ending:?}"))?;
    want(later.kept.observed == 0 && later.asked == 2, || format!("{} posts again", later.kept.observed))?;
    Ok(format!("{walked}; the look after it asks once and finds nothing new"))
}

/// Looks upwards over several pages: recorded posts, paged by us as the documentation says.
fn upwards(all: &[Exchange], cassette: &str, tag: &str) -> Checked {
    let pages = all.iter().filter(|known| known.cassette == cassette && known.tag() == Some(tag));
    let mut posts: BTreeMap<u64, serde_json::Value> = BTreeMap::new();
    let mut template = None;
    for page in pages.filter(|page| !page.uris().is_empty()) {
        template = Some(page.clone());
        let list: Vec<serde_json::Value> =
            serde_json::from_str(page.body()).map_err(|error| error.to_string())?;
        let id = |post: &serde_json::Value| post.get("id")?.as_str()?.parse().ok();
        posts.extend(list.into_iter().filter_map(|post| Some((id(&post)?, post))));
    }
    let template = template.ok_or("no page")?;
    let first = *posts.keys().next().ok_or("no post")?;
    let page = |chosen: Vec<&serde_json::Value>| -> Option<Exchange> {
        let body = Some(serde_json::to_string(&chosen).ok()?);
        Some(Exchange {
            body,
            headers: [("content-type".to_owned(), vec!["application/json".to_owned()])].into(),
            ..template.clone()
        })
    };
    let recorded = server(all, cassette);
    let only_first = |request: &Request| match place(&request.url) {
        None if request.url.contains("timelines") => page(posts.values().take(1).collect()),
        Some(_) => page(Vec::new()),
        None => recorded(request),
    };
    let mut run = Run::new(tag, false, None)?;
    run.begin(Event::Begin, &only_first)?;
    let grown = |request: &Request| match place(&request.url) {
        Some((name, id)) if name == "min_id" => {
            let above = id.parse::<u64>().ok()?.checked_add(1)?;
            let mut chosen: Vec<_> = posts.range(above..).map(|(_, post)| post).take(7).collect();
            chosen.reverse();
            page(chosen)
        }
        Some(_) => page(Vec::new()),
        None => recorded(request),
    };
    let mut later = Run::new(tag, false, Some(&run.feed.cursor()))?;
    let ending = later.begin(Event::Begin, &grown)?;
    want(matches!(ending, Next::Done(Ending::Complete)), || format!("{ending:?}"))?;
    let found = later.kept.posts.len();
    want(found == posts.len() - 1, || format!("{found} posts above {first} of {}", posts.len() - 1))?;
    Ok(format!("{cassette}: {found} posts above the oldest one, seven a page, by {} requests", later.asked))
}

/// Events of a recorded stream, as (name, data).
fn events(body: &str) -> Vec<(&str, &str)> {
    let blocks = body.split("\n\n").filter_map(|block| {
        let line = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
        Some((line("event: ")?, line("data: ")?))
    });
    blocks.collect()
}

fn is_closed(data: &str) -> bool {
    let post: serde_json::Value = serde_json::from_str(data).unwrap_or_default();
    let visibility = post.get("visibility").and_then(serde_json::Value::as_str);
    visibility.is_some_and(|visibility| !["public", "unlisted"].contains(&visibility))
}

fn stream(all: &[Exchange], exchange: &Exchange) -> Checked {
    let tag = "vault7";
    let empty = Exchange {
        body: Some("[]".to_owned()),
        ..all.iter().find(|known| known.tag().is_some()).cloned().ok_or("no page")?
    };
    let describe = server(all, "");
    let server = |request: &Request| {
        if request.url.contains("timelines") { Some(empty.clone()) } else { describe(request) }
    };
    let mut run = Run::new(tag, true, None)?;
    let next = run.begin(Event::Begin, &server)?;
    want(
        matches!(&next, Next::Open(connection) if connection.url.starts_with("http://localhost:4000/")),
        || format!("{next:?}"),
    )?;
    let next = run.begin(Event::Opened, &server)?;
    want(matches!(next, Next::Listen), || format!("{next:?}"))?;
    let events = events(exchange.body());
    for (event, data) in &events {
        let next = run.on(Event::Message { event, data: data.as_bytes() });
        want(matches!(next, Next::Listen), || format!("{next:?}"))?;
    }
    let count = |name: &str| events.iter().filter(|(event, _)| *event == name).count();
    let (new, edited, gone) = (count("update"), count("status.update"), count("delete"));
    // A stream of an account has what only some may read; it is not for us.
    let closed = events.iter().filter(|(event, data)| *event != "notification" && is_closed(data)).count();
    let kept = &run.kept;
    want(kept.rejects.is_empty(), || format!("{:?}", kept.rejects))?;
    want(kept.observed == new + edited - closed && kept.deleted == gone, || {
        format!("{} posts, {} deletions", kept.observed, kept.deleted)
    })?;
    want(kept.unselected == events.len() - kept.observed - gone, || format!("{} others", kept.unselected))?;
    want(kept.edited >= edited, || format!("{} edits", kept.edited))?;
    let next = run.on(Event::Closed("the recording ends"));
    want(matches!(next, Next::Open(_)), || format!("{next:?}"))?;
    let parts = format!(
        "{new} new posts ({closed} not public), {edited} edits, {gone} deletions; {} messages left out",
        run.kept.unselected
    );
    Ok(format!("{} {}: {parts}", exchange.cassette, exchange.path))
}

/// What the server said no with, as the answer to the first page of a tag.
fn refusal(all: &[Exchange], exchange: &Exchange) -> Checked {
    let describe = server(all, "");
    let server = |request: &Request| {
        if request.url.contains("timelines") { Some(exchange.clone()) } else { describe(request) }
    };
    let mut run = Run::new("vault7", false, None)?;
    let next = run.begin(Event::Begin, &server)?;
    let Next::Done(ending) = next else { return Err(format!("{next:?}")) };
    let is_json = exchange.kind().contains("json");
    let is_right = match (exchange.status, &ending) {
        (401 | 403 | 422, Ending::NotAllowed(_)) => true,
        (404, Ending::Complete) => is_json,
        (404, Ending::Closed(_)) => !is_json,
        (_, Ending::Failed(_)) => ![401, 403, 404, 422].contains(&exchange.status),
        _ => false,
    };
    want(is_right, || format!("status {}: {ending:?}", exchange.status))?;
    want(run.kept.observed == 0, || "posts from an error".to_owned())?;
    let text: serde_json::Value = serde_json::from_str(exchange.body()).unwrap_or_default();
    let said = text.get("error").and_then(serde_json::Value::as_str).unwrap_or("\u{0}");
    want(!format!("{ending:?}").contains(said), || format!("repeats the server's words: {ending:?}"))?;
    Ok(format!("{} {}: {}", exchange.status, if is_json { "JSON" } else { "no JSON" }, kind_of(&ending)))
}

fn kind_of(ending: &Ending) -> &'static str {
    match ending {
        Ending::Complete => "an empty tag",
        Ending::Closed(_) => "closed",
        Ending::NotAllowed(_) => "not allowed",
        Ending::Failed(_) => "failed",
    }
}

fn read(path: &Path) -> Result<Vec<Exchange>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| serde_json::from_str(line).map_err(|error| error.to_string())).collect()
}

fn check_all(all: &[Exchange]) -> Vec<Checked> {
    let sessions: BTreeSet<(&str, &str)> = all
        .iter()
        .filter(|known| known.place().is_some())
        .filter_map(|known| Some((known.cassette.as_str(), known.tag()?)))
        .collect();
    let mut checked: Vec<Checked> = Vec::new();
    for (cassette, tag) in &sessions {
        checked.push(walk(all, cassette, tag));
        checked.push(upwards(all, cassette, tag));
    }
    let streams: Vec<&Exchange> = all.iter().filter(|known| known.is_stream()).collect();
    checked.extend(streams.iter().map(|exchange| stream(all, exchange)));
    let refusals: Vec<&Exchange> =
        all.iter().filter(|known| known.status >= 400 && known.method != "DELETE").collect();
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for exchange in &refusals {
        match refusal(all, exchange) {
            Ok(what) => *told.entry(what).or_default() += 1,
            Err(why) => checked.push(Err(why)),
        }
    }
    checked.extend(told.into_iter().map(|(what, times)| Ok(format!("refused with {what}, {times} times"))));
    if sessions.is_empty() || streams.is_empty() || refusals.is_empty() {
        checked.push(Err("the recording has no walk, no stream or no refusal".to_owned()));
    }
    checked
}

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    let all = match std::env::args_os()
        .nth(1)
        .ok_or("name the recording".to_owned())
        .and_then(|path| read(Path::new(&path)))
    {
        Ok(all) => all,
        Err(why) => {
            let _ = writeln!(out, "{why}");
            return ExitCode::FAILURE;
        }
    };
    let checked = check_all(&all);
    let _ = writeln!(out, "{} exchanges", all.len());
    for result in &checked {
        let _ = match result {
            Ok(what) => writeln!(out, "ok   {what}"),
            Err(why) => writeln!(out, "OFF  {why}"),
        };
    }
    if checked.iter().all(Result::is_ok) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
