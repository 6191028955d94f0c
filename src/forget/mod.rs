//! Forgetting for good: finds what a person wants forgotten, takes it out of the store and of its files, sees to it that it stays away, and
//! says what it cannot reach.

mod target;
mod unreached;

pub use target::{Target, TargetError};
pub use unreached::{HeldBy, Unreached};

use crate::post::{PostId, RunKey, Timestamp, owner_in_id};
use crate::store::{
    Batch, Columns, Compaction, Durability, Forget, Groups, PostKey, PostView, SledStore, Store, StoreError,
    StoredBlock, folded_name, names,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::path::Path;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// Posts taken out at a time.
const REMOVALS: usize = 8192;

/// What there is of what is to be forgotten. It has names in it: it is not to be kept.
#[derive(Debug, Default)]
pub struct Found {
    /// Posts by the account, or the post itself.
    pub posts: u64,
    /// Posts of others that pass those on, and so hold their text.
    pub passed_on: u64,
    /// Accounts that wrote them.
    pub accounts: u64,
    /// Posts of others that answer, quote or mention them. They are theirs, and stay.
    pub others: u64,
    /// When the first of them was posted.
    pub first: Option<Timestamp>,
    /// When the last was.
    pub last: Option<Timestamp>,
    /// How many came from which file or run.
    runs: BTreeMap<RunKey, u64>,
    /// Names of the account, as [`folded_name`] writes them, with their platform.
    names: BTreeSet<(String, String)>,
    /// Handles among them, by which others mention it.
    handles: HashSet<String>,
    /// Posts, by hash of platform and id.
    ids: HashSet<u64>,
}

/// What was forgotten (`tagline.forget/1`): numbers, and where it may still be. No name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Forgotten {
    /// `tagline.forget/1`.
    pub schema: &'static str,
    /// Whether nothing was changed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// Posts taken out.
    pub posts: u64,
    /// Posts of others that passed those on, taken out too.
    pub passed_on: u64,
    /// Accounts that wrote them.
    pub accounts: u64,
    /// Posts of others that answer, quote or mention them, and stay.
    pub others: u64,
    /// What happened to the files.
    pub compacted: Option<Compaction>,
    /// Where else it may be.
    pub unreached: Unreached,
}

/// How a post is looked for in a set: not by its text, of which there may be many.
fn hash(platform: &str, id: &str) -> u64 {
    xxh3_64_with_seed(id.as_bytes(), xxh3_64(platform.as_bytes()))
}

impl Found {
    fn is_theirs(&self, post: &PostView<'_>) -> bool {
        self.ids.contains(&hash(post.platform, post.id))
    }

    /// Whether it has to go.
    fn takes(&self, post: &PostView<'_>) -> bool {
        self.is_theirs(post) || self.passes_on(post)
    }

    /// Who passes a post on has its text, also of one that is not here.
    fn passes_on(&self, post: &PostView<'_>) -> bool {
        let Some(id) = post.repost_of() else { return false };
        let by_them =
            |owner: &str| self.names.contains(&(post.platform.to_owned(), folded_name(owner).into_owned()));
        self.ids.contains(&hash(post.platform, id)) || owner_in_id(post.platform, id).is_some_and(by_them)
    }

    fn count(&mut self, post: &PostView<'_>, run: RunKey) {
        if self.takes(post) {
            if self.is_theirs(post) {
                self.posts += 1;
            } else {
                self.passed_on += 1;
            }
            self.first = self.first.into_iter().chain([post.posted_at]).min();
            self.last = self.last.max(Some(post.posted_at));
            *self.runs.entry(run).or_default() += 1;
        } else if post.refers_to().any(|id| self.ids.contains(&hash(post.platform, id)))
            || post.mentions().any(|handle| self.handles.contains(&*folded_name(handle)))
        {
            self.others += 1;
        }
    }

    fn add_author(&mut self, post: &PostView<'_>) {
        for name in names(post) {
            self.names.insert((post.platform.to_owned(), folded_name(name).into_owned()));
        }
        self.handles.extend(post.author.handle.map(|handle| folded_name(handle).into_owned()));
    }

    /// What must not come back, beside the posts that are there.
    fn wishes(&self, target: &Target) -> Vec<Forget> {
        let mut wishes: Vec<Forget> = match target {
            Target::Post(post) => vec![Forget::Post(post.clone())],
            Target::Author { platform, name } => {
                vec![Forget::Author { platform: platform.clone(), name: name.clone() }]
            }
            Target::Address(_) => Vec::new(),
        };
        let author = |(platform, name): &(String, String)| Forget::Author {
            platform: platform.clone(),
            name: name.clone(),
        };
        wishes.extend(self.names.iter().map(author));
        wishes
    }
}

/// Looks for what is to be forgotten, and changes nothing.
pub fn find(store: &dyn Store, target: &Target) -> Result<Found, StoreError> {
    let mut found = Found::default();
    match target {
        Target::Post(post) => drop(found.ids.insert(hash(&post.platform, &post.id))),
        Target::Address(_) => each_post(store, Groups::WHO.and(Groups::REST), &mut |post, _| {
            if target.is_at(post) {
                found.ids.insert(hash(post.platform, post.id));
            }
        })?,
        Target::Author { .. } => find_account(store, target, &mut found)?,
    }
    let mut accounts: HashSet<u64> = HashSet::new();
    each_post(store, Groups::ALL, &mut |post, run| {
        found.count(post, run);
        if found.is_theirs(post) {
            accounts.extend(post.author.key().map(|key| hash(post.platform, key)));
        }
    })?;
    found.accounts = accounts.len() as u64;
    Ok(found)
}

