//! Names of members: only ever shown and compared, never opened. What is done with a member because of its name.

use std::collections::{HashMap, HashSet};

/// Longest name that is kept; a path of Windows has 260 letters, and a container may claim 65,535 bytes a hundred thousand times.
pub(super) const NAME_BYTES: usize = 512;

/// A name as it is shown: no control characters, no characters that turn the line round, slashes for backslashes.
pub(super) fn clean(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(name.get(..NAME_BYTES).unwrap_or(name));
    let text = text.trim_start_matches("./");
    text.chars()
        .map(|c| match c {
            '\\' => '/',
            c if c.is_control() || crate::archive::is_bidi_control(c) => '\u{FFFD}',
            c => c,
        })
        .collect()
}

/// Names that were given out: a second member of the same name gets a number.
#[derive(Default)]
pub(super) struct Given(HashMap<String, u32>);

impl Given {
    pub(super) fn unique(&mut self, name: &str) -> String {
        let mut candidate = name.to_owned();
        loop {
            let count = self.0.entry(candidate.clone()).or_default();
            *count += 1;
            if *count == 1 {
                return candidate;
            }
            candidate = format!("{name} ({count})");
        }
    }
}

/// What is done with a member because of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// It may hold posts.
    Look,
    /// Not a word about it: a folder, or what systems leave.
    Ignore,
    /// It is a picture or the like.
    Pass(Passed),
}

/// Why a member is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Passed {
    Image,
    Video,
    Sound,
    /// Any other kind of file that is no text.
    Binary,
    /// Part of what a platform hands to an account, and not its posts.
    Account,
}

const IMAGES: [&str; 13] =
    ["jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff", "heic", "heif", "avif", "svg", "ico"];
const VIDEOS: [&str; 9] = ["mp4", "mov", "m4v", "webm", "avi", "mkv", "3gp", "m3u8", "mpg"];
const SOUNDS: [&str; 9] = ["mp3", "m4a", "ogg", "oga", "opus", "wav", "aac", "flac", "amr"];
const BINARIES: [&str; 12] =
    ["pdf", "woff", "woff2", "ttf", "otf", "eot", "css", "exe", "dll", "pyc", "sqlite", "db"];

fn has_ending(name: &str, endings: &[&str]) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| endings.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// What people and systems leave in a container without meaning it.
fn is_hidden(name: &str) -> bool {
    let parts = || name.split('/');
    parts().any(|part| part.starts_with('.') && part != "." && part != ".." || part == "__MACOSX")
        || parts().next_back().is_some_and(|last| matches!(last, "Thumbs.db" | "desktop.ini"))
}

/// Account archives in one container: nobody has more, and a hostile one could name millions.
const MAX_ACCOUNTS: usize = 10_000;

/// Account archives among the names of one container or folder: of those only the posts are opened, never messages or account data.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accounts {
    /// The folders, with the slash, where an archive of X begins.
    x: HashSet<String>,
    /// The folders where an archive of Mastodon begins, half known: has it `actor.json`, has it `outbox.json`?
    mastodon: HashMap<String, (bool, bool)>,
    /// Whether they lie in a folder of a person's, where other things may lie beside them.
    in_folder: bool,
}

impl Accounts {
    /// Of a folder.
    pub(crate) fn of_folder() -> Self {
        Self { in_folder: true, ..Self::default() }
    }

    /// Takes a name into account. Only then does `is_private` know of it.
    pub(crate) fn learn(&mut self, name: &str) {
        if self.x.len() + self.mastodon.len() > MAX_ACCOUNTS {
            return;
        }
        for mark in ["data/tweets.js", "data/tweet.js", "data/manifest.js", "data/js/tweet_index.js"] {
            if let Some(root) = folder_before(name, mark) {
                self.x.insert(root.to_owned());
            }
        }
        for (mark, is_actor) in [("actor.json", true), ("outbox.json", false)] {
            if let Some(root) = folder_before(name, mark) {
                let (actor, outbox) = self.mastodon.entry(root.to_owned()).or_default();
                *(if is_actor { actor } else { outbox }) = true;
            }
        }
    }

