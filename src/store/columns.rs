//! Posts as columns in memory: what a parser fills, a block holds and a scan reads. One representation, so nothing is converted between.

use super::keys::PostKey;
use super::strings::{
    AuthorColumn, AuthorView, ListColumn, ListView, NumberColumn, OptStrColumn, StrColumn, WordColumn,
};
use crate::post::{Author, Metrics, Post, Provenance, Repost, RunKey, TimePrecision, TimeTrust, Timestamp};

/// Column groups: what a scan asks for. The rest stays unread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Groups(u8);

impl Groups {
    /// Only heads: count and time range of each block.
    pub const NONE: Self = Self(0);
    /// Times, ids, authors, flags.
    pub const WHO: Self = Self(1);
    /// Text and tags.
    pub const TEXT: Self = Self(2);
    /// Everything else.
    pub const REST: Self = Self(4);
    /// All columns.
    pub const ALL: Self = Self(7);
    /// Not a column group, but what was noted of a block's posts: see [`super::NoteKey::Matches`].
    pub const MATCHES: Self = Self(8);

    /// Both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every group of `other` is in this set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// Flags and small enums of one post, packed; the bits are those of the store format (`docs/store.md`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags(pub(crate) u16);

impl Flags {
    fn of<S>(post: &Post<S>) -> Self {
        let bits = post.time_trust as u16
            | (post.time_precision as u16) << 2
            | (post.repost as u16) << 4
            | u16::from(post.deleted) << 6
            | u16::from(post.synthetic) << 7
            | u16::from(post.truncated) << 8
            | u16::from(post.id_derived) << 9;
        Self(bits)
    }

    fn time_trust(self) -> TimeTrust {
        match self.0 & 3 {
            0 => TimeTrust::Indexed,
            1 => TimeTrust::Claimed,
            _ => TimeTrust::Id,
        }
    }

    fn time_precision(self) -> TimePrecision {
        match self.0 >> 2 & 3 {
            0 => TimePrecision::Day,
            1 => TimePrecision::Minute,
            2 => TimePrecision::Second,
            _ => TimePrecision::Millisecond,
        }
    }

    fn repost(self) -> Repost {
        match self.0 >> 4 & 3 {
            0 => Repost::Unknown,
            1 => Repost::No,
            _ => Repost::Yes,
        }
    }

    fn bit(self, at: u32) -> bool {
        self.0 >> at & 1 == 1
    }
}

/// One post of a [`Columns`], without a copy. Fields of groups that were not read are empty.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "each field is that of `Post`")]
#[expect(clippy::struct_excessive_bools, reason = "each field is that of `Post`")]
pub struct PostView<'a> {
    pub platform: &'a str,
    pub id: &'a str,
    pub id_derived: bool,
    pub author: AuthorView<'a>,
    pub posted_at: Timestamp,
    pub time_trust: TimeTrust,
    pub time_precision: TimePrecision,
    pub repost: Repost,
    pub deleted: bool,
    pub synthetic: bool,
    pub truncated: bool,
    pub text: &'a str,
    pub tags: ListView<'a>,
    rest: Option<(&'a Columns, usize)>,
}

impl PostView<'_> {
    /// A post of its own.
    pub fn to_post(&self) -> Post {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let mut post = Post {
            platform: self.platform.to_owned(),
            id: self.id.to_owned(),
            id_derived: self.id_derived,
            author: Author {
                id: owned(self.author.id),
                handle: owned(self.author.handle),
                name: owned(self.author.name),
            },
            posted_at: self.posted_at,
            time_trust: self.time_trust,
            time_precision: self.time_precision,
            repost: self.repost,
            deleted: self.deleted,
            synthetic: self.synthetic,
            truncated: self.truncated,
            text: self.text.to_owned(),
            tags: self.tags.map(str::to_owned).collect(),
            ..Post::default()
        };
        if let Some((columns, at)) = self.rest {
            columns.fill_rest(at, &mut post);
        }
        post
    }

    /// The language that it claims to be in, where the group was read.
    pub fn lang(&self) -> Option<&str> {
        let lang = self.rest.map(|(columns, at)| columns.rest.lang.get(at));
        lang.filter(|lang| !lang.is_empty())
    }

