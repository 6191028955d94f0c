//! What was forgotten and what was not reached, for people. Names nobody.

use super::format::{clean, count, posts};
use crate::forget::Forgotten;

/// Archives shown; `--json` has more.
const SHOWN: usize = 20;

/// A sentence a line.
pub fn forget_text(forgotten: &Forgotten) -> String {
    let verb = if forgotten.dry_run { "Would forget" } else { "Forgot" };
    let mut lines = vec![format!("{verb} {}", what(forgotten))];
    if !forgotten.dry_run {
        lines.push("What comes later of them is left out, and counted as unselected".to_owned());
    }
    if let Some(compaction) = forgotten.compacted {
        let (before, after) = (count(compaction.before), count(compaction.after));
        lines.push(format!("The store was written anew without them: {before} bytes became {after}"));
    }
    if forgotten.others > 0 {
        let others = posts(forgotten.others);
        lines.push(format!("Stay, since they are by others who answer, quote or mention them: {others}"));
    }
    unreached(forgotten, &mut lines);
    lines.join("\n") + "\n"
}

fn what(forgotten: &Forgotten) -> String {
    let mut text = posts(forgotten.posts);
    if forgotten.accounts > 0 {
        let accounts = if forgotten.accounts == 1 { "account" } else { "accounts" };
        text.extend([" by ", &count(forgotten.accounts), " ", accounts]);
    }
    if forgotten.passed_on > 0 {
        text.extend([", and ", &posts(forgotten.passed_on), " of others that pass them on"]);
    }
    text
}

fn unreached(forgotten: &Forgotten, lines: &mut Vec<String>) {
    let unreached = &forgotten.unreached;
    lines.push("Not reached; look there yourself:".to_owned());
    for held in unreached.archives.iter().take(SHOWN) {
        let path =
            if held.path == "-" { "what came from standard input".to_owned() } else { clean(&held.path) };
        let how = held.posts.map_or_else(
            || "has posts of the same time, and may have them too".to_owned(),
            |number| format!("{} of them came from it", count(number)),
        );
        lines.push(format!("  {path}: {how}"));
    }
    let more = unreached.archives.len().saturating_sub(SHOWN);
    if more > 0 {
        lines.push(format!("  … and {} more archives", count(more as u64)));
    }
    if unreached.collected > 0 {
        lines.push(format!("  where they were collected: {} of them", count(unreached.collected)));
    }
    let raw = |folder: &String| format!("  {}: pages that were kept with --raw", clean(folder));
    lines.extend(unreached.raw.iter().map(raw));
    lines.extend(unreached.files.iter().map(|name| format!("  data/{}", clean(name))));
    lines.push("  tables, pictures, exports and backups that were made before".to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forget::{HeldBy, Unreached};
    use crate::store::Compaction;

    #[test]
    fn everything_is_told_in_lines() {
        let held = |path: &str, posts| HeldBy { path: path.into(), sha256: String::new(), posts };
        let forgotten = Forgotten {
            posts: 2,
            passed_on: 1,
            accounts: 1,
            others: 3,
            compacted: Some(Compaction { before: 2000, after: 1000 }),
            unreached: Unreached {
                archives: vec![held("a.jsonl", Some(2)), held("-", None)],
                collected: 1,
                raw: vec!["pages".into()],
                files: vec!["raw".into()],
            },
            ..Forgotten::default()
        };
        let expected = [
            "Forgot 2 posts by 1 account, and 1 post of others that pass them on",
            "What comes later of them is left out, and counted as unselected",
            "The store was written anew without them: 2,000 bytes became 1,000",
            "Stay, since they are by others who answer, quote or mention them: 3 posts",
            "Not reached; look there yourself:",
            "  a.jsonl: 2 of them came from it",
            "  what came from standard input: has posts of the same time, and may have them too",
            "  where they were collected: 1 of them",
            "  pages: pages that were kept with --raw",
            "  data/raw",
            "  tables, pictures, exports and backups that were made before",
        ];
        assert_eq!(forget_text(&forgotten).lines().collect::<Vec<_>>(), expected);
        let none = Forgotten { dry_run: true, ..Forgotten::default() };
        assert!(forget_text(&none).starts_with("Would forget 0 posts\nNot reached"));
    }
}
