//! Answers as they come from reqwest, made into ours; and its errors, made into ours, which are safe to show.

use super::safety::Refused;
use super::{NetError, Reply};
use crate::source::Headers;
use reqwest::Response;
use std::error::Error;
use std::time::Duration;

/// Longest value of a header that is kept; links to the next page are the longest that anybody asks for.
const HEADER_MAX: usize = 8 << 10;
/// Longest reason that is shown.
const CAUSE_MAX: usize = 160;

/// How long and how much.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Between two pieces.
    pub(super) idle: Duration,
    /// All of it, unpacked.
    pub(super) body_max: usize,
}

/// Reads an answer whole. `at`: what may be shown of its address.
pub(super) async fn read(mut response: Response, at: &str, limits: Limits) -> Result<Reply, NetError> {
    let mut reply = Reply {
        status: response.status().as_u16(),
        headers: headers(&response),
        url: response.url().as_str().to_owned(),
        body: Vec::new(),
    };
    loop {
        let piece = tokio::time::timeout(limits.idle, response.chunk()).await;
        let piece = piece.map_err(|_| NetError::Timeout(format!("{at}, silent for {:?}", limits.idle)))?;
        let Some(piece) = piece.map_err(|error| why(&error, at))? else { return Ok(reply) };
        if reply.body.len() + piece.len() > limits.body_max {
            let text = format!("the answer of {at} is larger than {} bytes", limits.body_max);
            return Err(NetError::TooLarge(text));
        }
        reply.body.extend_from_slice(&piece);
    }
}

/// Headers that are text, but cookies: we keep no session, and they are secrets.
fn headers(response: &Response) -> Headers {
    let kept = response
        .headers()
        .iter()
        .filter(|(name, value)| *name != reqwest::header::SET_COOKIE && value.len() <= HEADER_MAX);
    Headers::new(kept.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))))
}

/// What went wrong, in our words.
pub(super) fn why(error: &reqwest::Error, at: &str) -> NetError {
    if let Some(refused) = chain(error).find_map(|error| error.downcast_ref::<Refused>()) {
        return NetError::Unsafe(refused.0.clone());
    }
    if error.is_builder() {
        return NetError::Unsafe(format!("{at} cannot be asked: {}", cause(error)));
    }
    let text = format!("{at}: {}", cause(error));
    if error.is_timeout() {
        NetError::Timeout(text)
    } else if error.is_connect() {
        NetError::Unreachable(text)
    } else {
        NetError::Cut(text)
    }
}

/// The first cause. The errors around it say where, with addresses that we do not show.
pub(super) fn cause(error: &reqwest::Error) -> String {
    chain(error).last().map_or_else(String::new, |last| match last.downcast_ref::<reqwest::Error>() {
        // Nothing beneath: its own text would show the address.
        Some(error) if error.is_builder() => "a header or address cannot be sent".to_owned(),
        Some(_) => "no reason given".to_owned(),
        None => printable(&last.to_string()),
    })
}

/// An error and what it came from, outermost first.
fn chain<'a>(error: &'a reqwest::Error) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let first: &'a (dyn Error + 'static) = error;
    std::iter::successors(Some(first), |&error: &&'a (dyn Error + 'static)| error.source())
}

/// A text of the other side as it may be shown.
pub(super) fn printable(text: &str) -> String {
    let shown = text.chars().map(|c| if c.is_control() || is_direction(c) { ' ' } else { c });
    shown.take(CAUSE_MAX).collect::<String>().trim().to_owned()
}

/// Marks that turn the direction of what follows.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
