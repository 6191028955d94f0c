//! Which span an answer speaks of: as asked, else the campaign's period, else all posts whose time is believable.

use super::{AnswerError, Counts};
use crate::post::Timestamp;
use crate::project::Campaign;
use crate::timeline::{Edge, parse_when};
use jiff::tz::TimeZone;
use std::ops::Range;

/// The calendar of an IANA name.
pub(super) fn zone(name: &str) -> Result<TimeZone, AnswerError> {
    TimeZone::get(name).map_err(|_| AnswerError::Zone(name.to_owned()))
}

/// What is written somewhere: in the question, else in the campaign.
pub(super) type Bounds = (Option<Timestamp>, Option<Timestamp>);

/// The bounds as asked, else the campaign's.
pub(super) fn written_bounds(
    campaign: &Campaign,
    zone: &TimeZone,
    asked: Bounds,
    now: Timestamp,
) -> Result<Bounds, AnswerError> {
    let written = |text: &Option<String>, key, edge| {
        let read = |text: &String| {
            parse_when(text, zone, now, edge)
                .map_err(|source| AnswerError::When { key: String::from(key), source })
        };
        text.as_ref().map(read).transpose()
    };
    let since =
        asked.0.map_or_else(|| written(&campaign.since, "since", Edge::Since), |since| Ok(Some(since)))?;
    let until =
        asked.1.map_or_else(|| written(&campaign.until, "until", Edge::Until), |until| Ok(Some(until)))?;
    Ok((since, until))
}

/// The span. Where a bound is neither asked for nor in the campaign, it is that of the believable posts; without any, the span is empty.
pub(super) fn resolve(
    counts: &dyn Counts,
    campaign: &Campaign,
    zone: &TimeZone,
    asked: Bounds,
    now: Timestamp,
) -> Result<Range<Timestamp>, AnswerError> {
    let (since, until) = written_bounds(campaign, zone, asked, now)?;
    if let (Some(since), Some(until)) = (since, until) {
        return if since < until { Ok(since..until) } else { Err(AnswerError::EmptySpan { since, until }) };
    }
    let extent = counts.extent(now)?;
    let after_last = extent.map(|(_, last)| Timestamp::from_millis_unchecked(last.as_millis() + 1));
    let start = since.or(extent.map(|(first, _)| first)).or(until).unwrap_or_default();
    let end = until.or(after_last).unwrap_or(start);
    // A start after the last post, or an end before the first: nothing to count, but no mistake either.
    Ok(if since.is_some() { start..end.max(start) } else { start.min(end)..end })
}
