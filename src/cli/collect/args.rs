//! The command line of `collect`.

use clap::Args;
use std::path::PathBuf;

/// Arguments of `collect`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct CollectArgs {
    /// Tags, with or without `#`; default: those of the campaign
    #[arg(value_name = "TAG")]
    pub(super) tags: Vec<String>,
    /// Where from: `mastodon:HOST`, `bluesky`, `nostr:RELAY`, `hackernews`, …, several with commas: see `tagline sources`
    #[arg(long, value_name = "SOURCE[:HOST],…", help_heading = "Where from")]
    pub(super) from: Vec<String>,
    /// Allow http and ws: only for servers of your own
    #[arg(long, help_heading = "Where from")]
    pub(super) insecure: bool,
    /// Only posts from then on, which is how far history is asked for: a date, RFC 3339, or `7d` back from now
    #[arg(long, value_name = "WHEN", help_heading = "How much")]
    pub(super) since: Option<String>,
    /// Only posts before then: a date means its start
    #[arg(long, value_name = "WHEN", help_heading = "How much")]
    pub(super) until: Option<String>,
    /// Stop after so many new posts
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "How much")]
    pub(super) limit: Option<u64>,
    /// Stop after so many requests
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "How much")]
    pub(super) max_requests: Option<u64>,
    /// Stop then, by the clock: `18:30`, a date with a time, RFC 3339
    #[arg(long, value_name = "WHEN", help_heading = "How much")]
    pub(super) stop_at: Option<String>,
    /// Go on with what is new until stopped: streams where there are any, else a look now and then
    #[arg(long, help_heading = "How much")]
    pub(super) follow: bool,
    /// Between two looks: `5m`, `1h`. Implies `--follow`
    #[arg(long, value_name = "TIME", value_parser = every, help_heading = "How much")]
    pub(super) every: Option<std::time::Duration>,
    /// Tell of a theory's first post in this data (`first`), or of more than N posts of a theory in an hour (`rate>N/h`): a line of JSON on
    /// stdout, without accounts and texts
    #[arg(long = "alert", value_name = "first|rate>N/h", value_parser = alert, help_heading = "Alerts")]
    pub(super) alerts: Vec<AlertArg>,
    /// Send alerts to this address too, as a POST; `TAGLINE_WEBHOOK_SECRET` goes along as `Authorization: Bearer`
    #[arg(long, value_name = "URL", requires = "alerts", help_heading = "Alerts")]
    pub(super) alert_webhook: Option<String>,
    /// Run this command for each alert too, with the alert on its standard input
    #[arg(long, value_name = "COMMAND", requires = "alerts", help_heading = "Alerts")]
    pub(super) alert_run: Option<String>,
    /// Instead of looking for new posts, look again at those in the store (the newest 20,000; `--since` and `--until` choose): which are
    /// gone, which changed
    #[arg(long, conflicts_with_all = ["follow", "every"], help_heading = "How much")]
    pub(super) recheck: bool,
    /// Say what would be asked and what it costs of the quota; ask nothing, save nothing
    #[arg(long, help_heading = "Output")]
    pub(super) dry_run: bool,
    /// Keep raw answers in this folder too, as compressed lines that `import` reads
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(super) raw: Option<PathBuf>,
    /// Say each request, on stderr
    #[arg(long, short, help_heading = "Output")]
    pub(super) verbose: bool,
    /// Print the report as JSON (`tagline.collect/1`)
    #[arg(long, help_heading = "Output")]
    pub(super) json: bool,
}

impl CollectArgs {
    /// Whether to go on when all that is there was got.
    pub(super) fn follows(&self) -> bool {
        self.follow || self.every.is_some()
    }
}

/// One `--alert`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AlertArg {
    First,
    Above(u32),
}

fn alert(text: &str) -> Result<AlertArg, String> {
    if text == "first" {
        return Ok(AlertArg::First);
    }
    let number = text.replace(' ', "");
    let number = number.strip_prefix("rate>").and_then(|rest| rest.strip_suffix("/h"));
    let above = number.and_then(|number| number.parse().ok()).filter(|above| *above > 0);
    above.map(AlertArg::Above).ok_or_else(|| "write `first`, or `'rate>20/h'` in quotes".to_owned())
}

/// Shortest time between two looks. What is worth it by the minute has a stream.
const SHORTEST: u64 = 10;

fn every(text: &str) -> Result<std::time::Duration, String> {
    let wrong = || format!("write `30s`, `5m`, `1h` or `1d`, at least {SHORTEST} seconds");
    let mut number = text.trim().chars();
    let seconds = match number.next_back() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3600,
        Some('d') => 86_400,
        _ => return Err(wrong()),
    };
    let number: u64 = number.as_str().trim().parse().map_err(|_| wrong())?;
    let seconds = number.checked_mul(seconds).filter(|all| (SHORTEST..=366 * 86_400).contains(all));
    seconds.map(std::time::Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts() {
        assert_eq!(alert("first"), Ok(AlertArg::First));
        assert_eq!(alert("rate > 20/h"), Ok(AlertArg::Above(20)));
        for wrong in ["", "rate", "rate>0/h", "rate>20", "rate>20/d", "lead"] {
            assert!(alert(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_between_looks() {
        let seconds = |text| every(text).ok().map(|time| time.as_secs());
        assert_eq!(seconds("5m"), Some(300));
        assert_eq!(seconds(" 1 h"), Some(3600));
        for wrong in ["", "5", "m", "9s", "5 min", "-5m", "99999999999999999999d", "ü"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
