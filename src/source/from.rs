//! What a person writes for `--from`: `mastodon:mastodon.social,hachyderm.io,bluesky,nostr:relay.example`.

use super::{Hosts, SOURCES, Source};
use crate::archive::nearest;

/// Longest name of a host (RFC 1035), with a port.
const MAX_HOST_BYTES: usize = 253 + 6;

/// One place to collect from.
#[derive(Clone, Copy)]
pub struct From<'a> {
    /// How.
    pub source: &'static dyn Source,
    /// Host, with port if it was said.
    pub host: &'a str,
    /// Path on it, beginning with `/`; empty if none was said.
    pub path: &'a str,
}

/// Why it cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FromError {
    /// No source of that name.
    #[error("there is no source `{name}`{}", near.map(|near| format!(" (is it `{near}`?)")).unwrap_or_default())]
    Unknown {
        /// As written.
        name: String,
        /// The name most like it.
        near: Option<&'static str>,
    },
    /// It has no usual host.
    #[error("`{0}` needs a host: `{0}:HOST`")]
    NoHost(&'static str),
    /// It cannot be one.
    #[error("`{0}` is no host")]
    Host(String),
    /// The same twice.
    #[error("`{0}` is named twice")]
    Twice(String),
}

/// Reads a list. A name with a dot and without a source before it is another host of the source before.
pub fn read_from(lists: &[String]) -> Result<Vec<From<'_>>, FromError> {
    let mut found: Vec<From<'_>> = Vec::new();
    let mut source: Option<&'static dyn Source> = None;
    for item in lists.iter().flat_map(|list| list.split(',')).map(str::trim).filter(|item| !item.is_empty()) {
        let (name, place) = match item.split_once(':') {
            Some((name, place)) if known(name).is_some() => (name, place),
            _ => (item, ""),
        };
        let (by, place) = match (known(name), source) {
            (Some(by), _) => (by, place),
            // Another host of the source before.
            (None, Some(by)) if item.contains(['.', ':']) => (by, item),
            _ => return Err(unknown(name)),
        };
        source = Some(by);
        let place = if place.is_empty() { usual(by)? } else { place };
        let from = place_of(by, place)?;
        if found.iter().any(|other| same(other, &from)) {
            return Err(FromError::Twice(format!("{}:{}{}", by.name(), from.host, from.path)));
        }
        found.push(from);
    }
    Ok(found)
}

fn same(a: &From<'_>, b: &From<'_>) -> bool {
    a.source.name() == b.source.name() && a.host.eq_ignore_ascii_case(b.host) && a.path == b.path
}

fn known(name: &str) -> Option<&'static dyn Source> {
    SOURCES.iter().copied().find(|source| source.name() == name)
}

fn unknown(name: &str) -> FromError {
    let bare = name.split(':').next().unwrap_or(name);
    let near = nearest(bare, SOURCES.iter().map(|source| source.name()));
    FromError::Unknown { name: name.chars().filter(|c| !c.is_control()).take(60).collect(), near }
}

fn usual(source: &'static dyn Source) -> Result<&'static str, FromError> {
    match source.hosts() {
        Hosts::Usual(hosts) => hosts.first().copied().ok_or(FromError::NoHost(source.name())),
        Hosts::Named => Err(FromError::NoHost(source.name())),
    }
}

/// Cuts off a scheme that somebody pasted, and the path.
fn place_of<'a>(source: &'static dyn Source, place: &'a str) -> Result<From<'a>, FromError> {
    let bare = place.split_once("://").map_or(place, |(_, rest)| rest);
    let at = bare.find(['/', '?', '#']).unwrap_or(bare.len());
    let (host, path) = bare.split_at(at);
    let path = if path == "/" { "" } else { path };
    let good = host.len() <= MAX_HOST_BYTES
        && !host.contains('@')
        && url::Url::parse(&format!("https://{host}/")).is_ok_and(|url| url.has_host() && url.path() == "/");
    if good { Ok(From { source, host, path }) } else { Err(FromError::Host(place.chars().take(80).collect())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(list: &str, expected: &str) {
        let lists = [list.to_owned()];
        let found = match read_from(&lists) {
            Ok(found) => {
                let shown = |from: &From<'_>| format!("{}|{}|{}", from.source.name(), from.host, from.path);
                found.iter().map(shown).collect::<Vec<_>>().join(" ")
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn sources_hosts_and_paths() {
        check("hackernews", "hackernews|hn.algolia.com|");
        check(
            "hackernews:localhost:8080, https://other.example/a/b",
            "hackernews|localhost:8080| hackernews|other.example|/a/b",
        );
        check("hackernews:[::1]:80", "hackernews|[::1]:80|");
        check("hackernew", "there is no source `hackernew` (is it `hackernews`?)");
        check("mail.example", "there is no source `mail.example`");
        check("hackernews:a b", "`a b` is no host");
        check("hackernews:u:p@host.example", "`u:p@host.example` is no host");
        check("hackernews,hackernews:HN.algolia.com", "`hackernews:HN.algolia.com` is named twice");
        check("", "");
    }
}
