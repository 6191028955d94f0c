//! Counts what was planted, in three calendars, with arithmetic of its own.

use super::calendar::{Zone, date, rfc3339};
use super::{Planted, Theory};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use tagline::post::Repost;

/// What the program must count.
pub(crate) struct Truth {
    pub(crate) all: Row,
    pub(crate) several: Row,
    pub(crate) unmatched: Row,
    pub(crate) theories: Vec<TheoryTruth>,
    pub(crate) reposts: u64,
    pub(crate) no_author: u64,
    /// Days since 1970 from the first post's to the last post's, by zone in the order of [`Zone::ALL`].
    pub(crate) days: [Vec<i64>; 3],
}

/// What the program must count of one theory.
pub(crate) struct TheoryTruth {
    pub(crate) theory: Theory,
    pub(crate) row: Row,
    pub(crate) only: Row,
    /// Id and time of the earliest post.
    pub(crate) first: (String, i64),
    /// Ids in time order.
    pub(crate) ids: Vec<String>,
}

/// Counts of one set of posts.
pub(crate) struct Row {
    pub(crate) posts: u64,
    /// Distinct authors; posts without one count in none.
    pub(crate) accounts: u64,
    /// Posts by day, by zone in the order of [`Zone::ALL`].
    pub(crate) by_day: [Vec<u64>; 3],
    /// Distinct authors by day, by zone.
    pub(crate) accounts_by_day: [Vec<u64>; 3],
}

impl Truth {
    pub(crate) fn of(planted: &[Planted]) -> Self {
        let days = Zone::ALL.map(|zone| {
            let on = |post: Option<&Planted>| zone.day(post.expect("there are posts").at);
            (on(planted.first())..=on(planted.last())).collect::<Vec<i64>>()
        });
        let row = |chosen: &dyn Fn(&Planted) -> bool| Row::of(planted, &days, chosen);
        Self {
            all: row(&|_| true),
            several: row(&|post| post.theories.len() > 1),
            unmatched: row(&|post| post.theories.is_empty()),
            theories: Theory::ALL.map(|theory| theory_truth(theory, planted, &days)).into(),
            reposts: count(planted.iter().filter(|planted| planted.post.repost == Repost::Yes)),
            no_author: count(planted.iter().filter(|planted| planted.post.author.key().is_none())),
            days,
        }
    }

    pub(crate) fn matched(&self) -> u64 {
        self.all.posts - self.unmatched.posts
    }

    /// The text of `truth.json`: one line for each list, for people and diffs.
    pub(crate) fn json(&self) -> String {
        let number = |n: u64| Node::Leaf(n.to_string());
        let theories = self.theories.iter().map(|truth| {
            let first = [("id", text(&truth.first.0)), ("at", text(&rfc3339(truth.first.1)))];
            let fields = vec![
                entry("posts", number(truth.row.posts)),
                entry("only", number(truth.only.posts)),
                entry("accounts", number(truth.row.accounts)),
                entry("first", Node::Object(first.map(|(name, node)| entry(name, node)).into())),
            ];
            entry(truth.theory.id(), Node::Object(fields))
        });
        let zones =
            Zone::ALL.into_iter().enumerate().map(|(index, zone)| (zone.name().into(), self.zone(index)));
        let mut json = String::new();
        Node::Object(vec![
            entry(
                "note",
                text("INVENTED DATA - NOT REAL POSTS; counts of what the generator planted, see README.md"),
            ),
            entry("posts", number(self.all.posts)),
            entry("matched", number(self.matched())),
            entry("several", number(self.several.posts)),
            entry("unmatched", number(self.unmatched.posts)),
            entry("reposts", number(self.reposts)),
            entry("no_author", number(self.no_author)),
            entry("accounts", number(self.all.accounts)),
            entry("several_accounts", number(self.several.accounts)),
            entry("unmatched_accounts", number(self.unmatched.accounts)),
            entry("theories", Node::Object(theories.collect())),
            entry("zones", Node::Object(zones.collect())),
        ])
        .write(&mut json, 0);
        json.push('\n');
        json
    }

