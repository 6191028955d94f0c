//! What is wanted of one host, and the secrets that go with it.

use crate::post::Timestamp;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// What is wanted of one host.
#[derive(Clone, Debug, Default)]
pub struct Goal {
    /// Host, with port if it is not the usual one: `mastodon.social`, `localhost:3000`. Lower case.
    pub host: String,
    /// What stands behind the host, for sources that want an address there: empty, or begins with `/`. Case as the person wrote it.
    pub path: String,
    /// Tags without sign, as the person wrote them; at least one.
    pub tags: Vec<String>,
    /// Only posts from then on; where history goes back to. `None`: as far as it goes.
    pub since: Option<Timestamp>,
    /// Only posts before then.
    pub until: Option<Timestamp>,
    /// Go on when all that is there was got.
    pub follow: bool,
    /// Between two looks for new posts, where there is no stream.
    pub every: Duration,
    /// Tokens and passwords, by the name of their variable.
    pub secrets: Secrets,
    /// Without TLS: only for tests and machines of one's own.
    pub insecure: bool,
    /// Look again at posts of this host that are in the store, instead of looking for new ones: their own ids on the platform.
    pub recheck: Vec<String>,
    /// Whose those posts are, by their ids, as far as the store says: ids of authors. For platforms where anybody can ask to delete any post.
    pub authors: BTreeMap<String, String>,
}

impl Goal {
    /// An address on the goal's host; `path` begins with `/`.
    pub fn url(&self, path: &str) -> String {
        let scheme = if self.insecure { "http" } else { "https" };
        format!("{scheme}://{}{path}", self.host)
    }

    /// The same for a web socket.
    pub fn socket_url(&self, path: &str) -> String {
        let scheme = if self.insecure { "ws" } else { "wss" };
        format!("{scheme}://{}{path}", self.host)
    }

    /// What is asked, as a person would name it: host and path. Feeds of two paths are two feeds.
    pub fn place(&self) -> String {
        format!("{}{}", self.host, self.path)
    }

    /// Tags as posts have them: folded, each once.
    pub fn folded_tags(&self) -> Vec<String> {
        let mut tags: Vec<String> = Vec::new();
        for tag in self.tags.iter().filter_map(|tag| crate::text::tags::normalise(tag)) {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        tags
    }
}

/// Why a goal cannot be worked on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GoalError {
    /// A token or password is missing.
    #[error("`{source_name}` needs `{variable}` in the environment: {about}")]
    Secret {
        /// The source.
        source_name: &'static str,
        /// Of the environment.
        variable: &'static str,
        /// What it is, and where to get it.
        about: &'static str,
    },
    /// A cursor in the store that this version does not understand.
    #[error("the place to go on from cannot be read: {0}")]
    Cursor(String),
    /// This source cannot do that.
    #[error("{0}")]
    Impossible(String),
}

/// Something that nobody may see: it is not printed, not stored, not compared byte by byte in messages.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps it.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself, for the one place that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// Secrets by the name of their variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secrets(BTreeMap<String, Secret>);

impl Secrets {
    /// Of (variable, secret) pairs; empty ones are none.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let pairs = pairs.into_iter().filter(|(_, secret)| !secret.trim().is_empty());
        Self(pairs.map(|(name, secret)| (name, Secret::new(secret.trim()))).collect())
    }

    /// The secret of that name.
    pub fn get(&self, variable: &str) -> Option<&Secret> {
        self.0.get(variable)
    }
}
