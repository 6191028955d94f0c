//! The network: the one place that asks servers and holds streams. What is asked and what is made of the answer is the business of
//! `source`; how often, and what happens when it fails, of `collect`. Both know only the two traits here, so that tests bring a network of
//! their own.

mod client;
mod events;
mod headers;
mod reply;
mod safety;
mod stream;
mod websocket;

pub use client::{BODY_MAX, Client, ClientOptions, MESSAGE_MAX, Proxies, Times};
pub use headers::{Advice, MAX_WAIT, advice};

use crate::source::{Connection, Headers, Request};
use std::future::Future;
use std::pin::Pin;

/// Something that is being waited for.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Whatever can ask and connect.
pub trait Network: Send + Sync {
    /// Asks once. An answer of any status is an answer.
    fn ask<'a>(&'a self, request: &'a Request) -> Pending<'a, Result<Reply, NetError>>;
    /// Opens a stream once, and sends its first texts.
    fn open<'a>(&'a self, connection: &'a Connection) -> Pending<'a, Result<Opened, NetError>>;
}

/// What came of opening a stream.
pub enum Opened {
    /// It is open.
    Stream(Box<dyn Stream>),
    /// The server answered with something else.
    Answer(Reply),
}

/// An open stream.
pub trait Stream: Send {
    /// The next thing that comes. Dropping what is pending loses nothing.
    fn next(&mut self) -> Pending<'_, Result<Message, NetError>>;
    /// Sends a text.
    fn send<'a>(&'a mut self, text: &'a str) -> Pending<'a, Result<(), NetError>>;
}

/// What comes over a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A message, with the name of its event in an event stream.
    Data {
        /// Empty for web sockets.
        event: String,
        /// What it carries.
        data: Vec<u8>,
    },
    /// A sign of life and nothing more: a ping, a comment.
    Alive,
    /// The other side closed it; why, if it said.
    End(String),
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Headers,
    /// The address that answered, after redirects.
    pub url: String,
    /// Whole body, decompressed.
    pub body: Vec<u8>,
}

/// Why there is no answer. Texts are safe to show: no query, no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// It is not allowed, and will not be by trying again.
    #[error("{0}")]
    Unsafe(String),
    /// There is no connection: name, route, refused, TLS.
    #[error("cannot reach {0}")]
    Unreachable(String),
    /// It took too long.
    #[error("no answer in time: {0}")]
    Timeout(String),
    /// It broke off.
    #[error("the connection broke: {0}")]
    Cut(String),
    /// The answer is larger than what is read.
    #[error("{0}")]
    TooLarge(String),
}

impl NetError {
    /// Whether trying again may help.
    pub fn may_pass(&self) -> bool {
        !matches!(self, Self::Unsafe(_) | Self::TooLarge(_))
    }
}
