//! Tables that `CrowdTangle` exported: posts of Facebook pages and groups, posts of Instagram accounts.

use super::record::{Cells, Fate, Field, KnownTable, Table};
use super::{ArchiveFormat, Confidence, Head, Plan, ReadOptions, Refusal};
use crate::post::Draft;

/// Posts of Facebook and Instagram.
pub(super) struct CrowdTangle;

const FACEBOOK: KnownTable<'static> = KnownTable {
    platform: "facebook",
    fields: &[
        (Field::Time, &["Post Created", "Created"]),
        (Field::Text, &["Message"]),
        (Field::Author, &["Facebook Id", "Page Id"]),
        (Field::Handle, &["User Name"]),
        (Field::Name, &["Page Name"]),
        (Field::Url, &["URL"]),
        (Field::Links, &["Final Link", "Link"]),
        (Field::Likes, &["Likes"]),
        (Field::Reposts, &["Shares"]),
        (Field::Replies, &["Comments"]),
        (Field::Views, &["Total Views", "Post Views"]),
    ],
};

const INSTAGRAM: KnownTable<'static> = KnownTable {
    platform: "instagram",
    fields: &[
        (Field::Time, &["Post Created", "Created"]),
        (Field::Text, &["Description"]),
        (Field::Handle, &["User Name"]),
        (Field::Name, &["Account"]),
        (Field::Url, &["URL"]),
        (Field::Likes, &["Likes"]),
        (Field::Replies, &["Comments"]),
        (Field::Views, &["Views"]),
    ],
};

/// What a table of `CrowdTangle` holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Pages,
    Groups,
    Instagram,
    Other(&'static str),
}

fn kind(table: &Table) -> Option<Kind> {
    // Other tools write the names in their own way: `post_created`.
    let plain = |name: &str| -> String {
        name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let names: Vec<String> = table.header().map(plain).collect();
    let has = |name: &str| names.contains(&plain(name));
    // The first exports called it `Created`.
    let dated = has("Post Created") || has("Created") && has("Total Interactions");
    let of_facebook = has("Message") || has("URL");
    if dated && has("Group Name") && of_facebook {
        Some(Kind::Groups)
    } else if dated && has("Page Name") && of_facebook {
        Some(Kind::Pages)
    } else if dated && has("Account") && has("User Name") && (has("Description") || has("URL")) {
        Some(Kind::Instagram)
    } else if has("Total Interactions")
        && (has("Interaction Rate") || has("Total Posts") || has("Post Count"))
    {
        Some(Kind::Other("a leaderboard of CrowdTangle (accounts and their sums)"))
    } else if has("Page or Account URL") && has("List") {
        Some(Kind::Other("a list of accounts of CrowdTangle"))
    } else {
        None
    }
}

impl ArchiveFormat for CrowdTangle {
    fn name(&self) -> &'static str {
        "crowdtangle-csv"
    }
    fn about(&self) -> &'static str {
        "CrowdTangle: exported tables of Facebook pages and groups and of Instagram"
    }
    fn known_by(&self) -> &'static str {
        "the columns of its tables: `Post Created`, `Total Interactions` and others"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        if head.table().is_some_and(|table| kind(table).is_some()) {
            Confidence::Certain
        } else {
            Confidence::No
        }
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        let table = Table::find(head, options)?;
        match kind(&table) {
            Some(Kind::Other(what)) => Err(Refusal::NotPosts(what.to_owned())),
            Some(Kind::Instagram) => table.known(&INSTAGRAM, options, settle_instagram),
            Some(Kind::Groups) => {
                let mut plan = table.known(&FACEBOOK, options, |post, row| {
                    settle_facebook(post, row);
                    // The row names the group only; who of its members wrote is not said.
                    post.author = crate::post::Author::default();
                    Fate::Post
                })?;
                plan.notes
                    .push("posts of groups have no author: CrowdTangle names the group only".to_owned());
                Ok(plan)
            }
            Some(Kind::Pages) | None => table.known(&FACEBOOK, options, |post, row| {
                settle_facebook(post, row);
                Fate::Post
            }),
        }
    }
}

fn settle_facebook(post: &mut Draft<'_>, row: &Cells<'_>) {
    let url = post.url.as_deref().unwrap_or_default();
    let parts = parts_of(url);
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    // `/1234/posts/5678`, `/groups/1234/permalink/5678`, `/1234/videos/5678`: the page or group, and the post.
    let (owner, number) = match parts.as_slice() {
        ["groups", owner, _, number, ..] | [owner, "posts" | "videos" | "photos", .., number] => {
            (Some(*owner), Some(*number))
        }
        _ => (None, None),
    };
    let owner =
        owner.filter(|owner| is_number(owner)).or(post.author.id.as_deref()).filter(|owner| is_number(owner));
    post.id = match (owner, number) {
        (Some(owner), Some(number)) => format!("{owner}_{number}"),
        _ => url.to_owned(),
    }
    .into();
    // A spreadsheet breaks long numbers; the address keeps them.
    if !post.author.id.as_deref().is_some_and(is_number) {
        post.author.id = owner.map(|owner| owner.to_owned().into());
    }
    if post.text.trim().is_empty() {
        let shown = ["Link Text", "Image Text", "Description"].into_iter().find_map(|name| row.get(name));
        post.text = shown.unwrap_or_default().to_owned().into();
    }
    seen_or_unknown(post);
    let own = post.url.clone().unwrap_or_default();
    post.links.retain(|link| *link != own);
}

fn settle_instagram(post: &mut Draft<'_>, row: &Cells<'_>) -> Fate {
    let url = post.url.as_deref().unwrap_or_default();
    post.id = match parts_of(url).as_slice() {
        ["p" | "reel" | "tv", code, ..] | [_, "p" | "reel" | "tv", code, ..] => (*code).to_owned(),
        _ => url.to_owned(),
    }
    .into();
    if post.text.trim().is_empty() {
        let shown = ["Title", "Image Text"].into_iter().find_map(|name| row.get(name));
        post.text = shown.unwrap_or_default().to_owned().into();
    }
    seen_or_unknown(post);
    Fate::Post
}

/// Only films are counted; of everything else the table says 0.
fn seen_or_unknown(post: &mut Draft<'_>) {
    post.metrics.views = post.metrics.views.filter(|views| *views > 0);
}

/// The parts of an address' path.
fn parts_of(url: &str) -> Vec<&str> {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    path.split('/').skip(1).filter(|part| !part.is_empty()).collect()
}