    /// Whether a file is part of an account archive, or looks like it, and is not its posts.
    pub(crate) fn is_private(&self, name: &str) -> bool {
        let folders =
            std::iter::once("").chain(name.match_indices('/').filter_map(|(at, _)| name.get(..=at)));
        let (mut in_x, mut in_mastodon) = (false, false);
        for folder in folders {
            let inside = |parts: &[&str]| {
                let rest = name.strip_prefix(folder).unwrap_or_default();
                !self.in_folder || parts.iter().any(|part| rest.starts_with(part))
            };
            in_x |= self.x.contains(folder) && inside(&["data/", "assets/"]);
            in_mastodon |= self.mastodon.get(folder) == Some(&(true, true))
                && inside(&["actor.json", "likes.json", "bookmarks.json", "media_attachments/"]);
        }
        if in_x {
            return !is_x_posts(name);
        }
        if in_mastodon {
            return !name.ends_with("outbox.json");
        }
        looks_private(name)
    }
}

/// What stands before `end` in a name, if that is a folder or nothing.
fn folder_before<'a>(name: &'a str, end: &str) -> Option<&'a str> {
    name.strip_suffix(end).filter(|before| before.is_empty() || before.ends_with('/'))
}

fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The files of an X archive that hold posts: `tweets.js` in parts, `tweet.js` before 2019, what was deleted, and one a month before 2018.
fn is_x_posts(name: &str) -> bool {
    let last = last_part(name).to_ascii_lowercase();
    let Some(stem) = last.strip_suffix(".js") else { return false };
    let folder = name.get(..name.len() - last.len()).unwrap_or_default();
    if folder.ends_with("data/js/tweets/") {
        return stem.split_once('_').is_some_and(|(year, month)| is_digits(year) && is_digits(month));
    }
    let stem = stem.rsplit_once("-part").filter(|(_, part)| is_digits(part)).map_or(stem, |(stem, _)| stem);
    X_POSTS.contains(&stem)
}

/// What the files of posts are called, before `.js`.
const X_POSTS: [&str; 6] =
    ["tweets", "tweet", "deleted-tweets", "deleted-tweet", "community-tweet", "community-tweets"];

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// How names of messages begin.
const MESSAGES: [&str; 7] =
    ["direct-message", "direct_message", "directmessage", "dm-", "dm_", "dms.", "dms-"];
/// Folders of messages.
const FOLDERS: [&str; 6] = [
    "direct_messages",
    "direct-messages",
    "inbox",
    "message_requests",
    "archived_threads",
    "filtered_threads",
];

/// Names that messages and account data have, in whatever container: these are never opened, even where no account archive was recognised
/// (the one of a tar stream is known only when its files have gone by).
fn looks_private(name: &str) -> bool {
    let last = last_part(name).to_ascii_lowercase();
    // Only archives of X hold scripts, and of those only its posts are wanted.
    if has_ending(&last, &["js"]) {
        return !is_x_posts(name);
    }
    let folders = || name.split('/').rev().skip(1);
    MESSAGES.iter().any(|start| last.starts_with(start))
        || folders().any(|part| FOLDERS.iter().any(|known| part.eq_ignore_ascii_case(known)))
        || matches!(name, "actor.json" | "likes.json" | "bookmarks.json")
}

/// What is done with a member of this name.
pub(super) fn choose(name: &str, accounts: &Accounts) -> Choice {
    if name.is_empty() || name.ends_with('/') || is_hidden(name) {
        Choice::Ignore
    } else if has_ending(name, &IMAGES) {
        Choice::Pass(Passed::Image)
    } else if has_ending(name, &VIDEOS) {
        Choice::Pass(Passed::Video)
    } else if has_ending(name, &SOUNDS) {
        Choice::Pass(Passed::Sound)
    } else if accounts.is_private(name) {
        Choice::Pass(Passed::Account)
    } else if has_ending(name, &BINARIES) {
        Choice::Pass(Passed::Binary)
    } else {
        Choice::Look
    }
}

/// How many members were not looked at, and why.
#[derive(Clone, Debug, Default)]
pub(super) struct PassedOver([u64; 5]);

impl PassedOver {
    pub(super) fn add(&mut self, why: Passed) {
        if let Some(count) = self.0.get_mut(why as usize) {
            *count += 1;
        }
    }

    /// In words, a sentence each.
    pub(super) fn notes(&self) -> Vec<String> {
        let [images, videos, sounds, binaries, account] = self.0;
        let kinds = [(images, "images"), (videos, "videos"), (sounds, "sound"), (binaries, "other kinds")];
        let named: Vec<String> = kinds
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, kind)| format!("{kind} {count}"))
            .collect();
        let mut notes = Vec::new();
        if !named.is_empty() {
            let all: u64 = kinds.iter().map(|(count, _)| count).sum();
            notes.push(format!("not looked at, since they are no text: {all} files ({})", named.join(", ")));
        }
        if account > 0 {
            notes.push(account_note(account));
        }
        notes
    }
}

