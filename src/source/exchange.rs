//! Requests, answers and connections as plain data.

use super::Secret;

/// One thing to ask. Always a GET, but with a `body`: then a POST of JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Whole address. Only to the goal's host, or it is refused.
    pub url: String,
    /// Value of `Accept`.
    pub accept: &'static str,
    /// Value of `Authorization: Bearer`.
    pub bearer: Option<Secret>,
    /// JSON to send. May hold a secret, so it is never shown.
    pub body: Option<Secret>,
    /// Which of the source's limits it counts for, besides those of all requests.
    pub kind: &'static str,
    /// In a few words, for people: `page of #vault7`.
    pub what: String,
}

impl Request {
    /// A GET that wants JSON.
    pub fn get(url: impl Into<String>, what: impl Into<String>) -> Self {
        Self { url: url.into(), accept: "application/json", what: what.into(), ..Self::default() }
    }
}

/// A final answer: of status 2xx, or one that trying again would not change.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case.
    pub headers: &'a Headers,
    /// The address that answered, after redirects.
    pub url: &'a str,
    /// Whole body, decompressed.
    pub body: &'a [u8],
}

impl Answer<'_> {
    /// Whether it is a success (2xx).
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether it says that it is JSON.
    pub fn is_json(&self) -> bool {
        let kind = self.headers.get("content-type").unwrap_or_default().to_ascii_lowercase();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.ends_with("/json") || kind.ends_with("+json")
    }
}

/// Headers of an answer, as far as anybody asks for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Of (name, value) pairs; names become lower case.
    pub fn new<N: AsRef<str>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name.as_ref().to_ascii_lowercase(), value.into()))
                .collect(),
        )
    }

    /// The first value of a name, which is given in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A stream to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// `wss:` (or `ws:`) for a web socket, `https:` (or `http:`) for an event stream.
    pub url: String,
    /// What it speaks.
    pub wire: Wire,
    /// Value of `Authorization: Bearer`; sent only to the goal's host and hosts below it.
    pub bearer: Option<Secret>,
    /// Texts to send as soon as it is open.
    pub hello: Vec<String>,
    /// In a few words, for people.
    pub what: String,
}

/// What a stream speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// RFC 6455, text messages.
    WebSocket,
    /// Server-sent events (HTML standard, 9.2).
    Events,
}
