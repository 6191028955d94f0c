//! What is true: every post of an invented time, with its changes, its deletion, and when which host shows it.

use fastrand::Rng;

pub(super) const SECOND: i64 = 1000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;

/// When a schedule begins: 7 March 2026, noon.
pub(super) const BEGIN: i64 = 1_772_884_800_000;

/// How a host speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    HackerNews,
    Jetstream,
    Mastodon,
}

impl Shape {
    pub(super) fn source(self) -> &'static str {
        match self {
            Self::HackerNews => "hackernews",
            Self::Jetstream => "bluesky",
            Self::Mastodon => "mastodon",
        }
    }

    pub(super) fn platform(self) -> &'static str {
        match self {
            Self::HackerNews => "hackernews",
            Self::Jetstream => "bluesky",
            Self::Mastodon => "fediverse",
        }
    }
}

/// A host.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) name: String,
    pub(super) shape: Shape,
    /// Most posts on a page, whatever is asked for.
    pub(super) page: usize,
    /// How far back a stream goes.
    pub(super) kept: i64,
    /// Whether a stream that was open while the computer slept is not ended, but says nothing any more.
    pub(super) half_open: bool,
}

/// A post and all that becomes of it. Times are UTC milliseconds.
#[derive(Debug)]
pub(super) struct Post {
    pub(super) platform: &'static str,
    /// As the store has it.
    pub(super) id: String,
    /// What hosts number it by; for Bluesky, its key.
    pub(super) number: u64,
    pub(super) author: String,
    pub(super) at: i64,
    /// As written.
    pub(super) tags: &'static [&'static str],
    /// Texts, each with the moment from which on it holds.
    pub(super) texts: Vec<(i64, String)>,
    pub(super) gone_at: Option<i64>,
    /// Which hosts show it, from when on.
    pub(super) shown: Vec<(usize, i64)>,
}

impl Post {
    pub(super) fn shown_on(&self, host: usize) -> Option<i64> {
        self.shown.iter().find(|(known, _)| *known == host).map(|(_, from)| *from)
    }

    pub(super) fn is_shown(&self, host: usize, now: i64) -> bool {
        self.shown_on(host).is_some_and(|from| from <= now) && self.gone_at.is_none_or(|gone| now < gone)
    }

    pub(super) fn text(&self, now: i64) -> &str {
        let (_, first) = &self.texts[0];
        self.texts.iter().rev().find(|(from, _)| *from <= now).map_or(first, |(_, text)| text)
    }

    pub(super) fn has_tag(&self, folded: &str) -> bool {
        self.tags.iter().any(|tag| tag.to_lowercase() == folded)
    }
}

/// What a stream tells of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Text(usize),
    Gone,
    /// Something about an account, which concerns no post.
    Other,
}

/// One event of a stream; its number is its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct StreamEvent {
    pub(super) at: i64,
    pub(super) post: usize,
    pub(super) told: Told,
}

/// All there is.
#[derive(Debug)]
pub(super) struct World {
    pub(super) hosts: Vec<Host>,
    pub(super) posts: Vec<Post>,
    /// What each host's stream tells, in order.
    pub(super) events: Vec<Vec<StreamEvent>>,
    /// Posts that each host shows at any time, by number.
    by_number: Vec<Vec<usize>>,
}

/// Tags that posts carry: one wanted, the other, both, none, and as somebody else writes them.
const TAGS: &[&[&str]] = &[
    &["Vault7"],
    &["Vault7"],
    &["vault7"],
    &["VAULT7", "Cats"],
    &["Vault8"],
    &["Vault7", "Vault8"],
    &["Cats"],
    &[],
];

impl World {
    /// Hosts of these shapes, and posts from a day before the begin to `end`.
    pub(super) fn new(random: &mut Rng, shapes: &[Shape], posts: usize, end: i64) -> Self {
        let hosts: Vec<Host> = shapes.iter().enumerate().map(|(n, shape)| host(random, n, *shape)).collect();
        let mut world = Self { hosts, posts: Vec::new(), events: Vec::new(), by_number: Vec::new() };
        for host in 0..world.hosts.len() {
            // Half of what a further host shows comes from those before it.
            let shape = world.hosts[host].shape;
            let others: Vec<usize> =
                (0..world.posts.len()).filter(|n| world.posts[*n].platform == shape.platform()).collect();
            for n in others {
                // All streams of Bluesky tell the same at the same time.
                let late = if shape == Shape::Jetstream { None } else { Some(lag(random)) };
                if random.bool() || late.is_none() {
                    let post = &mut world.posts[n];
                    post.shown.push((host, late.map_or(post.shown[0].1, |late| post.at + late)));
                }
            }
            let mut at = BEGIN - 24 * HOUR;
            let mean = (end - at) / i64::try_from(posts).unwrap();
            while at < end {
                // Posts come in clusters, some of one second.
                at += if random.u8(..) < 60 { random.i64(0..2 * SECOND) } else { random.i64(0..2 * mean) };
                let post = post(random, world.posts.len(), host, &world.hosts[host], at);
                world.posts.push(post);
            }
        }
        for host in 0..world.hosts.len() {
            let mut shown: Vec<usize> = (0..world.posts.len()).collect();
            shown.retain(|n| world.posts[*n].shown_on(host).is_some());
            shown.sort_by_key(|n| world.posts[*n].number);
            world.by_number.push(shown);
        }
        world.events = (0..world.hosts.len()).map(|host| world.events_of(host, random, end)).collect();
        world
    }

