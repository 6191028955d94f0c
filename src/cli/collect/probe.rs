//! `doctor --from`: does a host answer, is the token good, is this computer's clock right. Asks what `collect` would ask first, and keeps nothing.

use super::plan::Nowhere;
use crate::cli::Exit;
use crate::cli::context::now;
use crate::cli::error::CliError;
use crate::cli::output::Output;
use crate::collect::Order;
use crate::http::{Client, Network, Opened, Reply, server_time};
use crate::source::{Answer, Ending, Event, Feed, Next, Out};

/// Questions asked of one host: enough to come past a login to the first page.
const STEPS: usize = 4;
/// A clock may be wrong by so much, in milliseconds, before it matters to anything here.
const CLOCK_MAY_ERR: i64 = 5_000;

/// Asks each host, and says what it answers.
pub(crate) fn probe(orders: &[Order], client: &Client, output: &mut Output) -> Result<Exit, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(crate::collect::CollectError::Runtime)?;
    let mut all_good = true;
    for Order { source, goal } in orders {
        let place = format!("{}:{}", source.name(), goal.host);
        for need in source.secrets() {
            let state = if goal.secrets.get(need.variable).is_some() { "is set" } else { "is not set" };
            output.line(&format!("{place}: {} {state}", need.variable))?;
        }
        let found = match source.feed(goal, None) {
            Ok(feed) => runtime.block_on(ask(feed, client)),
            Err(error) => Found { good: false, says: error.to_string(), clock: None },
        };
        output.line(&format!("{place}: {}", found.says))?;
        if let Some(clock) = found.clock {
            output.line(&format!("{place}: {clock}"))?;
        }
        all_good &= found.good;
    }
    Ok(if all_good { Exit::Done } else { Exit::Network })
}

struct Found {
    good: bool,
    says: String,
    clock: Option<String>,
}

async fn ask(mut feed: Box<dyn Feed>, client: &Client) -> Found {
    let mut next = on(feed.as_mut(), Event::Begin);
    let mut clock = None;
    for _ in 0..STEPS {
        let (what, reply) = match next {
            Next::Ask(request) => (request.what.clone(), client.ask(&request).await),
            Next::Open(connection) => match client.open(&connection).await {
                Ok(Opened::Stream(_)) => {
                    return good(format!("its stream opens ({})", connection.what), clock);
                }
                Ok(Opened::Answer(reply)) => (connection.what.clone(), Ok(reply)),
                Err(error) => (connection.what.clone(), Err(error)),
            },
            Next::Done(ending) => return ended(&ending, clock),
            Next::Wait { .. } | Next::Listen | Next::Send(_) => return good("answers".to_owned(), clock),
        };
        let reply = match reply {
            Ok(reply) => reply,
            Err(error) => return Found { good: false, says: error.to_string(), clock },
        };
        clock = clock_of(&reply).or(clock);
        if !(200..300).contains(&reply.status) && matches!(reply.status, 429 | 500..) {
            return Found { good: false, says: format!("{what}: status {}", reply.status), clock };
        }
        let Reply { status, headers, url, body } = &reply;
        next = on(feed.as_mut(), Event::Answer(Answer { status: *status, headers, url, body }));
        if let Next::Done(ending) = &next
            && !matches!(ending, Ending::Complete)
        {
            return ended(ending, clock);
        }
    }
    good("answers as it should".to_owned(), clock)
}

fn on(feed: &mut dyn Feed, event: Event<'_>) -> Next {
    let mut news = Vec::new();
    feed.on(event, &mut Out { now: now(), record: 0, posts: &mut Nowhere, news: &mut news })
}

fn good(says: String, clock: Option<String>) -> Found {
    Found { good: true, says, clock }
}

fn ended(ending: &Ending, clock: Option<String>) -> Found {
    match ending {
        Ending::Complete => good("answers as it should".to_owned(), clock),
        Ending::Closed(why) | Ending::NotAllowed(why) | Ending::Failed(why) => {
            Found { good: false, says: why.clone(), clock }
        }
    }
}

/// What the server's clock says about ours.
fn clock_of(reply: &Reply) -> Option<String> {
    let theirs = server_time(&reply.headers)?;
    let differs = now().as_millis() - theirs.as_millis();
    if differs.abs() <= CLOCK_MAY_ERR {
        return None;
    }
    let seconds = differs.abs() / 1000;
    let way = if differs > 0 { "ahead of" } else { "behind" };
    Some(format!(
        "this computer's clock is {seconds} s {way} the server's: set it, times of collection depend on it"
    ))
}
