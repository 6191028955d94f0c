//! Hacker News' search as a simulated host gives it.

use super::network::Page;
use super::world::{Post, World};
use serde_json::{Value, json};

pub(super) fn page(world: &World, host: usize, url: &str, now: i64) -> Page {
    let url = url::Url::parse(url).unwrap();
    let parameter = |name: &str| url.query_pairs().find(|(known, _)| known == name).unwrap().1.into_owned();
    let query = parameter("query");
    let filters = parameter("numericFilters");
    let (since, until) = filters.split_once(',').unwrap();
    let second = |text: &str, sign: &str| {
        text.strip_prefix("created_at_i").unwrap().strip_prefix(sign).unwrap().parse::<i64>().unwrap()
    };
    let span = second(since, ">=") * 1000..second(until, "<") * 1000;
    let mut posts: Vec<&Post> = world
        .posts
        .iter()
        .filter(|post| post.is_shown(host, now) && span.contains(&post.at))
        .filter(|post| post.text(now).to_lowercase().contains(&query))
        .collect();
    // Newest first; of one second, in no order that means anything.
    posts.sort_by_key(|post| (-post.at, post.number % 7));
    let found = posts.len();
    posts.truncate(world.hosts[host].page);
    let hits: Vec<Value> = posts.iter().map(|post| hit(post, now)).collect();
    let written = |hits: &[Value]| serde_json::to_vec(&json!({ "hits": hits, "nbHits": found })).unwrap();
    let turned: Vec<Value> = hits.iter().rev().cloned().collect();
    Page {
        tag: query,
        body: written(&hits),
        headers: Vec::new(),
        posts: hits.len(),
        emptied: written(&[]),
        reordered: written(&turned),
    }
}

fn hit(post: &Post, now: i64) -> Value {
    json!({
        "objectID": post.id,
        "author": post.author,
        "created_at_i": post.at / 1000,
        "comment_text": post.text(now),
        "points": null,
        "_tags": ["comment"],
    })
}
