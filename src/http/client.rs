//! The client: asks and opens, each once, within limits. When to ask and when to try again is decided in `collect`.

use super::events::Events;
use super::reply::{self, Limits};
use super::safety::{Resolver, Rules, shown};
use super::stream::EventStream;
use super::websocket::{self, WebSocket};
use super::{NetError, Network, Opened, Pending, Reply};
use crate::source::{Connection, Request, Secret, Wire};
use reqwest::header;
use reqwest::{Certificate, ClientBuilder, Proxy, RequestBuilder, Response};
use std::sync::Arc;
use std::time::Duration;

/// Largest answer that is read, unpacked: forty posts are 400 KB on the wordiest platform, a thousand hits 3 MB.
pub const BODY_MAX: usize = 8 << 20;
/// Largest message of a stream: posts are a few KB, and a list of all a person's tags some hundred.
pub const MESSAGE_MAX: usize = 4 << 20;
/// Most headers of an answer; servers behind several proxies send forty.
const HEADERS_MAX: usize = 128;
/// Bytes of all headers of an answer over HTTP/2; over HTTP/1 hyper stops at 400 KB.
const HEADER_BYTES_MAX: u32 = 64 << 10;
/// Connections kept for later to one host: it is asked one thing at a time.
const POOLED_MAX: usize = 2;
/// Where the system's proxies are written, in capitals too.
const PROXY_VARIABLES: [&str; 3] = ["http_proxy", "https_proxy", "all_proxy"];

/// How long is waited for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// For a connection: name, route, TLS.
    pub connect: Duration,
    /// For the head of an answer, and between two pieces of its body.
    pub idle: Duration,
    /// For a whole answer.
    pub total: Duration,
    /// For a message of a web socket before asking whether the other side is there.
    pub stream_ping: Duration,
    /// For a sign of life of a stream.
    pub stream_idle: Duration,
}

impl Default for Times {
    /// A stream is dead after three of the heartbeats that platforms send every 15 to 30 seconds.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            total: Duration::from_secs(60),
            stream_ping: Duration::from_secs(30),
            stream_idle: Duration::from_secs(90),
        }
    }
}

/// Which proxy is gone through.
#[derive(Clone, Debug, Default)]
pub enum Proxies {
    /// What the system says: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
    #[default]
    System,
    /// None, whatever the system says.
    None,
    /// This one for everything. May hold a password.
    At(Secret),
}

/// What a client may and how it behaves.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// How the servers' people reach the person who collects: an address of mail or of a page. Sent in `User-Agent`.
    pub contact: String,
    /// Hosts of the goals, with or without port. Requests go to them alone; tokens to them and to hosts below them.
    pub goal_hosts: Vec<String>,
    /// Those of them that the person named: they alone may be on this machine or in its network.
    pub named_hosts: Vec<String>,
    /// Lets named hosts be asked without TLS.
    pub insecure: bool,
    /// The proxy. Where one is used, it finds the addresses of names, and the rules for addresses are its own.
    pub proxies: Proxies,
    /// Certificates (PEM) that are trusted beside the system's.
    pub roots: Vec<Vec<u8>>,
    /// How long is waited.
    pub times: Times,
    /// See [`BODY_MAX`].
    pub body_max: usize,
    /// See [`MESSAGE_MAX`].
    pub message_max: usize,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            contact: String::new(),
            goal_hosts: Vec::new(),
            named_hosts: Vec::new(),
            insecure: false,
            proxies: Proxies::default(),
            roots: Vec::new(),
            times: Times::default(),
            body_max: BODY_MAX,
            message_max: MESSAGE_MAX,
        }
    }
}

/// The network as it is.
pub struct Client {
    /// For answers and event streams.
    plain: reqwest::Client,
    /// For web sockets: they begin as HTTP/1.1 alone.
    upgrading: reqwest::Client,
    rules: Arc<Rules>,
    limits: Limits,
    times: Times,
    message_max: usize,
}

impl Client {
    /// Makes one. Fails when an option makes no sense, or the system has no certificates.
    pub fn new(options: &ClientOptions) -> Result<Self, NetError> {
        // Fails only if somebody was faster, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut rules = Rules::new(&options.goal_hosts, &options.named_hosts, options.insecure);
        match &options.proxies {
            Proxies::At(address) => rules.trust_proxy(address.reveal()),
            Proxies::System => system_proxies().iter().for_each(|address| rules.trust_proxy(address)),
            Proxies::None => {}
        }
        let rules = Arc::new(rules);
        let build = |builder: ClientBuilder| {
            builder.build().map_err(|error| NetError::Unsafe(format!("no client: {}", reply::cause(&error))))
        };
        Ok(Self {
            plain: build(builder(options, &rules)?.gzip(true))?,
            upgrading: build(builder(options, &rules)?.gzip(false).http1_only())?,
            rules,
            limits: Limits { idle: options.times.idle, body_max: options.body_max },
            times: options.times,
            message_max: options.message_max,
        })
    }

    async fn ask_once(&self, request: &Request) -> Result<Reply, NetError> {
        let url = self.rules.request(&request.url, request.bearer.is_some())?;
        let at = shown(&url);
        let accept = if request.accept.is_empty() { "*/*" } else { request.accept };
        let builder = match &request.body {
            None => self.plain.get(url),
            Some(body) => {
                let json = self.plain.post(url).header(header::CONTENT_TYPE, "application/json");
                json.body(body.reveal().to_owned())
            }
        };
        let builder = with_token(builder.header(header::ACCEPT, accept), request.bearer.as_ref());
        let whole = async {
            let response = self.send(builder, &at).await?;
            reply::read(response, &at, self.limits).await
        };
        let late = |_| NetError::Timeout(format!("{at}, not whole after {:?}", self.times.total));
        tokio::time::timeout(self.times.total, whole).await.map_err(late)?
    }

