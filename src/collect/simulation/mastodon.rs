//! Mastodon's API as a simulated host gives it, with its limits and what its answers say of them.

use super::network::{Page, Shared};
use super::world::{MINUTE, Post};
use crate::post::Timestamp;
use serde_json::{Value, json};

pub(super) fn page(shared: &Shared, host: usize, url: &str, now: i64) -> Page {
    let url = url::Url::parse(url).unwrap();
    let mut headers = limits(shared, host, now);
    if url.path() == "/api/v2/instance" {
        let body =
            json!({ "domain": shared.world.hosts[host].name, "version": "4.6.4", "configuration": {} });
        return Page { body: serde_json::to_vec(&body).unwrap(), headers, ..Page::default() };
    }
    let tag = url.path().strip_prefix("/api/v1/timelines/tag/").expect("an address of the API");
    let parameter = |name: &str| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value);
    let number = |name: &str| parameter(name).map(|value| value.parse::<u64>().unwrap());
    let most = number("limit").map_or(20, |limit| usize::try_from(limit).unwrap().min(40));
    let most = most.min(shared.world.hosts[host].page);
    let is_there = |post: &&Post| post.is_shown(host, now) && post.has_tag(tag);
    let world = &shared.world;
    let posts: Vec<&Post> = if let Some(min) = number("min_id") {
        let mut posts: Vec<&Post> = world.above(host, min).filter(is_there).take(most).collect();
        posts.reverse();
        posts
    } else {
        world.below(host, number("max_id").unwrap_or(u64::MAX)).filter(is_there).take(most).collect()
    };
    if let (Some(first), Some(last)) = (posts.first(), posts.last()) {
        let address = format!("https://{}{}?limit=40", shared.world.hosts[host].name, url.path());
        let (first, last) = (first.number, last.number);
        let link =
            format!("<{address}&max_id={last}>; rel=\"next\", <{address}&min_id={first}>; rel=\"prev\"");
        headers.push(("Link", link));
    }
    let list: Vec<Value> = posts.iter().map(|post| status(post, now)).collect();
    let turned: Vec<Value> = list.iter().rev().cloned().collect();
    let written = |list: &[Value]| serde_json::to_vec(list).unwrap();
    Page {
        tag: tag.to_owned(),
        body: written(&list),
        headers,
        posts: list.len(),
        emptied: written(&[]),
        reordered: written(&turned),
    }
}

/// The limit that is nearest to its end, as Mastodon says it.
fn limits(shared: &Shared, host: usize, now: i64) -> Vec<(&'static str, String)> {
    let left = |limit: &crate::source::Limit| {
        let used = shared.used(host, limit, now);
        (limit.requests as usize).saturating_sub(used)
    };
    let Some(limit) = shared.limits[host].iter().min_by_key(|limit| left(limit)) else { return Vec::new() };
    let window = i64::try_from(limit.window.as_millis()).unwrap();
    let reset = Timestamp::from_millis_unchecked(now / window * window + window.max(MINUTE));
    vec![
        ("X-RateLimit-Limit", limit.requests.to_string()),
        ("X-RateLimit-Remaining", left(limit).to_string()),
        ("X-RateLimit-Reset", reset.to_string()),
    ]
}

fn status(post: &Post, now: i64) -> Value {
    let host = post.id.split('/').nth(2).unwrap();
    let time = |ms: i64| Timestamp::from_millis_unchecked(ms).to_string();
    let edited = post.texts.iter().skip(1).rev().find(|(from, _)| *from <= now);
    let tags: Vec<Value> = post.tags.iter().map(|tag| json!({ "name": tag.to_lowercase() })).collect();
    json!({
        "id": post.number.to_string(),
        "uri": post.id,
        "url": format!("https://{host}/@{}/{}", post.author, post.number),
        "created_at": time(post.at),
        "edited_at": edited.map(|(from, _)| time(*from)),
        "visibility": "public",
        "language": "en",
        "spoiler_text": "",
        "content": format!("<p>{}</p>", post.text(now)),
        "account": { "id": "1", "acct": post.author, "display_name": "Demo", "url": format!("https://{host}/@{}", post.author) },
        "tags": tags,
        "mentions": [],
        "media_attachments": [],
        "favourites_count": 0,
        "reblogs_count": 0,
        "replies_count": 0,
        "in_reply_to_id": null,
        "reblog": null,
    })
}
