//! What a host says of itself: whether it shows tags, to whom, and where its streams are.

use crate::source::{Answer, Goal};
use serde::Deserialize;

/// What a host said of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Instance {
    /// Whether it described itself at all.
    pub(super) is_known: bool,
    /// Address of its streams, if it names one.
    pub(super) streaming: Option<String>,
    local: Shown,
    remote: Shown,
}

/// To whom a feed is shown. What is not said is public: before 4.5 there was nothing to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Shown {
    Authenticated,
    Disabled,
    #[default]
    #[serde(other)]
    Public,
}

/// What can be collected of a host's tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// All that it has.
    Whole,
    /// A part; the words say which.
    Part(&'static str),
    /// Only with a token.
    TokenNeeded,
    /// Nothing.
    Closed,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Described {
    configuration: Configuration,
    /// As `/api/v1/instance` has it.
    urls: Urls,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Configuration {
    urls: Urls,
    timelines_access: TimelinesAccess,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Urls {
    streaming: Option<String>,
    streaming_api: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct TimelinesAccess {
    hashtag_feeds: HashtagFeeds,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct HashtagFeeds {
    local: Shown,
    remote: Shown,
}

impl Instance {
    /// Reads the answer of `/api/v2/instance` or `/api/v1/instance`, if it is one.
    pub(super) fn read(answer: &Answer<'_>) -> Option<Self> {
        if !answer.is_success() || !answer.is_json() {
            return None;
        }
        let said: Described = serde_json::from_slice(answer.body).ok()?;
        let feeds = said.configuration.timelines_access.hashtag_feeds;
        let streaming = said.configuration.urls.streaming.or(said.urls.streaming_api);
        Some(Self { is_known: true, streaming, local: feeds.local, remote: feeds.remote })
    }

    /// What can be collected.
    pub(super) fn access(&self, has_token: bool) -> Access {
        let is_open = |shown| shown == Shown::Public || shown == Shown::Authenticated && has_token;
        match (is_open(self.local), is_open(self.remote)) {
            (true, true) => Access::Whole,
            (true, false) => Access::Part("the host shows only posts of its own accounts under tags"),
            (false, true) => Access::Part("the host shows only posts of other hosts' accounts under tags"),
            (false, false) if self.local == Shown::Disabled && self.remote == Shown::Disabled => {
                Access::Closed
            }
            (false, false) if has_token => Access::Closed,
            (false, false) => Access::TokenNeeded,
        }
    }

    /// Where its streams are, as an address of the web: the goal's host, if it names none. None: elsewhere, where no token is sent.
    pub(super) fn streams(&self, goal: &Goal) -> Option<String> {
        let Some(said) = &self.streaming else { return Some(goal.url("")) };
        let address = match said.split_once("://")? {
            ("wss" | "https", rest) => format!("https://{rest}"),
            ("ws" | "http", rest) if goal.insecure => format!("http://{rest}"),
            _ => return None,
        };
        let streams = url::Url::parse(&address).ok()?;
        let own = url::Url::parse(&goal.url("/")).ok()?;
        let (host, own) = (streams.host_str()?, own.host_str()?);
        let is_ours = host == own || host.strip_suffix(own).is_some_and(|below| below.ends_with('.'));
        is_ours.then(|| address.trim_end_matches('/').to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Headers;

    fn read(body: &str) -> Option<Instance> {
        let headers = Headers::new([("Content-Type", "application/json; charset=utf-8")]);
        Instance::read(&Answer { status: 200, headers: &headers, url: "", body: body.as_bytes() })
    }

    #[test]
    fn access_is_what_the_host_says() {
        #[track_caller]
        fn check(local: &str, remote: &str, [without, with]: [Access; 2]) {
            let feeds = format!(r#"{{"hashtag_feeds": {{"local": "{local}", "remote": "{remote}"}}}}"#);
            let host = read(&format!(r#"{{"configuration": {{"timelines_access": {feeds}}}}}"#)).unwrap();
            let short = |access| if let Access::Part(_) = access { Access::Part("") } else { access };
            assert_eq!([host.access(false), host.access(true)].map(short), [without, with]);
        }
        use Access::{Closed, Part, TokenNeeded, Whole};
        check("public", "public", [Whole, Whole]);
        check("authenticated", "authenticated", [TokenNeeded, Whole]);
        check("disabled", "disabled", [Closed, Closed]);
        check("public", "disabled", [Part(""), Part("")]);
        check("authenticated", "disabled", [TokenNeeded, Part("")]);
        check("authenticated", "public", [Part(""), Whole]);
        check("something_new", "public", [Whole, Whole]);
        assert_eq!(read("{}").unwrap().access(false), Whole);
        assert_eq!(read("[1]"), None);
    }

    #[test]
    fn streams_are_on_the_host_or_below() {
        let check = |said: Option<&str>, expected: Option<&str>| {
            let instance = Instance { streaming: said.map(str::to_owned), ..Instance::default() };
            let goal = Goal { host: "one.example".to_owned(), ..Goal::default() };
            assert_eq!(instance.streams(&goal).as_deref(), expected, "{said:?}");
        };
        check(Some("wss://streaming.one.example"), Some("https://streaming.one.example"));
        check(Some("wss://one.example/"), Some("https://one.example"));
        check(None, Some("https://one.example"));
        for other in ["wss://two.example", "wss://evilone.example", "ws://one.example", "nonsense", ""] {
            check(Some(other), None);
        }
    }
}
