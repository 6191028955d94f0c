//! Passing alerts on: a line on stdout, a webhook, a command. On a thread of its own, so that a slow receiver holds nothing up.

use super::args::{AlertArg, CollectArgs};
use crate::cli::context::{Opened, now};
use crate::cli::error::CliError;
use crate::collect::{Alert, AlertRules, Alerts, CollectError};
use crate::http::{Client, ClientOptions, NetError, Network};
use crate::post::Timestamp;
use crate::source::{Request, Secret};
use crate::store::Store;
use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Variable with the secret that goes to the webhook.
const SECRET: &str = "TAGLINE_WEBHOOK_SECRET";
/// Pauses between tries of a webhook. After the last the alert waits for the next save.
const PAUSES: [u64; 4] = [1, 5, 20, 60];

/// How long the end of a collection waits for receivers.
const SETTLE: Duration = Duration::from_secs(10);

/// What the person asked for; nothing if it was no alerts.
pub(super) fn alerts(
    args: &CollectArgs,
    project: &Opened,
    store: &dyn Store,
) -> Result<Option<Alerts>, CliError> {
    if args.alerts.is_empty() {
        return Ok(None);
    }
    let theories = &project.campaign.theories;
    if theories.is_empty() {
        return Err(CliError::AlertsWithoutTheories);
    }
    let mut rules = AlertRules::default();
    for alert in &args.alerts {
        match alert {
            AlertArg::First => rules.first = true,
            AlertArg::Above(above) => rules.above.push(*above),
        }
    }
    let there = there(project, store)?;
    let failed = |error| CliError::Collect(CollectError::Alerts(error));
    Alerts::open(store, rules, theories, &there).map(Some).map_err(failed)
}

/// Of each theory, whether it has posts, and when those of the last hour were posted, to the minute.
fn there(project: &Opened, store: &dyn Store) -> Result<BTreeMap<String, (bool, Vec<Timestamp>)>, CliError> {
    let hour_ago = Timestamp::from_millis_unchecked(now().as_millis() - 3_600_000);
    let all = crate::cli::context::count_in(project, store, None)?;
    let last = crate::cli::context::count_in(project, store, Some(hour_ago))?;
    let times = |id: &str| {
        let series = last.theories.iter().find(|theory| theory.id == id).map(|theory| &theory.series);
        let counted = series.into_iter().flatten().zip(&last.buckets);
        counted.flat_map(|(posts, at)| std::iter::repeat_n(*at, usize::try_from(*posts).unwrap_or(0))).collect()
    };
    Ok(all.theories.iter().map(|theory| (theory.id.clone(), (theory.posts > 0, times(&theory.id)))).collect())
}

/// The way from the writer to the receivers.
pub(super) struct Passing {
    to_receivers: Sender<Alert>,
    ways: Mutex<Ways>,
    arrived: Condvar,
}

/// Ids of alerts.
#[derive(Default)]
struct Ways {
    /// Sent, and neither done nor given up.
    open: HashSet<String>,
    /// All that were sent and not given up.
    sent: HashSet<String>,
    /// Arrived, and not yet asked for.
    done: Vec<String>,
}

/// Where alerts go.
pub(super) struct Receivers {
    alerts: Receiver<Alert>,
    webhook: Option<Webhook>,
    command: Option<String>,
}

struct Webhook {
    client: Client,
    runtime: tokio::runtime::Runtime,
    url: String,
    secret: Option<Secret>,
}

impl Passing {
    /// The two ends.
    pub(super) fn new(args: &CollectArgs, contact: &str) -> Result<(Self, Receivers), CliError> {
        let (to_receivers, alerts) = channel();
        let webhook = args.alert_webhook.as_deref().map(|url| webhook(url, args.insecure, contact)).transpose()?;
        let passing = Self { to_receivers, ways: Mutex::default(), arrived: Condvar::new() };
        Ok((passing, Receivers { alerts, webhook, command: args.alert_run.clone() }))
    }

    fn ways(&self) -> MutexGuard<'_, Ways> {
        self.ways.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends an alert on its way, unless it was.
    pub(super) fn send(&self, alert: &Alert) {
        let mut ways = self.ways();
        if ways.sent.insert(alert.id.clone()) {
            ways.open.insert(alert.id.clone());
            // Without receivers it stays pending, and is sent at the next start.
            let _ = self.to_receivers.send(alert.clone());
        }
    }

