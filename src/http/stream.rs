//! Event streams over a response that does not end.

use super::client::Times;
use super::events::Events;
use super::{Message, NetError, Pending, Stream, reply};
use reqwest::Response;

/// An open event stream.
pub(super) struct EventStream {
    response: Response,
    events: Events,
    at: String,
    times: Times,
}

impl EventStream {
    pub(super) fn new(response: Response, events: Events, at: String, times: Times) -> Self {
        Self { response, events, at, times }
    }

    /// Between two awaits nothing is held that is not in `self`: it may be dropped at any of them.
    async fn next_message(&mut self) -> Result<Message, NetError> {
        loop {
            let message = self.events.next();
            let large = |_| NetError::TooLarge(format!("an event of {} is too large", self.at));
            if let Some(message) = message.map_err(large)? {
                return Ok(message);
            }
            let idle = self.times.stream_idle;
            let chunk = tokio::time::timeout(idle, self.response.chunk()).await;
            let chunk = chunk.map_err(|_| NetError::Timeout(format!("{}, silent for {idle:?}", self.at)))?;
            match chunk.map_err(|error| reply::why(&error, &self.at))? {
                Some(chunk) => self.events.take(&chunk),
                None => return Ok(Message::End(String::new())),
            }
        }
    }
}

impl Stream for EventStream {
    fn next(&mut self) -> Pending<'_, Result<Message, NetError>> {
        Box::pin(self.next_message())
    }

    fn send<'a>(&'a mut self, _text: &'a str) -> Pending<'a, Result<(), NetError>> {
        let text = format!("{} is an event stream, which takes no messages", self.at);
        Box::pin(std::future::ready(Err(NetError::Unsafe(text))))
    }
}