    /// The links, where the group was read.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        self.rest.into_iter().flat_map(|(columns, at)| columns.rest.links.get(at))
    }

    /// The handles mentioned, where the group was read.
    pub fn mentions(&self) -> impl Iterator<Item = &str> {
        self.rest.into_iter().flat_map(|(columns, at)| columns.rest.mentions.get(at))
    }

    /// Its address, where the group was read.
    pub fn url(&self) -> Option<&str> {
        self.rest.and_then(|(columns, at)| columns.rest.url.get(at))
    }

    /// Id of the post that it passes on, where the group was read.
    pub fn repost_of(&self) -> Option<&str> {
        self.rest.and_then(|(columns, at)| columns.rest.repost_of.get(at))
    }

    /// Ids of the posts that it answers and quotes, where the group was read.
    pub fn refers_to(&self) -> impl Iterator<Item = &str> {
        let rest = self.rest.map(|(columns, at)| (&columns.rest, at));
        let answered = rest.and_then(|(rest, at)| rest.reply_to.get(at));
        answered.into_iter().chain(rest.and_then(|(rest, at)| rest.quote_of.get(at)))
    }

    /// Names of its kept columns, where the group was read.
    pub fn kept_names(&self) -> impl Iterator<Item = &str> {
        self.rest.into_iter().flat_map(|(columns, at)| columns.rest.kept_names.get(at))
    }

    /// Value of a kept column, where the group was read.
    pub fn kept(&self, name: &str) -> Option<&str> {
        let (columns, at) = self.rest?;
        columns
            .rest
            .kept_names
            .get(at)
            .zip(columns.rest.kept_values.get(at))
            .find(|(key, _)| *key == name)
            .map(|pair| pair.1)
    }
}

/// Group WHO.
#[derive(Clone, Debug, Default)]
pub(crate) struct WhoColumns {
    pub(crate) posted_ms: Vec<i64>,
    pub(crate) platform: WordColumn,
    pub(crate) id: StrColumn,
    pub(crate) author: AuthorColumn,
    pub(crate) flags: Vec<Flags>,
}

/// Group TEXT.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextColumns {
    pub(crate) text: StrColumn,
    pub(crate) tags: ListColumn,
}

/// Likes, reposts, replies, quotes, views.
pub(crate) const METRICS: usize = 5;

/// Group REST.
#[derive(Clone, Debug, Default)]
pub(crate) struct RestColumns {
    pub(crate) url: OptStrColumn,
    pub(crate) collected_ms: NumberColumn<i64>,
    pub(crate) edited_ms: NumberColumn<i64>,
    pub(crate) links: ListColumn,
    pub(crate) mentions: ListColumn,
    /// Empty word = absent.
    pub(crate) lang: WordColumn,
    pub(crate) reply_to: OptStrColumn,
    pub(crate) repost_of: OptStrColumn,
    pub(crate) quote_of: OptStrColumn,
    pub(crate) copy_of: OptStrColumn,
    pub(crate) metrics: [NumberColumn<u64>; METRICS],
    pub(crate) kept_names: ListColumn,
    pub(crate) kept_values: ListColumn,
    pub(crate) run: Vec<RunKey>,
    pub(crate) offset: Vec<u64>,
}

impl RestColumns {
    fn clear(&mut self) {
        for column in
            [&mut self.url, &mut self.reply_to, &mut self.repost_of, &mut self.quote_of, &mut self.copy_of]
        {
            column.clear();
        }
        for column in [&mut self.links, &mut self.mentions, &mut self.kept_names, &mut self.kept_values] {
            column.clear();
        }
        self.collected_ms.0.clear();
        self.edited_ms.0.clear();
        self.lang.clear();
        self.metrics.iter_mut().for_each(|column| column.0.clear());
        self.run.clear();
        self.offset.clear();
    }

