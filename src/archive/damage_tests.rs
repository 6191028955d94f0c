//! Every fixture cut and changed: nothing panics, nothing is read twice, and what comes before the damage is kept.

use super::tests::{Found, Sample, random, samples};
use super::*;
use crate::post::Post;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Cuts of each fixture.
const CUTS: usize = 50;
/// Changed bytes tried on each format, over all its fixtures; `TAGLINE_CHANGES=1000 cargo test --release --lib damage` tries more.
const CHANGES: usize = 60;

/// Reads bytes as the format that the fixture is of: that it is found out again, damaged as it is, is not asked here.
fn read(sample: &Sample, bytes: &[u8]) -> Option<Found> {
    let options = ReadOptions { format: Some(sample.format.clone()), ..sample.options.clone() };
    let mut found = Found::default();
    read_bytes(bytes, &options, &mut found).ok().map(|_| found)
}

/// Where frames begin in the whole file, as far as posts tell.
fn offsets(posts: &[Post]) -> Vec<u64> {
    let mut offsets: Vec<u64> = posts.iter().map(|post| post.provenance.offset).collect();
    offsets.sort_unstable();
    offsets.dedup();
    offsets
}

/// The posts whose frames lie whole before a byte: another frame begins between them and it. Several objects on one line are one frame.
fn before<'p>(whole: &'p Found, offsets: &[u64], bytes: &[u8], at: usize) -> impl Iterator<Item = &'p Post> {
    let begins_line = |offset: usize| bytes[..offset].iter().rev().find(|byte| **byte != b' ') != Some(&b'}');
    let begun = offsets.iter().filter_map(|offset| usize::try_from(*offset).ok());
    let last = begun.filter(|offset| *offset <= at && begins_line(*offset)).max().unwrap_or(0) as u64;
    whole.posts.iter().filter(move |post| post.provenance.offset < last)
}

/// What damage at a byte cost of what came before it.
fn lost(sample: &Sample, whole: &Found, offsets: &[u64], damaged: &[u8], at: usize) -> Option<String> {
    // Whichever it looks like now.
    let _ = read_bytes(damaged, &sample.options, &mut Found::default());
    let found = read(sample, damaged)?;
    let lines = damaged.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
    if sample.format == "jsonl" && found.all() < lines {
        return Some(format!("{}: {} of {lines} lines came out", sample.name, found.all()));
    }
    // Which posts a repository holds stands in one tree of the whole file; that a spreadsheet cut rows short, or how a database writes quotes,
    // is told by the few rows of a fixture together.
    let all_together = ["bluesky-car/", "csv/spreadsheet", "csv/database"];
    let is_whole = all_together.iter().any(|name| sample.name.starts_with(name));
    // Whether a column holds ids is told by what stands in it, damaged or not.
    let is_guessed = ["csv", "tsv", "json", "jsonl"].contains(&sample.format.as_str());
    let mut posts = before(whole, offsets, &sample.bytes, at).filter(|_| !is_whole);
    let is_lost = |post: &&Post| {
        let same = |other: &Post| other.text == post.text && (is_guessed || other.id == post.id);
        !found.posts.iter().any(same)
    };
    let post = posts.find(is_lost)?;
    let byte = damaged.get(at);
    Some(format!("{}: damage at byte {at} ({byte:?}) lost {} {:?}", sample.name, post.id, post.text))
}

#[test]
fn a_cut_file_keeps_what_came_before() {
    let cuts = |sample: &Sample| {
        let whole = read(sample, &sample.bytes).unwrap();
        let offsets = offsets(&whole.posts);
        let end = |cut| sample.bytes.len() * cut / CUTS;
        (1..CUTS).find_map(|cut| lost(sample, &whole, &offsets, &sample.bytes[..end(cut)], end(cut)))
    };
    let losses: Vec<String> = samples().par_iter().filter_map(cuts).collect();
    assert!(losses.is_empty(), "{losses:#?}");
}

#[test]
fn a_changed_byte_costs_nothing_that_came_before() {
    let changes = std::env::var("TAGLINE_CHANGES").map_or(CHANGES, |number| number.parse().unwrap());
    let all = samples();
    let mut by_format: BTreeMap<&str, Vec<&Sample>> = BTreeMap::new();
    for sample in &all {
        by_format.entry(&sample.format).or_default().push(sample);
    }
    let of_format = |(_, samples): (&str, Vec<&Sample>)| {
        let mut random = random();
        let wholes: Vec<Found> = samples.iter().map(|sample| read(sample, &sample.bytes).unwrap()).collect();
        let offsets: Vec<Vec<u64>> = wholes.iter().map(|whole| offsets(&whole.posts)).collect();
        (0..changes).find_map(|round| {
            let number = round % samples.len();
            let mut bytes = samples[number].bytes.clone();
            let at = random() % bytes.len();
            bytes[at] = u8::try_from(random() % 256).unwrap();
            lost(samples[number], &wholes[number], &offsets[number], &bytes, at)
        })
    };
    let losses: Vec<String> = by_format.into_par_iter().filter_map(of_format).collect();
    assert!(losses.is_empty(), "{losses:#?}");
}

#[test]
fn a_cut_page_gives_its_whole_posts() {
    let post = |id: u32| {
        format!(
            "{{\n\"id\": \"{id}\",\n\"text\": \"post {id} #Vault7\",\n\"created_at\": \"2017-03-07T13:00:00.000Z\"\n}}"
        )
    };
    let page = format!(
        "{{\n\"data\": [{}, {}, {}],\n\"meta\": {{\"result_count\": 3}}\n}}",
        post(101),
        post(102),
        post(103)
    );
    let read = |end: usize| {
        let mut found = Found::default();
        read_bytes(&page.as_bytes()[..end], &ReadOptions::default(), &mut found).unwrap();
        (
            found.posts.iter().map(|post| post.id.clone()).collect::<Vec<_>>().join(" "),
            found.reasons().join(" "),
        )
    };
    assert_eq!(read(page.len()), ("101 102 103".to_owned(), String::new()));
    let at = page.find("post 103").unwrap();
    assert_eq!(
        read(at),
        ("101 102".to_owned(), "byte 0: the page is cut here; its whole posts are read".to_owned())
    );
}
