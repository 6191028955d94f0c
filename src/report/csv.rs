//! Theories over time as CSV: one row for each bucket and theory, and for `all`, `several`, `unmatched`.

use super::INVENTED_DATA;
use super::format::bucket_ends;
use crate::answer::TheoriesAnswer;
use crate::post::Timestamp;
use crate::timeline::{MICRO, share_micro};
use std::fmt::Write as _;

/// The CSV. Times are RFC 3339 in UTC; `share` is of all posts in the bucket, 0 where there is none. Where posts are invented, a last
/// column `note` says so in every row, so that no part of the file can be taken for real.
pub fn theories_csv(answer: &TheoriesAnswer) -> String {
    let mut out = String::from("start,end,theory,posts,share,accounts");
    out.push_str(if answer.synthetic { ",note\n" } else { "\n" });
    let accounts =
        |id: &str| answer.rows.iter().find(|row| row.id == id).map_or(&[][..], |row| &row.accounts_series);
    let mut rows: Vec<(&str, &[u64], &[u64])> = vec![("all", &answer.all, accounts("all"))];
    rows.extend(
        answer.theories.iter().map(|one| (one.id.as_str(), &one.series[..], &one.accounts_series[..])),
    );
    rows.push(("several", &answer.several_series, accounts("several")));
    rows.push(("unmatched", &answer.unmatched_series, accounts("unmatched")));
    for (at, (start, end)) in answer.buckets.iter().zip(bucket_ends(answer)).enumerate() {
        let all = number(&answer.all, at);
        for (theory, posts, accounts) in &rows {
            push_row(&mut out, (*start, end), theory, (number(posts, at), all, number(accounts, at)));
            out.push_str(if answer.synthetic { "," } else { "" });
            out.push_str(if answer.synthetic { INVENTED_DATA } else { "" });
            out.push('\n');
        }
    }
    out
}

fn number(series: &[u64], at: usize) -> u64 {
    series.get(at).copied().unwrap_or(0)
}

fn push_row(out: &mut String, bucket: (Timestamp, Timestamp), theory: &str, numbers: (u64, u64, u64)) {
    let (posts, all, accounts) = numbers;
    let share = share_micro(posts, all);
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "{},{},{},{posts},{}.{:06},{accounts}",
        bucket.0,
        bucket.1,
        quoted(theory),
        share / MICRO,
        share % MICRO
    );
}

/// Quoted where RFC 4180 needs it.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) || field.trim() != field {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}