    fn says_the_same(&self, index: usize, other: &Self, at: usize) -> bool {
        let same_text = |a: &OptStrColumn, b: &OptStrColumn| a.get(index) == b.get(at);
        let same_list = |a: &ListColumn, b: &ListColumn| a.get(index).eq(b.get(at));
        same_text(&self.url, &other.url)
            && same_text(&self.reply_to, &other.reply_to)
            && same_text(&self.repost_of, &other.repost_of)
            && same_text(&self.quote_of, &other.quote_of)
            && same_text(&self.copy_of, &other.copy_of)
            && self.collected_ms.get(index) == other.collected_ms.get(at)
            && self.edited_ms.get(index) == other.edited_ms.get(at)
            && self.lang.get(index) == other.lang.get(at)
            && self.metrics.iter().zip(&other.metrics).all(|(a, b)| a.get(index) == b.get(at))
            && same_list(&self.links, &other.links)
            && same_list(&self.mentions, &other.mentions)
            && same_list(&self.kept_names, &other.kept_names)
            && same_list(&self.kept_values, &other.kept_values)
    }
}

/// One post of a set: what blocks are written from, so that nobody has to copy posts together first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) columns: &'a Columns,
    pub(crate) at: usize,
}

impl<'a> Row<'a> {
    pub(crate) fn view(&self) -> PostView<'a> {
        self.columns.view(self.at)
    }

    pub(crate) fn key(&self) -> PostKey {
        PostKey::of_view(&self.view())
    }
}

/// A set of posts, column by column.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    pub(crate) groups: Option<Groups>,
    pub(crate) who: WhoColumns,
    pub(crate) text: TextColumns,
    pub(crate) rest: RestColumns,
}

impl Columns {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many posts.
    pub fn len(&self) -> usize {
        self.who.posted_ms.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Empties the set and keeps its memory, so that the next one need not ask for it.
    pub fn clear(&mut self) {
        self.groups = None;
        let WhoColumns { posted_ms, platform, id, author, flags } = &mut self.who;
        posted_ms.clear();
        platform.clear();
        id.clear();
        author.clear();
        flags.clear();
        self.text.text.clear();
        self.text.tags.clear();
        self.rest.clear();
    }

    /// Time of a post in whole seconds.
    pub(crate) fn second(&self, index: usize) -> i64 {
        self.who.posted_ms.get(index).copied().unwrap_or(0).div_euclid(1000)
    }

    /// What posts are sorted by: second, platform, id.
    pub(crate) fn sort_key(&self, index: usize) -> (i64, &str, &str) {
        (self.second(index), self.who.platform.get(index), self.who.id.get(index))
    }

    /// Whether two observations say the same, wherever they came from: then nothing has to be merged. All groups were read.
    pub(crate) fn says_the_same(&self, index: usize, other: &Self, at: usize) -> bool {
        let (a, b) = (self.view(index), other.view(at));
        self.who.posted_ms.get(index) == other.who.posted_ms.get(at)
            && self.who.flags.get(index) == other.who.flags.get(at)
            && (a.platform, a.id, a.author, a.text) == (b.platform, b.id, b.author, b.text)
            && a.tags.eq(b.tags)
            && self.rest.says_the_same(index, &other.rest, at)
    }

    /// Where a post came from.
    pub(crate) fn provenance(&self, index: usize) -> Provenance {
        Provenance { run: self.run(index), offset: self.rest.offset.get(index).copied().unwrap_or_default() }
    }

    /// Names the file or run that all posts came from.
    pub fn set_run(&mut self, run: RunKey) {
        self.rest.run.fill(run);
    }

    /// Bytes that the set holds on to, room for growth included: what bounds an import's memory.
    pub fn heap(&self) -> usize {
        let (who, rest) = (&self.who, &self.rest);
        let numbers = rest.metrics.iter().map(NumberColumn::heap).sum::<usize>();
        let fixed = 8 * who.posted_ms.capacity()
            + 2 * who.flags.capacity()
            + rest.collected_ms.heap()
            + rest.edited_ms.heap()
            + numbers
            + 16 * rest.run.capacity()
            + 8 * rest.offset.capacity();
        let lists = [&self.text.tags, &rest.links, &rest.mentions, &rest.kept_names, &rest.kept_values];
        let optional = [&rest.url, &rest.reply_to, &rest.repost_of, &rest.quote_of, &rest.copy_of];
        fixed
            + [&who.id, &self.text.text].into_iter().map(StrColumn::heap).sum::<usize>()
            + [&who.platform, &rest.lang].into_iter().map(WordColumn::heap).sum::<usize>()
            + lists.into_iter().map(ListColumn::heap).sum::<usize>()
            + optional.into_iter().map(OptStrColumn::heap).sum::<usize>()
            + who.author.heap()
    }

    /// The post at `index`, which must be below [`Self::len`].
    pub fn view(&self, index: usize) -> PostView<'_> {
        let who = &self.who;
        let flags = who.flags.get(index).copied().unwrap_or_default();
        let groups = self.groups.unwrap_or(Groups::ALL);
        PostView {
            platform: who.platform.get(index),
            id: who.id.get(index),
            id_derived: flags.bit(9),
            author: who.author.of(index),
            posted_at: Timestamp::from_millis_unchecked(who.posted_ms.get(index).copied().unwrap_or(0)),
            time_trust: flags.time_trust(),
            time_precision: flags.time_precision(),
            repost: flags.repost(),
            deleted: flags.bit(6),
            synthetic: flags.bit(7),
            truncated: flags.bit(8),
            text: self.text.text.get(index),
            tags: self.text.tags.get(index),
            rest: groups.contains(Groups::REST).then_some((self, index)),
        }
    }

