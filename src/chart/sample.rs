//! Invented answers for the tests of charts, modelled on the public story of the tag. No number here was measured.

use crate::answer::{
    DataAnswer, EventAnswer, LeftOut, OverlapAnswer, PartCount, PartTheory, Peak, SplitAnswer,
    TheoriesAnswer, TheoryCount,
};
use crate::post::Timestamp;
use crate::timeline::By;

const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

/// A small random generator: charts of random answers must be the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let x = self.0 >> 33;
        if below == 0 { 0 } else { x % below }
    }
}

/// The answer whose sums follow from the parts: `only` by theory, `several`, `unmatched`. A post in several theories is counted in the
/// first two.
pub(crate) fn build(
    by: By,
    buckets: Vec<Timestamp>,
    theories: &[(&str, &str, Vec<u64>)],
    several: Vec<u64>,
    unmatched: Vec<u64>,
) -> TheoriesAnswer {
    let n = buckets.len();
    let step = if by == By::Hour { HOUR } else { 60_000 };
    let step = if matches!(by, By::Hour | By::Minute) { step } else { DAY };
    let all: Vec<u64> = (0..n)
        .map(|i| several[i] + unmatched[i] + theories.iter().map(|(_, _, only)| only[i]).sum::<u64>())
        .collect();
    let posts: u64 = all.iter().sum();
    let counts = theories
        .iter()
        .enumerate()
        .map(|(k, (id, label, only))| {
            let series: Vec<u64> = (0..n).map(|i| only[i] + if k < 2 { several[i] } else { 0 }).collect();
            let total: u64 = series.iter().sum();
            let most = series.iter().copied().max().unwrap_or(0);
            let peak = (most > 0).then(|| Peak {
                start: buckets[series.iter().position(|x| *x == most).unwrap()],
                posts: most,
            });
            TheoryCount {
                id: (*id).to_owned(),
                label: (*label).to_owned(),
                posts: total,
                share: if posts == 0 { 0.0 } else { total as f64 / posts as f64 },
                accounts: total / 2,
                texts: total,
                only: only.iter().sum(),
                peak,
                series,
                only_series: only.clone(),
                accounts_series: vec![0; n],
                ..TheoryCount::default()
            }
        })
        .collect();
    let since = buckets.first().copied().unwrap_or_default();
    let until = buckets.last().map_or(since, |b| Timestamp::from_millis_unchecked(b.as_millis() + step));
    let unmatched_total: u64 = unmatched.iter().sum();
    TheoriesAnswer {
        schema: "tagline.theories/1".into(),
        campaign: "Vault 7".into(),
        tags: vec!["vault7".into()],
        by,
        zone: "UTC".into(),
        since,
        until,
        posts,
        matched: posts - unmatched_total,
        several: several.iter().sum(),
        unmatched: unmatched_total,
        buckets,
        all,
        theories: counts,
        unmatched_series: unmatched,
        several_series: several,
        platforms: vec![("x".into(), posts)],
        rules: "3f2a9c01b7d4e5aa0011".into(),
        digest: "aa".into(),
        data: DataAnswer {
            statement: "Posts written for a layout test.".into(),
            described: true,
            complete: "unknown".into(),
            covers: vec![(since, until)],
            source_url: None,
        },
        left_out: LeftOut::default(),
        tool: "0.1.0".into(),
        ..TheoriesAnswer::default()
    }
}

pub(crate) fn days(first: &str, n: usize) -> Vec<Timestamp> {
    steps(first, n, DAY)
}

pub(crate) fn steps(first: &str, n: usize, step: i64) -> Vec<Timestamp> {
    let first = at(first).as_millis();
    (0..n).map(|i| Timestamp::from_millis_unchecked(first + i64::try_from(i).unwrap() * step)).collect()
}

pub(crate) fn event(when: &str, label: &str) -> EventAnswer {
    EventAnswer { at: at(when), label: label.into(), url: None }
}

