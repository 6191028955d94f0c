//! What an examination of the store found, for people.

use super::format::{clean, count, posts};
use crate::doctor::Checkup;
use crate::store::{Damage, IdTwice, Part};

/// Damages and archives shown; `--json` has more.
const SHOWN: usize = 20;
/// Ids shown.
const SHOWN_IDS: usize = 10;

/// Everything that was found and done, a sentence a line.
pub fn doctor_text(checkup: &Checkup) -> String {
    let mut lines = Vec::new();
    if let Some(why) = &checkup.unreadable {
        lines.push(format!("The database cannot be read: {}", clean(why)));
    } else {
        lines.push(counted(checkup));
        damages(checkup, &mut lines);
        done(checkup, &mut lines);
    }
    if checkup.deleted_with_text > 0 {
        let kept = posts(checkup.deleted_with_text);
        lines.push(format!("{kept} with text, though deleted on the platform since: kept for a reason, or from before they were blanked"));
    }
    import_again(checkup, &mut lines);
    ids(checkup, &mut lines);
    if let Some(compaction) = checkup.compacted {
        lines.push(format!("compacted: {} became {}", bytes(compaction.before), bytes(compaction.after)));
    }
    lines.join("\n") + "\n"
}

fn counted(checkup: &Checkup) -> String {
    let what = format!(
        "{} in {}, {}",
        posts(checkup.posts),
        number(checkup.blocks, "block", "blocks"),
        bytes(checkup.bytes)
    );
    let ledger = &checkup.ledger;
    if checkup.damaged_total + ledger.unreadable + ledger.lacking + checkup.missing > 0 {
        return format!("{what} can be read");
    }
    match ledger.posts {
        Some(brought) if brought == checkup.posts => {
            format!("{what}: all sound, and as many as the ledger counts")
        }
        Some(brought) => {
            format!(
                "{what}: all sound; the ledger counts {} fewer",
                count(checkup.posts.saturating_sub(brought))
            )
        }
        None => format!("{what}: all sound"),
    }
}

fn damages(checkup: &Checkup, lines: &mut Vec<String>) {
    lines.extend(checkup.damaged.iter().take(SHOWN).map(damage));
    more(checkup.damaged_total, SHOWN, "damages", lines);
    if checkup.posts_lost > 0 {
        lines.push(format!("lost with them: {}", posts(checkup.posts_lost)));
    }
    if checkup.blocks_lost_uncounted > 0 {
        let blocks = number(checkup.blocks_lost_uncounted, "block", "blocks");
        lines.push(format!("lost with them: {blocks} of an unknown number of posts (at most 1,024 each)"));
    }
    if checkup.missing > 0 {
        lines.push(format!("the ledger counts {} more than there are", posts(checkup.missing)));
    }
    if checkup.ledger.unreadable > 0 {
        let rows = number(checkup.ledger.unreadable, "row", "rows");
        lines.push(format!("{rows} of the ledger cannot be read"));
    }
    if checkup.ledger.lacking > 0 {
        let archives = number(checkup.ledger.lacking, "archive", "archives");
        lines.push(format!(
            "the database's files name {archives} that the ledger lacks: their posts may be gone"
        ));
    }
}

fn damage(damage: &Damage) -> String {
    let what = &damage.what;
    match (damage.part, damage.posts) {
        (Part::Posts, Some(lost)) => {
            format!("  {what}: {} from {} to {}", posts(lost), damage.first, damage.last)
        }
        (Part::Posts, None) => format!("  {what}: posts between {} and {}", damage.first, damage.last),
        (Part::Filter, _) => format!("  {what}: no post is lost"),
        (Part::LeftOut, _) => format!("  {what}"),
    }
}

fn done(checkup: &Checkup, lines: &mut Vec<String>) {
    if !checkup.repaired {
        return;
    }
    if checkup.dropped > 0 {
        lines.push(format!("repaired: dropped {}", number(checkup.dropped, "block", "blocks")));
    }
    if checkup.filters_rebuilt > 0 {
        let filters = number(checkup.filters_rebuilt, "filter", "filters");
        lines.push(format!("repaired: made {filters} of ids again from the posts"));
    }
    if checkup.dropped + checkup.filters_rebuilt == 0 {
        lines.push("repaired".to_owned());
    }
}

fn import_again(checkup: &Checkup, lines: &mut Vec<String>) {
    let archives = &checkup.import_again;
    if archives.is_empty() {
        return;
    }
    lines.push(match checkup.unreadable {
        Some(_) => "archives named in what is left of the ledger:".to_owned(),
        None => "import again, what is known already is a duplicate:".to_owned(),
    });
    for archive in archives.iter().take(SHOWN) {
        let path = if archive.path == "-" { "standard input".to_owned() } else { clean(&archive.path) };
        let options = archive.options.as_ref().map(|options| format!("  (read with {})", clean(options)));
        lines.push(format!("  {path}{}", options.unwrap_or_default()));
    }
    more(archives.len() as u64, SHOWN, "archives", lines);
}

