//! `tagline collect`: posts from public APIs into the store.

mod alerting;
mod args;
mod board;
mod order;
mod plan;
mod probe;
mod report;

pub(crate) use args::CollectArgs;

use super::context::{Opened, now, start, writer};
use super::error::CliError;
use super::output::Output;
use super::{Exit, Global, questions};
use crate::collect::{Clock, CollectReport, Means, Order, Stop, StopReason, collect};
use crate::desk::{Desk, serve};
use crate::http::{Client, ClientOptions};
use crate::ingest::{Intake, Wanted};
use crate::post::Timestamp;
use crate::project::{Campaign, NewProject, Project};
use crate::source::{Ending, Hosts};
use crate::store::SledStore;
use alerting::Passing;
use board::Board;
use std::sync::Arc;

/// The clock of this computer.
struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        now()
    }
}

/// Runs `collect`.
pub(crate) fn run(global: &Global, args: &CollectArgs, output: &mut Output) -> Result<Exit, CliError> {
    // What is wrong with the command line must not leave a new project behind.
    let from = crate::source::read_from(&args.from)?;
    if from.is_empty() {
        return Err(CliError::FromNowhere);
    }
    let project = open_or_make(global, args, output)?;
    let asked = order::asked(args, &project.campaign)?;
    let mut orders = order::orders(&from, &asked, args)?;
    if args.dry_run {
        return plan::show(&project, &orders, output);
    }
    let contact = questions::purpose(&project, output)?.contact;
    let stop = stop_on_interrupt();
    let store = writer(&project, "collect")?;
    let desk = desk(&store, &project, output);
    if args.recheck {
        order::set_recheck(&mut orders, &asked, &*store)?;
    }
    let wanted = Wanted::new(asked.since, asked.until, &[], &[]).map_err(|tag| CliError::Tag { tag })?;
    // Named tags narrow what the campaign selects; without any its words select too.
    let named: &[String] = if args.tags.is_empty() { &[] } else { &asked.tags };
    let intake = Intake::new(&project.campaign, named, wanted)?;
    let network = Client::new(&client_options(&contact, args.insecure, &orders))?;
    let alerts = alerting::alerts(args, &project, &*store)?;
    let (passing, receivers) = Passing::new(args, &contact)?;
    let board = Board::new(&orders, args.verbose, passing);
    let terms = order::terms(args, &project.campaign)?;
    let means = Means {
        intake: &intake,
        terms: &terms,
        network: &network,
        clock: &SystemClock,
        stop: &stop,
        watch: &board,
    };
    let ended = board.show_while(receivers, || collect(&*store, &orders, alerts, &means));
    drop(desk);
    drop(store);
    let report = ended?;
    report::show(&report, args.json, output)?;
    Ok(exit(&report))
}

/// Answers the reading commands of others while we collect.
fn desk(store: &Arc<SledStore>, project: &Opened, output: &mut Output) -> Option<Desk> {
    match serve(store, &project.data()) {
        Ok(desk) => Some(desk),
        Err(error) => {
            output.warn(&format!(
                "other commands must wait until this one has ended: no socket in `data/`: {error}"
            ));
            None
        }
    }
}

/// `doctor --from`.
pub(crate) fn look_at_places(
    global: &Global,
    places: &[String],
    insecure: bool,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let from = crate::source::read_from(places)?;
    let campaign = match super::context::project(global) {
        Err(CliError::NoProject { .. }) => Campaign::default(),
        other => other?.campaign,
    };
    let tags = if campaign.tags.is_empty() { vec!["tagline".to_owned()] } else { campaign.tags.clone() };
    let asked = order::Asked { tags, since: Some(now()), until: None };
    let orders = order::for_places(&from, &asked, insecure)?;
    let contact = campaign.purpose.as_ref().map(|purpose| purpose.contact.as_str()).unwrap_or_default();
    let client = Client::new(&client_options(contact, insecure, &orders))?;
    probe::probe(&orders, &client, output)
}

fn client_options(contact: &str, insecure: bool, orders: &[Order]) -> ClientOptions {
    let is_usual = |order: &&Order| match order.source.hosts() {
        Hosts::Usual(hosts) => hosts.contains(&order.goal.host.as_str()),
        Hosts::Named => false,
    };
    let host = |order: &Order| order.goal.host.clone();
    ClientOptions {
        contact: contact.to_owned(),
        insecure,
        goal_hosts: orders.iter().map(host).collect(),
        named_hosts: orders.iter().filter(|order| !is_usual(order)).map(host).collect(),
        ..ClientOptions::default()
    }
}

/// The project here, or a new one for these tags.
fn open_or_make(global: &Global, args: &CollectArgs, output: &mut Output) -> Result<Opened, CliError> {
    match super::context::project(global) {
        Err(CliError::NoProject { .. }) if !args.tags.is_empty() && !args.dry_run => {
            let root = start(global)?;
            let tags = args.tags.iter().map(|tag| tag.trim_start_matches('#').to_owned()).collect();
            Project::create(&root, &NewProject { tags, ..NewProject::default() })?;
            output.talk(&format!("Made a project: `{}`", root.join("tagline.toml").display()));
            Opened::open(root)
        }
        other => other,
    }
}

/// Ctrl-C once: save and stop. Twice: stop at once, which loses nothing that was saved.
fn stop_on_interrupt() -> Stop {
    let stop = Stop::default();
    let flag = stop.clone();
    // Fails only where a handler was set before; then Ctrl-C ends the process, which is safe too.
    let _ = ctrlc::set_handler(move || {
        if flag.is_set() {
            #[expect(clippy::exit, reason = "the person asked twice")]
            std::process::exit(Exit::Interrupted as i32);
        }
        flag.set(StopReason::Interrupted);
    });
    stop
}

fn exit(report: &CollectReport) -> Exit {
    match report.stopped {
        Some(StopReason::Interrupted) => return Exit::Interrupted,
        Some(StopReason::MaxRequests) => return Exit::Network,
        _ => {}
    }
    let is_good = |ending: &Option<Ending>| matches!(ending, None | Some(Ending::Complete));
    if report.feeds.iter().all(|feed| is_good(&feed.ending)) { Exit::Done } else { Exit::Network }
}