/// What is said of the files of an account that were not opened.
pub(crate) fn account_note(count: u64) -> String {
    format!(
        "never opened: {count} files of an account that are not its posts (messages, account data, likes)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(names: &[&str]) -> Accounts {
        let mut accounts = Accounts::default();
        for name in names {
            accounts.learn(name);
        }
        accounts
    }

    #[test]
    fn of_an_x_archive_only_posts_are_opened() {
        let known = accounts(&["demo/data/tweets.js", "demo/data/direct-messages.js"]);
        for name in ["tweets.js", "tweets-part1.js", "tweets-part12.js", "tweet.js", "deleted-tweets.js"] {
            assert!(!known.is_private(&format!("demo/data/{name}")), "{name}");
        }
        for name in [
            "direct-messages.js",
            "direct-messages-group.js",
            "account.js",
            "account-creation-ip.js",
            "phone-number.js",
            "ip-audit.js",
            "contact.js",
            "ad-engagements.js",
            "personalization.js",
            "deleted-tweet-headers.js",
            "tweet-headers.js",
            "tweets-parts.js",
            "like.js",
            "dm.json",
            "README.txt",
            "deep/er/x.jsonl",
        ] {
            assert!(known.is_private(&format!("demo/data/{name}")), "{name}");
        }
        assert!(!known.is_private("other/posts.jsonl"));
        let old = accounts(&["data/js/tweet_index.js"]);
        assert!(!old.is_private("data/js/tweets/2017_03.js"));
        for name in ["tweets.csv", "data/js/user_details.js", "data/js/2017_03.js", "index.html"] {
            assert!(old.is_private(name), "{name}");
        }
        let mut folder = Accounts::of_folder();
        folder.learn("data/tweets.js");
        assert!(folder.is_private("data/x.jsonl") && !folder.is_private("other.csv"));
        // Where nothing tells of an archive yet, scripts and messages stay shut all the same.
        let unknown = Accounts::default();
        for name in
            ["data/account.js", "x/direct-messages.js", "direct_messages.json", "a/inbox/b/message_1.json"]
        {
            assert!(unknown.is_private(name), "{name}");
        }
        assert!(!unknown.is_private("data/tweets.js") && !unknown.is_private("accounts.csv"));
    }

    #[test]
    fn of_a_mastodon_archive_only_the_outbox_is_opened() {
        let known = accounts(&["actor.json", "likes.json", "outbox.json"]);
        assert!(!known.is_private("outbox.json"));
        for name in ["actor.json", "likes.json", "bookmarks.json", "media/x.json"] {
            assert!(known.is_private(name), "{name}");
        }
        assert!(!accounts(&["a/outbox.json"]).is_private("a/likes.json"), "an outbox alone is no archive");
    }

    #[test]
    fn names_are_shown_clean_and_once() {
        assert_eq!(clean(b"..\\..\\etc\0/\x1b[2Jpasswd"), "../../etc\u{FFFD}/\u{FFFD}[2Jpasswd");
        assert_eq!(clean("a\u{202E}sj.b".as_bytes()), "a\u{FFFD}sj.b");
        assert!(clean("a".repeat(70_000).as_bytes()).len() <= NAME_BYTES);
        let mut given = Given::default();
        let names = ["a", "a", "b", "a (2)", "a"].map(|name| given.unique(name));
        assert_eq!(names, ["a", "a (2)", "b", "a (2) (2)", "a (3)"]);
    }

    #[test]
    fn what_is_passed_over_is_summed_up() {
        let known = Accounts::default();
        for (name, choice) in [
            ("a/b.jsonl", Choice::Look),
            ("a.js", Choice::Pass(Passed::Account)),
            ("a.JPG", Choice::Pass(Passed::Image)),
            ("a.mp4", Choice::Pass(Passed::Video)),
            ("a/", Choice::Ignore),
            ("__MACOSX/a.jsonl", Choice::Ignore),
            ("a/.DS_Store", Choice::Ignore),
            ("../a.jsonl", Choice::Look),
        ] {
            assert_eq!(choose(name, &known), choice, "{name}");
        }
        let mut passed = PassedOver::default();
        for why in [Passed::Image, Passed::Image, Passed::Video] {
            passed.add(why);
        }
        assert_eq!(passed.notes(), ["not looked at, since they are no text: 3 files (images 2, videos 1)"]);
    }
}