/// Three days; the rest of `each` posts a day is unmatched.
pub(crate) fn small(theories: &[(&str, &str, &[u64])], each: u64) -> TheoriesAnswer {
    let list: Vec<(&str, &str, Vec<u64>)> =
        theories.iter().map(|(id, label, n)| (*id, *label, n.to_vec())).collect();
    let unmatched = (0..3).map(|i| each - list.iter().map(|(_, _, n)| n[i]).sum::<u64>()).collect();
    build(By::Day, days("2017-02-01T00:00:00Z", 3), &list, vec![0; 3], unmatched)
}

/// With posts by platform and posts in common, as if they had been asked: parts and pairs are invented from the series.
pub(crate) fn asked_whole(mut answer: TheoriesAnswer) -> TheoriesAnswer {
    let share = |series: &[u64], part: u64| -> Vec<u64> {
        series
            .iter()
            .map(|n| {
                if part == 0 {
                    n - n / 4 - n / 20
                } else if part == 1 {
                    n / 4
                } else {
                    n / 20
                }
            })
            .collect()
    };
    let sum = |series: &[u64]| series.iter().fold(0_u64, |a, b| a.saturating_add(*b));
    let parts = (0..3)
        .map(|part| {
            let theories: Vec<PartTheory> = answer
                .theories
                .iter()
                .map(|t| {
                    let (series, only_series) = (share(&t.series, part), share(&t.only_series, part));
                    PartTheory {
                        id: t.id.clone(),
                        posts: sum(&series),
                        only: sum(&only_series),
                        series,
                        only_series,
                    }
                })
                .collect();
            let (several_series, unmatched_series) =
                (share(&answer.several_series, part), share(&answer.unmatched_series, part));
            let all: Vec<u64> = (0..answer.buckets.len())
                .map(|at| {
                    let own = theories.iter().filter_map(|t| t.only_series.get(at));
                    let rows = [several_series.get(at), unmatched_series.get(at)].into_iter().flatten();
                    own.chain(rows).fold(0_u64, |a, b| a.saturating_add(*b))
                })
                .collect();
            let (posts, unmatched) = (sum(&all), sum(&unmatched_series));
            PartCount {
                id: ["x", "fediverse", ""][usize::try_from(part).unwrap()].into(),
                other: false,
                posts,
                matched: posts.saturating_sub(unmatched),
                several: sum(&several_series),
                unmatched,
                all,
                several_series,
                unmatched_series,
                theories,
            }
        })
        .collect();
    answer.split = Some(SplitAnswer { by: "platform".into(), parts, others: 0 });
    let order = crate::chart::facts::by_posts(&answer);
    let theories: Vec<String> = order.iter().take(24).map(|t| t.id.clone()).collect();
    let posts: Vec<u64> = order.iter().take(24).map(|t| t.posts).collect();
    let common = |a: usize, b: usize| {
        if a == b { posts[a] } else { posts[a].min(posts[b]) / (3 + (a * 7 + b * 7) as u64 % 11) }
    };
    let cells = (0..posts.len()).map(|a| (0..posts.len()).map(|b| common(a, b)).collect()).collect();
    answer.overlap = Some(OverlapAnswer { theories, left_out: 0, posts: cells });
    answer
}

/// A decaying series that begins on day `from` with `top` posts, roughened.
fn burst(n: usize, from: usize, top: f64, decay: f64, dice: &mut Dice) -> Vec<u64> {
    (0..n)
        .map(|i| {
            if i < from {
                return 0;
            }
            let age = f64::from(u32::try_from(i - from).unwrap());
            let rough = 0.75 + dice.roll(1000) as f64 / 2000.0;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "small positive test numbers"
            )]
            let posts = (top * libm::exp(-age / decay) * rough) as u64;
            posts
        })
        .collect()
}

fn sum(a: &[u64], b: &[u64]) -> Vec<u64> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