    /// All posts in order, to be written.
    pub(crate) fn rows(&self) -> Vec<Row<'_>> {
        (0..self.len()).map(|at| Row { columns: self, at }).collect()
    }

    /// All posts in order.
    pub fn iter(&self) -> impl Iterator<Item = PostView<'_>> {
        (0..self.len()).map(|index| self.view(index))
    }

    /// Times of all posts in whole seconds.
    pub fn seconds(&self) -> impl Iterator<Item = i64> {
        self.who.posted_ms.iter().map(|ms| ms.div_euclid(1000))
    }

    /// How many distinct authors the set names, and each of them: what a count of accounts needs to hash once.
    pub fn authors(&self) -> impl ExactSizeIterator<Item = AuthorView<'_>> {
        (0..self.who.author.distinct).map(|at| self.who.author.get(at))
    }

    /// Platforms of the set; [`Self::platform_index`] says which is a post's.
    pub fn platforms(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.who.platform.words.len()).map(|at| self.who.platform.words.get(at))
    }

    /// Index into [`Self::platforms`] of the platform of post `index`.
    pub fn platform_index(&self, index: usize) -> usize {
        self.who.platform.of.get(index).copied().unwrap_or(0) as usize
    }

    /// Text of a post.
    pub fn text_of(&self, index: usize) -> &str {
        self.text.text.get(index)
    }

    /// Tags of a post.
    pub fn tags_of(&self, index: usize) -> ListView<'_> {
        self.text.tags.get(index)
    }

    /// Index into [`Self::authors`] of the author of post `index`.
    pub fn author_index(&self, index: usize) -> usize {
        self.who.author.of.get(index).copied().unwrap_or(0) as usize
    }

    /// Appends a post.
    pub fn push<S: AsRef<str>>(&mut self, post: &Post<S>) {
        fn some<S: AsRef<str>>(text: Option<&S>) -> Option<&str> {
            text.map(AsRef::as_ref)
        }
        fn all<S: AsRef<str>>(list: &[S]) -> impl Iterator<Item = &str> {
            list.iter().map(AsRef::as_ref)
        }
        let row = self.len();
        let who = &mut self.who;
        who.posted_ms.push(post.posted_at.as_millis());
        who.platform.set(row, post.platform.as_ref());
        who.id.push(post.id.as_ref());
        let Author { id, handle, name } = &post.author;
        who.author.push(AuthorView {
            id: some(id.as_ref()),
            handle: some(handle.as_ref()),
            name: some(name.as_ref()),
        });
        who.flags.push(Flags::of(post));
        self.text.text.push(post.text.as_ref());
        self.text.tags.set(row, all(&post.tags));
        let rest = &mut self.rest;
        rest.url.set(row, some(post.url.as_ref()));
        rest.collected_ms.set(row, post.collected_at.map(Timestamp::as_millis));
        rest.edited_ms.set(row, post.edited_at.map(Timestamp::as_millis));
        rest.links.set(row, all(&post.links));
        rest.mentions.set(row, all(&post.mentions));
        rest.lang.set(row, some(post.lang.as_ref()).unwrap_or(""));
        rest.reply_to.set(row, some(post.reply_to.as_ref()));
        rest.repost_of.set(row, some(post.repost_of.as_ref()));
        rest.quote_of.set(row, some(post.quote_of.as_ref()));
        rest.copy_of.set(row, some(post.copy_of.as_ref()));
        let Metrics { likes, reposts, replies, quotes, views } = post.metrics;
        for (column, value) in rest.metrics.iter_mut().zip([likes, reposts, replies, quotes, views]) {
            column.set(row, value);
        }
        rest.kept_names.set(row, post.kept.iter().map(|pair| pair.0.as_ref()));
        rest.kept_values.set(row, post.kept.iter().map(|pair| pair.1.as_ref()));
        rest.run.push(post.provenance.run);
        rest.offset.push(post.provenance.offset);
    }

    /// Appends post `index` of another set, all groups of which were read.
    pub fn push_from(&mut self, other: &Self, index: usize) {
        let row = self.len();
        let (to, from) = (&mut self.who, &other.who);
        to.posted_ms.push(from.posted_ms.get(index).copied().unwrap_or_default());
        to.platform.set(row, from.platform.get(index));
        to.id.push(from.id.get(index));
        to.author.push(from.author.of(index));
        to.flags.push(from.flags.get(index).copied().unwrap_or_default());
        self.text.text.push(other.text.text.get(index));
        self.text.tags.set(row, other.text.tags.get(index));
        let (to, from) = (&mut self.rest, &other.rest);
        to.url.set(row, from.url.get(index));
        to.collected_ms.set(row, from.collected_ms.get(index));
        to.edited_ms.set(row, from.edited_ms.get(index));
        to.links.set(row, from.links.get(index));
        to.mentions.set(row, from.mentions.get(index));
        to.lang.set(row, from.lang.get(index));
        to.reply_to.set(row, from.reply_to.get(index));
        to.repost_of.set(row, from.repost_of.get(index));
        to.quote_of.set(row, from.quote_of.get(index));
        to.copy_of.set(row, from.copy_of.get(index));
        for (column, source) in to.metrics.iter_mut().zip(&from.metrics) {
            column.set(row, source.get(index));
        }
        to.kept_names.set(row, from.kept_names.get(index));
        to.kept_values.set(row, from.kept_values.get(index));
        to.run.push(from.run.get(index).copied().unwrap_or_default());
        to.offset.push(from.offset.get(index).copied().unwrap_or_default());
    }

    /// Bytes of text held.
    pub(crate) fn text_bytes(&self) -> usize {
        self.text.text.bytes.len()
    }

    /// Bytes of one text.
    pub(crate) fn text_length(&self, index: usize) -> usize {
        self.text_of(index).len()
    }

    /// Which file or run post `index` came from, where the group was read.
    pub fn run(&self, index: usize) -> RunKey {
        self.rest.run.get(index).copied().unwrap_or_default()
    }

    fn fill_rest(&self, at: usize, post: &mut Post) {
        let rest = &self.rest;
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let time = |column: &NumberColumn<i64>| column.get(at).map(Timestamp::from_millis_unchecked);
        let count = |column: usize| rest.metrics.get(column).and_then(|values| values.get(at));
        post.url = owned(rest.url.get(at));
        post.collected_at = time(&rest.collected_ms);
        post.edited_at = time(&rest.edited_ms);
        post.links = rest.links.get(at).map(str::to_owned).collect();
        post.mentions = rest.mentions.get(at).map(str::to_owned).collect();
        post.lang = Some(rest.lang.get(at)).filter(|lang| !lang.is_empty()).map(str::to_owned);
        post.reply_to = owned(rest.reply_to.get(at));
        post.repost_of = owned(rest.repost_of.get(at));
        post.quote_of = owned(rest.quote_of.get(at));
        post.copy_of = owned(rest.copy_of.get(at));
        post.metrics = Metrics {
            likes: count(0),
            reposts: count(1),
            replies: count(2),
            quotes: count(3),
            views: count(4),
        };
        let values = rest.kept_values.get(at).map(str::to_owned);
        post.kept = rest.kept_names.get(at).map(str::to_owned).zip(values).collect();
        post.provenance = Provenance {
            run: rest.run.get(at).copied().unwrap_or_default(),
            offset: rest.offset.get(at).copied().unwrap_or_default(),
        };
    }
}