    fn zone(&self, index: usize) -> Node {
        let days: Vec<String> = self.days[index].iter().map(|&day| format!("\"{}\"", date(day))).collect();
        let each = |row: &dyn Fn(&TheoryTruth) -> Node| {
            Node::Object(self.theories.iter().map(|truth| entry(truth.theory.id(), row(truth))).collect())
        };
        Node::Object(vec![
            entry("days", Node::Leaf(format!("[{}]", days.join(", ")))),
            entry("all", list(&self.all.by_day[index])),
            entry("several", list(&self.several.by_day[index])),
            entry("unmatched", list(&self.unmatched.by_day[index])),
            entry("theories", each(&|truth| list(&truth.row.by_day[index]))),
            entry("only", each(&|truth| list(&truth.only.by_day[index]))),
            entry("accounts", each(&|truth| list(&truth.row.accounts_by_day[index]))),
        ])
    }
}

impl Row {
    fn of(planted: &[Planted], days: &[Vec<i64>; 3], chosen: &dyn Fn(&Planted) -> bool) -> Self {
        let chosen: Vec<&Planted> = planted.iter().filter(|post| chosen(post)).collect();
        let on =
            |zone: usize, day: i64| chosen.iter().filter(move |post| Zone::ALL[zone].day(post.at) == day);
        let by_day = [0, 1, 2].map(|zone| days[zone].iter().map(|&day| count(on(zone, day))).collect());
        let accounts_by_day =
            [0, 1, 2].map(|zone| days[zone].iter().map(|&day| accounts(on(zone, day).copied())).collect());
        Self {
            posts: count(chosen.iter()),
            accounts: accounts(chosen.iter().copied()),
            by_day,
            accounts_by_day,
        }
    }
}

fn theory_truth(theory: Theory, planted: &[Planted], days: &[Vec<i64>; 3]) -> TheoryTruth {
    let of: Vec<&Planted> = planted.iter().filter(|post| post.theories.contains(&theory)).collect();
    let first = of.iter().min_by_key(|post| post.at).expect("every theory has posts");
    TheoryTruth {
        theory,
        row: Row::of(planted, days, &|post| post.theories.contains(&theory)),
        only: Row::of(planted, days, &|post| post.theories == [theory]),
        first: (first.post.id.clone(), first.at),
        ids: of.iter().map(|post| post.post.id.clone()).collect(),
    }
}

fn accounts<'a>(posts: impl Iterator<Item = &'a Planted>) -> u64 {
    count(posts.filter_map(|planted| planted.post.author.id.as_deref()).collect::<BTreeSet<_>>().iter())
}

fn count<T>(items: impl Iterator<Item = T>) -> u64 {
    u64::try_from(items.count()).expect("small")
}

/// JSON with objects on lines of their own and lists in one line.
enum Node {
    Leaf(String),
    Object(Vec<(String, Node)>),
}

impl Node {
    fn write(&self, out: &mut String, depth: usize) {
        match self {
            Self::Leaf(leaf) => out.push_str(leaf),
            Self::Object(entries) => {
                out.push('{');
                for (index, (name, node)) in entries.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(out, "{comma}\n{:1$}\"{name}\": ", "", depth * 2 + 2).expect("a string");
                    node.write(out, depth + 1);
                }
                write!(out, "\n{:1$}}}", "", depth * 2).expect("a string");
            }
        }
    }
}

fn entry(name: &str, node: Node) -> (String, Node) {
    (name.to_owned(), node)
}

fn text(plain: &str) -> Node {
    Node::Leaf(format!("\"{plain}\""))
}

fn list(numbers: &[u64]) -> Node {
    let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
    Node::Leaf(format!("[{}]", numbers.join(", ")))
}
