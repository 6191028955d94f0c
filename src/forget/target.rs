//! What is to be forgotten, as a person names it. Pure.

use crate::ingest::platform_name;
use crate::post::PostId;
use crate::store::{PostView, folded_name, names};

/// What is to be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A post, by its platform and id.
    Post(PostId),
    /// A post, by its address; which one it is only the store can say.
    Address(String),
    /// All posts of an account.
    Author {
        /// Its platform.
        platform: String,
        /// Its id or handle.
        name: String,
    },
}

/// Why something cannot be what is to be forgotten.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// Without a platform.
    #[error("`{0}` does not say on which platform")]
    NoPlatform(String),
    /// With something that can be no platform.
    #[error("`{0}` cannot be a platform")]
    Platform(String),
}

impl Target {
    /// A post, named `x:123`, `bluesky:at://…` or by its address.
    pub fn post(named: &str) -> Result<Self, TargetError> {
        if named.starts_with("https://") || named.starts_with("http://") {
            return Ok(Self::Address(named.to_owned()));
        }
        let (platform, id) = parts(named)?;
        Ok(Self::Post(PostId { platform, id: id.to_owned() }))
    }

    /// An account, named `x:handle` or `bluesky:did:plc:…`.
    pub fn author(named: &str) -> Result<Self, TargetError> {
        let (platform, name) = parts(named)?;
        Ok(Self::Author { platform, name: name.trim_start_matches('@').to_owned() })
    }

    /// Whether a post is by the account that is named.
    pub(super) fn is_by(&self, post: &PostView<'_>) -> bool {
        let Self::Author { platform, name } = self else { return false };
        post.platform == platform && names(post).any(|known| folded_name(known) == folded_name(name))
    }

    /// Whether a post lies at the address that is named; its group of everything else was read.
    pub(super) fn is_at(&self, post: &PostView<'_>) -> bool {
        let Self::Address(address) = self else { return false };
        let address = plain(address);
        let is_status = || {
            let (_, id) = address.rsplit_once("/status/")?;
            Some(post.platform == "x" && post.id == id.split('/').next()?)
        };
        post.url().is_some_and(|url| plain(url) == address)
            || plain(post.id) == address
            || is_status().unwrap_or(false)
    }
}

/// An address without what does not change where it leads.
fn plain(address: &str) -> &str {
    let address = address.split(['?', '#']).next().unwrap_or(address);
    let address =
        address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or(address);
    address.strip_prefix("www.").unwrap_or(address).trim_end_matches('/')
}

fn parts(named: &str) -> Result<(String, &str), TargetError> {
    let (platform, rest) = named
        .split_once(':')
        .filter(|(platform, rest)| !platform.is_empty() && !rest.is_empty())
        .ok_or_else(|| TargetError::NoPlatform(named.to_owned()))?;
    let platform = platform_name(platform).ok_or_else(|| TargetError::Platform(platform.to_owned()))?;
    Ok((platform, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::{Author, Post};
    use crate::store::Columns;

    #[test]
    fn targets_are_named_by_platform() {
        let post =
            |platform: &str, id: &str| Target::Post(PostId { platform: platform.into(), id: id.into() });
        assert_eq!(Target::post("x:123"), Ok(post("x", "123")));
        assert_eq!(Target::post("Twitter:123"), Ok(post("x", "123")));
        let at = "at://did:plc:demo/app.bsky.feed.post/3l";
        assert_eq!(Target::post(&format!("bluesky:{at}")), Ok(post("bluesky", at)));
        assert_eq!(
            Target::post("https://x.com/a/status/1"),
            Ok(Target::Address("https://x.com/a/status/1".into()))
        );
        let author = Target::Author { platform: "bluesky".into(), name: "did:plc:demo".into() };
        assert_eq!(Target::author("bluesky:did:plc:demo"), Ok(author));
        for wrong in ["demo_anna", ":1", "x:", ""] {
            assert_eq!(Target::author(wrong), Err(TargetError::NoPlatform(wrong.into())));
        }
        assert_eq!(Target::author("ü:1"), Err(TargetError::Platform("ü".into())));
    }

    #[test]
    fn addresses_lead_to_posts() {
        let mut columns = Columns::new();
        columns.push(&Post::<String> {
            platform: "x".into(),
            id: "123".into(),
            url: Some("https://www.example.org/p/1/".into()),
            author: Author { handle: Some("Demo_A".into()), ..Author::default() },
            ..Post::default()
        });
        let view = columns.view(0);
        for right in ["http://example.org/p/1?x=1", "https://x.com/anybody/status/123/photo/1"] {
            assert!(Target::post(right).unwrap().is_at(&view), "{right}");
        }
        for wrong in ["https://example.org/p/11", "https://x.com/a/status/12"] {
            assert!(!Target::post(wrong).unwrap().is_at(&view), "{wrong}");
        }
        assert!(Target::author("x:@demo_a").unwrap().is_by(&view));
        assert!(!Target::author("y:demo_a").unwrap().is_by(&view));
    }
}