    /// Sends, and waits for the head of the answer.
    async fn send(&self, builder: RequestBuilder, at: &str) -> Result<Response, NetError> {
        let head = tokio::time::timeout(self.times.idle, builder.send()).await;
        let head = head.map_err(|_| NetError::Timeout(format!("{at}, silent for {:?}", self.times.idle)))?;
        head.map_err(|error| reply::why(&error, at))
    }

    /// An answer where a stream was wanted.
    async fn instead(&self, response: Response, at: &str) -> Result<Opened, NetError> {
        let whole = reply::read(response, at, self.limits);
        let late = |_| NetError::Timeout(format!("{at}, not whole after {:?}", self.times.total));
        tokio::time::timeout(self.times.total, whole).await.map_err(late)?.map(Opened::Answer)
    }

    async fn open_once(&self, connection: &Connection) -> Result<Opened, NetError> {
        let url = self.rules.stream(&connection.url, connection.bearer.is_some())?;
        let at = shown(&url);
        match connection.wire {
            Wire::Events => {
                let builder = self.plain.get(url).header(header::ACCEPT, "text/event-stream");
                // What is packed comes late: a heartbeat fills no block.
                let builder = builder.header(header::ACCEPT_ENCODING, "identity");
                let response = self.send(with_token(builder, connection.bearer.as_ref()), &at).await?;
                if response.status() != reqwest::StatusCode::OK || !is_event_stream(&response) {
                    return self.instead(response, &at).await;
                }
                let events = Events::new(self.message_max);
                Ok(Opened::Stream(Box::new(EventStream::new(response, events, at, self.times))))
            }
            Wire::WebSocket => {
                let key = websocket::key();
                let builder = websocket::upgrade(self.upgrading.get(url), &key);
                let response = self.send(with_token(builder, connection.bearer.as_ref()), &at).await?;
                if response.status() != reqwest::StatusCode::SWITCHING_PROTOCOLS {
                    return self.instead(response, &at).await;
                }
                let mut socket = WebSocket::begin(response, &key, at, self.times, self.message_max).await?;
                for text in &connection.hello {
                    super::Stream::send(&mut socket, text).await?;
                }
                Ok(Opened::Stream(Box::new(socket)))
            }
        }
    }
}

impl Network for Client {
    fn ask<'a>(&'a self, request: &'a Request) -> Pending<'a, Result<Reply, NetError>> {
        Box::pin(self.ask_once(request))
    }

    fn open<'a>(&'a self, connection: &'a Connection) -> Pending<'a, Result<Opened, NetError>> {
        Box::pin(self.open_once(connection))
    }
}

/// What both clients have in common.
fn builder(options: &ClientOptions, rules: &Arc<Rules>) -> Result<ClientBuilder, NetError> {
    let mut builder = reqwest::Client::builder()
        .user_agent(user_agent(&options.contact)?)
        .connect_timeout(options.times.connect)
        .redirect(Rules::redirects())
        // An address goes to nobody but whom it asks.
        .referer(false)
        // Each request is counted and paced by who made it; here none is repeated.
        .retry(reqwest::retry::never())
        .dns_resolver(Arc::new(Resolver(Arc::clone(rules))))
        .pool_max_idle_per_host(POOLED_MAX)
        .http1_max_headers(HEADERS_MAX)
        .http2_max_header_list_size(HEADER_BYTES_MAX);
    for root in &options.roots {
        let root = Certificate::from_pem(root);
        let root = root.map_err(|_| NetError::Unsafe("not a certificate in PEM".to_owned()))?;
        builder = builder.tls_certs_merge([root]);
    }
    match &options.proxies {
        Proxies::System => Ok(builder),
        Proxies::None => Ok(builder.no_proxy()),
        Proxies::At(address) => {
            let proxy = Proxy::all(address.reveal());
            // Why is not said: it may show the address, and with it a password.
            let proxy =
                proxy.map_err(|_| NetError::Unsafe("the proxy's address cannot be read".to_owned()))?;
            Ok(builder.proxy(proxy))
        }
    }
}

/// Who asks, and how to reach who runs it.
fn user_agent(contact: &str) -> Result<header::HeaderValue, NetError> {
    let version = concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"));
    let agent = match contact.trim() {
        "" => format!("tagline/{version}"),
        contact => format!("tagline/{version} (+{contact})"),
    };
    let plain = agent.bytes().all(|b| (b' '..=b'~').contains(&b));
    let value = header::HeaderValue::from_str(&agent).ok().filter(|_| plain);
    value.ok_or_else(|| NetError::Unsafe("the contact has characters that no header can carry".to_owned()))
}

fn with_token(builder: RequestBuilder, token: Option<&Secret>) -> RequestBuilder {
    match token {
        Some(token) => builder.bearer_auth(token.reveal()),
        None => builder,
    }
}

fn is_event_stream(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("text/event-stream")
}

fn system_proxies() -> Vec<String> {
    let both = PROXY_VARIABLES.into_iter().flat_map(|name| [name.to_owned(), name.to_ascii_uppercase()]);
    both.filter_map(|name| std::env::var(name).ok()).filter(|address| !address.is_empty()).collect()
}