fn ids(checkup: &Checkup, lines: &mut Vec<String>) {
    let Some(twice) = checkup.ids_twice.as_ref().filter(|twice| twice.ids > 0) else { return };
    let ids = number(twice.ids, "id occurs", "ids occur");
    lines.push(format!("{ids} more than once, at other times: one of the times is wrong"));
    lines.extend(twice.listed.iter().take(SHOWN_IDS).map(id));
    more(twice.ids, SHOWN_IDS, "ids", lines);
}

fn id(twice: &IdTwice) -> String {
    let mut times: Vec<String> = twice.times.iter().map(ToString::to_string).collect();
    if twice.posts > twice.times.len() as u64 {
        times.push("…".to_owned());
    }
    format!("  {} {}: {}", clean(&twice.platform), clean(&twice.id), times.join(", "))
}

fn more(total: u64, shown: usize, what: &str, lines: &mut Vec<String>) {
    let left = total.saturating_sub(shown as u64);
    if left > 0 {
        lines.push(format!("  … and {} more {what}", count(left)));
    }
}

fn number(number: u64, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {many}", count(number)) }
}

/// `12.3 MB`, in steps of a thousand.
fn bytes(bytes: u64) -> String {
    let (tenths, unit) = match bytes {
        0..1_000_000 => (bytes.div_ceil(100), "kB"),
        1_000_000..1_000_000_000 => (bytes.div_ceil(100_000), "MB"),
        _ => (bytes.div_ceil(100_000_000), "GB"),
    };
    format!("{}.{} {unit}", count(tenths / 10), tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Again, LedgerCheck};
    use crate::post::Timestamp;
    use crate::store::{Compaction, Twice};

    fn wrong(what: &str, part: Part, posts: Option<u64>) -> Damage {
        let at = |day: i64| Timestamp::from_millis_unchecked(1_488_844_800_000 + day * 86_400_000);
        Damage { what: what.to_owned(), part, first: at(0), last: at(1), posts }
    }

    #[track_caller]
    fn check(checkup: &Checkup, expected: &[&str]) {
        assert_eq!(doctor_text(checkup).lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_sound_store_takes_a_line() {
        let ledger = LedgerCheck { imports: 1, posts: Some(3120), ..LedgerCheck::default() };
        let sound = Checkup { posts: 3120, blocks: 4, bytes: 1_049_495, ledger, ..Checkup::empty() };
        check(&sound, &["3,120 posts in 4 blocks, 1.1 MB: all sound, and as many as the ledger counts"]);
        let unknown = Checkup { ledger: LedgerCheck::default(), ..sound.clone() };
        check(&unknown, &["3,120 posts in 4 blocks, 1.1 MB: all sound"]);
        let more = Checkup { posts: 3122, ..sound };
        check(&more, &["3,122 posts in 4 blocks, 1.1 MB: all sound; the ledger counts 2 fewer"]);
    }

    #[test]
    fn everything_that_can_be_wrong_is_told() {
        let again = |path: &str, options: Option<&str>| Again {
            path: path.to_owned(),
            options: options.map(str::to_owned),
            ..Again::default()
        };
        let listed =
            vec![IdTwice { platform: "x".into(), id: "5\u{1b}[2J".into(), posts: 2, times: Vec::new() }];
        let checkup = Checkup {
            posts: 1,
            blocks: 1,
            bytes: 900,
            damaged: vec![
                wrong("one", Part::Posts, Some(1024)),
                wrong("two", Part::Posts, None),
                wrong("three", Part::Filter, Some(1)),
                wrong("four", Part::LeftOut, None),
            ],
            damaged_total: 4,
            posts_lost: 1024,
            blocks_lost_uncounted: 1,
            ledger: LedgerCheck { imports: 1, unreadable: 1, lacking: 2, posts: None },
            repaired: true,
            dropped: 2,
            filters_rebuilt: 1,
            import_again: vec![again("-", None), again("a\u{1b}b.csv", Some("times-in=Europe/Berlin"))],
            ids_twice: Some(Twice { ids: 12, listed }),
            compacted: Some(Compaction { before: 64_659_200, after: 1_234_000_000 }),
            ..Checkup::empty()
        };
        check(
            &checkup,
            &[
                "1 post in 1 block, 0.9 kB can be read",
                "  one: 1,024 posts from 2017-03-07T00:00:00Z to 2017-03-08T00:00:00Z",
                "  two: posts between 2017-03-07T00:00:00Z and 2017-03-08T00:00:00Z",
                "  three: no post is lost",
                "  four",
                "lost with them: 1,024 posts",
                "lost with them: 1 block of an unknown number of posts (at most 1,024 each)",
                "1 row of the ledger cannot be read",
                "the database's files name 2 archives that the ledger lacks: their posts may be gone",
                "repaired: dropped 2 blocks",
                "repaired: made 1 filter of ids again from the posts",
                "import again, what is known already is a duplicate:",
                "  standard input",
                "  ab.csv  (read with times-in=Europe/Berlin)",
                "12 ids occur more than once, at other times: one of the times is wrong",
                "  x 5[2J: …",
                "  … and 2 more ids",
                "compacted: 64.7 MB became 1.3 GB",
            ],
        );
    }
}
