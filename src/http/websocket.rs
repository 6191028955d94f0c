//! Web sockets (RFC 6455) over a connection of reqwest's, so that proxies, TLS and the rules for addresses hold for them too. Frames are
//! tungstenite's business.

use super::client::Times;
use super::{Message, NetError, Pending, Stream, reply};
use futures_util::{SinkExt, StreamExt};
use reqwest::header::{self, HeaderMap};
use reqwest::{RequestBuilder, Response, Upgraded};
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message as Frame};

/// Read at once: a busy stream fills it a few times a second.
const READ_BUFFER: usize = 32 << 10;
/// Written at once: what we send is short.
const WRITE_BUFFER: usize = 4 << 10;
/// What may wait to be sent to somebody who does not read.
const WRITE_MAX: usize = 1 << 20;
/// How long a close is answered before the connection is dropped.
const CLOSE_GRACE: Duration = Duration::from_secs(1);

/// A new key for a handshake.
pub(super) fn key() -> String {
    generate_key()
}

/// Makes a request ask for a web socket.
pub(super) fn upgrade(builder: RequestBuilder, key: &str) -> RequestBuilder {
    builder
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, key)
}

/// An open web socket.
pub(super) struct WebSocket {
    socket: WebSocketStream<Upgraded>,
    at: String,
    times: Times,
    /// When anything came last.
    heard: Instant,
    /// Whether it was asked since whether the other side is there.
    asked: bool,
    /// Why it was closed, once it is.
    end: Option<String>,
}

impl WebSocket {
    /// Of an answer 101 to the request with that key.
    pub(super) async fn begin(
        response: Response,
        key: &str,
        at: String,
        times: Times,
        message_max: usize,
    ) -> Result<Self, NetError> {
        if !is_agreed(response.headers(), key) {
            return Err(NetError::Cut(format!("{at} does not speak web sockets as it should")));
        }
        let upgraded = timeout(times.idle, response.upgrade()).await;
        let upgraded = upgraded.map_err(|_| NetError::Timeout(at.clone()))?;
        let upgraded = upgraded.map_err(|error| reply::why(&error, &at))?;
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(WRITE_BUFFER)
            .max_write_buffer_size(WRITE_MAX)
            .max_message_size(Some(message_max))
            .max_frame_size(Some(message_max));
        let socket = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await;
        Ok(Self { socket, at, times, heard: Instant::now(), asked: false, end: None })
    }

    /// Between two awaits nothing is held that is not in `self`: it may be dropped at any of them.
    async fn next_message(&mut self) -> Result<Message, NetError> {
        if let Some(reason) = &self.end {
            return Ok(Message::End(reason.clone()));
        }
        let frame = self.next_frame().await?;
        self.heard = Instant::now();
        self.asked = false;
        match frame {
            Frame::Text(text) => Ok(data(text.as_bytes())),
            Frame::Binary(bytes) => Ok(data(&bytes)),
            Frame::Ping(_) | Frame::Pong(_) | Frame::Frame(_) => {
                // The answer to a ping is queued by now; who waits for it must not wait until we read on.
                self.write(None).await?;
                Ok(Message::Alive)
            }
            Frame::Close(why) => {
                let reason =
                    why.map(|why| printable_close(u16::from(why.code), &why.reason)).unwrap_or_default();
                self.end = Some(reason.clone());
                // Good manners, nothing depends on it.
                let _ = timeout(CLOSE_GRACE, self.socket.close(None)).await;
                Ok(Message::End(reason))
            }
        }
    }

    async fn next_frame(&mut self) -> Result<Frame, NetError> {
        loop {
            let wait = if self.asked { self.times.stream_idle } else { self.times.stream_ping };
            match timeout_at(self.heard + wait, self.socket.next()).await {
                Ok(Some(frame)) => return frame.map_err(|error| self.why(&error)),
                Ok(None) => return Err(NetError::Cut(format!("{}: closed", self.at))),
                Err(_) if self.asked => {
                    let idle = self.times.stream_idle;
                    return Err(NetError::Timeout(format!("{}, silent for {idle:?}", self.at)));
                }
                Err(_) => {
                    self.asked = true;
                    self.write(Some(Frame::Ping(Vec::new().into()))).await?;
                }
            }
        }
    }

    /// Sends a frame, and whatever waits to be sent.
    async fn write(&mut self, frame: Option<Frame>) -> Result<(), NetError> {
        let write = async {
            match frame {
                Some(frame) => self.socket.send(frame).await,
                None => self.socket.flush().await,
            }
        };
        match timeout(self.times.idle, write).await {
            Ok(done) => done.map_err(|error| self.why(&error)),
            Err(_) => Err(NetError::Timeout(format!("{} takes no message", self.at))),
        }
    }

    fn why(&self, error: &Error) -> NetError {
        let at = &self.at;
        match error {
            Error::Capacity(_) => NetError::TooLarge(format!("a message of {at} is too large")),
            Error::Io(error) => NetError::Cut(format!("{at}: {}", reply::printable(&error.to_string()))),
            Error::ConnectionClosed | Error::AlreadyClosed => NetError::Cut(format!("{at}: closed")),
            Error::Protocol(error) => {
                NetError::Cut(format!("{at}: {}", reply::printable(&error.to_string())))
            }
            _ => NetError::Cut(format!("{at}: not as web sockets are")),
        }
    }
}

impl Stream for WebSocket {
    fn next(&mut self) -> Pending<'_, Result<Message, NetError>> {
        Box::pin(self.next_message())
    }

    fn send<'a>(&'a mut self, text: &'a str) -> Pending<'a, Result<(), NetError>> {
        Box::pin(self.write(Some(Frame::text(text))))
    }
}

/// Whether the server agreed to speak web sockets, and in answer to this key.
fn is_agreed(headers: &HeaderMap, key: &str) -> bool {
    let value = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value(header::UPGRADE).eq_ignore_ascii_case("websocket")
        && value(header::SEC_WEBSOCKET_ACCEPT) == derive_accept_key(key.as_bytes())
}

fn data(bytes: &[u8]) -> Message {
    Message::Data { event: String::new(), data: bytes.to_vec() }
}

fn printable_close(code: u16, reason: &str) -> String {
    match reply::printable(reason) {
        reason if reason.is_empty() => format!("code {code}"),
        reason => format!("{reason} (code {code})"),
    }
}