/// All names of an account that is given by one, and its posts: who has the handle has ids, and who has those ids may have had other
/// handles. Whoever else has one of these is not meant.
fn find_account(store: &dyn Store, target: &Target, found: &mut Found) -> Result<(), StoreError> {
    let mut ids: BTreeSet<(String, String)> = BTreeSet::new();
    each_post(store, Groups::WHO, &mut |post, _| {
        if let Some(id) = post.author.id.filter(|_| target.is_by(post)) {
            ids.insert((post.platform.to_owned(), id.to_owned()));
        }
    })?;
    // Of a post that was blanked only its id says whose it was.
    let has_id = |post: &PostView<'_>| {
        let is_one = |name: &str| ids.contains(&(post.platform.to_owned(), name.to_owned()));
        !ids.is_empty() && names(post).any(is_one)
    };
    each_post(store, Groups::WHO, &mut |post, _| {
        if target.is_by(post) || has_id(post) {
            found.ids.insert(hash(post.platform, post.id));
            found.add_author(post);
        }
    })
}

/// Forgets: what must not come back is written down first, then it is taken out, then the store's files are written anew without it.
pub fn forget(
    store: &SledStore,
    data: &Path,
    target: &Target,
    found: &Found,
) -> Result<Forgotten, StoreError> {
    let unreached = Unreached::of(store, data, found)?;
    let wishes = found.wishes(target);
    if !wishes.is_empty() {
        store.put(&Batch { forget: wishes, ..Batch::default() })?;
    }
    let mut from = Timestamp::from_millis_unchecked(i64::MIN);
    loop {
        let (posts, reached) = next_page(store, found, from)?;
        if posts.is_empty() {
            break;
        }
        from = reached;
        let removals = posts.iter().map(|(key, _)| key.clone()).collect();
        let forget = posts.into_iter().map(|(_, post)| Forget::Post(post)).collect();
        store.put(&Batch { forget, removals, durability: Durability::Buffered, ..Batch::default() })?;
    }
    // What a killed import left is in no use while we hold the store.
    remove_folder(&data.join("tmp"))?;
    // Also where nothing was found: a forgetting that was cut off here left the old files.
    let compacted = Some(store.compact()?);
    Ok(Forgotten { compacted, ..Forgotten::of(found, unreached) })
}

/// What [`forget`] would do.
pub fn dry_run(store: &dyn Store, data: &Path, found: &Found) -> Result<Forgotten, StoreError> {
    let unreached = Unreached::of(store, data, found)?;
    Ok(Forgotten { dry_run: true, ..Forgotten::of(found, unreached) })
}

impl Forgotten {
    fn of(found: &Found, unreached: Unreached) -> Self {
        Self {
            schema: "tagline.forget/1",
            posts: found.posts,
            passed_on: found.passed_on,
            accounts: found.accounts,
            others: found.others,
            unreached,
            ..Self::default()
        }
    }
}

fn remove_folder(folder: &Path) -> Result<(), StoreError> {
    match std::fs::remove_dir_all(folder) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::Io { what: "remove", path: folder.into(), source })
        }
        _ => Ok(()),
    }
}

/// Posts to be taken out in the blocks from a time on, until there are enough; and where to go on.
fn next_page(
    store: &dyn Store,
    found: &Found,
    from: Timestamp,
) -> Result<(Vec<(PostKey, PostId)>, Timestamp), StoreError> {
    let (mut posts, mut reached) = (Vec::new(), from);
    each_block(store, from, Groups::ALL, &mut |block, columns| {
        reached = block.first;
        let gone = columns.iter().filter(|post| found.takes(post));
        posts.extend(gone.map(|post| {
            (PostKey::of_view(&post), PostId { platform: post.platform.to_owned(), id: post.id.to_owned() })
        }));
        if posts.len() >= REMOVALS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok((posts, reached))
}

/// Hands out every post with its run.
fn each_post(
    store: &dyn Store,
    groups: Groups,
    each: &mut dyn FnMut(&PostView<'_>, RunKey),
) -> Result<(), StoreError> {
    each_block(store, Timestamp::from_millis_unchecked(i64::MIN), groups, &mut |_, columns| {
        columns.iter().enumerate().for_each(|(at, post)| each(&post, columns.run(at)));
        ControlFlow::Continue(())
    })
}

fn each_block(
    store: &dyn Store,
    from: Timestamp,
    groups: Groups,
    each: &mut dyn FnMut(&StoredBlock, &Columns) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let mut failure = None;
    let until = Timestamp::from_millis_unchecked(i64::MAX);
    store.scan(from..until, groups.into(), &mut |block| match block.decode() {
        Ok(columns) => each(&block, &columns),
        Err(error) => {
            failure = Some(error);
            ControlFlow::Break(())
        }
    })?;
    failure.map_or(Ok(()), Err)
}