    /// Posts of a host with numbers above this one, from the lowest.
    pub(super) fn above(&self, host: usize, number: u64) -> impl Iterator<Item = &Post> {
        let of = &self.by_number[host];
        let first = of.partition_point(|n| self.posts[*n].number <= number);
        of[first..].iter().map(|n| &self.posts[*n])
    }

    /// Posts of a host with numbers below this one, from the highest.
    pub(super) fn below(&self, host: usize, number: u64) -> impl Iterator<Item = &Post> {
        let of = &self.by_number[host];
        let first = of.partition_point(|n| self.posts[*n].number < number);
        of[..first].iter().rev().map(|n| &self.posts[*n])
    }

    fn events_of(&self, host: usize, random: &mut Rng, end: i64) -> Vec<StreamEvent> {
        if self.hosts[host].shape != Shape::Jetstream {
            return Vec::new();
        }
        let mut events = Vec::new();
        for (n, post) in self.posts.iter().enumerate() {
            if post.shown_on(host).is_none() {
                continue;
            }
            let mut shown = post.shown_on(host);
            for (text, (from, _)) in post.texts.iter().enumerate() {
                let at = shown.take().unwrap_or(*from);
                events.push(StreamEvent { at, post: n, told: Told::Text(text) });
            }
            events.extend(post.gone_at.map(|at| StreamEvent { at, post: n, told: Told::Gone }));
        }
        // A stream is never silent for long: accounts come and go.
        let mut at = BEGIN - 40 * HOUR;
        while at < end + 24 * HOUR {
            at += random.i64(1..8 * MINUTE);
            events.push(StreamEvent { at, post: random.usize(..self.posts.len()), told: Told::Other });
        }
        events.sort_by_key(|event| event.at);
        events
    }
}

fn host(random: &mut Rng, number: usize, shape: Shape) -> Host {
    Host {
        name: format!("{}{number}.example", shape.source()),
        shape,
        page: random.usize(8..40),
        kept: 36 * HOUR,
        half_open: random.bool(),
    }
}

/// How long after its time a post is shown: mostly at once, sometimes late.
fn lag(random: &mut Rng) -> i64 {
    match random.u8(0..20) {
        0..14 => random.i64(0..2 * SECOND),
        14..18 => random.i64(0..2 * MINUTE),
        18 => random.i64(0..50 * MINUTE),
        // Back-dated, or of a host that was down for long.
        _ => random.i64(0..20 * HOUR),
    }
}

fn post(random: &mut Rng, n: usize, host: usize, of: &Host, at: i64) -> Post {
    let tags = TAGS[random.usize(..TAGS.len())];
    let at = if of.shape == Shape::HackerNews { at / SECOND * SECOND } else { at };
    let from = at + lag(random);
    let mut texts = vec![(at, text(of.shape, n, 0, tags))];
    if random.u8(..) < 25 {
        texts.push((from + random.i64(1..3 * HOUR), text(of.shape, n, 1, tags)));
    }
    let last = texts.last().map_or(from, |(changed, _)| from.max(*changed));
    let gone_at = (random.u8(..) < 20).then(|| last + random.i64(1..4 * HOUR));
    let author = format!("demo_{}", n % 17);
    let (number, id) = match of.shape {
        Shape::HackerNews => {
            let number = 40_000_000 + n as u64;
            (number, number.to_string())
        }
        Shape::Mastodon => {
            let number = u64::try_from(at).unwrap() << 16 | n as u64;
            (number, format!("https://{}/users/{author}/statuses/{number}", of.name))
        }
        Shape::Jetstream => {
            let number = (u64::try_from(at).unwrap() * 1000 + n as u64 % 1000) << 10 | 7;
            (number, format!("at://{}/app.bsky.feed.post/{}", did(&author), tid(number)))
        }
    };
    let platform = of.shape.platform();
    Post { platform, id, number, author, at, tags, texts, gone_at, shown: vec![(host, from)] }
}

fn text(shape: Shape, n: usize, version: usize, tags: &[&str]) -> String {
    let sign = if shape == Shape::HackerNews { "" } else { "#" };
    let tags: Vec<String> = tags.iter().map(|tag| format!("{sign}{tag}")).collect();
    format!("invented words {n} {version} {}", tags.join(" ")).trim_end().to_owned()
}

/// The repository of an author.
pub(super) fn did(author: &str) -> String {
    let letters: String =
        author.bytes().map(|b| if b.is_ascii_digit() { char::from(b'a' + b - b'0') } else { 'x' }).collect();
    format!("did:plc:demo{letters:2>20}")
}

/// A key as atproto writes it: 13 letters of base 32.
pub(super) fn tid(number: u64) -> String {
    const LETTERS: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
    (0..13).rev().map(|at| char::from(LETTERS[(number >> (at * 5) & 31) as usize])).collect()
}