    /// Which arrived since this was last asked.
    pub(super) fn take_done(&self) -> Vec<String> {
        std::mem::take(&mut self.ways().done)
    }

    /// Waits until none is on its way, but not for long.
    pub(super) fn settle(&self) {
        let open = |ways: &mut Ways| !ways.open.is_empty();
        // What has not arrived by then stays pending, and is sent at the next start.
        let _ = self.arrived.wait_timeout_while(self.ways(), SETTLE, open);
    }

    fn arrived(&self, id: &str, did: bool) {
        let mut ways = self.ways();
        ways.open.remove(id);
        if did {
            ways.done.push(id.to_owned());
        } else {
            // The next save sends it again.
            ways.sent.remove(id);
        }
        self.arrived.notify_all();
    }
}

impl Receivers {
    /// Passes alerts on until `over` says that there are none to come.
    pub(super) fn pass_on(self, passing: &Passing, over: &dyn Fn() -> bool, say: &dyn Fn(&str)) {
        loop {
            match self.alerts.recv_timeout(Duration::from_millis(200)) {
                Ok(alert) => {
                    let result = self.pass(&alert, over);
                    if let Err(why) = &result {
                        say(&format!("an alert could not be passed on: {why}"));
                    }
                    passing.arrived(&alert.id, result.is_ok());
                }
                Err(_) if over() => return,
                Err(_) => {}
            }
        }
    }

    fn pass(&self, alert: &Alert, over: &dyn Fn() -> bool) -> Result<(), String> {
        let json = serde_json::to_string(alert).map_err(|error| error.to_string())?;
        let mut stdout = io::stdout().lock();
        // Who closed the pipe has read enough.
        let _ = writeln!(stdout, "{json}").and_then(|()| stdout.flush());
        drop(stdout);
        if let Some(webhook) = &self.webhook {
            webhook.post(&json, over)?;
        }
        self.command.as_deref().map_or(Ok(()), |command| run(command, &json))
    }
}

fn webhook(url: &str, insecure: bool, contact: &str) -> Result<Webhook, CliError> {
    let wrong = || CliError::Webhook { url: url.split(['?', '#']).next().unwrap_or_default().to_owned() };
    let parsed = url::Url::parse(url).map_err(|_| wrong())?;
    let host = parsed.host_str().ok_or_else(wrong)?;
    let host = parsed.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let options = ClientOptions {
        contact: contact.to_owned(),
        goal_hosts: vec![host.clone()],
        named_hosts: vec![host],
        insecure,
        ..ClientOptions::default()
    };
    let client = Client::new(&options)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(CollectError::Runtime)?;
    let secret = std::env::var(SECRET).ok().map(Secret::new);
    Ok(Webhook { client, runtime, url: url.to_owned(), secret })
}

impl Webhook {
    fn post(&self, json: &str, over: &dyn Fn() -> bool) -> Result<(), String> {
        let request = Request {
            body: Some(Secret::new(json)),
            bearer: self.secret.clone(),
            ..Request::get(self.url.clone(), "alert")
        };
        let mut last = String::new();
        for pause in PAUSES {
            match self.runtime.block_on(self.client.ask(&request)) {
                Ok(reply) if (200..300).contains(&reply.status) => return Ok(()),
                Ok(reply) => last = format!("the webhook answers with status {}", reply.status),
                Err(NetError::Unsafe(why)) => return Err(why),
                Err(error) => last = error.to_string(),
            }
            if over() {
                break;
            }
            std::thread::sleep(Duration::from_secs(pause));
        }
        Err(last)
    }
}

fn run(command: &str, json: &str) -> Result<(), String> {
    let shell = if cfg!(windows) { ["cmd", "/C"] } else { ["sh", "-c"] };
    let failed = |error: io::Error| format!("`--alert-run`: {error}");
    let mut child = Command::new(shell[0])
        .args([shell[1], command])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command that reads nothing is fine.
        let _ = writeln!(stdin, "{json}");
    }
    let status = child.wait().map_err(failed)?;
    if status.success() { Ok(()) } else { Err(format!("`--alert-run` ended with {status}")) }
}