/// 48 days, five theories, five events.
pub(crate) fn vault7() -> TheoriesAnswer {
    let n = 48;
    let mut dice = Dice(7);
    let d = &mut dice;
    let clinton =
        sum(&burst(n, 3, 740.0, 9.0, d), &sum(&burst(n, 14, 420.0, 4.0, d), &burst(n, 24, 160.0, 9.0, d)));
    let wtc = sum(&burst(n, 3, 320.0, 14.0, d), &burst(n, 8, 260.0, 4.0, d));
    let cia =
        sum(&burst(n, 9, 60.0, 20.0, d), &sum(&burst(n, 15, 260.0, 6.0, d), &burst(n, 34, 2000.0, 6.0, d)));
    let seed = burst(n, 4, 350.0, 3.0, d);
    let assange = burst(n, 5, 150.0, 14.0, d);
    let several: Vec<u64> = cia.iter().zip(&clinton).map(|(a, b)| (a + b) / 9).collect();
    let unmatched: Vec<u64> = (0..n).map(|i| 22 + d.roll(14) + (clinton[i] + wtc[i] + cia[i]) / 6).collect();
    let theories = [
        ("fbi-clinton", "FBI files on Clinton", clinton),
        ("cia-documents", "CIA mole / CIA documents", cia),
        ("wtc7", "9/11 and WTC building 7", wtc),
        ("seed-vault", "Svalbard seed vault", seed),
        ("assange-switch", "Assange dead-man’s switch", assange),
    ];
    let mut answer = build(By::Day, days("2017-02-01T00:00:00Z", n), &theories, several, unmatched);
    answer.events = vec![
        event("2017-02-04T09:31:00Z", "“What is #Vault7?”"),
        event("2017-02-05T09:20:00Z", "“Where is #Vault7?”"),
        event("2017-02-06T10:00:00Z", "“When is #Vault7?”"),
        event("2017-02-16T14:00:00Z", "CIA election-spying orders released"),
        event("2017-03-07T13:00:00Z", "Year Zero released"),
    ];
    answer.left_out = LeftOut { posts: 312, matched: Some(45), error: 0.0 };
    answer
}

/// `count` theories of falling size over 30 days.
pub(crate) fn theories(count: usize) -> TheoriesAnswer {
    let mut dice = Dice(11);
    let names: Vec<(String, String)> = (0..count)
        .map(|k| {
            (
                format!("theory-{k}"),
                format!(
                    "Theory {} of the twelve",
                    [
                        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
                        "eleven", "twelve"
                    ][k % 12]
                ),
            )
        })
        .collect();
    let series: Vec<Vec<u64>> = (0..count)
        .map(|k| {
            let top = 300.0 / f64::from(u32::try_from(k + 1).unwrap());
            burst(30, (k * 5) % 23, top, 8.0, &mut dice)
        })
        .collect();
    let list: Vec<(&str, &str, Vec<u64>)> =
        names.iter().zip(series).map(|((id, label), s)| (id.as_str(), label.as_str(), s)).collect();
    let unmatched = (0..30).map(|_| 20 + dice.roll(30)).collect();
    build(By::Day, days("2016-12-18T00:00:00Z", 30), &list, (0..30).map(|i| i % 7).collect(), unmatched)
}

/// Ten days by the hour, with nights.
pub(crate) fn hourly() -> TheoriesAnswer {
    let n = 240;
    let mut dice = Dice(3);
    let wave = |i: usize| if i % 24 < 6 { 0.15 } else { 1.0 };
    let mut make = |from: usize, top: f64, decay: f64| -> Vec<u64> {
        burst(n, from, top, decay, &mut dice)
            .into_iter()
            .enumerate()
            .map(|(i, x)| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "small test numbers"
                )]
                let y = (x as f64 * wave(i)) as u64;
                y
            })
            .collect()
    };
    let theories = [
        ("cia-documents", "CIA documents", make(85, 240.0, 40.0)),
        ("fbi-clinton", "FBI files on Clinton", make(0, 40.0, 90.0)),
        ("wtc7", "9/11", make(20, 25.0, 60.0)),
    ];
    let mut answer = build(
        By::Hour,
        steps("2017-03-04T00:00:00Z", n, HOUR),
        &theories,
        make(85, 20.0, 40.0),
        make(0, 30.0, 300.0),
    );
    answer.events = vec![event("2017-03-07T13:00:00Z", "Year Zero released")];
    answer
}
